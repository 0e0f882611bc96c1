"""How fast personas are, and how little they weigh: ``uv run python -m tests.benchmarks.personas [--messages N]``.

Each figure beside a plain twin in the same run: bare SQLite with the engine's pragmas and tables doing the same writes,
or ``heapq`` doing the same choice.

- messages that become durable in inboxes a second, many senders at a time, and one after the other;
- messages taken a second, durable; the choice among a thousand waiting;
- processor time of a whole answer, from waking to the settled message, brain and gate not included;
- memory of an idle persona, and of an engine with fifty over its bare imports;
- starting and stopping the background tasks.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from engine.clock import Clock, SystemClock
from engine.coordinator import AutonomyCoordinator, Service
from engine.personas import (
    BrainReply,
    BrainRequest,
    Incoming,
    NoFacts,
    PersonaService,
    ProposalDraft,
    SenderKind,
    handling,
)
from engine.personas import repository as inboxes
from engine.personas.inbox import Entry, Fitness, choose, ranked
from engine.personas.mood import Mood
from engine.settings.persona_rules import CadenceRules, InboxRules, PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.storage import Database, Reader, Transaction
from engine.storage.connect import open_reader

from .bare import Bare
from .gate import rate, told

PERSONAS = 50
RULES = PersonaRules(
    inbox=InboxRules(capacity=100_000),
    cadence=CadenceRules(idle_seconds=0.1, active_seconds=0.1, tired_seconds=0.1, overwhelmed_seconds=0.1),
)
MANY_IDLE = 1_000


class Quick:
    """A brain that needs no time."""

    async def think(self, request: BrainRequest) -> BrainReply:
        """Always the same."""
        del request
        return BrainReply((ProposalDraft("send_chat_message", "chat", {"channel": "c", "text": "yes"}, "asked"),))


def settings(number: int) -> dict[str, PersonaSettings]:
    """So many personas."""
    return {
        f"p{index}": PersonaSettings(
            name=f"Persona {index}",
            channels=(f"room-{index}",),
            brain="quick",
            mode=AutonomyMode.AUTONOMOUS,
            expertise=("invoice", "status"),
        )
        for index in range(number)
    }


async def made(database: Database, clock: Clock, number: int = PERSONAS) -> PersonaService:
    """A service of so many personas, none of them running."""
    service = PersonaService(
        database,
        clock,
        settings(number),
        RULES,
        brains={"quick": Quick()},
        facts=NoFacts(),
        propose=lambda _tx, _draft, _persona, message: f"action:{message}",
        is_paused=lambda _reader, _persona: None,
    )
    await service.start()
    return service


def incoming(number: int, personas: int = PERSONAS) -> Incoming:
    """A message like no other."""
    text = f"how is the invoice of customer {number}, and when will it be paid?"
    return Incoming(f"m{number:08}", "ana", SenderKind.HUMAN, text, to=(f"p{number % personas}",))


class BareInbox(Bare):
    """The same rows, written by nobody in particular."""

    def introduce(self) -> None:
        """The personas' rows."""
        for index in range(PERSONAS):
            self.connection.execute(
                "INSERT INTO personas (id, mode, mood, as_of_us, energy, attention, energy_rest, attention_rest,"
                " energy_work, budget_day, spent_actions, spent_tokens, spent_cents, feelings, left_alone_us, turn,"
                " failures_in_row, bookmark) VALUES (?,'autonomous','idle',0,0,0,0,0,0,'',0,0,0,?,0,0,0,'')",
                (f"p{index}", "x" * 300),
            )

    def enqueue(self, number: int) -> None:
        """The rows of one message."""
        persona, name = f"p{number % PERSONAS}", f"m{number:08}"
        text = f"how is the invoice of customer {number}, and when will it be paid?"
        self.connection.execute(
            "INSERT INTO posts (id, channel, sender, sender_kind, text, digest, sent_us, arrived_us)"
            " VALUES (?,'','ana','human',?,?,0,0)",
            (name, text, "d" * 64),
        )
        self.connection.execute(
            "INSERT INTO messages (id, persona_id, post_id, sender_kind, mentioned, priority, arrived_us, changed_us,"
            " status) VALUES (?,?,?,'human',1,9000,?,?,'pending')",
            (f"{persona}:{name}", persona, name, number, number),
        )
        self.event("message.accepted", f"{persona}:{name}", f'{{"persona":"{persona}","text":"{text}"}}')

    def take(self, number: int) -> None:
        """The rows of one message that is taken."""
        persona, name = f"p{number % PERSONAS}", f"m{number:08}"
        self.connection.execute(
            "UPDATE messages SET status = 'in_progress', attempts = 1, changed_us = ? WHERE id = ?",
            (number, f"{persona}:{name}"),
        )
        self.connection.execute(
            "UPDATE personas SET energy = ?, turn = turn + 1 WHERE id = ?", (number % 10_000, persona)
        )
        self.event("message.taken", f"{persona}:{name}", f'{{"persona":"{persona}","reason":"urgent enough"}}')


