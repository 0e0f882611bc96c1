"""The shared queue on a real server: order, leases, fencing, controls, and a server that forgets."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from engine.clock import SystemClock
from engine.coordination.client import close_client, make_client
from engine.coordination.coordinator import ORIGIN, RedisCoordinator
from engine.coordination.leader import LeaderLease, NotLeader
from engine.coordination.messages import Claim, ClaimStatus, QueuedTask, Report, ReportKind, StreamKind
from engine.errors import WatchfloorError

from .servers import sorts

_RUNS = itertools.count()
NOW = 1_800_000_000_000
LEASE = 30_000


def task(name: str, *needs: str, priority: int = 5, attempts: int = 0, most: int = 3) -> QueuedTask:
    return QueuedTask(name, frozenset(needs or ("echo",)), priority, attempts, most, name.encode())


@pytest.fixture(scope="module", params=sorted(sorts()))
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every sort of server that this machine can start."""
    with sorts()[request.param]() as url:
        yield url


@pytest.fixture
async def redis(server_url: str) -> AsyncIterator[Redis]:
    client = make_client(server_url, None, 5.0, 32)
    yield client
    await close_client(client)


@pytest.fixture
async def queue(redis: Redis, prefix: str) -> RedisCoordinator:
    coordinator = RedisCoordinator(redis, redis, prefix, lease_seconds=LEASE / 1000, results_limit=50)
    await coordinator.control(0, halted=False, paused=False)
    return coordinator


async def claim(
    queue: RedisCoordinator, most: int = 10, *, agent: str = "a", able: str = "echo", at: int = NOW
) -> list[Claim]:
    return list((await queue.claim(agent, able.split(), most, now_ms=at)).claims)


async def told(queue: RedisCoordinator) -> list[tuple[str, str]]:
    return [(event.kind.value, event.id) for event in await queue.read_results(ORIGIN)]


async def test_the_urgent_come_first_and_among_equals_the_oldest(queue: RedisCoordinator) -> None:
    await queue.enqueue(
        [task("late", priority=9), task("b", priority=5), task("c", priority=5), task("now", priority=1)]
    )
    assert [c.id for c in await claim(queue, 3)] == ["now", "b", "c"]
    assert [c.id for c in await claim(queue)] == ["late"]


async def test_only_able_agents_get_a_task(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("plain"), task("gpu", "echo", "gpu", priority=1)])
    assert [c.id for c in await claim(queue)] == ["plain"]
    assert [c.id for c in await claim(queue, able="gpu disk echo")] == ["gpu"]


async def test_order_holds_across_capabilities(queue: RedisCoordinator) -> None:
    await queue.enqueue([task(f"{i}", *(["echo"] if i % 2 else ["echo", "x"])) for i in range(9)])
    assert [c.id for c in await claim(queue, 9, able="echo x")] == [f"{i}" for i in range(9)]


async def test_enqueueing_again_changes_nothing(queue: RedisCoordinator) -> None:
    assert await queue.enqueue([task("t")]) == 1
    assert await queue.enqueue([task("t", priority=1)]) == 0
    [held] = await claim(queue)
    assert await queue.enqueue([task("t")]) == 0
    assert await claim(queue) == []
    assert held.attempt == 1


async def test_a_lapsed_lease_returns_the_task_and_fences_its_old_holder(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("t")])
    [old] = await claim(queue, agent="slow")
    await queue.report("slow", [Report(ReportKind.STARTED, "t", old.token)])
    assert await queue.reap(now_ms=NOW + LEASE - 1) == (0, 0)
    assert await queue.reap(now_ms=NOW + LEASE) == (1, 0)
    [new] = await claim(queue, agent="quick", at=NOW + LEASE)
    assert new.token > old.token
    assert new.attempt == 2
    assert await queue.report("slow", [Report(ReportKind.COMPLETED, "t", old.token, "old")]) == [False]
    assert await queue.renew("slow", [old]) == [old]
    assert await queue.report("quick", [Report(ReportKind.COMPLETED, "t", new.token, "new")]) == [True]
    assert await queue.report("quick", [Report(ReportKind.COMPLETED, "t", new.token, "new")]) == [False]
    completed = [e for e in await queue.read_results(ORIGIN) if e.kind is StreamKind.COMPLETED]
    assert [(e.agent, e.data) for e in completed] == [("quick", "new")]


async def test_a_renewed_lease_does_not_lapse(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("t")])
    held = await claim(queue)
    assert await queue.renew("a", held, now_ms=NOW + LEASE - 1) == []
    assert await queue.reap(now_ms=NOW + LEASE) == (0, 0)
    assert await queue.reap(now_ms=NOW + 2 * LEASE) == (1, 0)


