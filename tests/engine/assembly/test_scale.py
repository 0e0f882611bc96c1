"""However many agents and tasks there are: what a view holds is bounded, and no question looks through all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from engine.agents.interface import queue_summaries
from engine.assembly.metrics import gauges
from engine.assembly.views.actions import approvals_view
from engine.assembly.views.tasks import agents_view
from engine.clock import SimulatedClock
from engine.settings.governance import GovernanceSettings
from engine.storage import Database, Reader, Transaction
from engine.tasks import NewTask, TaskState, counts, lost_candidates, newest_tasks, pending_outbox, submit
from engine.tasks.dead import Buried, count_dead, list_dead
from engine.tasks.stores.finding import find_tasks
from engine.tasks.stores.protocol import TaskQuery
from engine.view import AGENT_LIMIT, TASK_LIMIT, AgentView

CLOCK = SimulatedClock()
AGENTS = 600
TASKS = 300
PENDING = frozenset({TaskState.PENDING})
ENDED = frozenset({TaskState.DONE, TaskState.FAILED})


def _agent(number: int) -> AgentView:
    # The lost ones come last by name.
    seen = CLOCK.now() - timedelta(seconds=number)
    return AgentView(f"agent-{number:03}", "lost" if number >= AGENTS - 3 else "idle", ("echo",), seen)


def _fill(tx: Transaction) -> None:
    for number in range(TASKS):
        submit(tx, NewTask(f"task {number}", type="echo", priority=1 + number % 10), f"t{number:03}", "operator:ana")


async def test_a_view_has_room_for_some_agents_and_tasks_and_tells_how_many_there_are(tmp_path: Path) -> None:
    agents = tuple(map(_agent, range(AGENTS)))
    async with await Database.open(tmp_path / "engine.db", CLOCK, inline=True) as database:
        await database.write(_fill)
        view = await database.read(lambda reader: agents_view(reader, CLOCK.now(), agents))
    assert len(view.agents) == AGENT_LIMIT
    assert (view.here, view.lost) == (AGENTS, 3)
    assert [agent.id for agent in view.agents] == sorted(agent.id for agent in view.agents)
    assert {agent.id for agent in agents[-3:]} <= {agent.id for agent in view.agents}, "whoever is lost is shown"
    assert len(view.tasks) <= TASK_LIMIT
    assert view.pending == TASKS
    assert view.tasks[0].title == f"task {TASKS - 1}"


class _Plans:
    """A reader that notes how each of its questions is answered."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.found: list[str] = []

    def rows(self, sql: str, parameters: Any = ()) -> list[Any]:
        plan = self._reader.rows(f"EXPLAIN QUERY PLAN {sql}", parameters)
        self.found += [row["detail"] for row in plan]
        return self._reader.rows(sql, parameters)

    def row(self, sql: str, parameters: Any = ()) -> Any:
        found = self.rows(sql, parameters)
        return found[0] if found else None


@pytest.mark.parametrize(
    ("ask", "by"),
    [
        (counts, "task_counts"),
        (count_dead, "task_counts"),
        (lambda reader: newest_tasks(reader, TaskState.PENDING, 25), "tasks_by_state (state=? AND priority=?)"),
        (lambda reader: queue_summaries(reader, CLOCK.now()), "tasks_waiting"),
        (lambda reader: gauges(reader, CLOCK.now()), "tasks_waiting"),
        (
            lambda reader: find_tasks(reader, TaskQuery(states=PENDING, after="t200")),
            "tasks_paged_by_state (state=? AND id<?)",
        ),
        (lambda reader: find_tasks(reader, TaskQuery(PENDING, type="x")), "tasks_paged_by_state (state=?"),
        (lambda reader: find_tasks(reader, TaskQuery(ENDED)), "tasks_paged_by_state (state=?)"),
        (
            lambda reader: find_tasks(reader, TaskQuery(type="echo", after="t2")),
            "tasks_paged_by_type (type=? AND id<?)",
        ),
        (lambda reader: find_tasks(reader, TaskQuery(agent="dev-1")), "tasks_paged_by_agent (agent=?)"),
        (lambda reader: find_tasks(reader, TaskQuery(parent_goal="g")), "tasks_paged_by_goal (parent_goal=?)"),
        (lambda reader: list_dead(reader, Buried(), 50, "t200"), "tasks_paged_by_state (state=? AND id<?)"),
        (lambda reader: lost_candidates(reader, 500, "t"), "tasks_open (id>?)"),
        (lambda reader: lost_candidates(reader, 500), "task_outbox_by_task"),
    ],
    ids=[
        "counts",
        "dead",
        "newest",
        "queues",
        "gauges",
        "page by state",
        "by state and type",
        "by states",
        "by type",
        "by agent",
        "by goal",
        "page of dead",
        "reconciler",
        "outbox",
    ],
)
async def test_what_is_asked_again_and_again_never_looks_through_all_tasks(
    tmp_path: Path, ask: Callable[[Reader], object], by: str
) -> None:
    async with await Database.open(tmp_path / "engine.db", CLOCK, inline=True) as database:
        await database.write(_fill)

        def look(reader: Reader) -> list[str]:
            plans = _Plans(reader)
            ask(cast("Reader", plans))
            return plans.found

        found = await database.read(look)
    assert any(by in step for step in found), found
    # Sorting two pages into one costs as much as the pages; sorting all would cost as much as there are tasks.
    if any("tasks_paged" in step for step in found) and not any("CO-ROUTINE" in step for step in found):
        assert not [step for step in found if "TEMP B-TREE" in step], found
    through_all = [step for step in found if step.startswith(("SCAN tasks", "SCAN t ", "SCAN o", "SCAN task_outbox"))]
    assert through_all == []


async def test_the_outbox_is_told_in_pages(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "engine.db", CLOCK, inline=True) as database:
        await database.write(_fill)
        assert len(await database.read(lambda reader: pending_outbox(reader, 100))) == 100


async def test_a_view_reads_of_the_open_questions_only_those_that_it_shows(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "engine.db", CLOCK, inline=True) as database:

        def look(reader: Reader) -> list[str]:
            plans = _Plans(reader)
            approvals_view(cast("Reader", plans), CLOCK.now(), GovernanceSettings())
            return plans.found

        found = await database.read(look)
    assert "SCAN actions USING INDEX actions_pending_by_expiry" in found, "in their order, up to the limit"
    by_state = [step for step in found if "actions USING INDEX actions_by_status" in step]
    assert not [step for step in found if step.startswith("SEARCH a USING INDEX actions_by_status")]
    # The other states are read in the order of that index, so that a limit ends it; counts need the index alone.
    assert by_state.count("SEARCH actions USING INDEX actions_by_status (status=?)") == len(by_state) == 3
