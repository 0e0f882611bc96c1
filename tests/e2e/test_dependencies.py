"""Personas that wait for each other and hear each other, with the real program and shipped settings."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from .floor import Floor

ASK = "@helper @planner how do our goals stand?"
CHANNELS = 'channels = ["planning"]'
KINDS = ("message.held", "message.answered", "message.let_go")

pytestmark = pytest.mark.timeout(120)


def rows(floor: Floor, sql: str) -> list[dict[str, Any]]:
    """What the database file says."""
    with closing(sqlite3.connect(f"{floor.database.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql).fetchall()]


def story(floor: Floor, post: str) -> list[tuple[str, str]]:
    """What happened to one message, in order: what, and to whom."""
    marks = ", ".join(f"'{kind}'" for kind in KINDS)
    found = rows(floor, f"SELECT kind, subject FROM journal WHERE kind IN ({marks}) ORDER BY seq")  # constants
    return [
        (row["kind"], row["subject"].partition(":")[0]) for row in found if row["subject"].partition(":")[2] == post
    ]


WHOLE = [
    ("message.held", "planner"),
    ("message.answered", "helper"),
    ("message.let_go", "planner"),
    ("message.answered", "planner"),
]


def post_of(sent: dict[str, Any]) -> str:
    """The post that a message became."""
    return str(sent["data"]["answers"][0]["id"]).partition(":")[2]


async def until_told(floor: Floor, post: str) -> None:
    """Wait for both answers."""
    await floor.program.until(lambda _: len(story(floor, post)) >= len(WHOLE), "status")


async def test_one_persona_lets_another_answer_first_across_restarts(floor: Floor) -> None:
    program = floor.program
    # Said while nothing runs, and refused where it would never end.
    assert "planner waits for helper" in program.ok("personas", "wait", "planner", "--for", "helper").out
    circle = program.run("personas", "wait", "helper", "--for", "planner")
    assert (circle.code, "planner → helper → planner" in circle.err) == (1, True)
    assert "no persona 'ghost'" in program.run("personas", "wait", "planner", "--for", "ghost").err
    settings = floor.folder / "watchfloor.toml"
    shipped = settings.read_text(encoding="utf-8")
    line = shipped[: shipped.index("[personas.helper]")].count("\n") + 2
    broken = shipped.replace("[personas.helper]\n", '[personas.helper]\nwaits_for = ["planner", "ghost"]\n')
    settings.write_text(broken, encoding="utf-8")
    refused = program.run("status")
    assert refused.code == 1
    assert f"line {line}: personas.helper.waits_for: there is no persona ghost to wait for" in refused.err
    settings.write_text(shipped, encoding="utf-8")

    with floor.engine():
        await floor.up()
        sent = program.ok("send", "#general", ASK, "--json").data
        post = post_of(sent)
        told = {one["persona"]: one.get("after") for one in sent["data"]["answers"]}
        assert told == {"helper": None, "planner": ["helper"]}
        await until_told(floor, post)
        assert story(floor, post) == WHOLE
        (let_go,) = [json.loads(row["data"]) for row in floor.journal("message.let_go")]
        assert (let_go["reason"], let_go["waits_for"]) == ("answered", "helper")

        # What arrives while everything is paused waits in its order, also over a restart.
        program.ok("halt", "--reason", "lunch")
        post = post_of(program.ok("send", "#general", ASK, "--json").data)
        held = program.ok("personas", "show", "planner", "--json").data
        assert [(one["waits_for"], one["name"]) for one in held["persona"]["held"]] == [("helper", "Helper")]
    with floor.engine():
        await floor.up()
        program.ok("resume")
        await until_told(floor, post)
        assert story(floor, post) == WHOLE
        listed = {one["id"]: one for one in program.ok("personas", "list", "--json").data["items"]}
        assert (listed["planner"]["waits_for"], listed["helper"]["waits_for"]) == (["helper"], [])

        # Withdrawn, it answers at once again, before the other one.
        program.ok("personas", "wait", "planner", "--not-for", "helper")
        sent = program.ok("send", "#general", ASK, "--json").data
        outcome = {one["persona"]: one.get("outcome") for one in sent["data"]["answers"]}
        assert outcome == {"helper": None, "planner": "answered"}
    assert program.ok("audit", "verify").code == 0


async def test_personas_hear_what_is_said_in_their_channels_and_come_to_rest(floor: Floor) -> None:
    program = floor.program
    settings = floor.folder / "watchfloor.toml"
    text = settings.read_text(encoding="utf-8")
    assert text.count(CHANNELS) == 1
    settings.write_text(text.replace(CHANNELS, 'channels = ["planning", "general"]'), encoding="utf-8")
    heard = "SELECT persona_id, status, outcome_reason FROM messages WHERE sender_kind = 'persona'"
    said = "SELECT sender, channel FROM chat_messages WHERE sender LIKE 'persona:%' ORDER BY id"
    with floor.engine():
        await floor.up()
        program.ok("send", "#general", "how do our goals stand?")
        await program.until(lambda _: len(rows(floor, heard)) == 2, "status")
        # Each answers the human and hears the other one's answer, which wakes nobody.
        assert {(row["sender"], row["channel"]) for row in rows(floor, said)} == {
            ("persona:helper", "general"),
            ("persona:planner", "general"),
        }
        await program.until(lambda _: all(row["status"] == "declined" for row in rows(floor, heard)), "status")
        assert {row["persona_id"] for row in rows(floor, heard)} == {"helper", "planner"}

        # A mention reaches a persona in a channel that it does not hear, and its answer is heard there.
        chat = json.dumps({"channel": "planning", "text": "@Helper, how do our goals stand?"})
        program.ok("tools", "call", "chat", chat, "--kind", "send_chat_message", "--wait")
        await program.until(lambda _: len(rows(floor, heard)) == 3, "status")
        assert {"sender": "persona:helper", "channel": "planning"} in rows(floor, said)
        settled = rows(floor, said)
        for _ in range(3):
            program.ok("status")
        assert rows(floor, said) == settled
    assert program.ok("audit", "verify").code == 0
