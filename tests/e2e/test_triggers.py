"""Talks that personas begin, in the real program: fired by a feeling and by hand, kept apart by the cooldown."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any, Final

import pytest

from .floor import Floor, git

pytestmark = pytest.mark.timeout(180)

LONELY: Final = """
[persona_rules.emotions]
loneliness_floor = 75
[triggers.emotional]
first_seconds = 0
"""
"""Shipped settings, but for a loneliness that is past its threshold from the start."""


def said(floor: Floor) -> list[tuple[str, str]]:
    """What personas said in channels, read from the database file itself."""
    with closing(sqlite3.connect(f"{floor.database.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT sender, channel FROM chat_messages WHERE sender LIKE 'persona:%'")
        return sorted((sender, channel) for sender, channel in rows)


async def delivered(floor: Floor, number: int) -> list[dict[str, Any]]:
    answer = await floor.program.until(
        lambda answer: answer.code == 0 and len(answer.data["items"]) >= number, "triggers", "history", "--json"
    )
    found: list[dict[str, Any]] = answer.data["items"]
    return found


async def test_personas_begin_talks_and_leave_people_their_rest(floor: Floor) -> None:
    program = floor.program
    settings = floor.folder / "watchfloor.toml"
    shipped = settings.read_text(encoding="utf-8")
    settings.write_text(shipped + LONELY, encoding="utf-8")
    with floor.engine():
        talks = await delivered(floor, 2)
        assert {(one["persona"], one["source"], one["state"]) for one in talks} == {
            ("helper", "emotion:loneliness", "delivered"),
            ("code-review", "emotion:loneliness", "delivered"),
        }
        assert said(floor) == [("persona:code-review", "code"), ("persona:helper", "general")]
        # By hand it still leaves the channel its rest, and says so.
        refused = program.run("triggers", "fire", "helper", "excitement")
        assert (refused.code, "nobody does again before" in refused.err) == (1, True)
        # Other thresholds hold while it runs.
        settings.write_text(f"{shipped}{LONELY}[triggers.emotional.thresholds]\ncuriosity = 60\n", encoding="utf-8")
        await program.until(
            lambda answer: any(one["emotion"] == "curiosity" for one in answer.data), "triggers", "list", "--json"
        )
    with floor.engine():
        await floor.up()
        # The cooldown outlives the engine; an operator may end it.
        assert program.run("triggers", "fire", "helper", "jealousy").code == 1
        program.ok("triggers", "reset", "helper", "--recipient", "#general")
        assert "helper writes to #general" in program.ok("triggers", "fire", "helper", "jealousy").out
        assert (await delivered(floor, 3))[0]["manual"]
        shown = program.ok("triggers", "show", "helper", "--json").data
        assert shown["cooldowns"][0]["recipient"] == "#general"
        assert any(one["source"] == "emotion:jealousy" for one in shown["skips"])
    assert program.ok("audit", "verify").code == 0


async def test_the_patrol_finds_a_branch_that_is_pushed_nowhere_and_stops_when_it_is(floor: Floor) -> None:
    upstream = floor.folder.parent / "upstream.git"
    git(floor.folder, "init", "-q", "--bare", str(upstream))
    git(floor.folder, "remote", "add", "origin", str(upstream))
    git(floor.folder, "push", "-q", "-u", "origin", "HEAD")
    git(floor.folder, "branch", "--no-track", "topic")
    git(floor.folder, "commit", "-q", "--allow-empty", "-m", "More")
    with floor.engine():
        answer = await floor.program.until(
            lambda answer: any(one["category"] == "unpushed" for one in answer.data["items"]),
            *("triggers", "findings", "git_patrol", "--json"),
        )
        (scanner,) = answer.data["scanners"]
        assert scanner["heard_by"] == ["code-review"]
        git(floor.folder, "push", "-q")
        floor.program.ok("schedule", "run", "git_patrol", "--wait")
        left = floor.program.ok("triggers", "findings", "git_patrol", "--json").data["items"]
        assert all(one["category"] != "unpushed" for one in left)
