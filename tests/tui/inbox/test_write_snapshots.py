"""How writing to a persona looks: nothing said, waiting, thinking, answered, refused, lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.client import CommandRefused, Reply
from engine.clock import SimulatedClock
from engine.queries import MESSAGE, MessageReport

from ..fake import FakeClient, clock_at, console
from ..personas.reports import ANSWERED, INBOX_VIEW, MESSAGES, WHYS, report_of
from ..test_snapshots import SIZES, Compare
from ..views import HOSTILE_TEXTS, NORMAL

TAKEN_IN = Reply(
    "Accepted by helper.",
    {"answers": [{"persona": "helper", "answer": "accepted", "id": "helper:m1"}], "said": {}},
)
AT_ONCE = Reply(
    "Accepted by helper.",
    {"answers": [{"persona": "helper", "answer": "accepted", "id": "helper:m1", "outcome": "answered"}],
     "said": {"helper": "Q4 revenue is at 61 %, behind by 8 %."}},
)  # fmt: skip
THINKING = report_of(replace(MESSAGES[5], id="helper:m1"), replace(WHYS[1], id="helper:m1"))
REFUSED = report_of(MESSAGES[0], replace(WHYS[3], id="helper:m1"))
PROPOSED = replace(
    ANSWERED, said=(replace(ANSWERED.said[0], text="", kind="send_proposal", tool="email", status="pending"),)
)
HOSTILE = replace(ANSWERED, said=tuple(replace(ANSWERED.said[0], text=text) for text in HOSTILE_TEXTS))


def talk(clock: SimulatedClock, text: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Open the talk, and say something."""

    async def say(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await pilot.press("1", "m")
        await pilot.pause()
        await clock.advance(1)
        if text:
            await pilot.press(*text, "enter")
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()

    return say


@SIZES
@pytest.mark.parametrize(
    "state", ["opening", "waiting", "thinking", "answered", "at_once", "proposed", "refused", "turned_away", "hostile"]
)
def test_a_talk(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    client, clock = FakeClient(replace(NORMAL, inbox=INBOX_VIEW)), clock_at()
    client.replies["message.send"] = AT_ONCE if state == "at_once" else TAKEN_IN
    reports: dict[str, MessageReport] = {
        "waiting": report_of(MESSAGES[0]),
        "thinking": THINKING,
        "refused": REFUSED,
        "proposed": PROPOSED,
        "hostile": HOSTILE,
    }
    client.answers[MESSAGE.name] = reports.get(state, ANSWERED)
    if state == "turned_away":
        client.failure = CommandRefused("message dropped", why="helper: the persona is off", code="dropped")
    text = "" if state == "opening" else "how are we?"
    assert snap_compare(console(client, clock), terminal_size=size, run_before=talk(clock, text))
