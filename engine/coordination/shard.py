"""One shard of the queue: all its keys lie in one slot of a cluster, and each call on it is one atomic script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from .messages import Claim, Claimed, Controls, Heads, QueuedTask, Recorded, Report, StreamEvent, from_ms
from .script import Scripts
from .wire import (
    BATCH,
    batches,
    control_words,
    enqueue_words,
    read_claimed,
    read_entry,
    read_heads,
    report_words,
    text,
)

if TYPE_CHECKING:
    from redis.asyncio import Redis

_ENTRIES: Final = 64
"""Most entries of the results that are read at once; each tells of up to ``BATCH`` tasks."""


def shard_of(task_id: str, shards: int) -> int:
    """Where a task lives."""
    return crc32(task_id.encode()) % shards if shards > 1 else 0


class Shard:
    """The queue within one hash slot.

    Args:
        commands: a client for short calls.
        blocking: a client for waiting calls.
        prefix: the workspace's key prefix.
        number: which shard this is, from 0.
    """

    def __init__(self, commands: Redis, blocking: Redis, prefix: str, number: int) -> None:
        self._commands = commands
        self._blocking = blocking
        self.number = number
        self._root = f"{{{prefix}:{number}}}:"
        self.scripts = Scripts(commands, f"{prefix}:{number}")
        self.malformed = 0
        """Entries of the results that made no sense and were removed."""

    async def incarnation(self, fresh: str) -> str:
        """Which life of the server this is: ``fresh`` where it knows nothing yet, else what it was told first."""
        key = f"{self._root}incarnation"
        known: Any = await self._commands.get(key)
        if known is None:
            await self._commands.set(key, fresh, nx=True)
            known = await self._commands.get(key)
        return text(known)

    async def enqueue(self, tasks: Sequence[QueuedTask], now_ms: int) -> int:
        """Make tasks available; answers how many were new."""
        fresh = 0
        for batch in batches(tasks, lambda task: len(task.body)):
            fresh += await self.scripts.run("enqueue", *enqueue_words(batch), now_ms=now_ms)
        return fresh

    async def claim(self, agent: str, able: str, most: int, lease_ms: int, limit: int, now_ms: int) -> Claimed:
        """Take tasks."""
        return read_claimed(await self.scripts.run("claim", agent, able, most, lease_ms, limit, now_ms=now_ms))

    async def heads(self, agent: str, able: str, most: int, lease_ms: int, limit: int, now_ms: int) -> Heads:
        """What a claim would be given now; nothing is taken."""
        return read_heads(await self.scripts.run("heads", agent, able, most, lease_ms, limit, now_ms=now_ms))

    async def report(self, agent: str, reports: Sequence[Report], now_ms: int) -> list[bool]:
        """Say what became of tasks; answers for each whether it was accepted."""
        accepted: list[bool] = []
        for batch in batches(reports, lambda report: len(report.data)):
            answer: Any = await self.scripts.run("report", *report_words(agent, batch), now_ms=now_ms)
            accepted += [bool(flag) for flag in answer]
        return accepted

    async def renew(self, held: Sequence[Claim], lease_ms: int, now_ms: int) -> list[Claim]:
        """Keep tasks for another lease; answers those that are lost."""
        lost: list[Claim] = []
        for batch in batches(held):
            words: list[str | bytes | int] = [lease_ms]
            for claim in batch:
                words += (claim.id, claim.token)
            flags: Any = await self.scripts.run("renew", *words, now_ms=now_ms)
            lost += [claim for claim, flag in zip(batch, flags, strict=True) if not flag]
        return lost

    async def reap(self, most: int, now_ms: int) -> tuple[int, int]:
        """Take lapsed leases back and queue what is due; answers how many of each."""
        lapsed, due = await self.scripts.run("reap", most, now_ms=now_ms)
        return int(lapsed), int(due)

    async def cancel(self, ids: Sequence[str]) -> int:
        """Forget tasks; answers how many were known."""
        return sum([int(await self.scripts.run("cancel", *batch)) for batch in batches(ids)])

    async def reprioritise(self, changes: Sequence[tuple[str, int]]) -> list[bool]:
        """Move tasks that still wait; answers for each whether it did."""
        moved: list[bool] = []
        for batch in batches(changes):
            words = [word for change in batch for word in change]
            moved += [bool(flag) for flag in await self.scripts.run("reprioritise", *words)]
        return moved

    async def known(self, ids: Sequence[str]) -> set[str]:
        """Those that are queued, delayed or held."""
        found: set[str] = set()
        for batch in batches(ids):
            flags: Any = await self.scripts.run("known", *batch)
            found.update(task for task, flag in zip(batch, flags, strict=True) if flag)
        return found

    async def control(self, controls: Controls) -> bool:
        """Tell what is stopped; answers whether it was believed."""
        return bool(await self.scripts.run("control", *control_words(controls)))

    async def read_results(self, after: str, most: int = BATCH, *, wait_ms: int = 0) -> list[StreamEvent]:
        """What the results tell after a position: whole entries, until ``most`` events are together."""
        client = self._blocking if wait_ms else self._commands
        answer: Any = await client.xread({f"{self._root}results": after}, count=_ENTRIES, block=wait_ms or None)
        events: list[StreamEvent] = []
        for position, fields in (entry for entries in (answer or {}).values() for entry in entries):
            try:
                events += read_entry(text(position), fields)
            except (KeyError, ValueError, OverflowError):
                # Nothing of ours writes such an entry; it must not hold up those behind it.
                await self._commands.xdel(f"{self._root}results", position)
                self.malformed += 1
            if len(events) >= most:
                break
        return events

    async def settle(self, last: StreamEvent) -> None:
        """Let go of every result up to this one's entry; only to be called once they are durable elsewhere."""
        await self.scripts.run("settle", last.position, last.emitted)

    async def recorded(self, after: str, most: int) -> list[Recorded]:
        """What happened lately, the oldest first; the record is capped."""
        found: Any = await self._commands.xrange(f"{self._root}events", min=f"({after}", count=most)
        return [Recorded(text(position), from_ms(int(fields[b"at"])), text(fields[b"e"])) for position, fields in found]
