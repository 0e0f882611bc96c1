"""The private server hangs or dies under a running engine: it says so, it comes back, and no task is lost."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from engine.client import EngineClient, attach, embed, identify
from engine.commands import SubmitTask
from engine.queries import STATUS, TASKS, AskNothing, AskTasks
from engine.settings import load_settings
from engine.view import Health
from engine.workspace import Workspace

from ..engine.waiting import until, until_some
from ..tui.cli.program import Program
from .world import client_of, servers, the_server

pytestmark = pytest.mark.timeout(60)


async def health(client: EngineClient) -> Health:
    return (await client.query(STATUS, AskNothing())).engine.redis.health


async def until_health(client: EngineClient, wanted: Health) -> None:
    async def is_so() -> bool | None:
        return True if await health(client) is wanted else None

    await until_some(is_so)


async def until_done(client: EngineClient, tasks: set[str]) -> None:
    async def are_done() -> bool | None:
        page = await client.query(TASKS, AskTasks(state="done", limit=1_000))
        return True if tasks <= {task.id for task in page.items} else None

    await until_some(are_done)


async def submit(client: EngineClient, title: str) -> str:
    return str((await client.send("task.submit", SubmitTask(title=title))).data["id"])


async def test_tasks_submitted_while_the_server_is_away_are_done_afterwards(
    program: Program, workspace: Workspace
) -> None:
    settings = load_settings(workspace.settings_file, {})
    client = await embed(workspace, settings, identify(settings, "ana", environ={}))
    try:
        with program.running("agent", "--id", "worker"):
            await until_done(client, {await submit(client, "before")})
            server = the_server(workspace)
            server.suspend()
            await until_health(client, Health.LOST)
            tasks = {await submit(client, f"while it hangs {number}") for number in range(5)}
            server.kill()
            tasks |= {await submit(client, f"while it is dead {number}") for number in range(5)}
            await until_health(client, Health.OK)
            assert the_server(workspace).pid != server.pid
            await until_done(client, tasks)
    finally:
        await client.close()
    assert servers(workspace) == []


async def test_a_headless_engine_restarts_its_server_and_answers_again(program: Program, workspace: Workspace) -> None:
    with ExitStack() as stack:
        stack.enter_context(program.running("run"))
        client = await until_some(lambda: client_of(workspace))
        try:
            stack.enter_context(program.running("agent", "--id", "worker"))
            tasks = {await submit(client, f"before {number}") for number in range(5)}
        finally:
            await client.close()
        server = the_server(workspace)
        server.kill()
        status = await program.until(lambda answer: answer.code == 0 and "redis      ok" in answer.out, "status")
        assert "engine     running" in status.out
        settings = load_settings(workspace.settings_file, {})
        client = await attach(workspace, settings, identify(settings, "ana", environ={}))
        try:
            await until_done(client, tasks | {await submit(client, "after")})
        finally:
            await client.close()
    await until(lambda: servers(workspace) == [])
