"""Agents, queues, goals in steps and tasks: how they look, and what their keys do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.app import App

from engine.commands import CancelGraph, CancelTask, DrainAgent, RetryTask, SubmitGraph, Target
from engine.operators import Role
from engine.queries import (
    AGENTS,
    GRAPH,
    GRAPHS,
    OUTPUT,
    PLAN,
    TASK,
    TEMPLATES,
    GraphPage,
    ParameterView,
    TemplatePage,
    TemplateView,
)
from engine.view import AgentsView
from tui.app import ConsoleApp
from tui.screens.confirm import Confirm

from ..fake import ANA, FakeClient, clock_at, console
from ..test_snapshots import SIZES, Compare, pressing
from ..views import NORMAL
from . import reports


def client(task: str = "running", graph: str = "open", agents: str = "normal", **more: Any) -> FakeClient:
    """A client that knows of one task, first in panel 5."""
    report = reports.TASKS[task]
    view = replace(NORMAL, agents=AgentsView(tasks=(report.task,)))
    made = FakeClient(view, **more)
    made.answers[TASK.name] = report
    made.answers[OUTPUT.name] = reports.output(report)
    made.answers[GRAPH.name] = reports.GRAPHS[graph]
    made.answers[GRAPHS.name] = GraphPage(reports.ROWS)
    made.answers[AGENTS.name] = reports.AGENTS[agents]
    return made


@SIZES
@pytest.mark.parametrize("state", reports.TASKS)
def test_a_task(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(console(client(state)), terminal_size=size, run_before=pressing("5", "enter"))


@SIZES
@pytest.mark.parametrize("state", reports.AGENTS)
def test_agents(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(console(client(agents=state)), terminal_size=size, run_before=pressing("U"))


@SIZES
@pytest.mark.parametrize("state", reports.AGENTS)
def test_queues(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(console(client(agents=state)), terminal_size=size, run_before=pressing("Q"))


@SIZES
@pytest.mark.parametrize("state", reports.GRAPHS)
def test_the_steps_of_a_goal(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(console(client(graph=state)), terminal_size=size, run_before=pressing("5", "i"))


@SIZES
@pytest.mark.parametrize("rows", [reports.ROWS, ()], ids=["normal", "empty"])
def test_goals_in_steps(snap_compare: Compare, rows: Any, size: tuple[int, int]) -> None:
    made = client()
    made.answers[GRAPHS.name] = GraphPage(rows)
    assert snap_compare(console(made), terminal_size=size, run_before=pressing("Y"))


def test_a_task_without_colours(snap_compare: Compare) -> None:
    app: App[int] = console(client("done"), theme="mono")
    assert snap_compare(app, terminal_size=(120, 40), run_before=pressing("5", "enter"))


@pytest.mark.parametrize(
    ("state", "keys", "sent"),
    [
        ("running", ("5", "x"), ("task.cancel", CancelTask(id=reports.TASK.id))),
        ("dead", ("5", "u"), ("task.retry", RetryTask(id=reports.TASK.id))),
        ("running", ("5", "enter", "x"), ("task.cancel", CancelTask(id=reports.TASK.id))),
        ("dead", ("5", "enter", "u"), ("task.retry", RetryTask(id=reports.TASK.id))),
        ("running", ("U", "p"), ("target.pause", Target(scope="agent", id="dev-1"))),
        ("running", ("U", "d"), ("agent.drain", DrainAgent(id="dev-1"))),
        ("running", ("U", "j", "j", "j", "p"), ("target.resume", Target(scope="agent", id="dev-4"))),
        ("running", ("Q", "a"), ("target.pause", Target(scope="queue", id="tasks"))),
        ("running", ("Q", "j", "p"), ("target.pause", Target(scope="queue", id="word_count"))),
        ("running", ("Q", "p", "2"), ("target.pause", Target(scope="queue", id="gpu"))),
    ],
)
async def test_what_a_key_sends(state: str, keys: tuple[str, ...], sent: tuple[str, object]) -> None:
    made = client(state)
    async with console(made).run_test(size=(120, 40)) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        assert made.sent == [sent]


@pytest.mark.parametrize(("keys", "name"), [(("Q", "p"), "gpu"), (("Q", "j", "p"), "word_count")])
async def test_what_is_paused_goes_on(keys: tuple[str, ...], name: str) -> None:
    made = client(agents="some_paused")
    async with console(made).run_test(size=(120, 40)) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        assert made.sent == [("target.resume", Target(scope="queue", id=name))]


@pytest.mark.parametrize("keys", [("5", "u"), ("U", "j", "j", "d"), ("5", "enter", "u")])
async def test_what_does_not_fit_sends_nothing(keys: tuple[str, ...]) -> None:
    made = client("running")
    async with console(made).run_test(size=(120, 40)) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        assert made.sent == []


async def test_a_viewer_changes_nothing() -> None:
    made = client("running", operator=replace(ANA, role=Role.VIEWER))
    async with console(made).run_test(size=(120, 40)) as pilot:
        for key in ("5", "x", "enter", "x", "escape", "U", "p", "d", "escape", "Q", "p", "a"):
            await pilot.press(key)
            await pilot.pause()
        assert made.sent == []


async def test_a_goal_is_cancelled_only_after_a_question() -> None:
    made, clock = client(), clock_at()
    async with console(made, clock).run_test(size=(120, 40)) as pilot:
        await pilot.press("Y", "enter")
        await pilot.pause()
        for answer in ("n", "y"):
            await pilot.press("x")
            await pilot.pause()
            assert made.sent == []
            await clock.advance(1)
            await pilot.press(answer)
            await pilot.pause(0.2)
        await pilot.app.workers.wait_for_complete()
    assert made.sent == [("graph.cancel", CancelGraph(id=reports.OPEN.id))]


async def test_a_goal_is_begun_by_a_template_once_its_steps_were_read() -> None:
    made, clock = client(), clock_at()
    broken = TemplateView("broken", "b", "", own=True, fault="broken.toml, line 3: steps: unknown key")
    blanks = (ParameterView("account", "The account.", None), ParameterView("kind", "", "send_proposal"))
    letter = TemplateView("letter", "L", "A letter.", own=False, parameters=blanks)
    made.answers[TEMPLATES.name] = TemplatePage((broken, letter))
    made.answers[PLAN.name] = replace(reports.OPEN, id="", state="planned")
    async with console(made, clock).run_test(size=(120, 40)) as pilot:
        await pilot.press("N", "s")
        await pilot.pause()
        await pilot.press("1")
        await pilot.pause()
        await clock.advance(1)
        await pilot.press(*"acme", "ctrl+s")
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert made.sent == []
        assert isinstance(pilot.app.screen, Confirm)
        assert "Count the words" in pilot.app.screen.body.plain
        await clock.advance(1)
        await pilot.press("y")
        await pilot.pause(0.2)
        await pilot.app.workers.wait_for_complete()
    wanted = SubmitGraph(template="letter", parameters={"account": "acme", "kind": "send_proposal"})
    assert made.sent == [("graph.submit", wanted)]


async def test_panel_5_says_how_many_agents_there_are_beyond_those_that_it_shows() -> None:
    made = client()
    view = replace(NORMAL, agents=AgentsView(agents=reports.WORK.agents, here=600, lost=7))
    made.publish(view)
    async with console(made).run_test(size=(120, 40)) as pilot:
        await pilot.press("5", "z")
        await pilot.pause()
        app = pilot.app
        assert isinstance(app, ConsoleApp)
        title = str(app.main.current.border_title)
    assert "600 agents · 5 shown, U shows all · 7 lost" in title
