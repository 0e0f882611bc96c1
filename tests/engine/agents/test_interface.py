"""The status that people read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from engine.agents import summarise
from engine.clock import SimulatedClock
from engine.storage import Database
from engine.tasks import NewTask, Report, ReportKind, TaskState, project, submit


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
