"""A claim over several shards: all are looked at, then so much is taken from each that the most urgent are taken."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .messages import Claim, Claimed, ClaimStatus
from .shard import Shard

Asked: TypeAlias = tuple[str, str, int, int, int, int]
"""Agent, capabilities, most, lease in ms, most waiting events, moment in ms."""


def shares(heads: Mapping[int, Sequence[int]], most: int, first: int = 0) -> dict[int, int]:
    """How many tasks to take from each shard, the one with the most urgent task first.

    Args:
        heads: of each shard, the priorities of its most urgent tasks in their order.
        most: how many tasks in all.
        first: with which shard equals begin.

    Returns:
        for each shard from which anything is to be taken, how much: together the most urgent of all of them.
    """
    turns = {number: place for place, number in enumerate(sorted(heads, key=lambda number: (number < first, number)))}
    waiting = sorted(
        (priority, place, turns[number], number)
        for number, priorities in heads.items()
        for place, priority in enumerate(priorities)
    )
    found: dict[int, int] = {}
    for *_, number in waiting[:most]:
        found[number] = found.get(number, 0) + 1
    return found


async def claim_over(shards: Sequence[Shard], asked: Asked, turn: int) -> Claimed:
    """Take the most urgent tasks of all shards.

    Args:
        shards: more than one.
        asked: what is asked of each.
        turn: rises with every call, so that equals of different shards come in turn.
    """
    agent, able, most, lease_ms, limit, now_ms = asked
    answers = await asyncio.gather(*(shard.heads(*asked) for shard in shards))
    waits = [answer.wait_seconds for answer in answers if answer.wait_seconds is not None]
    heads = {number: list(answer.priorities) for number, answer in enumerate(answers)}
    found: list[tuple[int, Claim]] = []
    while len(found) < most and any(heads.values()):
        for number, share in shares(heads, most - len(found), turn % len(shards)).items():
            answer = await shards[number].claim(agent, able, share, lease_ms, limit, now_ms)
            found += zip(heads[number], answer.claims, strict=False)
            # Where others were faster, what is left there is unknown: it is not asked again in this call.
            heads[number] = heads[number][share:] if len(answer.claims) == share else []
    # What was taken shard by shard is worked on in one order.
    found.sort(key=lambda pair: pair[0])
    status = next((one.status for one in answers if one.status is not ClaimStatus.OK), ClaimStatus.OK)
    wait = min(waits, default=None)
    return Claimed(ClaimStatus.OK if found else status, tuple(claim for _, claim in found), wait)
