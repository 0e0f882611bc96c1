"""Nobody is at any console: where the settings want that, a question is a no at once and not a wait without an end."""

from __future__ import annotations

import json

import pytest

from ..engine.waiting import until
from .floor import Floor

pytestmark = pytest.mark.timeout(120)

SETTINGS = """
[heartbeat]
first_beat_seconds = 20
"""


async def test_a_question_fails_fast_while_no_operator_is_heard_of(floor: Floor) -> None:
    settings = floor.folder / "watchfloor.toml"
    governance = '[governance]\nunattended = "fail"\nattended_seconds = 10'
    text = settings.read_text(encoding="utf-8").replace("[governance]", governance)
    settings.write_text(text + SETTINGS, encoding="utf-8")
    with floor.engine():
        await floor.up()
        # Read from the file itself: whoever asks the engine is within reach.
        await until(lambda: bool(floor.journal("heartbeat_task.asked")))
        rows = [row for row in floor.journal() if row["kind"] == "action.proposed" and row["actor"] == "heartbeat"]
        (asked,) = rows
        ended = [row for row in floor.journal() if row["subject"] == asked["subject"] and row["seq"] > asked["seq"]]
        told = json.dumps([json.loads(row["data"]) for row in (asked, *ended)])
        assert "no operator was heard of for" in told
        action = floor.action(asked["subject"])
        assert action["status"] == "expired"
        assert "no operator was heard of" in action["result"]
    assert not (floor.folder / "briefings").exists()
