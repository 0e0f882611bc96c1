"""The RedisCoordinator: queue, leases, presence and controls, each call one atomic script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from ..errors import WatchfloorError
from .messages import (
    AgentPresence,
    Claim,
    Claimed,
    ClaimStatus,
    QueuedTask,
    QueueStatistics,
    Report,
    StreamEvent,
    StreamKind,
    from_ms,
)
from .script import Scripts

if TYPE_CHECKING:
    from redis.asyncio import Redis

BATCH: Final = 500
"""Most tasks in one call; longer lists are sent in several."""
PRESENCE_KEPT_SECONDS: Final = 300
"""How long an agent that fell silent is still listed."""
ORIGIN: Final = "0-0"
"""The position before the first entry of a stream."""


class RedisCoordinator:
    """The work that is shared between processes.

    Every method raises the client library's errors when the server cannot be reached; nothing is repeated by itself.
    Calls with ``now_ms`` believe in that moment instead of the server's, which only tests need.

    Args:
        commands: a client for short calls.
        blocking: a client for waiting calls.
        prefix: the workspace's key prefix.
        lease_seconds: how long a claim holds without being renewed.
        results_limit: with so many unread results, nothing is handed out.
    """

    def __init__(
        self,
        commands: Redis,
        blocking: Redis,
        prefix: str,
        *,
        lease_seconds: float = 30.0,
        results_limit: int = 100_000,
    ) -> None:
        self._commands = commands
        self._blocking = blocking
        self._root = f"{{{prefix}}}:"
        self._scripts = Scripts(commands, prefix)
        self._lease_ms = int(lease_seconds * 1000)
        self._results_limit = results_limit
        self.malformed = 0
        """Entries of the results stream that made no sense and were removed."""

    @property
    def lease_seconds(self) -> float:
        """How long a claim holds without being renewed."""
        return self._lease_ms / 1000

    async def incarnation(self, fresh: str) -> str:
        """Which life of the server this is: ``fresh`` where it knows nothing yet, else what it was told first."""
        key = f"{self._root}incarnation"
        await self._commands.set(key, fresh, nx=True)
        known: Any = await self._commands.get(key)
        return _text(known)

    async def enqueue(self, tasks: Sequence[QueuedTask], *, now_ms: int = 0) -> int:
        """Make tasks available to agents; those that are known already are left as they are.

        Returns:
            how many were new.
        """
        fresh = 0
        for batch in _batches(tasks):
            words: list[str | bytes | int] = []
            for task in batch:
                words += [
                    task.id,
                    _need(task.capabilities),
                    task.priority,
                    task.attempts,
                    task.max_attempts,
                    task.token,
                    task.body,
                ]
            fresh += await self._scripts.run("enqueue", *words, now_ms=now_ms)
        return fresh

    async def claim(self, agent: str, capabilities: Iterable[str], most: int, *, now_ms: int = 0) -> Claimed:
        """Take up to ``most`` tasks that this agent can do, the most urgent first, oldest first among equals."""
        able = ",".join(sorted(capabilities))
        answer: Any = await self._scripts.run(
            "claim", agent, able, min(most, BATCH), self._lease_ms, self._results_limit, now_ms=now_ms
        )
        rest = answer[1:]
        claims = tuple(
            Claim(_text(rest[i]), int(rest[i + 1]), int(rest[i + 2]), rest[i + 3]) for i in range(0, len(rest), 4)
        )
        return Claimed(ClaimStatus(_text(answer[0])), claims)

    async def report(self, agent: str, reports: Sequence[Report], *, now_ms: int = 0) -> list[bool]:
        """Say what became of tasks.

        Returns:
            for each, whether it was accepted; a refused one is another agent's by now, or was cancelled.
        """
        accepted: list[bool] = []
        for batch in _batches(reports):
            words: list[str | bytes | int] = [agent]
            for report in batch:
                words += [report.kind, report.id, report.token, report.delay_ms, report.data]
            accepted += [bool(flag) for flag in await self._scripts.run("report", *words, now_ms=now_ms)]
        return accepted

    async def renew(self, agent: str, held: Sequence[Claim], *, now_ms: int = 0) -> list[Claim]:
        """Keep tasks for another lease.

        Returns:
            those that are lost: another agent's by now, or cancelled.
        """
        lost: list[Claim] = []
        for batch in _batches(held):
            words: list[str | bytes | int] = [agent, self._lease_ms]
            for claim in batch:
                words += [claim.id, claim.token]
            flags: Any = await self._scripts.run("renew", *words, now_ms=now_ms)
            lost += [claim for claim, flag in zip(batch, flags, strict=True) if not flag]
        return lost

    async def reap(self, most: int = BATCH, *, now_ms: int = 0) -> tuple[int, int]:
        """Take lapsed leases back, and queue the retries that are due.

        Returns:
            how many of each.
        """
        lapsed, due = await self._scripts.run("reap", most, now_ms=now_ms)
        return int(lapsed), int(due)

    async def cancel(self, ids: Sequence[str]) -> int:
        """Forget tasks; agents that work on them are told at once.

        Returns:
            how many were known.
        """
        return sum([int(await self._scripts.run("cancel", *batch)) for batch in _batches(ids)])

    async def reprioritise(self, task_id: str, priority: int) -> bool:
        """Move a task that still waits.

        Returns:
            whether it did wait.
        """
        return bool(await self._scripts.run("reprioritise", task_id, priority))

    async def known(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of ``ids`` that are queued, delayed or held."""
        found: set[str] = set()
        for batch in _batches(ids):
            flags: Any = await self._scripts.run("known", *batch)
            found.update(task for task, flag in zip(batch, flags, strict=True) if flag)
        return frozenset(found)

    async def control(self, epoch: int, *, halted: bool, paused: bool, paused_agents: Iterable[str] = ()) -> None:
        """Tell the server, and through it every agent, what is stopped.

        Raises:
            WatchfloorError: the server knows of a newer halt, so this comes from an engine that no longer leads.
        """
        if not await self._scripts.run("control", epoch, int(halted), int(paused), *sorted(paused_agents)):
            raise WatchfloorError("control refused", why=f"a newer halt than epoch {epoch} is in force")

    async def beat(self, agent: str, info: bytes) -> tuple[bool, bool]:
        """Give a sign of life.

        Returns:
            whether everything is halted, and whether this agent or the queue is paused.
        """
        halted, paused = await self._scripts.run("beat", agent, info, PRESENCE_KEPT_SECONDS * 1000)
        return bool(halted), bool(paused)

    async def leave(self, agent: str) -> None:
        """Say goodbye: the agent is not listed any more."""
        await self._scripts.run("leave", agent)

    async def agents(self, most: int = 200) -> list[AgentPresence]:
        """The agents that were heard of lately, the longest silent first."""
        answer: Any = await self._scripts.run("agents", most)
        now, rest = int(answer[0]), answer[1:]
        return [
            AgentPresence(_text(rest[i]), from_ms(int(rest[i + 1])), max(0, now - int(rest[i + 1])) / 1000, rest[i + 2])
            for i in range(0, len(rest), 3)
        ]

    async def statistics(self) -> QueueStatistics:
        """The queue in numbers; the cost follows the number of different capability sets, not of tasks."""
        answer: Any = await self._scripts.run("statistics")
        flat = answer[7]
        counters = {_text(flat[i]): int(flat[i + 1]) for i in range(0, len(flat), 2)}
        pending, delayed, leased, results, agents = (int(number) for number in answer[:5])
        return QueueStatistics(pending, delayed, leased, results, agents, bool(answer[5]), bool(answer[6]), counters)

    async def read_results(self, after: str, most: int = BATCH, *, wait_ms: int = 0) -> list[StreamEvent]:
        """The entries of the results stream after a position, waiting for the first one for up to ``wait_ms``."""
        client = self._blocking if wait_ms else self._commands
        answer: Any = await client.xread({f"{self._root}results": after}, count=most, block=wait_ms or None)
        events: list[StreamEvent] = []
        for position, fields in (entry for entries in (answer or {}).values() for entry in entries):
            try:
                events.append(_event(position, fields))
            except (KeyError, ValueError, OverflowError):
                # Nothing of ours writes such an entry; it must not hold up those behind it.
                await self._commands.xdel(f"{self._root}results", position)
                self.malformed += 1
        return events

    async def trim_results(self, position: str) -> None:
        """Let go of every entry before ``position``; only to be called once they are durable elsewhere."""
        await self._commands.xtrim(f"{self._root}results", minid=position, approximate=False)

    @asynccontextmanager
    async def listen(self, *channels: str) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
        """Hints as pairs of channel (``control``, ``tasks:new``...) and text; they may be missed, never relied upon."""
        names = [f"{self._root}{channel}" for channel in channels]
        subscription = self._blocking.pubsub(ignore_subscribe_messages=True)
        try:
            await subscription.subscribe(*names)
            yield self._follow(subscription)
        finally:
            await subscription.aclose()  # type: ignore[no-untyped-call]  # redis-py leaves it untyped

    async def _follow(self, subscription: Any) -> AsyncIterator[tuple[str, str]]:
        while True:
            message = await subscription.get_message(timeout=1.0)
            if message is not None:
                yield _text(message["channel"]).removeprefix(self._root), _text(message["data"])


def _need(capabilities: frozenset[str]) -> str:
    if not capabilities or any("," in capability or not capability for capability in capabilities):
        raise WatchfloorError(
            "task refused", why="its capabilities are none or hold a comma", remedy="Name them with letters and digits."
        )
    return ",".join(sorted(capabilities))


def _batches(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + BATCH] for start in range(0, len(items), BATCH)]


def _event(position: Any, fields: Any) -> StreamEvent:
    read = {_text(name): _text(value) for name, value in fields.items()}
    return StreamEvent(
        position=_text(position),
        kind=StreamKind(read["kind"]),
        id=read["id"],
        token=int(read["token"]),
        attempt=int(read["attempt"]),
        agent=read["agent"],
        at=from_ms(int(read["at"])),
        data=read["data"],
    )


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