def bare(path: Path, number: int, group: int) -> tuple[float, float]:
    """Messages kept and taken a second by bare SQLite, so many in each commit."""
    twin = BareInbox(path)
    twin.unit(twin.introduce)

    def timed(step: Callable[[int], None]) -> float:
        began = time.perf_counter()
        for start in range(0, number, group):
            twin.unit(*(partial(step, n) for n in range(start, min(start + group, number))))
        return number / (time.perf_counter() - began)

    found = timed(twin.enqueue), timed(twin.take)
    twin.close()
    return found


async def enqueue(path: Path, number: int) -> tuple[float, float]:
    """Messages durable a second, many senders at a time; and processor seconds of one."""
    clock = SystemClock()
    async with await Database.open(path, clock) as database:
        service = await made(database, clock)
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(service.post(incoming(n)) for n in range(number)))
        return number / (time.perf_counter() - began), (time.process_time() - cpu) / number


async def one_by_one(path: Path, number: int) -> list[float]:
    """Seconds until each of some messages was durable, one after the other."""
    clock = SystemClock()
    async with await Database.open(path, clock) as database:
        service, found = await made(database, clock), []
        for n in range(number):
            began = time.perf_counter()
            await service.post(incoming(n))
            found.append(time.perf_counter() - began)
        return found


async def take(path: Path, number: int) -> tuple[float, dict[int, tuple[float, float]]]:
    """Messages taken a second, durable, in groups; and seconds of a choice among 10 and 1,000, and of its twin."""
    clock, choices = SystemClock(), {}
    async with await Database.open(path, clock) as database:
        service = await made(database, clock)
        await asyncio.gather(*(service.post(incoming(n)) for n in range(number)))
        names = [f"p{n % PERSONAS}:m{n:08}" for n in range(number)]

        def taking(name: str) -> Callable[[Transaction], object]:
            return lambda tx: handling.take(tx, name, service.roster, lambda _reader, _persona: None, "asked")

        began = time.perf_counter()
        taken = await asyncio.gather(*(database.write(taking(name)) for name in names))
        found = number / (time.perf_counter() - began)
        assert all(taken)
        for depth in (10, 1_000):
            await asyncio.gather(*(service.post(incoming(number + depth + n, 1)) for n in range(depth)))
            now, fitness = clock.now() + timedelta(minutes=1), Fitness(Mood.ACTIVE, 9_000, 9_000, 4)

            def pick() -> object:
                rows = inboxes.first_candidates(reader, "p0", now, 0)  # noqa: B023  # called at once
                return choose(ranked(rows, now, RULES), fitness, RULES)  # noqa: B023  # as above

            connection = open_reader(path)
            reader = Reader(connection)
            assert pick() is not None
            choices[depth] = _each(pick, 200), _each(lambda: choice_by_sql(reader), 200)  # noqa: B023  # as above
            connection.close()
        return found, choices


def choice_in_memory(depth: int) -> tuple[float, float]:
    """Seconds of ranking so many and choosing one, and of ``heapq`` ordering as many and giving the first."""
    now = SystemClock().now()
    waiting = [
        Entry(f"m{n}", SenderKind.HUMAN, n % 3 == 0, n * 97 % 10_000, 0, None, now - timedelta(seconds=n % 60))
        for n in range(depth)
    ]
    fitness = Fitness(Mood.ACTIVE, 9_000, 9_000, 4)
    keys = [(-entry.priority, entry.arrived_at, entry.id) for entry in waiting]

    def plain() -> object:
        heap = list(keys)
        heapq.heapify(heap)
        return heapq.heappop(heap)

    return _each(lambda: choose(ranked(waiting, now, RULES), fitness, RULES), 50), _each(plain, 500)


