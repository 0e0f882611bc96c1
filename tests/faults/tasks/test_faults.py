"""What workers, servers and networks do at the worst moment: every task ends once, under its newest token."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator

import pytest
from redis import Redis

from engine.tasks import TaskState

from ...engine.waiting import until, until_some
from .floor import LEASE, Floor, budget, open_floor

pytestmark = pytest.mark.timeout(budget("SECONDS", 240))


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    async with open_floor() as floor:
        yield floor


async def progress(floor: Floor, least: int) -> None:
    """Wait until so many tasks have been begun."""
    await until(lambda: sum(what == "began" for what, *_ in floor.seen()) >= least)


async def test_workers_killed_again_and_again_lose_nothing(floor: Floor) -> None:
    number, kills = budget("TASKS", 300), budget("KILLS", 3)
    ids = await floor.submit(number, 0.01, attempts=5)
    for _ in range(2):
        floor.hire()
    for kill in range(kills):
        await progress(floor, number * (kill + 1) // (kills + 2))
        floor.kill(floor.random.choice(floor.present()))
        floor.hire()
    await floor.until_ended(number)
    ended = await floor.check(ids)
    assert ended[TaskState.DONE] == number


async def test_a_worker_that_dies_of_a_task_takes_it_down_with_itself_in_the_end(floor: Floor) -> None:
    [task] = await floor.submit(1, 600, attempts=2)
    for _ in range(2):
        floor.hire()
    for _ in range(2):
        active = await floor.until(task, TaskState.ACTIVE)
        floor.kill(active.agent)

        async def moved(agent: str = active.agent) -> bool | None:
            return (await floor.task(task)).agent != agent or (await floor.task(task)).state is TaskState.DEAD or None

        await until_some(moved)
    assert (await floor.until(task, TaskState.DEAD)).error == "the agent fell silent"
    assert await floor.check([task]) == {TaskState.DEAD: 1}


@pytest.mark.parametrize("with_its_data", [True, False])
async def test_a_server_that_dies_loses_nothing(floor: Floor, *, with_its_data: bool) -> None:
    number, restarts = budget("TASKS", 300) // 2, budget("RESTARTS", 2)
    ids = await floor.submit(number, 0.01, attempts=10)
    for _ in range(2):
        floor.hire()
    for restart in range(restarts):
        await progress(floor, number * (restart + 1) // (restarts + 2))
        pid = floor.server.pid
        assert pid is not None
        if not with_its_data:
            with Redis.from_url(floor.server.url) as direct:
                direct.flushall()
        os.kill(pid, signal.SIGKILL)
        await until(lambda pid=pid: floor.server.pid not in {None, pid})  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    await floor.until_ended(number)
    assert (await floor.check(ids))[TaskState.DONE] == number


async def test_a_worker_that_is_cut_off_lets_go_and_its_late_result_is_refused(floor: Floor) -> None:
    cut = floor.hire(through=f"unix://{floor.folder}/near.sock")
    [task] = await floor.submit(1, LEASE * 2)
    assert (await floor.until(task, TaskState.ACTIVE)).agent == cut
    floor.network.cut()
    other = floor.hire()
    await _taken_over(floor, task, other)
    floor.network.mend()
    done = await floor.until(task, TaskState.DONE)
    assert done.agent == other
    [after] = await floor.submit(1)
    await floor.until(after, TaskState.DONE)
    await floor.check([task, after])
    assert (await floor.task(task)).result == done.result


async def test_a_suspended_worker_that_comes_back_after_its_lease_is_not_believed(floor: Floor) -> None:
    slow = floor.hire()
    [task] = await floor.submit(1, LEASE)
    held = await floor.until(task, TaskState.ACTIVE)
    assert held.agent == slow
    floor.signal(slow, signal.SIGSTOP)
    other = floor.hire()
    await _taken_over(floor, task, other)
    # Its result is ready at once, while the other is still at work.
    floor.signal(slow, signal.SIGCONT)
    done = await floor.until(task, TaskState.DONE)
    assert (done.agent, done.token > held.token) == (other, True)
    # It works on as if nothing had been, and is one of two that share what comes.
    ids = await floor.submit(40, 0.05)
    await floor.until_ended(41)
    await floor.check([task, *ids])
    assert (await floor.task(task)).result == done.result
    assert {worker for what, one, _, worker in floor.seen() if what == "ended" and one in ids} == {slow, other}


async def _taken_over(floor: Floor, task_id: str, worker: str) -> None:
    async def look() -> bool | None:
        task = await floor.task(task_id)
        return (task.agent, task.state) == (worker, TaskState.ACTIVE) or None

    await until_some(look)


async def test_the_truth_survives_everything_at_once(floor: Floor) -> None:
    number = budget("TASKS", 300)
    ids = await floor.submit(number, 0.01, attempts=10)
    near = f"unix://{floor.folder}/near.sock"
    for through in (None, near):
        floor.hire(through=through)
    await progress(floor, number // 6)
    floor.network.cut()
    floor.signal("w1", signal.SIGSTOP)
    floor.hire()
    await progress(floor, number // 3)
    pid = floor.server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: floor.server.pid not in {None, pid})
    floor.network.mend()
    floor.signal("w1", signal.SIGCONT)
    await floor.until_ended(number)
    assert (await floor.check(ids))[TaskState.DONE] == number
