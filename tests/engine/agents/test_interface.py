"""The status that people read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from engine.agents import InterfaceAgent, summarise
from engine.agents.blockers import Helper
from engine.clock import SimulatedClock
from engine.storage import Database
from engine.tasks import NewTask, Report, ReportKind, TaskError, TaskState, project, submit


async def test_the_summary_counts_states_and_throughput(tmp_path: Path) -> None:
    clock = SimulatedClock()
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as database:
        for number in range(3):
            task_id = f"t{number}"
            await database.write(lambda tx, task_id=task_id: submit(tx, NewTask("x"), task_id, "operator:ana"))  # type: ignore[misc]  # mypy: bound default
        for place, kind in enumerate((ReportKind.CLAIMED, ReportKind.STARTED, ReportKind.COMPLETED), start=1):
            report = Report(f"{place}-0", kind, "t0", 1, 1, "a", clock.now())
            await database.write(lambda tx, report=report: project(tx, [report]))  # type: ignore[misc]  # as above
        clock.step(timedelta(seconds=90))
        summary = await database.read(lambda reader: summarise(reader, clock.now()))
        assert (summary.waiting, summary.held, summary.by_state[TaskState.DONE]) == (2, 0, 1)
        assert sum(summary.throughput) == summary.throughput[-2] == 1


async def test_people_are_told_of_the_whole_and_submit_and_cancel_single_tasks(tmp_path: Path) -> None:
    clock = SimulatedClock()
    agent = InterfaceAgent(clock)
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as database:
        new = NewTask("count", "word_count", unique="k")
        task, fresh = await database.write(lambda tx: agent.submit(tx, new, "operator:ana"))
        assert fresh
        assert await database.write(lambda tx: agent.submit(tx, new, "operator:ben")) == (task, False)
        with pytest.raises(TaskError, match="is a step of a plan"):
            await database.write(lambda tx: agent.submit(tx, NewTask("ask", "action"), "operator:ana"))
        clock.step(timedelta(seconds=7))
        helpers = (Helper("dev-1", "idle", frozenset({"echo"})),)
        report = await database.read(lambda reader: agent.report(reader, helpers))
        assert report.summary == await database.read(agent.summary)
        assert report.summary.waiting == 1
        (queue,) = report.queues
        assert (queue.needs, queue.pending, queue.oldest_seconds) == (("word_count",), 1, 7)
        assert [(one.task_id, one.why) for one in report.blockers] == [(task.id, "no agent here can do word_count")]
        stopped = await database.write(lambda tx: agent.cancel(tx, task.id, "operator:ana", "no need"))
        assert (stopped.state, stopped.error) == (TaskState.CANCELLED, "no need")
        assert (await database.read(lambda reader: agent.report(reader, helpers))).blockers == ()
