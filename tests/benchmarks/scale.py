"""What the console and the engine cost with few, with enough and with many: ``python -m tests.benchmarks.scale``.

Each size runs in a process of its own: a workspace with shipped defaults, an engine with its private Valkey, tasks that
were submitted in batches and went to Valkey through the outbox, and agents that give their sign of life as real ones
do. Figures are the best of many rounds, because whatever else runs on the machine only adds; painting and encoding are
told in processor time of the thread that does it, as the engine goes on in others. A view holds at most a hundred of
each thing: with few it is smaller, and so *enough* is what fills it. The goal of QUALITY.md is a ratio of at most 1.2
for what is on the screen and at most 60 MB more memory.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from engine.assembly.engine import Engine
from engine.assembly.redis_side import RedisSide
from engine.client.opening import make_workspace
from engine.client.wire import encode_result, encode_view
from engine.clock import SystemClock
from engine.commands import ProposeAction, SendMessage, Target
from engine.coordination.presence import AgentInfo, RunningTask
from engine.queries import (
    AGENTS,
    APPROVALS,
    INBOX,
    TASKS,
    Ask,
    AskApprovals,
    AskInbox,
    AskNothing,
    AskTasks,
    Query,
)  # fmt: skip
from engine.queries.tasks import DEAD, QUEUES, AskDead
from engine.settings import load_settings
from engine.storage import Database, Transaction
from engine.tasks import NewTask, submit
from engine.view import View
from engine.workspace import prepare_state

from ..tui.fake import FakeClient, clock_at, console

ROUNDS: Final = 40
BATCH: Final = 1_000
BEAT_SECONDS: Final = 3.0
PATIENCE_SECONDS: Final = 300.0
PERSONAS: Final = 20
GROUP: Final = 200
SETTINGS: Final = "[governance]\nmax_pending = 5000\n\n"
LETTER: Final = "Dear Jo,\n\n40 seats at 95 each, as agreed on Monday.\n\nKind regards\n"
TYPES: Final = ("echo", "word_count", "command")


async def fill(path: Path, tasks: int) -> float:
    """Submit tasks in batches; tells how many a second."""
    clock = SystemClock()
    began = time.perf_counter()
    async with await Database.open(path, clock) as database:
        for start in range(0, tasks, BATCH):
            numbers = range(start, min(tasks, start + BATCH))

            def put(tx: Transaction, numbers: range = numbers) -> None:
                for number in numbers:
                    new = NewTask(f"Task {number}", type=TYPES[number % 3], payload="{}", priority=1 + number % 10)
                    submit(tx, new, clock.new_id(), "operator:bench")

            await database.write(put)
    return tasks / (time.perf_counter() - began)


async def beat(side: RedisSide, agents: int) -> None:
    """Have so many agents give their sign of life until cancelled."""
    while True:
        for number in range(agents):
            running = (RunningTask(id=f"t{number}", title=f"Task {number}", lease_left_seconds=20),)
            info = AgentInfo(
                host=f"host-{number % 20}", pid=number, capabilities=("echo", "word_count", "gpu"), concurrency=4,
                running=running if number % 2 else (), done=number, executors=("echo", "word_count"),
            )  # fmt: skip
            await side.coordinator.beat(f"agent-{number:04}", info.model_dump_json().encode())
        await asyncio.sleep(BEAT_SECONDS)


async def until(there: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it never was.
    """
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await there():  # noqa: ASYNC110  # it is asked about another process
            await asyncio.sleep(1)


