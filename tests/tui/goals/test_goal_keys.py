"""Goals from the keyboard: begin, change, pause, put away, and look at one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot

from engine.clock import SimulatedClock
from engine.commands import AddGoal, EditGoal, GoalTarget, SubmitTask
from engine.errors import WatchfloorError
from engine.queries import GOAL
from tui.screens.choose import Choose
from tui.screens.form import Form
from tui.screens.goal import GoalScreen
from tui.screens.main import MainScreen

from ..fake import VIC, FakeClient, clock_at, console
from ..views import NORMAL
from .reports import BEHIND, COMPLETED, PAUSED, view_of

SIZE = (80, 24)


def showing(pilot: Pilot[int]) -> type[object]:
    """What sort of screen is on top."""
    return type(pilot.app.screen)


async def form(pilot: Pilot[int], clock: SimulatedClock, *keys: str) -> Form:
    """Press keys that lead to a form, and let it arm."""
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, Form)
    await clock.advance(0.5)
    return screen


async def fill(pilot: Pilot[int], *values: str) -> None:
    """Type over each line and go on."""
    for value in values:
        await pilot.press("home", "ctrl+k", *value)
        await pilot.press("enter")
    await pilot.pause()


async def test_a_goal_is_added_with_two_keys_and_four_lines() -> None:
    client, clock = FakeClient(NORMAL), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await form(pilot, clock, "N", "r")
        await fill(pilot, "Q2", "1000.50", "2026-04-01", "2026-06-30")
        await pilot.app.workers.wait_for_complete()
    expected = AddGoal.model_validate(
        {"title": "Q2", "type": "revenue", "target": "1000.50", "start": "2026-04-01", "end": "2026-06-30"}
    )
    assert client.sent == [("goal.add", expected)]


@pytest.mark.parametrize(("key", "kind"), [("p", "pipeline"), ("a", "activity"), ("q", "quality")])
async def test_every_type_has_its_key(key: str, kind: str) -> None:
    client, clock = FakeClient(NORMAL), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await form(pilot, clock, "N", key)
        await pilot.press(*"Aim", "tab", *"50", "ctrl+s")
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    ((_, sent),) = client.sent
    assert isinstance(sent, AddGoal)
    assert (sent.type, sent.title, sent.target, str(sent.start), str(sent.end)) == (
        kind, "Aim", "50", "2026-03-02", "2026-05-31",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (("", "1", "2026-04-01", "2026-06-30"), "title"),
        (("Q2", "much", "2026-04-01", "2026-06-30"), "target"),
        (("Q2", "0", "2026-04-01", "2026-06-30"), "more than 0"),
        (("Q2", "1", "1.4.2026", "2026-06-30"), "YYYY-MM-DD"),
        (("Q2", "1", "2026-02-29", "2026-06-30"), "YYYY-MM-DD"),
        (("Q2", "1", "2026-06-30", "2026-06-30"), "after the first day"),
    ],
)
async def test_what_will_not_do_is_said_and_nothing_is_sent(values: tuple[str, ...], problem: str) -> None:
    client, clock = FakeClient(NORMAL), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        screen = await form(pilot, clock, "N", "r")
        await fill(pilot, *values)
        assert pilot.app.screen is screen
        assert problem in screen.query_one("#hint").render_line(0).text
        await pilot.press("escape")
        await pilot.pause()
        assert showing(pilot) is MainScreen
    assert client.sent == []


async def test_what_is_typed_in_one_go_lands_in_its_lines() -> None:
    client, clock = FakeClient(NORMAL), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await form(pilot, clock, "N", "a")
        for key in ("C", "a", "enter", "4", "0", "ctrl+s"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    ((_, sent),) = client.sent
    assert isinstance(sent, AddGoal)
    assert (sent.title, sent.target) == ("Ca", "40")


async def test_a_task_is_begun_from_the_same_menu() -> None:
    client, clock = FakeClient(NORMAL), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await form(pilot, clock, "N", "t")
        await pilot.press(*"count", "ctrl+s")
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    assert client.sent == [("task.submit", SubmitTask(title="count"))]


async def test_the_menu_is_left_without_a_choice() -> None:
    async with console(FakeClient(NORMAL)).run_test(size=SIZE) as pilot:
        await pilot.press("N")
        await pilot.pause()
        assert showing(pilot) is Choose
        await pilot.press("z")
        assert showing(pilot) is Choose
        await pilot.press("escape")
        await pilot.pause()
        assert showing(pilot) is MainScreen


async def test_while_a_filter_is_on_it_is_the_previous_match() -> None:
    app = console(FakeClient(NORMAL))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4")
        app.main.current.table.narrow("Q4")
        await pilot.press("N")
        await pilot.pause()
        assert showing(pilot) is MainScreen
        await pilot.press("escape", "N")
        await pilot.pause()
        assert showing(pilot) is Choose


async def test_an_edit_sends_only_what_is_different() -> None:
    client, clock = FakeClient(view_of(BEHIND.goal)), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        screen = await form(pilot, clock, "4", "e")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "nothing is different" in screen.query_one("#hint").render_line(0).text
        await pilot.press("tab", "home", "ctrl+k", *"300000.5", "ctrl+s")
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    assert client.sent == [("goal.edit", EditGoal(id="g1", target="300000.5"))]


async def test_what_is_typed_ahead_or_pasted_never_answers_a_form() -> None:
    client = FakeClient(view_of(BEHIND.goal))
    async with console(client).run_test(size=SIZE) as pilot:
        await pilot.press("4", "e", *"x", "ctrl+s")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Form)
    assert client.sent == []


async def test_pause_resume_and_putting_away_fit_the_state() -> None:
    client, clock = FakeClient(view_of(BEHIND.goal)), clock_at()
    app = console(client, clock)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", "p")
        client.publish(view_of(PAUSED.goal))
        await pilot.pause()
        await pilot.press("p", "X")
        await pilot.pause()
        await clock.advance(0.5)
        await pilot.press("y")
        while app.screen is not app.main:
            await pilot.pause()
        await app.workers.wait_for_complete()
        client.publish(replace(view_of(COMPLETED.goal), seq=9_999))
        await pilot.pause()
        offered = app.main.query_one("KeyBar").render_line(0).text
        assert " p pause" not in offered
        assert " e edit" not in offered
        assert " X put away" in offered
    target = GoalTarget(id="g1")
    assert client.sent == [("goal.pause", target), ("goal.resume", target), ("goal.archive", target)]


async def test_the_page_of_a_goal_follows_the_engine_and_changes_the_goal() -> None:
    client, clock = FakeClient(view_of(BEHIND.goal)), clock_at()
    client.answers[GOAL.name] = BEHIND
    app = console(client, clock)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, GoalScreen)
        assert "▼ behind 8%" in screen.head.render_line(0).text
        assert "straight line" in screen.body.plain
        await pilot.press("p")
        client.answers[GOAL.name] = PAUSED
        client.publish(replace(view_of(PAUSED.goal), seq=2_000))
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "paused" in screen.head.render_line(0).text
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(app.screen, Form)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert showing(pilot) is MainScreen
    assert client.sent == [("goal.pause", GoalTarget(id="g1"))]


async def test_a_goal_that_the_engine_cannot_tell_of_says_why() -> None:
    client = FakeClient(NORMAL)
    client.failure = WatchfloorError("no goal g1", remedy="List them to see their ids.")
    app = console(client)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, GoalScreen)
        assert "no goal g1" in app.screen.body.plain


async def test_a_viewer_looks_and_changes_nothing() -> None:
    client = FakeClient(view_of(BEHIND.goal), VIC)
    client.answers[GOAL.name] = BEHIND
    app = console(client)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("4", "N", "e", "p", "X")
        await pilot.pause()
        assert showing(pilot) is MainScreen
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("e", "p", "X")
        await pilot.pause()
        assert showing(pilot) is GoalScreen
    assert client.sent == []
