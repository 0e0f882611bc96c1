"""The screen of triggers and scanners: what each waits for, and what its keys do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.commands import FireTrigger, ResetTrigger, RunJob, Target
from engine.queries import (
    FINDINGS,
    TRIGGERS,
    CooldownView,
    EmotionView,
    FindingPage,
    FindingView,
    PersonaTriggers,
    ScannerView,
    SkipView,
    TriggersView,
    TriggerView,
)

from ..fake import VIC, FakeClient, console
from ..test_snapshots import SIZES, pressing
from ..views import NORMAL, NOW

Compare = Callable[..., bool]


def ago(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def emotion(name: str, value: int, threshold: int | None = None, state: str = "") -> EmotionView:
    return EmotionView(name, value, 50, 10, threshold, None if threshold is None else threshold - 10, state)


def trigger(name: str, value: int, threshold: int, state: str = "armed", waits: str = "") -> TriggerView:
    below = waits or f"{name} is below {threshold}"
    return TriggerView("helper", "Helper", name, value, threshold, threshold - 10, 3, state, below)


SPENT = replace(
    trigger("loneliness", 88, 70, "spent", "fired; armed again below 60, or at rest"), fired=3, fired_at=NOW - ago(42)
)
DISARMED = replace(
    trigger("frustration", 71, 60, "disarmed", "disarmed after 3 failed deliveries: chat not found"), failures=3
)
BACKING = replace(
    trigger("jealousy", 75, 70, "backing_off", "no route to the server"), failures=2, retry_at=NOW + ago(1)
)
HELPER = PersonaTriggers(
    "helper",
    "Helper",
    "autonomous",
    (
        emotion("loneliness", 88, 70, "spent"),
        emotion("excitement", 44, 80, "armed"),
        emotion("frustration", 71, 60, "disarmed"),
        emotion("jealousy", 75, 70, "backing_off"),
        emotion("vulnerability", 50),
        emotion("confidence", 57),
        emotion("affection", 50),
        emotion("curiosity", 63),
        emotion("defensiveness", 50),
    ),
    (SPENT, trigger("excitement", 44, 80), DISARMED, BACKING),
    "ana",
    "local",
    "general",
    1,
    5,
)
VIEW = TriggersView(
    (HELPER,),
    (CooldownView("ana", NOW - ago(42), NOW + ago(18), "helper", "local"),),
    (),
    (
        SkipView("emotion:loneliness", "helper", "fired at 13:18 UTC; armed again at 59.99", 3, NOW - ago(40), NOW),
        SkipView("follow_up", "helper", "ana is awake 08:00–22:00 UTC", 1, NOW - ago(300), NOW - ago(300)),
    ),
    NOW + ago(9),
    "",
    True,
    900,
)
PATROL = ScannerView(
    "git_patrol",
    "Looks for unfinished work in git repositories.",
    "built in",
    "waiting",
    "",
    ("code-review",),
    1,
    NOW - ago(0.5),
    "1 looked at, 0 opened, 0 closed, 0 told",
    NOW + ago(0.5),
)
STALLED = replace(PATROL, name="stalled_work", state="paused", held="it was paused by ana", heard_by=(), open=0)
FOUND = FindingView(
    "f1",
    "git_patrol",
    "/srv/acme",
    "stale",
    "1 stale branch in /srv/acme, not merged and without a commit for 30 days: topic",
    ("topic: last commit 2026-01-02",),
    "open",
    NOW - ago(90),
    NOW - ago(90),
    NOW - ago(89),
)
PAGE = FindingPage((PATROL, STALLED), (FOUND,))
HOSTILE = replace(FOUND, summary="\x1b[2J[b]evil\u202e", details=("x\x07\n" * 3,), place="[red]")
STATES = {
    "normal": (VIEW, PAGE, ("Z",)),
    "scanner": (VIEW, PAGE, ("Z", "G", "k")),
    "empty": (replace(VIEW, personas=(), cooldowns=(), skips=()), FindingPage((), ()), ("Z",)),
    "held": (replace(VIEW, held="everything was paused by ana: fire drill", next_at=None), PAGE, ("Z",)),
    "hostile": (VIEW, replace(PAGE, items=(HOSTILE,)), ("Z", "G", "k")),
}


def client_with(view: TriggersView = VIEW, page: FindingPage = PAGE) -> FakeClient:
    client = FakeClient(NORMAL)
    client.answers[TRIGGERS.name] = view
    client.answers[FINDINGS.name] = page
    return client


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_triggers(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    view, page, keys = STATES[state]
    assert snap_compare(console(client_with(view, page)), terminal_size=size, run_before=pressing(*keys))


async def test_the_keys_do_what_they_say() -> None:
    client = client_with()
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("Z")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("a")
        await pilot.press("f", "n")
        await pilot.press("G", "r", "p")
        await app.workers.wait_for_complete()
        assert client.sent == [
            ("trigger.reset", ResetTrigger(persona="helper", emotion="loneliness")),
            ("job.run", RunJob(name="stalled_work")),
            ("target.resume", Target(scope="job", id="stalled_work")),
        ]
        await pilot.press("escape")
        assert app.screen is app.main


async def test_firing_asks_first() -> None:
    client = client_with()
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("Z")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("f")
        await pilot.pause()
        dialog = app.screen
        dialog.dismiss(True)
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert client.sent == [("trigger.fire", FireTrigger(persona="helper", emotion="loneliness"))]


async def test_a_viewer_may_look_and_nothing_else() -> None:
    client = client_with()
    client.operator = VIC
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("Z")
        await app.workers.wait_for_complete()
        await pilot.press("a", "f", "G", "r", "p")
        await app.workers.wait_for_complete()
        assert client.sent == []
