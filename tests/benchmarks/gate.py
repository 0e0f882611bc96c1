"""How fast the gate and its journal are: ``uv run python -m tests.benchmarks.gate [--cycles N] [--skip-redis]``.

All of it durable (SQLite, WAL, synchronous FULL), each figure beside bare SQLite doing the same writes in the same run:

- the time from a proposal over an operator's yes to the consumed yes, one after the other: three durable commits;
- whole cycles a second with 512 callers at a time. A cycle is four units of work through the gate: the proposal is
  judged; the yes finds the record sound by digest and journal, and the proposal judged the same; the start does all
  that again, finds the yes on record and counts the budgets; the end is kept. Each writes its row and a hashed event,
  and is awaited until it is on disk. Bare SQLite writes the same rows, and reads and judges nothing;
- journal events a second;
- over Redis, with 1,000 questions open: from a proposal to another operator's view, and from a yes to the tool's start;
- from "pause everything" to the last effect, in the engine and in an agent.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from engine.clock import SystemClock
from engine.governance import (
    Action,
    Effect,
    Execution,
    Gate,
    Proposal,
    Stage,
    ToolContext,
    ToolResult,
)
from engine.governance.launching import executed
from engine.operators import Operator, Role
from engine.settings.governance import GovernanceSettings
from engine.storage import Database, Transaction
from engine.tools import OutsideTool, ToolArguments, ToolRegistry

from . import bare
from .gate_redis import measure_over_redis

ANA = Operator("ana", Role.OPERATOR)
GROUP = 256
BODY = "Dear Jo, thank you for the call on Friday. As agreed, here is our proposal for 40 seats. " * 2


class Arguments(ToolArguments):
    """A mail."""

    to: str
    subject: str
    body: str


class NoTool(OutsideTool[Arguments]):
    """Does nothing: what is measured is the gate."""

    name: ClassVar[str] = "email"
    description: ClassVar[str] = "does nothing"
    effect: ClassVar[Effect] = Effect.OUTWARD
    arguments = Arguments

    def summary(self, arguments: Arguments) -> str:
        """In a few words."""
        return "sends 1 email outside"

    async def run(self, arguments: Arguments, context: ToolContext) -> ToolResult:
        """Nothing."""
        return ToolResult("sent")


def proposal(number: int) -> Proposal:
    """A proposal like no other."""
    arguments = {"to": f"jo{number}@acme.example", "subject": f"Proposal {number}", "body": BODY}
    return Proposal("send_proposal", "email", arguments, f"persona:p{number % 20}", "the goal is behind")  # type: ignore[arg-type]  # JSON


class Bench:
    """A gate over a real database."""

    def __init__(self, database: Database, clock: SystemClock) -> None:
        self.database = database
        settings = GovernanceSettings(grace_seconds=0, max_pending=100_000)
        self.gate = Gate(settings, ToolRegistry([NoTool()], clock), clock, lambda _reader, _account: Stage.UNKNOWN)

    async def propose(self, number: int) -> Action:
        """Ask."""
        return await self.database.write(lambda tx: self.gate.propose(tx, proposal(number)))

    async def approve(self, action: Action) -> None:
        """Say yes."""
        await self.database.write(lambda tx: self.gate.approve(tx, action.id, action.revision, action.digest, ANA))

    async def begin(self, action: Action) -> Execution:
        """Consume the yes."""
        begun = await self.database.write(lambda tx: self.gate.begin(tx, action.id))
        assert isinstance(begun, Execution), begun
        return begun

    async def cycle(self, number: int) -> float:
        """All of it; seconds from the proposal to the consumed yes."""
        began = time.perf_counter()
        action = await self.propose(number)
        await self.approve(action)
        execution = await self.begin(action)
        seconds = time.perf_counter() - began
        outcome = executed(ToolResult("sent"))
        await self.database.write(lambda tx: self.gate.finish(tx, execution, outcome))
        return seconds


async def alone(path: Path, number: int) -> list[float]:
    """Cycles one after the other."""
    clock = SystemClock()
    async with await Database.open(path, clock) as database:
        bench = Bench(database, clock)
        return [await bench.cycle(n) for n in range(number)]


async def in_groups(path: Path, number: int) -> tuple[float, float]:
    """Cycles a second, many at a time; and processor seconds of one, which other work on the machine changes little."""
    clock = SystemClock()
    async with await Database.open(path, clock) as database:
        bench = Bench(database, clock)
        await asyncio.gather(*(bench.cycle(n) for n in range(GROUP)))
        began, cpu = time.perf_counter(), time.process_time()
        waiting = iter(range(GROUP, GROUP + number))

        async def worker() -> None:
            for n in waiting:
                await bench.cycle(n)

        await asyncio.gather(*(worker() for _ in range(2 * GROUP)))
        return number / (time.perf_counter() - began), (time.process_time() - cpu) / number


async def proposals(path: Path, number: int, pending: int) -> float:
    """Proposals a second, many at a time, with so many questions open already."""
    clock = SystemClock()
    async with await Database.open(path, clock) as database:
        bench = Bench(database, clock)
        await asyncio.gather(*(bench.propose(n) for n in range(pending)))
        began = time.perf_counter()
        await asyncio.gather(*(bench.propose(pending + n) for n in range(number)))
        return number / (time.perf_counter() - began)


async def journal(path: Path, number: int, each: int) -> float:
    """Events a second, so many in each unit of work, hashed and durable."""
    async with await Database.open(path, SystemClock()) as database:

        def unit(start: int) -> None:
            def work(tx: Transaction) -> None:
                for n in range(start, start + each):
                    tx.record("thing.done", f"thing-{n}", {"account": "acme", "n": n, "text": bare.TEXT[:150]})

            return work  # type: ignore[return-value]  # a unit of work

        began = time.perf_counter()
        await asyncio.gather(*(database.write(unit(start)) for start in range(0, number, each)))  # type: ignore[arg-type,func-returns-value]  # as above
        return number / (time.perf_counter() - began)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def told(name: str, values: Sequence[float], against: Sequence[float] | None = None) -> None:
    """A line about times."""
    p50, p99 = statistics.median(values) * 1e3, percentile(values, 0.99) * 1e3
    ratio = f"   {p50 / (statistics.median(against) * 1e3):5.1f} × bare SQLite" if against else ""
    print(f"{name:<58} p50 {p50:8.2f} ms   p99 {p99:8.2f} ms{ratio}")


def rate(name: str, value: float, against: float) -> None:
    """A line about a rate."""
    print(f"{name:<58} {value:10,.0f} /s   {value / against:5.2f} of bare SQLite ({against:,.0f} /s)")


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cycles", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=100, help="proposals and approvals over Redis")
    parser.add_argument("--skip-redis", action="store_true")
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        root = Path(folder)
        few = max(100, options.cycles // 5)
        told("one durable commit of one row, bare", bare.commits(root / "commits.db", few))
        twin = bare.cycles_alone(root / "bare-alone.db", few)
        told("propose → approve → consume, one at a time", await alone(root / "alone.db", few), twin)
        groups = bare.cycles_in_groups(root / "bare-groups.db", options.cycles, GROUP)
        many, each_cpu = await in_groups(root / "groups.db", options.cycles)
        rate("propose → approve → start → end, in groups: cycles", many, groups)
        print(f"{'processor time of one such cycle':<58} {each_cpu * 1e3:10.2f} ms")
        for pending in (0, 1_000):
            found = await proposals(root / f"proposals-{pending}.db", options.cycles, pending)
            rate(f"proposals, in groups, {pending:,} open", found, groups * 4)
        twin_events = bare.events(root / "bare-events.db", options.events, GROUP)
        for each in (1, 20):
            found = await journal(root / f"journal-{each}.db", options.events, each)
            rate(f"journal events, {each} in each unit of work", found, twin_events)
        if not options.skip_redis:
            for name, values in (await measure_over_redis(root / "floor", options.rounds)).items():
                told(name, values)


if __name__ == "__main__":
    asyncio.run(main())
