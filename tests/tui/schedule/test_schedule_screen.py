"""The screen of background jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.commands import RunJob, Target
from engine.errors import WatchfloorError
from engine.queries import SCHEDULE, SchedulePage
from engine.view import JobRunView, JobView

from ..fake import VIC, FakeClient, console
from ..test_snapshots import SIZES, pressing
from ..views import NORMAL, NOW

Compare = Callable[..., bool]


def ran(number: int, job: str, minutes: int, outcome: str = "ok", **more: object) -> JobRunView:
    began = NOW - timedelta(minutes=minutes)
    run = JobRunView(number, job, "slot", began, began, began + timedelta(seconds=2), outcome, 3, "3 proposed", 0)
    return replace(run, **more)  # type: ignore[arg-type]  # names of its own fields


SCAN = JobView(
    name="pattern_scan",
    about="Looks for patterns in accounts, with their evidence.",
    source="built-in",
    state="waiting",
    held="",
    asked=False,
    plan="0 6-18/6 * * 1-5 (Europe/Berlin)",
    zone="Europe/Berlin",
    hours="07:00–19:00",
    jitter_seconds=120,
    timeout_seconds=300,
    overlap="skip",
    running_since=None,
    next=tuple(NOW + timedelta(hours=6 * number, minutes=7) for number in range(5)),
    last_at=NOW - timedelta(hours=5),
    last_seconds=2.0,
    last_outcome="ok",
    last_count=12,
    last_note="48 accounts, 12 patterns found, 30 last, 2 gone",
    runs=212,
    failures=0,
    merged=4,
    skipped=1,
    recent=(
        ran(9, "pattern_scan", 300, merged=3),
        ran(8, "pattern_scan", 660, "failed", cause="retry", note="the table is gone"),
        ran(7, "pattern_scan", 670, "timeout", note="it took longer than 300 s"),
        ran(6, "pattern_scan", 680, "cut_off", cause="hand", note="it was paused in the middle"),
    ),
)
HEARTBEAT = replace(
    SCAN, name="heartbeat", state="running", plan="every 30 min", hours="", jitter_seconds=0, recent=(),
    running_since=NOW - timedelta(seconds=4), about="Proposes the standing tasks of HEARTBEAT.md.",
)  # fmt: skip
PAUSED = replace(SCAN, name="git_patrol", state="paused", held="it was paused by ana: too loud", plan="every 1 min")
FAILING = replace(
    SCAN, name="stock_check", state="failing", failures=4, source="plug-in acme-jobs 1.2", last_outcome="failed",
    last_note="no route to host", next=(NOW + timedelta(seconds=240),),
)  # fmt: skip
OFF = replace(SCAN, name="off_duty", state="off", next=(), last_at=None, last_outcome="", recent=(), runs=0)
STUCK = replace(SCAN, name="hanging", state="stuck", last_outcome="timeout", failures=1)
HOSTILE = replace(
    SCAN, name="x\x1b[2J[b]\u202eevil", about="[@click=app.quit]\x07about", last_note="\x1b]52;c;AAAA\x07" + "n" * 400,
    recent=(ran(1, "x", 3, "failed", note="[/b]\x9b31m\nsecond line"),), state="failing", failures=2,
)  # fmt: skip
STATES = {
    "normal": SchedulePage((SCAN, HEARTBEAT, PAUSED, FAILING, OFF, STUCK), alive=True),
    "empty": SchedulePage((), alive=True),
    "paused": SchedulePage(
        (replace(PAUSED, held="everything was paused by ana"),), alive=True, held="everything was paused by ana"
    ),
    "hostile": SchedulePage((HOSTILE,), alive=False),
}


def client_of(state: str) -> FakeClient:
    client = FakeClient(NORMAL)
    client.answers[SCHEDULE.name] = STATES[state]
    return client


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_the_schedule(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(console(client_of(state)), terminal_size=size, run_before=pressing("T"))


@SIZES
def test_a_failing_job(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(console(client_of("normal")), terminal_size=size, run_before=pressing("T", "j", "j", "j"))


async def test_run_now_and_pause_name_the_selected_job() -> None:
    client = client_of("normal")
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("T")
        await app.workers.wait_for_complete()
        await pilot.press("r", "p", "j", "p", "j", "p")
        await app.workers.wait_for_complete()
        await pilot.press("escape")
        assert app.screen is app.main
    assert client.sent == [
        ("job.run", RunJob(name="pattern_scan")),
        ("target.pause", Target(scope="job", id="pattern_scan")),
        ("target.pause", Target(scope="heartbeat", id="*")),
        ("target.resume", Target(scope="job", id="git_patrol")),
    ]


async def test_a_viewer_has_no_verbs() -> None:
    client = client_of("normal")
    client.operator = VIC
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("T")
        await app.workers.wait_for_complete()
        await pilot.press("r", "p")
        await app.workers.wait_for_complete()
    assert client.sent == []


async def test_an_engine_that_cannot_tell_is_shown_and_the_screen_stays() -> None:
    client = client_of("normal")
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        client.failure = WatchfloorError("the database is away")
        await pilot.press("T")
        await app.workers.wait_for_complete()
        await pilot.pause()
        trouble = app.screen.trouble  # type: ignore[attr-defined]  # the page's own line
        assert "the database is away" in trouble.render_line(0).text
