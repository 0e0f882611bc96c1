"""The gate as operators meet it: an engine in a process of its own, reached over Redis by two attached clients."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from engine.client import EngineClient, attach, make_workspace
from engine.commands import ApproveAction, HaltEngine, ProposeAction, SubmitTask
from engine.errors import WatchfloorError
from engine.operators import Operator, Role
from engine.queries import APPROVALS, AskApprovals
from engine.settings import Settings, load_settings
from engine.view import View
from engine.workspace import Workspace

PENDING = 1_000
TICKER = """
import sys, time
with open(sys.argv[1], "a", buffering=1) as out:
    while True:
        out.write(f"{time.time()}\\n")
        time.sleep(0.002)
"""
SETTINGS = """
[governance]
grace_seconds = 0
max_pending = 5000
default_role = "operator"

[tools.commands.ticker]
argv = ["{python}", "ticker.py", "tool.ticks"]
timeout_seconds = 600

[agents]
default_timeout_seconds = 600
[agents.commands.ticker]
argv = ["{python}", "ticker.py", "agent.ticks"]

[triggers.git_patrol]
enabled = false
[heartbeat]
enabled = false
"""


async def measure_over_redis(root: Path, rounds: int) -> dict[str, list[float]]:
    """Start an engine with an agent, and measure; seconds, by what was measured."""
    workspace = make_workspace(root)
    (root / "ticker.py").write_text(TICKER)
    workspace.settings_file.write_text(SETTINGS.replace("{python}", sys.executable))
    settings = load_settings(workspace.settings_file, {})
    engine = _run(root, "run")
    found: dict[str, list[float]] = {}
    try:
        ana = await _attached(workspace, settings, "ana")
        ben = await _attached(workspace, settings, "ben")
        agent = _run(root, "agent", "--id", "bench")
        try:
            await _fill(ana)
            found["propose → on another operator's attached client, 1,000 open"] = await _visible(ana, ben, rounds)
            found["yes → start of the tool, 1,000 open"] = await _starts(workspace, ana, ben, rounds)
            tool, others = await _halt(root, ana, ben)
            found["pause everything → last effect of a tool in the engine"] = tool
            found["pause everything → last effect of a task at an agent"] = others
        finally:
            _end(agent)
            await ana.close()
            await ben.close()
    finally:
        _end(engine)
    return found


def _run(root: Path, *words: str) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-P", "-m", "tui.cli", *words]
    return subprocess.Popen(argv, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()


async def _attached(workspace: Workspace, settings: Settings, name: str) -> EngineClient:
    while True:
        try:
            client = await attach(workspace, settings, Operator(name, Role.OPERATOR))
            await client.query(APPROVALS, AskApprovals(limit=1))
        except WatchfloorError:
            await asyncio.sleep(0.2)
        else:
            return client


def _mail(number: int) -> ProposeAction:
    arguments = {"to": [f"jo{number}@acme.example"], "subject": f"Proposal {number}", "body": "Dear Jo, 40 seats. " * 8}
    return ProposeAction(
        kind="send_proposal", tool="email", arguments=json.dumps(arguments), reason="the goal is behind"
    )


async def _fill(client: EngineClient) -> None:
    for start in range(0, PENDING, 20):
        await asyncio.gather(*(client.send("action.propose", _mail(n)) for n in range(start, start + 20)))


async def _until(client: EngineClient, holds: Callable[[View], bool]) -> float:
    """When a view for which this holds arrived."""
    arrived: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def look(view: View) -> None:
        if not arrived.done() and holds(view):
            arrived.set_result(time.perf_counter())

    end = client.subscribe(look)
    try:
        return await asyncio.wait_for(arrived, 20)
    finally:
        end()


async def _visible(proposer: EngineClient, watcher: EngineClient, rounds: int) -> list[float]:
    found, pause = [], random.Random(7)  # the same pauses in each run
    await _until(watcher, lambda view: view.approvals.pending >= PENDING)
    for n in range(rounds):
        seen = asyncio.create_task(_until(watcher, lambda view, n=n: view.approvals.pending > PENDING + n))  # type: ignore[misc]  # mypy: bound default
        # Not in step with the engine's views, of which there is one a second when nothing happens.
        await asyncio.sleep(pause.uniform(0.05, 0.5))
        began = time.perf_counter()
        await proposer.send("action.propose", _mail(10_000 + n))
        found.append(await seen - began)
    return found


async def _starts(workspace: Workspace, proposer: EngineClient, decider: EngineClient, rounds: int) -> list[float]:
    found = []
    for n in range(rounds):
        reply = await proposer.send("action.propose", _mail(20_000 + n))
        action = str(reply.data["id"])
        row = _row(workspace, "SELECT revision, digest FROM actions WHERE id = ?", action)
        began = time.time()
        await decider.send("action.approve", ApproveAction(id=action, revision=int(str(row[0])), digest=str(row[1])))
        started = None
        while started is None:
            started = _row(workspace, "SELECT started_us FROM executions WHERE action_id = ?", action)
            await asyncio.sleep(0.002)
        found.append(int(str(started[0])) / 1e6 - began)
    return found


async def _halt(root: Path, proposer: EngineClient, decider: EngineClient) -> tuple[list[float], list[float]]:
    workspace = Workspace(root)
    call = ProposeAction(kind="run_command", tool="command", arguments='{"name": "ticker"}', reason="bench")
    reply = await proposer.send("action.propose", call)
    row = _row(workspace, "SELECT id, revision, digest FROM actions WHERE id = ?", str(reply.data["id"]))
    yes = ApproveAction(id=str(row[0]), revision=int(str(row[1])), digest=str(row[2]))
    await decider.send("action.approve", yes)
    await proposer.send("task.submit", SubmitTask(title="tick", type="ticker", payload="{}"))
    while not all((root / name).exists() for name in ("tool.ticks", "agent.ticks")):  # noqa: ASYNC110  # another process
        await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    began = time.time()
    await decider.send("engine.halt", HaltEngine(reason="bench"))
    await asyncio.sleep(3)
    ends = [float((root / name).read_text().split()[-1]) - began for name in ("tool.ticks", "agent.ticks")]
    return [ends[0]], [ends[1]]


def _row(workspace: Workspace, sql: str, parameter: str) -> tuple[object, ...]:
    with closing(sqlite3.connect(f"{workspace.database.as_uri()}?mode=ro", uri=True)) as connection:
        found: tuple[object, ...] = connection.execute(sql, (parameter,)).fetchone()
    return found