def choice_by_sql(reader: Reader) -> object:
    """What bare SQLite would do to find the most urgent."""
    return reader.row(
        "SELECT id FROM messages WHERE persona_id = 'p0' AND status = 'pending'"
        " ORDER BY min(10000, priority + min(5000, (? - arrived_us) / 6000)) DESC, arrived_us LIMIT 1",
        (time.time_ns() // 1_000,),
    )


async def answers(path: Path, number: int) -> float:
    """Processor seconds of one message from its arrival to the settled answer, all loops running."""
    clock = SystemClock()
    async with await Database.open(path, clock) as database:
        service = await made(database, clock)
        tasks = [asyncio.create_task(loop.run()) for loop in service.loops()]
        await asyncio.sleep(0.2)
        cpu = time.process_time()
        for start in range(0, number, PERSONAS):
            await asyncio.gather(*(service.post(incoming(n)) for n in range(start, start + PERSONAS)))
            while await database.read(lambda r: r.row("SELECT 1 FROM messages WHERE status != 'done' LIMIT 1")):
                await clock.sleep(0.02)
        used = (time.process_time() - cpu) / number
        await _stop(tasks)
        return used


async def background(path: Path) -> float:
    """Seconds of starting and stopping everybody's loops."""
    clock = SystemClock()
    async with await Database.open(path, clock) as database:
        service = await made(database, clock, 3)
        began = time.perf_counter()
        coordinator = AutonomyCoordinator(clock, lambda name, error, retry_seconds: None)
        for loop in service.loops():
            coordinator.start(Service(loop.name, loop.run))
        await asyncio.sleep(0)
        await coordinator.stop()
        return time.perf_counter() - began


async def idle(path: Path, number: int) -> int:
    """Bytes that this process weighs with so many idle personas."""
    clock = SystemClock()
    async with await Database.open(path, clock) as database:
        service = await made(database, clock, number)
        tasks = [asyncio.create_task(loop.run()) for loop in service.loops()]
        await asyncio.sleep(2)
        weight = _weight()
        await _stop(tasks)
        return weight


async def whole_engine(path: Path) -> int:
    """Bytes that an engine with fifty personas adds to its bare imports."""
    from engine.assembly.engine import Engine
    from engine.client.opening import make_workspace
    from engine.settings import load_settings

    workspace = make_workspace(path)
    table = '[personas.p{n}]\nname = "Persona {n}"\nmode = "autonomous"\nchannels = ["room-{n}"]\n'
    personas = "".join(table.format(n=n) for n in range(PERSONAS))
    workspace.settings_file.write_text(workspace.settings_file.read_text("utf-8") + personas, "utf-8")
    loaded = load_settings(workspace.settings_file, {})
    before = _weight()
    engine = await Engine.start(workspace, loaded, SystemClock(), {})
    await asyncio.sleep(3)
    weight = _weight() - before
    await engine.stop()
    return weight


def line(name: str, value: str, ratio: float | None = None, against: str = "bare SQLite") -> None:
    """A line of figures."""
    print(f"{name:<58} {value}{'' if ratio is None else f'   {ratio:5.1f} × {against}'}")


def _each(work: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times


def _weight() -> int:
    for line in Path("/proc/self/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Private_Dirty"):
            return int(line.split()[1]) * 1_024
    raise AssertionError("no such figure on this system")


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _in_a_child(root: Path, *arguments: str) -> int:
    command = [sys.executable, "-m", "tests.benchmarks.personas", "--folder", str(root), *arguments]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _child(options: argparse.Namespace) -> int:
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    if options.weigh == "engine":
        return asyncio.run(whole_engine(folder))
    return asyncio.run(idle(folder / "engine.db", int(options.weigh)))


async def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    number = options.messages
    print(f"{platform.platform()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        root = Path(folder)
        kept, taken = bare(root / "bare.db", number, 256)
        found, cpu = await enqueue(root / "enqueue.db", number)
        rate("durable enqueue, many senders at a time", found, kept)
        line("processor time of one such message", f"{cpu * 1e6:10.0f} µs", cpu * kept)
        few = max(200, number // 20)
        twin = BareInbox(root / "bare-alone.db")
        twin.unit(twin.introduce)
        alone = [_each(partial(twin.unit, partial(twin.enqueue, n)), 1) for n in range(few)]
        told("durable enqueue, one after the other", await one_by_one(root / "alone.db", few), alone)
        found, choices = await take(root / "take.db", number)
        rate("durable take, in groups", found, taken)
        for depth, (seconds, plain) in choices.items():
            line(f"choice among {depth:,} that wait, in the database", f"{seconds * 1e6:10.0f} µs", seconds / plain)
        seconds, heap = choice_in_memory(1_000)
        line("ranking 1,000 and choosing, in memory", f"{seconds * 1e6:10.0f} µs", seconds / heap, "heapq")
        each = await answers(root / "answers.db", max(500, number // 10))
        line("processor time of a whole answer", f"{each * 1e6:10.0f} µs", each / (1 / kept + 2 / taken))
        spans = [await background(root / f"start-{n}.db") for n in range(10)]
        line("background tasks started and stopped", f"{statistics.median(spans) * 1e3:10.1f} ms")
        some, many = (_in_a_child(root / f"idle-{n}", "--weigh", str(n)) for n in (PERSONAS, MANY_IDLE))
        line("memory of an idle persona", f"{(many - some) / (MANY_IDLE - PERSONAS) / 1e3:10.1f} kB")
        weight = _in_a_child(root / "engine", "--weigh", "engine")
        line("an engine with 50 personas, over its bare imports", f"{weight / 1e6:10.1f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--weigh", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.weigh:
        print(_child(given))
    else:
        asyncio.run(main(given))
