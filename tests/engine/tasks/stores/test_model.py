"""Any history of tasks, crashes and meddling: the store ends as a plain model says, in each of the three."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.tasks import ReportKind, Task, TaskError, TaskState, cancel, pause, replay, reprioritise, resume
from engine.tasks.stores import TaskQuery

from .conftest import EACH
from .world import ANA, Places, World, drop, execute

EXAMPLES: Final = int(os.environ.get("WATCHFLOOR_TASK_HISTORIES", "6"))
STEPS: Final = 25
NUMBERS: Final = itertools.count(1)
T = TypeVar("T")

LIVE: Final = frozenset({TaskState.BACKLOG, TaskState.PENDING, TaskState.ASSIGNED, TaskState.ACTIVE, TaskState.PAUSED})
WAITING: Final = frozenset({TaskState.BACKLOG, TaskState.PENDING, TaskState.PAUSED})


class Model:
    """What ought to be, told as plainly as can be."""

    def __init__(self) -> None:
        self.state: dict[str, TaskState] = {}
        self.priority: dict[str, int] = {}
        self.needs: dict[str, tuple[str, ...]] = {}

    def settle(self) -> None:
        """What follows for those who wait, until nothing follows any more."""
        while True:
            for name, state in self.state.items():
                needed = [self.state[other] for other in self.needs[name]]
                lost = any(one in {TaskState.FAILED, TaskState.CANCELLED, TaskState.DEAD} for one in needed)
                if state in {TaskState.BACKLOG, TaskState.PAUSED} and lost:
                    self.state[name] = TaskState.FAILED
                    break
                if state is TaskState.BACKLOG and all(one is TaskState.DONE for one in needed):
                    self.state[name] = TaskState.PENDING
                    break
            else:
                return


class Histories(RuleBasedStateMachine):
    """Submits, reports, cancels, pauses, crashes and meddles."""

    kind: ClassVar[str] = "json"
    url: ClassVar[str] = ""
    tasks: Bundle[Task] = Bundle("tasks")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model = Model()
        self.folder = Path(tempfile.mkdtemp(prefix="wf-tasks-"))
        self.places = Places(self.kind, self.folder, self.url, f"model_{next(NUMBERS)}")

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.world = self.run(World.begin(self.places))

    @rule(target=tasks, after=st.lists(tasks, max_size=3), title=st.text(max_size=20), priority=st.integers(1, 10))
    def submit(self, after: list[Task], title: str, priority: int) -> Any:
        needs = tuple(sorted({task.id for task in after}))
        states = [self.model.state[need] for need in needs]
        lost = any(state in {TaskState.FAILED, TaskState.CANCELLED, TaskState.DEAD} for state in states)
        try:
            task = self.run(self.world.submit(title, *after, priority=priority))
        except TaskError:
            assert lost or not title.strip() or "\0" in title
            return multiple()
        assert not lost
        done = all(state is TaskState.DONE for state in states)
        self.model.state[task.id] = TaskState.PENDING if done else TaskState.BACKLOG
        self.model.priority[task.id], self.model.needs[task.id] = priority, needs
        return task

    @rule(task=tasks, end=st.sampled_from(["done", "failed", "dead", "released", "held"]), stale=st.booleans())
    def work(self, task: Task, end: str, stale: bool) -> None:
        token = 0 if stale else None
        before = self.model.state[task.id]
        kinds = {
            "done": [ReportKind.CLAIMED, ReportKind.STARTED, ReportKind.COMPLETED],
            "failed": [ReportKind.CLAIMED, ReportKind.STARTED, ReportKind.FAILED],
            "dead": [ReportKind.CLAIMED, ReportKind.STARTED, ReportKind.DEAD],
            "released": [ReportKind.CLAIMED, ReportKind.RELEASED],
            "held": [ReportKind.CLAIMED, ReportKind.STARTED],
        }[end]
        current = self.run(self.world.decided(task)).task
        if stale and current.token == 0:
            # No claim is older than none.
            return
        self.run(self.world.report(task, *kinds, token=token))
        if stale or before not in {TaskState.PENDING, TaskState.ASSIGNED, TaskState.ACTIVE}:
            return
        self.model.state[task.id] = {
            "done": TaskState.DONE, "dead": TaskState.DEAD, "held": TaskState.ACTIVE
        }.get(end, TaskState.PENDING)  # fmt: skip
        if before in {TaskState.ASSIGNED, TaskState.ACTIVE}:
            # A claim of what is held changes nothing; what comes after it counts.
            self.model.state[task.id] = self.run(self.world.state(task))
        self.model.settle()

    @rule(task=tasks)
    def cancel(self, task: Task) -> None:
        self.change(task, lambda tx: cancel(tx, task.id, ANA), self.model.state[task.id] in LIVE, TaskState.CANCELLED)

    @rule(task=tasks)
    def pause(self, task: Task) -> None:
        legal = self.model.state[task.id] in {TaskState.BACKLOG, TaskState.PENDING}
        self.change(task, lambda tx: pause(tx, task.id, ANA), legal, TaskState.PAUSED)

    @rule(task=tasks)
    def resume(self, task: Task) -> None:
        legal = self.model.state[task.id] is TaskState.PAUSED
        ready = all(self.model.state[need] is TaskState.DONE for need in self.model.needs[task.id])
        after = TaskState.PENDING if ready else TaskState.BACKLOG
        self.change(task, lambda tx: resume(tx, task.id, ANA), legal, after)

    @rule(task=tasks)
    def replay(self, task: Task) -> None:
        legal = self.model.state[task.id] is TaskState.DEAD
        self.change(task, lambda tx: replay(tx, task.id, ANA), legal, TaskState.PENDING)

    @rule(task=tasks, priority=st.integers(0, 11))
    def reprioritise(self, task: Task, priority: int) -> None:
        legal = self.model.state[task.id] in WAITING and 1 <= priority <= 10
        if legal:
            self.model.priority[task.id] = priority
        self.change(task, lambda tx: reprioritise(tx, task.id, priority, ANA), legal, self.model.state[task.id])

    def change(self, task: Task, work: Any, legal: bool, after: TaskState) -> None:
        if not legal:
            with pytest.raises(TaskError):
                self.run(self.world.database.write(work))
            return
        self.run(self.world.database.write(work))
        self.model.state[task.id] = after
        self.model.settle()

    @rule()
    def keep(self) -> None:
        self.run(self.world.settle())

    @rule()
    def restart(self) -> None:
        self.world = self.run(self.world.again())

    @precondition(lambda self: self.kind != "sqlite" and self.model.state)
    @rule(task=tasks)
    def meddle(self, task: Task) -> None:
        if self.kind == "json":
            for file in self.folder.glob(f"tasks/*/{task.id}.json"):
                file.write_bytes(file.read_bytes().replace(b'"state"', b'"stat"'))
        else:
            table = f'"{self.places.namespace}".tasks'
            self.run(execute(self.url, f"UPDATE {table} SET state = 'done', priority = 7 WHERE id = $1", task.id))

    @invariant()
    def decided_as_the_model_says(self) -> None:
        for name, state in self.model.state.items():
            row = self.run(self.world.database.read(lambda r: r.row("SELECT * FROM tasks WHERE id = ?", (name,))))  # noqa: B023  # awaited at once
            assert row is not None
            assert (row["state"], row["priority"]) == (state, self.model.priority[name])

    def teardown(self) -> None:
        if hasattr(self, "world"):
            if self.world.mirror is not None:
                self.run(self.world.keeping.compare())
            found = self.run(self.world.store.find(TaskQuery(limit=500)))
            assert {one.task.id: one.task.state for one in found} == self.model.state
            assert {one.task.id: one.depends_on for one in found} == self.model.needs
            assert found == [self.run(self.world.decided(one.task)) for one in found]
            self.run(self.world.end())
        if self.kind == "postgresql":
            self.run(drop(self.url, self.places.namespace))
        self.runner.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("which", EACH)
def test_the_store_ends_as_the_model_says(which: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("server").url if which == "postgresql" else ""
    machine = type("Machine", (Histories,), {"kind": which, "url": url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