async def best(work: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> float:
    """Milliseconds of one call in the best round.

    The rounds are spread over more than one beat of the agents: those share this process here and nowhere else, and
    while all of them beat, the engine's threads wait for the interpreter.
    """
    found = []
    for _ in range(rounds):
        await asyncio.sleep(2 * BEAT_SECONDS / rounds)
        began = time.perf_counter()
        await work()
        found.append(time.perf_counter() - began)
    return min(found) * 1_000


def busy(work: Callable[[], object]) -> float:
    """Milliseconds that this thread has the processor for one call in the best round."""
    found = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        work()
        found.append(time.thread_time() - began)
    return min(found) * 1_000


async def crowd(engine: Engine, messages: int, approvals: int) -> None:
    """Have messages wait for personas that are paused, and questions for an operator."""
    for number in range(PERSONAS):
        await engine.send_as("bench", "target.pause", Target(scope="persona", id=f"p{number}"))

    async def write(number: int) -> None:
        told = SendMessage(to=f"p{number % PERSONAS}", text=f"what became of letter {number}, and who answers it?")
        await engine.send_as("bench", "message.send", told)

    async def ask(number: int) -> None:
        mail = {"to": [f"jo{number}@acme.example"], "subject": f"Proposal {number}", "body": LETTER}
        asked = ProposeAction(kind="send_proposal", tool="email", arguments=json.dumps(mail), reason="as agreed")
        await engine.send_as("bench", "action.propose", asked)

    for work, number in ((write, messages), (ask, approvals)):
        for start in range(0, number, GROUP):
            await asyncio.gather(*(work(one) for one in range(start, min(number, start + GROUP))))
    _say(f"{messages:,} messages and {approvals:,} approvals are there")


async def measure(folder: Path, agents: int, tasks: int, messages: int, approvals: int) -> dict[str, float]:
    """All figures of one size."""
    workspace = make_workspace(folder)
    personas = "".join(f'[personas.p{number}]\nname = "Person {number}"\n' for number in range(PERSONAS))
    workspace.settings_file.write_text(f"{SETTINGS}{personas}", "utf-8")
    prepare_state(workspace)
    await fill(workspace.database, tasks)
    loaded = load_settings(workspace.settings_file, {})
    engine = await Engine.start(workspace, loaded, SystemClock(), {})
    side = engine._redis
    assert side is not None
    beating = asyncio.create_task(beat(side, agents))
    try:

        async def ready() -> bool:
            statistics = await side.coordinator.statistics()
            _say(f"{statistics.pending:,} of {tasks:,} tasks and {len(side.agents())} of {agents} agents are there")
            return statistics.pending >= tasks and len(side.agents()) >= agents

        await until(ready)
        await crowd(engine, messages, approvals)
        view = await engine._picture.build()
        figures = {
            "view: build, ms": await best(engine._picture.build),
            "view: bytes on the wire": float(len(encode_view(view))),
            "view: encode, ms": busy(lambda: encode_view(view)),
        }
        questions: tuple[tuple[str, Query[object], Ask], ...] = (
            ("agents and queues", AGENTS, AskNothing()),  # type: ignore[assignment]  # its answer is only weighed
            ("queue in Redis", QUEUES, AskNothing()),
            ("dead letters", DEAD, AskDead(limit=200)),
            ("a page of tasks", TASKS, AskTasks(limit=100)),
            ("a page of the inbox", INBOX, AskInbox(limit=100)),
            ("a page of approvals", APPROVALS, AskApprovals(limit=100)),
        )
        for name, query, ask in questions:
            figures[f"{name}: ask, ms"] = await best(lambda query=query, ask=ask: engine.answer(query, ask), 10)  # type: ignore[misc]  # mypy: bound defaults
            answer = await engine.answer(query, ask)
            figures[f"{name}: bytes"] = float(len(json.dumps(encode_result(query, answer))))
        for number in "235":
            figures |= await painted(view, number)
        gc.collect()
        figures["memory of engine and console, MB"] = _weight() / 1e6
        info = await side.link.commands.info("memory")
        figures["memory of Valkey, MB"] = info["used_memory"] / 1e6
        figures["rows of agents in the view"] = float(len(view.agents.agents))
        figures["rows of tasks in the view"] = float(len(view.agents.tasks))
        figures["rows of messages in the view"] = float(len(view.inbox.items))
        figures["rows of approvals in the view"] = float(len(view.approvals.items))
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await engine.stop()
    return figures


async def painted(view: View, number: str) -> dict[str, float]:
    """What a view and a key cost in a panel, up to the lines that go to the terminal."""
    app = console(FakeClient(view), clock_at())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(number, "z")
        await pilot.pause()
        panel = app.main.current

        def paint() -> None:
            for line in range(panel.table.size.height):
                panel.table.render_line(line)

        def key() -> None:
            panel.table.move(1, wrap=True)
            paint()

        def news() -> None:
            panel.show(view, view.at)
            paint()

        return {
            f"panel {number}: key to painted lines, ms": busy(key),
            f"panel {number}: new view to painted lines, ms": busy(news),
        }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _weight() -> int:
    for line in Path("/proc/self/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Private_Dirty"):
            return int(line.split()[1]) * 1_024
    raise AssertionError("no such figure on this system")


def _in_a_child(agents: int, tasks: int, messages: int, approvals: int) -> dict[str, float]:
    size = ["--one", *map(str, (agents, tasks, messages, approvals))]
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks.scale", *size], check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure all sizes and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = ("FEW", "ENOUGH", "MANY")
    parser.add_argument("--agents", type=int, nargs=3, default=(5, 100, 500), metavar=names)
    parser.add_argument("--tasks", type=int, nargs=3, default=(500, 500, 100_000), metavar=names)
    parser.add_argument("--messages", type=int, nargs=3, default=(100, 100, 10_000), metavar=names)
    parser.add_argument("--approvals", type=int, nargs=3, default=(20, 100, 2_000), metavar=names)
    parser.add_argument("--one", type=int, nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        with tempfile.TemporaryDirectory(prefix="wf-scale-") as folder:
            print(json.dumps(asyncio.run(measure(Path(folder) / "floor", *chosen.one))))
        return
    sizes = tuple(zip(chosen.agents, chosen.tasks, chosen.messages, chosen.approvals, strict=True))
    few, enough, many = (_in_a_child(*size) for size in sizes)
    for name, size in zip(("few", "enough", "many"), sizes, strict=True):
        print(f"{name}: {size[0]:,} agents, {size[1]:,} tasks, {size[2]:,} messages, {size[3]:,} approvals")
    print(f"{'':42}{'few':>16}{'enough':>16}{'many':>16}{'many/few':>10}{'many/enough':>12}")
    for name, value in many.items():
        ratios = [f"{value / less[name]:.2f}" if less[name] else "-" for less in (few, enough)]
        print(f"{name:42}{few[name]:16,.2f}{enough[name]:16,.2f}{value:16,.2f}{ratios[0]:>10}{ratios[1]:>12}")


if __name__ == "__main__":
    main()