async def test_the_last_lapsed_lease_kills_the_task(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("t", most=1)])
    [held] = await claim(queue)
    await queue.report("a", [Report(ReportKind.STARTED, "t", held.token)])
    await queue.reap(now_ms=NOW + LEASE)
    assert await told(queue) == [("claimed", "t"), ("started", "t"), ("dead", "t")]
    assert await claim(queue, at=NOW + LEASE) == []


async def test_what_never_began_costs_no_attempt_but_does_not_go_round_for_ever(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("t", most=1)])
    for lapse in range(1, 11):
        [held] = await claim(queue, at=NOW + (lapse - 1) * LEASE)
        assert held.attempt == 1
        await queue.reap(now_ms=NOW + lapse * LEASE)
    assert [kind for kind, _ in await told(queue)] == [*["claimed", "released"] * 9, "claimed", "dead"]


async def test_a_failed_task_waits_its_delay_and_dies_when_its_attempts_are_used_up(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("t", most=2)])
    [first] = await claim(queue)
    await queue.report("a", [Report(ReportKind.RETRY, "t", first.token, "oops", 500)], now_ms=NOW)
    assert await claim(queue, at=NOW + 499) == []
    [second] = await claim(queue, at=NOW + 500)
    await queue.report("a", [Report(ReportKind.RETRY, "t", second.token, "again", 500)], now_ms=NOW)
    assert await told(queue) == [("claimed", "t"), ("failed", "t"), ("claimed", "t"), ("dead", "t")]
    assert (await queue.statistics()).delayed == 0


async def test_a_released_task_keeps_its_place_and_its_attempts(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("first"), task("second")])
    [held] = await claim(queue, 1)
    await queue.report("a", [Report(ReportKind.RELEASED, "first", held.token)])
    again = await claim(queue)
    assert [c.id for c in again] == ["first", "second"]
    assert again[0].attempt == 1


async def test_a_cancelled_task_is_gone_and_its_agent_is_told(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("waiting"), task("running", priority=1)])
    [held] = await claim(queue, 1)
    async with queue.listen("control") as hints:
        assert await queue.cancel(["waiting", "running", "unknown"]) == 2
        assert await anext(hints) == ("control", "cancel running")
    assert await claim(queue) == []
    assert await queue.renew("a", [held]) == [held]


async def test_a_new_priority_moves_a_waiting_task(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("a"), task("b")])
    assert await queue.reprioritise("b", 1)
    [held, _] = await claim(queue)
    assert held.id == "b"
    assert not await queue.reprioritise("b", 2)


async def test_what_is_stopped_gets_no_work(queue: RedisCoordinator, redis: Redis, prefix: str) -> None:
    await queue.enqueue([task("t")])
    await queue.control(1, halted=True, paused=False)
    assert (await queue.claim("a", ["echo"], 1)).status is ClaimStatus.HALTED
    with pytest.raises(WatchfloorError, match="newer halt"):
        await queue.control(0, halted=False, paused=False)
    await queue.control(1, halted=False, paused=True)
    assert (await queue.claim("a", ["echo"], 1)).status is ClaimStatus.PAUSED
    await queue.control(1, halted=False, paused=False, paused_agents=["a"])
    assert (await queue.claim("a", ["echo"], 1)).status is ClaimStatus.PAUSED
    assert await queue.beat("a", b"{}") == (False, True)
    assert len(await claim(queue, agent="b")) == 1
    unready = RedisCoordinator(redis, redis, prefix + "x")
    assert (await unready.claim("a", ["echo"], 1)).status is ClaimStatus.UNREADY


async def test_unread_results_hold_work_back_and_none_is_lost(queue: RedisCoordinator) -> None:
    await queue.enqueue([task(f"{i}") for i in range(60)])
    held = await claim(queue, 60)
    assert len(held) == 60
    assert (await queue.claim("a", ["echo"], 1)).status is ClaimStatus.BACKLOG
    await queue.report("a", [Report(ReportKind.COMPLETED, c.id, c.token) for c in held])
    events = await queue.read_results(ORIGIN)
    assert len(events) == 120
    await queue.shards[0].settle(events[-1])
    assert (await queue.claim("a", ["echo"], 1)).status is ClaimStatus.OK
    assert await queue.read_results(events[-1].position) == []


