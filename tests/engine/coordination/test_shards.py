"""Priorities over several shards of one server: what is handed out are the most urgent tasks of all of them."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from engine.coordination.coordinator import RedisCoordinator
from engine.coordination.messages import ClaimStatus, QueuedTask, RateLimit
from engine.coordination.sharing import shares

SHARDS: Final = 4
NOW: Final = 1_800_000_000_000


def task(name: str, priority: int, kind: str = "mail", due: int = 0) -> QueuedTask:
    return QueuedTask(name, frozenset({kind}), priority, 0, 3, b"{}", type=kind, due_ms=due)


@pytest.fixture
async def queue(redis: Redis, prefix: str) -> RedisCoordinator:
    coordinator = RedisCoordinator(redis, redis, prefix, shards=SHARDS)
    await coordinator.control(0, halted=False, paused=False)
    return coordinator


def some(number: int, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    return {f"t{seed}-{place}": chance.randint(1, 10) for place in range(number)}


@given(
    st.dictionaries(st.integers(0, 7), st.lists(st.integers(1, 10), max_size=8).map(sorted), max_size=8),
    st.integers(0, 40),
    st.integers(0, 7),
)
def test_the_shares_together_are_the_most_urgent(heads: dict[int, list[int]], most: int, first: int) -> None:
    found = shares(heads, most, first)
    taken = sorted(priority for number, share in found.items() for priority in heads[number][:share])
    assert taken == sorted(priority for priorities in heads.values() for priority in priorities)[:most]
    assert all(0 < share <= len(heads[number]) for number, share in found.items())


def test_equals_come_in_turn() -> None:
    heads = {0: [5, 5, 5], 1: [5, 5, 5], 2: [5, 5, 5]}
    assert shares(heads, 3) == {0: 1, 1: 1, 2: 1}
    assert list(shares(heads, 1, 2)) == [2]
    assert list(shares(heads, 1, 1)) == [1]


@pytest.mark.parametrize("most", [1, 7, 50])
async def test_nothing_is_passed_over(queue: RedisCoordinator, most: int) -> None:
    priorities = some(200, most)
    await queue.enqueue([task(name, priority) for name, priority in priorities.items()])
    taken: list[int] = []
    while claims := (await queue.claim("a", ["mail"], most)).claims:
        handed = [priorities[claim.id] for claim in claims]
        assert handed == sorted(handed)
        taken += handed
    assert taken == sorted(priorities.values())


async def test_inversions_stay_within_what_calls_at_the_same_time_take(queue: RedisCoordinator) -> None:
    """Agents that claim at once: how many less urgent tasks are handed out before a more urgent one, at most."""
    agents, most = 5, 8
    priorities = some(480, 0)
    await queue.enqueue([task(name, priority) for name, priority in priorities.items()])
    handed: list[str] = []

    async def agent(name: str) -> None:
        while claims := (await queue.claim(name, ["mail"], most)).claims:
            handed.extend(claim.id for claim in claims)

    await asyncio.gather(*(agent(f"a{number}") for number in range(agents)))
    assert Counter(handed) == Counter(priorities.keys())
    order = [priorities[name] for name in handed]
    worst = max(sum(before > mine for before in order[:place]) for place, mine in enumerate(order))
    # What a call took is known here once its last shard has answered; another call of each agent may be told before.
    assert worst <= 2 * agents * most, worst


async def test_limits_moments_and_pauses_hold_over_all_shards(queue: RedisCoordinator) -> None:
    limits = {"slow": RateLimit(60 * SHARDS, burst=1)}
    await queue.control(0, halted=False, paused=False, limits=limits)
    await queue.enqueue([task(f"s{n}", 1, "slow") for n in range(40)], now_ms=NOW)
    await queue.enqueue([task(f"m{n}", 2) for n in range(6)], now_ms=NOW)
    await queue.enqueue([task(f"e{n}", 9, "echo") for n in range(20)], now_ms=NOW)
    found = [claim.id[0] for claim in (await queue.claim("a", ["slow", "mail", "echo"], 12, now_ms=NOW)).claims]
    # One of what is limited from each shard, then the next most urgent, wherever they are.
    assert found == ["s"] * SHARDS + ["m"] * 6 + ["e"] * 2
    waiting = await queue.claim("a", ["slow"], 5, now_ms=NOW)
    assert (waiting.claims, waiting.wait_seconds) == ((), 1.0)
    await queue.control(0, halted=False, paused=False, paused_capabilities=["echo"])
    assert (await queue.claim("a", ["echo"], 5, now_ms=NOW)).claims == ()
    await queue.enqueue([task("late", 1, due=NOW + 2_000)], now_ms=NOW)
    found_late = await queue.claim("a", ["mail"], 5, now_ms=NOW)
    assert (found_late.claims, found_late.wait_seconds) == ((), 2.0)
    assert [claim.id for claim in (await queue.claim("a", ["mail"], 5, now_ms=NOW + 2_000)).claims] == ["late"]
    await queue.control(1, halted=True, paused=False)
    assert (await queue.claim("a", ["mail"], 5)).status is ClaimStatus.HALTED
