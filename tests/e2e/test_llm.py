"""A persona with a language model, in the real program: from a message over a typed proposal to the effect."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from ..engine.llm.server import ModelServer, Say, model_server, openai
from .floor import Floor, payload, read_mail

pytestmark = pytest.mark.timeout(240)

PERSONA = """
[personas.scout]
name = "Scout"
role = "writes to customers"
brain = "llm"
mode = "autonomous"
"""
LETTER = {"to": ["jo@acme.example"], "subject": "Forty seats", "body": "Dear Jo, here is our proposal."}
PROPOSAL = {"kind": "send_proposal", "arguments": LETTER, "reason": "Jo asked for it"}


def call(name: str, **arguments: object) -> tuple[str, str, str]:
    return (f"id-{name}", name, json.dumps(arguments))


def conversation() -> list[Say]:
    """A model on an ordinary day: limited once, cut off once, wrong once, and in the end right."""
    asks = openai(calls=[call("look_up", text="Acme")])
    return [
        Say(status=429, raw=b'{"error": {"message": "slow down"}}', headers={"retry-after": "1"}),
        asks,
        replace(openai("I will ", "now ", "write"), cut=3),
        asks,
        openai(calls=[call("propose_email", **{**PROPOSAL, "arguments": {"to": "nobody"}})]),
        openai("One moment.", calls=[call("propose_email", **PROPOSAL)]),
        openai("Proposed."),
        openai("Everything ", "is well."),
    ]


async def test_a_message_becomes_an_approved_mail(floor: Floor) -> None:
    settings = floor.folder / "watchfloor.toml"
    settings.write_text(settings.read_text("utf-8") + PERSONA, "utf-8")
    async with model_server(*conversation()) as server:
        environment = {
            "WATCHFLOOR_LLM__MODEL": "tiny",
            "WATCHFLOOR_LLM__URL": f"{server.url}/v1",
            "WATCHFLOOR_LLM__ATTEMPTS": "2",
            "WATCHFLOOR_LLM__INPUT_CENTS_PER_MILLION": "1000",
            "WATCHFLOOR_PERSONA_RULES__INBOX__RETRY_SECONDS": "0.1",
            "WATCHFLOOR_GOVERNANCE__GRACE_SECONDS": "0",
        }
        with floor.engine(**environment):
            await floor.up()
            floor.program.ok("send", "scout", "Jo at Acme wants a proposal for 40 seats")
            action = await floor.until_action("send_proposal")
            assert (action["proposer"], payload(action)["subject"]) == ("persona:scout", "Forty seats")
            assert floor.mails() == []
            assert floor.approve(action).code == 0
            await floor.until_status(action["id"], "executed")
            (mail,) = floor.mails()
            assert read_mail(mail)["To"] == "jo@acme.example"
            floor.program.ok("send", "scout", "how are things?")
            await floor.program.until(lambda _: len(_of_scout(floor, "message.answered")) == 2, "status")
        _right(floor, server)
    assert floor.program.ok("audit", "verify").code == 0


def _right(floor: Floor, server: ModelServer) -> None:
    """What was asked of the model, what failed, and what it cost."""
    assert [path for path, _, _ in server.asked] == ["/v1/chat/completions"] * len(conversation())
    told = json.dumps(server.asked[5][2]["messages"])
    assert "not taken" in told
    (failed,) = _of_scout(floor, "message.failed")
    assert "ModelError" in json.loads(failed["data"])["error"]
    spent = _persona(floor, "scout")
    # Six answers arrived whole, the look-up of the attempt that was cut off among them.
    assert spent["spent_tokens"] == 6 * 28
    assert spent["spent_cents"] >= 2


def _of_scout(floor: Floor, kind: str) -> list[dict[str, Any]]:
    return [row for row in floor.journal(kind) if row["actor"] == "persona:scout"]


def _persona(floor: Floor, name: str) -> dict[str, Any]:
    with closing(sqlite3.connect(f"{floor.database.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return dict(connection.execute("SELECT * FROM personas WHERE id = ?", (name,)).fetchone())
