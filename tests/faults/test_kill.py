"""kill -9 of the engine at any moment: what was promised is kept, nothing happens twice, nothing is left running."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from engine.client import EngineClient
from engine.crashpoint import VARIABLE
from engine.workspace import Workspace

from ..engine.waiting import until, until_some
from ..tui.cli.program import Program
from .operator import BusyOperator
from .rounds import rounds
from .witness import check, unsettled
from .world import client_of, servers

pytestmark = pytest.mark.timeout(60 + 15 * rounds(4))

POINTS = (
    "storage.commit:before",
    "storage.commit:after",
    "gate.start:recorded",
    "launch.effect:before",
    "launch.effect:after",
    "launch.finish:after",
    "file.rename:before",
    "file.rename:after",
)


@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_at_any_moment(program: Program, workspace: Workspace, seed: int) -> None:
    operator, dice = BusyOperator(workspace, seed), random.Random(seed)
    for _ in range(rounds(4)):
        wanted = len(operator.promises) + dice.randint(5, 40)
        with program.running("run") as engine:
            async with working(operator) as task:
                await until(lambda: task.done() or ended(engine) or len(operator.promises) >= wanted)  # noqa: B023
                assert not ended(engine), errors(engine)
                # Anywhere within whatever follows that promise.
                for _ in range(dice.randint(0, 2_000)):
                    await asyncio.sleep(0)
                engine.kill()
                await until(lambda: ended(engine))
        await until(lambda: servers(workspace) == [])
    await settle_and_check(program, workspace, operator)


@pytest.mark.parametrize("points", [POINTS[:2], POINTS[2:5], POINTS[5:]], ids=["commit", "launch", "effect"])
async def test_killed_at_the_worst_moment(program: Program, workspace: Workspace, points: tuple[str, ...]) -> None:
    operator, dice = BusyOperator(workspace, 3), random.Random(3)
    for _ in range(max(1, rounds(4) // 4)):
        for point in points:
            passage = dice.randint(30, 90) if point.startswith("storage") else dice.randint(1, 4)
            with program.running("run", **{VARIABLE: f"{point}:{passage}"}) as engine:
                async with working(operator) as task:
                    await until(lambda: task.done() or ended(engine))
                assert engine.returncode == -signal.SIGKILL, errors(engine)
            await until(lambda: servers(workspace) == [])
    await settle_and_check(program, workspace, operator)


@asynccontextmanager
async def working(operator: BusyOperator) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(operator.work())
    try:
        yield task
    finally:
        if task.done():
            task.result()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


def errors(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr is not None
    return process.stderr.read().decode() if ended(process) else "it still runs"


async def settle_and_check(program: Program, workspace: Workspace, operator: BusyOperator) -> None:
    """A last engine that nobody kills brings everything to its end; then the books are compared."""
    with program.running("run") as engine:
        client: EngineClient = await until_some(lambda: client_of(workspace))
        try:
            await operator.decide_all(client)
        finally:
            await client.close()
        await until(lambda: unsettled(workspace) == 0)
        engine.terminate()
        await until(lambda: ended(engine))
        assert engine.returncode == 0, errors(engine)
    await until(lambda: servers(workspace) == [])
    assert len(operator.promises) > 0
    check(workspace, operator.promises)
    program.ok("audit", "verify")
