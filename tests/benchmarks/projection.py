"""What agents report on its way into SQL: ``python -m tests.benchmarks.projection [--tasks N] [--batch N]``.

Tasks without dependants, each claimed and completed, are projected as the bridge does it; told are the processor's
microseconds and the statements for each task, with both reports in one batch and in two. In turns with it a twin writes
the same rows (each task once, three chained events, the position) with bare SQLite: the engine's pragmas, tables and
triggers, one commit for each batch, and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.clock import SystemClock
from engine.coordination.reading import ended_but_claimed
from engine.storage import Database, Transaction, to_us
from engine.storage.connect import open_writer
from engine.tasks import NewTask, Report, ReportKind, counts, project, submit

from .bare import ROW

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took for each task.

    Attributes:
        cpu_us, wall_us: microseconds of the processor, and until all was on disk.
        statements: how many statements were run; what triggers did is not counted.
    """

    cpu_us: float
    wall_us: float
    statements: float = 0.0

    def line(self, name: str) -> str:
        """It as a line of the table."""
        told = f"  {self.statements:6.2f} statements" if self.statements else ""
        return f"{name:22} {self.cpu_us:7.1f} µs CPU  {self.wall_us:7.1f} µs until on disk{told}"


def task_id(number: int) -> str:
    """Ids as long as real ones."""
    return f"01a1fee4-7c00-7000-8000-{number:012d}"


def reports(clock: SystemClock, tasks: int, batch: int, *, together: bool) -> list[list[Report]]:
    """Claims and completions of so many tasks, in batches of so many tasks."""
    made: list[list[Report]] = []
    for start in range(0, tasks, batch):
        ids = [task_id(number) for number in range(start, min(tasks, start + batch))]
        at = clock.now()
        place = 2 * start + 1
        claims = [Report(f"{place}-0", ReportKind.CLAIMED, name, 1, 1, "dev-1", at) for name in ids]
        ends = [
            Report(f"{place + 1}-0", ReportKind.COMPLETED, name, 1, 1, "dev-1", at, result='{"ok":true}', ran_ms=1)
            for name in ids
        ]
        made += [claims + ends] if together else [claims, ends]
    return made


async def engine_cost(folder: Path, tasks: int, batch: int, *, together: bool, count: bool = False) -> Cost:
    """One run of the projection in a database of its own."""
    clock = SystemClock()
    async with await Database.open(folder / "engine.db", clock) as database:

        def accept(tx: Transaction, first: int) -> None:
            for number in range(first, min(tasks, first + 500)):
                submit(tx, NewTask(f"task {number}", type="noop"), task_id(number), "operator:ana")

        for first in range(0, tasks, 500):
            await database.write(lambda tx, first=first: accept(tx, first))  # type: ignore[misc]  # bound at once
        batches = reports(clock, tasks, batch, together=together)
        statements, last = 0, ""

        def note(statement: str) -> None:
            nonlocal statements, last
            # What a trigger does is told under its statement's own text.
            statements += statement != last
            last = statement

        def work(tx: Transaction, some: Sequence[Report]) -> list[str]:
            project(tx, some)
            return ended_but_claimed(tx, some)

        if count:
            database._writer.set_trace_callback(note)  # what it runs is the question
        cpu, wall = time.process_time(), time.perf_counter()
        for some in batches:
            await database.write(lambda tx, some=some: work(tx, some))  # type: ignore[misc]  # bound at once
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        found = await database.read(counts)
        assert found == {"done": tasks}, found
    return Cost(cpu * 1e6 / tasks, wall * 1e6 / tasks, statements / tasks)


async def bare_cost(folder: Path, tasks: int, batch: int) -> Cost:
    """One run of the twin: the same rows, nobody asked and nothing checked."""
    clock = SystemClock()
    path = folder / "bare.db"
    async with await Database.open(path, clock) as database:

        def accept(tx: Transaction) -> None:
            for number in range(tasks):
                submit(tx, NewTask(f"task {number}", type="noop"), task_id(number), "operator:ana")

        await database.write(accept)
    connection, head = open_writer(path, 0)
    seq, digest = head.seq, head.hash
    cpu, wall = time.process_time(), time.perf_counter()
    for start in range(0, tasks, batch):
        now = to_us(clock.now())
        names = [(number, task_id(number)) for number in range(start, min(tasks, start + batch))]
        rows = []
        for number, name in names:
            for kind, more in (
                ("task.assigned", {"cause": "claimed", "from": "pending", "waited_ms": 1}),
                ("task.started", {"from": "assigned"}),
                ("task.done", {"cause": "completed", "from": "active", "ran_ms": 1}),
            ):
                data = {"agent": "dev-1", "title": f"task {number}", "token": 1, "type": "noop", **more}
                seq += 1
                text = json.dumps(data)
                line = json.dumps([digest, seq, now, kind, name, "agent:dev-1", text])
                before, digest = digest, hashlib.sha256(line.encode()).hexdigest()
                rows.append((seq, now, kind, name, "agent:dev-1", text, before, digest))
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "UPDATE tasks SET state = 'done', agent = 'dev-1', token = 1, attempts = 1, result = '{\"ok\":true}',"
            " updated_us = ?, started_us = ?, ended_us = ?, run_ms = 1, revision = 4 WHERE id = ?",
            [(now, now, now, name) for _, name in names],
        )
        connection.executemany(ROW, rows)
        connection.execute(
            "INSERT INTO task_projection (name, position) VALUES ('results', ?)"
            " ON CONFLICT (name) DO UPDATE SET position = excluded.position",
            (f"{start}-0",),
        )
        connection.execute("COMMIT")
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    connection.close()
    return Cost(cpu * 1e6 / tasks, wall * 1e6 / tasks)


def main() -> None:
    """Measure in turns, and print the least of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=5_000)
    parser.add_argument("--batch", type=int, default=250, help="tasks of which one unit of work tells")
    chosen = parser.parse_args()
    found: dict[str, list[Cost]] = {}
    for turn in range(ROUNDS):
        for name, together in (("engine, one batch", True), ("engine, two batches", False), ("bare SQLite", None)):
            with tempfile.TemporaryDirectory() as folder:
                if together is None:
                    cost = asyncio.run(bare_cost(Path(folder), chosen.tasks, chosen.batch))
                else:
                    cost = asyncio.run(
                        engine_cost(Path(folder), chosen.tasks, chosen.batch, together=together, count=turn == 0)
                    )
            found.setdefault(name, []).append(cost)
    for name, costs in found.items():
        # The first turn counts the statements, which takes time of its own.
        cpu, wall = min(cost.cpu_us for cost in costs), min(cost.wall_us for cost in costs)
        print(Cost(cpu, wall, costs[0].statements).line(name))


if __name__ == "__main__":
    main()
