"""The rollout's screen, the shadow report, the first line, and the one key that puts every persona on sync."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.clock import SimulatedClock
from engine.commands import RollBack, StartRollout, StepRollout
from engine.errors import WatchfloorError
from engine.queries import ROLLOUT, SHADOW, AskShadow, RolloutView, ShadowPage
from engine.view import RolloutLine
from tui.app import ConsoleApp

from ..fake import VIC, FakeClient, clock_at, console
from ..test_snapshots import SIZES, pressing
from ..views import NORMAL
from . import samples

Compare = Callable[..., bool]

STATES: dict[str, RolloutView] = {
    "soaking": samples.SOAKING,
    "empty": samples.NONE,
    "planned": samples.PLANNED,
    "breach": samples.BREACHED,
    "rolled_back": samples.ROLLED_BACK,
    "held": samples.HELD,
    "ready": samples.READY,
    "complete": samples.COMPLETE,
    "hostile": samples.HOSTILE,
}
PAGES: dict[str, ShadowPage] = {
    "normal": samples.SHADOW_PAGE,
    "empty": samples.SHADOW_EMPTY,
    "hostile": samples.SHADOW_HOSTILE,
}


def client_of(shown: RolloutView) -> FakeClient:
    line = samples.LINES.get(shown.state)
    if line is None and shown.number:
        line = RolloutLine(shown.state, shown.stage, "100%")
    client = FakeClient(replace(NORMAL, rollout=line))
    client.answers[ROLLOUT.name] = shown
    client.answers[SHADOW.name] = samples.SHADOW_PAGE
    return client


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_the_rollout(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(console(client_of(STATES[state])), terminal_size=size, run_before=pressing("r"))


@SIZES
def test_a_viewer_sees_no_verbs(snap_compare: Compare, size: tuple[int, int]) -> None:
    client = client_of(samples.SOAKING)
    client.operator = VIC
    assert snap_compare(console(client), terminal_size=size, run_before=pressing("r"))


@SIZES
def test_a_gate_tells_every_persona_on_trial(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(
        console(client_of(samples.SOAKING)), terminal_size=size, run_before=pressing("r", "j", "j", "j", "z")
    )


@SIZES
@pytest.mark.parametrize("keys", [("R",), ("r", "a"), ("r", "X")], ids=["back", "advance", "abort"])
def test_the_questions(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert snap_compare(console(client_of(samples.SOAKING)), terminal_size=size, run_before=pressing(*keys))


@SIZES
@pytest.mark.parametrize("state", ["soaking", "held", "rolled_back"])
def test_the_first_line_tells_where_it_is(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    client = FakeClient(replace(NORMAL, rollout=samples.LINES[state]))
    assert snap_compare(console(client), terminal_size=size, run_before=pressing())


@SIZES
@pytest.mark.parametrize("state", PAGES)
def test_the_shadow_report(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    client = client_of(samples.SOAKING)
    client.answers[SHADOW.name] = PAGES[state]
    assert snap_compare(console(client), terminal_size=size, run_before=pressing("r", "c", "j"))


async def answered(app: ConsoleApp, clock: SimulatedClock, *keys: str) -> None:
    """Press keys; what confirms comes once the question has stood long enough."""
    async with app.run_test(size=(120, 40)) as pilot:
        for key in keys:
            await pilot.pause()
            if key == "y":
                clock.step(timedelta(seconds=1))
                await pilot.pause()
            await pilot.press(key)
            await pilot.pause(0.1 if key == "y" else 0)
            await app.workers.wait_for_complete()


@pytest.mark.parametrize(
    ("shown", "keys", "sent"),
    [
        (samples.SOAKING, ("R", "y"), ("rollout.back", RollBack(reason="from the console"))),
        (samples.SOAKING, ("r", "R", "y"), ("rollout.back", RollBack(reason="from the console"))),
        (samples.SOAKING, ("r", "b", "y"), ("rollout.back", RollBack(reason="from the console"))),
        (samples.SOAKING, ("r", "a", "y"), ("rollout.advance", StepRollout(stage="half"))),
        (samples.SOAKING, ("r", "p"), ("rollout.hold", StepRollout())),
        (samples.HELD, ("r", "p", "y"), ("rollout.resume", StepRollout(stage="half"))),
        (samples.SOAKING, ("r", "X", "y"), ("rollout.abort", StepRollout())),
        (samples.NONE, ("r", "s", "y"), ("rollout.start", StartRollout(first="helper"))),
        (samples.NONE, ("r", "j", "j", "s", "y"), ("rollout.start", StartRollout(first="planner"))),
        (samples.PLANNED, ("r", "s", "y"), ("rollout.start", StartRollout())),
        (samples.ROLLED_BACK, ("r", "s", "y"), ("rollout.restart", StepRollout())),
    ],
)
async def test_each_key_sends_its_command_and_what_gives_more_asks(
    shown: RolloutView, keys: tuple[str, ...], sent: tuple[str, object]
) -> None:
    client, clock = client_of(shown), clock_at()
    await answered(console(client, clock), clock, *keys)
    assert client.sent == [sent]


@pytest.mark.parametrize(
    ("keys", "answer"),
    [(("R",), "n"), (("R",), "enter"), (("R",), "R"), (("r", "a"), "escape"), (("r", "b"), "b"), (("r", "X"), "enter")],
)
async def test_nothing_is_sent_without_a_yes(keys: tuple[str, ...], answer: str) -> None:
    client, clock = client_of(samples.SOAKING), clock_at()
    await answered(console(client, clock), clock, *keys, answer)
    assert client.sent == []


async def test_a_question_is_void_once_the_rollout_moved_on() -> None:
    client, clock = client_of(samples.SOAKING), clock_at()
    app = console(client, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("r")
        await app.workers.wait_for_complete()
        await pilot.press("a")
        await pilot.pause()
        client.publish(replace(NORMAL, seq=2_000, rollout=samples.LINES["rolled_back"]))
        clock.step(timedelta(seconds=1))
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause(0.1)
    assert client.sent == []


async def test_a_viewer_can_do_nothing() -> None:
    client, clock = client_of(samples.SOAKING), clock_at()
    client.operator = VIC
    await answered(console(client, clock), clock, "r", "a", "y", "p", "b", "y", "s", "y", "X", "y", "R", "y")
    assert client.sent == []


@pytest.mark.parametrize(
    ("shown", "keys"),
    [(samples.SOAKING, ("s",)), (samples.ROLLED_BACK, ("a", "p", "X")), (samples.NONE, ("a", "p", "X")),
     (samples.COMPLETE, ("a", "p", "X"))],
)  # fmt: skip
async def test_keys_that_do_not_fit_do_nothing(shown: RolloutView, keys: tuple[str, ...]) -> None:
    client, clock = client_of(shown), clock_at()
    await answered(console(client, clock), clock, "r", *(one for key in keys for one in (key, "y")))
    assert client.sent == []


async def test_the_shadow_report_shows_one_verdict_after_the_other() -> None:
    client, clock = client_of(samples.SOAKING), clock_at()
    app = console(client, clock)
    await answered(app, clock, "r", "c", "v", "v", "escape")
    asked = [ask.verdict for ask in client.asked if isinstance(ask, AskShadow)]
    assert asked[0] == ""
    assert asked[-2:] == ["different", "only_sync"]


async def test_an_engine_that_cannot_tell_is_shown_and_the_screen_stays() -> None:
    client = client_of(samples.SOAKING)
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        client.failure = WatchfloorError("the database is away")
        await pilot.press("r")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "the database is away" in app.screen.trouble.render_line(0).text  # type: ignore[attr-defined]  # the page's own line
