"""A server that forgets scripts, hangs up, keeps waiting, is full, says no or holds strange keys: every task ends once.

``WATCHFLOOR_FAULT_SERVER`` says how many faults, drawn at random beyond one of each sort.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import pytest
from redis import Redis

from engine.tasks import TaskState

from .floor import Floor, budget, open_floor
from .test_faults import progress

pytestmark = pytest.mark.timeout(budget("SECONDS", 120))
TASKS: Final = 12
FELT_SECONDS: Final = 0.3
"""So long a fault lasts that has to be taken away again."""


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    async with open_floor() as floor:
        yield floor


async def scripts_forgotten(_floor: Floor, server: Any) -> None:
    """NOSCRIPT."""
    server.script_flush()


async def hung_up(_floor: Floor, server: Any) -> None:
    """Every connection is closed."""
    for sort in ("normal", "pubsub"):
        server.execute_command("CLIENT", "KILL", "TYPE", sort, "SKIPME", "yes")


async def kept_waiting(_floor: Floor, server: Any) -> None:
    """No answer for a while."""
    server.client_pause(int(FELT_SECONDS * 1_000))


async def full(floor: Floor, server: Any) -> None:
    """OOM."""
    server.config_set("maxmemory", 1)
    await _felt(floor)
    server.config_set("maxmemory", 0)


async def denied(floor: Floor, server: Any) -> None:
    """NOPERM."""
    server.execute_command("ACL", "SETUSER", "default", "-@scripting")
    await _felt(floor)
    server.execute_command("ACL", "SETUSER", "default", "+@all")


async def strange(floor: Floor, server: Any) -> None:
    """WRONGTYPE, where results are to be told."""
    kept = server.dump("{f:0}:results")
    server.set("{f:0}:results", "a stranger's")
    await _felt(floor)
    server.delete("{f:0}:results")
    if kept is not None:
        server.restore("{f:0}:results", 0, kept)


async def out_of_order(_floor: Floor, server: Any) -> None:
    """Everything is gone."""
    server.flushall()


async def _felt(floor: Floor) -> None:
    await floor.submit(1, 0.0, attempts=20)
    await asyncio.sleep(FELT_SECONDS)


FAULTS: Final[tuple[Callable[[Floor, Any], Awaitable[None]], ...]] = (
    scripts_forgotten, hung_up, kept_waiting, full, denied, strange, out_of_order,
)  # fmt: skip


async def test_whatever_the_server_does_every_task_ends_once(floor: Floor) -> None:
    rounds = max(budget("SERVER", len(FAULTS)), len(FAULTS))
    drawn = list(FAULTS) + [floor.random.choice(FAULTS) for _ in range(rounds - len(FAULTS))]
    floor.random.shuffle(drawn)
    for _ in range(2):
        floor.hire()
    began = 0
    ids: list[str] = []
    with Redis.from_url(floor.server.url) as server:
        for fault in drawn:
            ids += await floor.submit(TASKS, 0.02, attempts=20)
            began += TASKS // 2
            await progress(floor, began)
            await fault(floor, server)
    number = (await floor.database.read(lambda reader: reader.rows("SELECT count(*) AS n FROM tasks")))[0]["n"]
    await floor.until_ended(number)
    assert (await floor.check(ids))[TaskState.DONE] == len(ids)