async def test_tokens_rise_across_a_server_that_forgot_everything(queue: RedisCoordinator, redis: Redis) -> None:
    first = await queue.shards[0].incarnation("one")
    await queue.enqueue([task("t")])
    [before] = (await queue.claim("a", ["echo"], 1)).claims
    await redis.flushall()
    await redis.script_flush()
    assert (first, await queue.shards[0].incarnation("two"), await queue.shards[0].incarnation("three")) == (
        "one",
        "two",
        "two",
    )
    await queue.control(0, halted=False, paused=False)
    await queue.enqueue([task("t", attempts=1)])
    [after] = (await queue.claim("a", ["echo"], 1)).claims
    assert after.token > before.token
    assert after.attempt == 2
    assert await queue.report("a", [Report(ReportKind.COMPLETED, "t", before.token)]) == [False]


async def test_a_senseless_entry_holds_nothing_up(queue: RedisCoordinator, redis: Redis, prefix: str) -> None:
    await redis.xadd(f"{{{prefix}:0}}:results", {"kind": "conquered", "id": "x"})
    await queue.enqueue([task("t")])
    await claim(queue)
    assert await told(queue) == [("claimed", "t")]
    assert queue.malformed == 1


async def test_the_next_claim_is_newer_than_what_the_database_knows(queue: RedisCoordinator) -> None:
    far = 2**52
    await queue.enqueue([QueuedTask("t", frozenset({"echo"}), 5, 0, 3, b"", far)])
    [held] = await claim(queue)
    assert held.token == far + 1


async def test_statistics_and_presence(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("a"), task("b"), task("c", "x")])
    await claim(queue, 1)
    await queue.beat("worker", b'{"host":"h"}')
    found = await queue.statistics()
    assert (found.pending, found.leased, found.agents, found.halted, found.paused) == (2, 1, 1, False, False)
    [agent] = await queue.agents()
    assert (agent.id, agent.info) == ("worker", b'{"host":"h"}')
    assert agent.silent_seconds < 60
    await queue.leave("worker")
    assert await queue.agents() == []
    assert await queue.known(["a", "b", "zzz"]) == {"a", "b"}


async def test_a_hint_wakes_a_listener(queue: RedisCoordinator) -> None:
    async with queue.listen("tasks:new") as hints:
        await queue.enqueue([task("t")])
        # Servers of a cluster may still tell of what was done before.
        while await anext(hints) != ("tasks:new", "1"):
            pass


async def test_many_agents_never_share_a_task(queue: RedisCoordinator) -> None:
    await queue.enqueue([task(f"{i}") for i in range(40)])
    batches = await asyncio.gather(*(claim(queue, 7, agent=f"agent{n}") for n in range(8)))
    ids = [c.id for batch in batches for c in batch]
    assert sorted(ids) == sorted({f"{i}" for i in range(40)})
    assert len({c.token for batch in batches for c in batch}) == 40


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 10), min_size=1, max_size=20), st.integers(1, 5))
async def test_any_batching_gives_the_same_order(redis: Redis, priorities: list[int], most: int) -> None:
    queue = RedisCoordinator(redis, redis, f"order{next(_RUNS)}")
    await queue.control(0, halted=False, paused=False)
    await queue.enqueue([task(f"{i}", priority=priority) for i, priority in enumerate(priorities)])
    got: list[str] = []
    while batch := await claim(queue, most):
        got += [c.id for c in batch]
    assert got == [f"{i}" for i, _ in sorted(enumerate(priorities), key=lambda pair: pair[1])]


async def test_one_leads_and_the_epoch_rises(redis: Redis, prefix: str) -> None:
    first = LeaderLease(redis, prefix, SystemClock(), pid=11, host="one")
    second = LeaderLease(redis, prefix, SystemClock(), pid=22, host="two")
    assert await first.acquire(7) == 8
    with pytest.raises(NotLeader, match="process 11 on one"):
        await second.acquire()
    await first.renew()
    current = await second.current()
    assert current is not None
    assert (current.epoch, current.pid, current.host) == (8, 11, "one")
    await first.release()
    assert await second.acquire() == 9
    assert second.held
    with pytest.raises(NotLeader, match="process 22"):
        await first.renew()


async def test_a_killed_leaders_term_is_taken_over_by_whoever_is_alone(redis: Redis, prefix: str) -> None:
    killed = LeaderLease(redis, prefix, SystemClock(), pid=1, host="h")
    epoch = await killed.acquire()
    restarted = LeaderLease(redis, prefix, SystemClock(), pid=2, host="h")
    assert await restarted.acquire(alone=True) == epoch + 1
    with pytest.raises(NotLeader, match="process 2"):
        await killed.renew()


async def test_a_leader_outlives_a_server_that_forgot_everything(redis: Redis, prefix: str) -> None:
    lease = LeaderLease(redis, prefix, SystemClock(), pid=1, host="h")
    await lease.acquire(3)
    await redis.flushall()
    await lease.renew()
    assert lease.epoch == 5
