"""Moments, rate limits, paused capabilities, the capped record and the numbers of the queue, on a real server."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from engine.coordination.coordinator import RedisCoordinator
from engine.coordination.messages import ClaimStatus, QueuedTask, RateLimit, Report, ReportKind
from engine.errors import WatchfloorError

NOW = 1_800_000_000_000


def task(name: str, kind: str = "mail", *needs: str, due: int = 0) -> QueuedTask:
    return QueuedTask(name, frozenset({kind, *needs}), 5, 0, 3, b"{}", type=kind, due_ms=due)


@pytest.fixture
async def queue(redis: Redis, prefix: str) -> RedisCoordinator:
    coordinator = RedisCoordinator(redis, redis, prefix)
    await coordinator.control(0, halted=False, paused=False)
    return coordinator


async def take(queue: RedisCoordinator, at: int, most: int = 100) -> list[str]:
    return [claim.id for claim in (await queue.claim("a", ["mail", "gpu", "echo"], most, now_ms=at)).claims]


async def test_a_task_waits_for_its_moment_and_the_agent_learns_for_how_long(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("late", due=NOW + 2_000), task("later", due=NOW + 9_000)], now_ms=NOW)
    found = await queue.claim("a", ["mail"], 5, now_ms=NOW)
    assert (found.claims, found.wait_seconds) == ((), 2.0)
    assert (await queue.statistics()).delayed == 2
    assert await take(queue, NOW + 2_000) == ["late"]
    assert await queue.reap(now_ms=NOW + 9_000) == (0, 1)
    assert await take(queue, NOW + 9_000) == ["later"]


async def test_a_type_begins_no_oftener_than_its_limit(queue: RedisCoordinator) -> None:
    await queue.control(0, halted=False, paused=False, limits={"mail": RateLimit(60, burst=2)})
    await queue.enqueue([*(task(f"m{n}") for n in range(6)), *(task(f"e{n}", "echo") for n in range(3))], now_ms=NOW)
    assert await take(queue, NOW) == ["m0", "m1", "e0", "e1", "e2"]
    found = await queue.claim("a", ["mail"], 9, now_ms=NOW)
    assert (found.claims, found.wait_seconds) == ((), 1.0)
    assert await take(queue, NOW + 999) == []
    assert await take(queue, NOW + 1_000) == ["m2"]
    assert await take(queue, NOW + 60_000) == ["m3", "m4"]
    assert await take(queue, NOW + 60_000) == []
    await queue.control(0, halted=False, paused=False)
    assert await take(queue, NOW + 60_000) == ["m5"]


async def test_a_paused_capability_stops_what_asks_for_it(queue: RedisCoordinator) -> None:
    await queue.enqueue([task("plain"), task("fast", "mail", "gpu")], now_ms=NOW)
    await queue.control(0, halted=False, paused=False, paused_capabilities=["gpu"])
    assert await take(queue, NOW) == ["plain"]
    await queue.control(0, halted=False, paused=False, paused_agents=["a b", "b"])
    assert await take(queue, NOW) == ["fast"]
    assert (await queue.claim("a b", ["mail"], 1)).status is ClaimStatus.PAUSED


async def test_what_was_done_is_counted_by_the_minute(queue: RedisCoordinator) -> None:
    await queue.enqueue([task(f"m{n}") for n in range(5)], now_ms=NOW)
    claims = (await queue.claim("a", ["mail"], 5, now_ms=NOW)).claims
    for place, claim in enumerate(claims):
        report = Report(ReportKind.COMPLETED, claim.id, claim.token, ran_ms=place)
        assert await queue.report("a", [report], now_ms=NOW + 60_000 * (place // 3)) == [True]
    minutes = await queue.throughput(3, now_ms=NOW + 60_000)
    assert minutes == [{}, {"mail": 3}, {"mail": 2}]
    found = await queue.statistics()
    assert (found.pending, found.waiting, found.counters["completed"]) == (0, {}, 5)


async def test_the_record_is_capped_and_tells_what_happened(queue: RedisCoordinator, redis: Redis, prefix: str) -> None:
    await queue.enqueue([task(f"m{n}") for n in range(200)], now_ms=NOW)
    claims = (await queue.claim("a", ["mail"], 200, now_ms=NOW)).claims
    await queue.report("a", [Report(ReportKind.COMPLETED, c.id, c.token) for c in claims[:60]], now_ms=NOW)
    told = [entry.text for entry in await queue.recorded(10)]
    assert told[0] == "queued 200"
    assert told[2].splitlines()[0] == f"completed m0 {claims[0].token} 1 0"
    assert told[2].splitlines()[-1] == "more 10"
    for _ in range(2_500):
        await queue.cancel([])
        await queue.reprioritise("m199", 1)
    assert await redis.xlen(f"{{{prefix}:0}}:events") <= 1_200


async def test_what_cannot_be_carried_is_refused(queue: RedisCoordinator) -> None:
    for wrong in (task("a b"), task(""), task("t", "ma il"), task("t", "a,b"), task("t", "mail", "x\n")):
        with pytest.raises(WatchfloorError, match="task refused"):
            await queue.enqueue([wrong])
    with pytest.raises(WatchfloorError, match="agent refused"):
        await queue.claim("a\nb", ["mail"], 1)


async def test_a_batch_tells_of_each_report_by_itself(queue: RedisCoordinator) -> None:
    await queue.enqueue([task(f"m{n}") for n in range(4)], now_ms=NOW)
    a, b, c, d = (await queue.claim("a", ["mail"], 4, now_ms=NOW)).claims
    reports = [
        Report(ReportKind.STARTED, a.id, a.token),
        Report(ReportKind.COMPLETED, a.id, a.token, "one\ntwo", usage='{"cpu_ms":3}'),
        Report(ReportKind.COMPLETED, b.id, b.token - 1, "stale"),
        Report(ReportKind.RELEASED, c.id, c.token, "back"),
        Report(ReportKind.DEAD, d.id, d.token, "no\0use", ran_ms=12),
        Report(ReportKind.COMPLETED, a.id, a.token, "again"),
    ]
    assert await queue.report("a", reports, now_ms=NOW) == [True, True, False, True, True, False]
    told = [(e.kind.value, e.id, e.data, e.usage, e.ran_ms) for e in await queue.read_results("0-0")][4:]
    assert told == [
        ("started", "m0", "", "", 0),
        ("completed", "m0", "one\ntwo", '{"cpu_ms":3}', 0),
        ("released", "m2", "back", "", 0),
        ("dead", "m3", "no\0use", "", 12),
    ]


async def test_what_strangers_write_into_the_queue_stops_nobody(
    queue: RedisCoordinator, redis: Redis, prefix: str
) -> None:
    root = f"{{{prefix}:0}}:"
    await queue.enqueue([task("first"), task("second")], now_ms=NOW)
    await redis.zadd(f"{root}queue:mail", {"nobody": 0, "forged": 0})
    await redis.hset(f"{root}tasks", "forged", "nonsense")
    await redis.xadd(f"{root}results", {"e": "claimed x"})
    await redis.hset(f"{root}held", "first", "nonsense")
    assert await queue.report("a", [Report(ReportKind.COMPLETED, "first", 1)]) == [False]
    assert await take(queue, NOW) == ["first", "second"]
    assert [event.id for event in await queue.read_results("0-0")] == ["first", "second"]
