"""The screen of patterns in accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.queries import PATTERNS, PatternPage, PatternView

from ..fake import FakeClient, console
from ..test_snapshots import SIZES, pressing
from ..views import NORMAL, NOW

Compare = Callable[..., bool]

RISK = PatternView(
    "p1",
    "Acme Corporation",
    "Acme Corporation",
    "critical_risk",
    93,
    ((60, "nothing happened for 71 days while 6 deals are open"), (60, "the last 5 deals were lost"),
     (55, "6 deals are open more than twice as long as usual (14 days)")),
    NOW - timedelta(days=2),
    NOW - timedelta(hours=3),
    None,
    "0198-a1",
    "pending",
)  # fmt: skip
BUYING = PatternView(
    "p2",
    "globex",
    "Globex",
    "buying_signal",
    75,
    ((55, "7 deals won in 30 days, 2.3 on average before"), (45, "21 of 26 deals won in 90 days")),
    NOW - timedelta(hours=5),
    NOW - timedelta(hours=3),
)
HOSTILE = replace(RISK, id="p3", account="x", account_name="\x1b[2J[b]Evil\u202e corp", type="medium_risk")
STATES = {
    "normal": (RISK, BUYING, replace(BUYING, id="p4", type="engagement_change")),
    "empty": (),
    "hostile": (HOSTILE,),
}


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_patterns(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    client = FakeClient(NORMAL)
    client.answers[PATTERNS.name] = PatternPage(STATES[state])
    assert snap_compare(console(client), terminal_size=size, run_before=pressing("C"))


async def test_it_opens_by_its_key_and_tells_the_evidence() -> None:
    client = FakeClient(NORMAL)
    client.answers[PATTERNS.name] = PatternPage((RISK, BUYING))
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("C")
        await app.workers.wait_for_complete()
        await pilot.pause()
        text = "\n".join(app.screen.text.render_line(y).text for y in range(12))  # type: ignore[attr-defined]  # the screen's own text
        assert "the last 5 deals were lost" in text
        assert "proposal 0198-a1, pending" in text
        await pilot.press("escape")
        assert app.screen is app.main
