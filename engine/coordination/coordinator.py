"""The RedisCoordinator: queue, leases, presence and controls over one or many shards, each call one atomic script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..errors import WatchfloorError
from .client import subscription
from .messages import (
    AgentPresence,
    Claim,
    Claimed,
    Controls,
    QueuedTask,
    QueueStatistics,
    RateLimit,
    Recorded,
    Report,
    StreamEvent,
    from_ms,
)
from .shard import Shard, shard_of
from .sharing import claim_over
from .wire import BATCH, add_up, clean_agent, read_statistics, text

if TYPE_CHECKING:
    from redis.asyncio import Redis

PRESENCE_KEPT_SECONDS: Final = 300
"""How long an agent that fell silent is still listed."""
THROUGHPUT_MINUTES: Final = 60
"""How many minutes of throughput are kept for asking."""
ORIGIN: Final = "0-0"
"""The position before the first entry of a stream."""
T = TypeVar("T")


class RedisCoordinator:
    """The work that is shared between processes.

    Every method raises the client library's errors when the server cannot be reached; nothing is repeated by itself.
    Calls with ``now_ms`` believe in that moment instead of the server's, which only tests need.

    Args:
        commands: a client for short calls.
        blocking: a client for waiting calls.
        prefix: the workspace's key prefix.
        lease_seconds: how long a claim holds without being renewed.
        results_limit: with so many events that the engine has not taken in, nothing is handed out.
        shards: into how many slots of a cluster the queue is cut; the same for every process of a workspace.
    """

    def __init__(
        self,
        commands: Redis,
        blocking: Redis,
        prefix: str,
        *,
        lease_seconds: float = 30.0,
        results_limit: int = 100_000,
        shards: int = 1,
    ) -> None:
        self._blocking = blocking
        self._root = f"{{{prefix}}}:"
        self.shards = tuple(Shard(commands, blocking, prefix, number) for number in range(shards))
        self._lease_ms = int(lease_seconds * 1000)
        self._results_limit = results_limit
        self._turn = 0

    @property
    def lease_seconds(self) -> float:
        """How long a claim holds without being renewed."""
        return self._lease_ms / 1000

    @property
    def malformed(self) -> int:
        """Entries of the results that made no sense and were removed."""
        return sum(shard.malformed for shard in self.shards)

    async def enqueue(self, tasks: Sequence[QueuedTask], *, now_ms: int = 0) -> int:
        """Make tasks available to agents; those that are known already are left as they are.

        Returns:
            how many were new.
        """
        groups = self._spread(tasks, lambda task: task.id)
        return sum([await shard.enqueue(group, now_ms) for shard, group in groups])

    async def claim(self, agent: str, capabilities: Iterable[str], most: int, *, now_ms: int = 0) -> Claimed:
        """Take up to ``most`` tasks that this agent can do, the most urgent first, oldest first among equals.

        With several shards, no call is atomic over all of them: each is looked at first, and then so much is taken from
        each that together they are the most urgent ones of all shards at the moment of the look. A more urgent task can
        be passed over only by what one call takes, ``most`` tasks, and only where it came after the look. Among equals
        of different shards, the oldest of each come in turn.
        """
        able = ",".join(sorted(capabilities))
        asked = (clean_agent(agent), able, min(most, BATCH), self._lease_ms, self._results_limit, now_ms)
        if len(self.shards) == 1:
            return await self.shards[0].claim(*asked)
        self._turn += 1
        return await claim_over(self.shards, asked, self._turn)

    async def report(self, agent: str, reports: Sequence[Report], *, now_ms: int = 0) -> list[bool]:
        """Say what became of tasks.

        Returns:
            for each, whether it was accepted; a refused one is another agent's by now, or was cancelled.
        """
        if len(self.shards) == 1:
            return await self.shards[0].report(clean_agent(agent), reports, now_ms)
        accepted: dict[int, bool] = {}
        numbered = list(enumerate(reports))
        for shard, group in self._spread(numbered, lambda pair: pair[1].id):
            flags = await shard.report(clean_agent(agent), [report for _, report in group], now_ms)
            accepted.update((place, flag) for (place, _), flag in zip(group, flags, strict=True))
        return [accepted[place] for place in range(len(reports))]

    async def renew(self, agent: str, held: Sequence[Claim], *, now_ms: int = 0) -> list[Claim]:
        """Keep tasks for another lease.

        Returns:
            those that are lost: another agent's by now, or cancelled.
        """
        del agent  # the token says whose they are
        groups = self._spread(held, lambda claim: claim.id)
        return [lost for shard, group in groups for lost in await shard.renew(group, self._lease_ms, now_ms)]

    async def reap(self, most: int = BATCH, *, now_ms: int = 0) -> tuple[int, int]:
        """Take lapsed leases back, and queue the tasks that are due.

        Returns:
            how many of each.
        """
        found = [await shard.reap(most, now_ms) for shard in self.shards]
        return sum(lapsed for lapsed, _ in found), sum(due for _, due in found)

    async def cancel(self, ids: Sequence[str]) -> int:
        """Forget tasks; agents that work on them are told at once.

        Returns:
            how many were known.
        """
        return sum([await shard.cancel(group) for shard, group in self._spread(ids, lambda task: task)])

    async def reprioritise(self, task_id: str, priority: int) -> bool:
        """Move a task that still waits.

        Returns:
            whether it did wait.
        """
        return bool(await self.reprioritise_many([(task_id, priority)]))

    async def reprioritise_many(self, changes: Sequence[tuple[str, int]]) -> int:
        """Move tasks that still wait, by id and new priority; the last of several changes of one task counts.

        Returns:
            how many did wait.
        """
        groups = self._spread(list(dict(changes).items()), lambda change: change[0])
        return sum([sum(await shard.reprioritise(group)) for shard, group in groups])

    async def known(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of ``ids`` that are queued, delayed or held."""
        found: set[str] = set()
        for shard, group in self._spread(ids, lambda task: task):
            found |= await shard.known(group)
        return frozenset(found)

    async def control(
        self,
        epoch: int,
        *,
        halted: bool,
        paused: bool,
        paused_agents: Iterable[str] = (),
        paused_capabilities: Iterable[str] = (),
        limits: Mapping[str, RateLimit] | None = None,
    ) -> None:
        """Tell the server, and through it every agent, what is stopped and how fast the rest may go.

        Args:
            epoch: of the newest halt.
            halted: everything is.
            paused: the queue hands out nothing.
            paused_agents: these get nothing.
            paused_capabilities: tasks that ask for one of these are not handed out.
            limits: by task type; with several shards each keeps its share.

        Raises:
            WatchfloorError: the server knows of a newer halt, so this comes from an engine that no longer leads.
        """
        shares = {
            kind: replace(one, per_minute=one.per_minute / len(self.shards)) for kind, one in (limits or {}).items()
        }
        controls = Controls(
            epoch, halted, paused, frozenset(paused_agents), frozenset(paused_capabilities), shares
        )  # fmt: skip
        for shard in self.shards:
            if not await shard.control(controls):
                raise WatchfloorError("control refused", why=f"a newer halt than epoch {epoch} is in force")

    async def beat(self, agent: str, info: bytes) -> tuple[bool, bool]:
        """Give a sign of life.

        Returns:
            whether everything is halted, and whether this agent or the queue is paused.
        """
        kept = PRESENCE_KEPT_SECONDS * 1000
        halted, paused = await self.shards[0].scripts.run("beat", clean_agent(agent), info, kept)
        return bool(halted), bool(paused)

    async def leave(self, agent: str) -> None:
        """Say goodbye: the agent is not listed any more."""
        await self.shards[0].scripts.run("leave", agent)

    async def agents(self, most: int = 200) -> list[AgentPresence]:
        """The agents that were heard of lately, the longest silent first."""
        answer: Any = await self.shards[0].scripts.run("agents", most)
        now, rest = int(answer[0]), answer[1:]
        return [
            AgentPresence(text(rest[i]), from_ms(int(rest[i + 1])), max(0, now - int(rest[i + 1])) / 1000, rest[i + 2])
            for i in range(0, len(rest), 3)
        ]

    async def statistics(self) -> QueueStatistics:
        """The queue in numbers; the cost follows the number of different capability sets, not of tasks."""
        return read_statistics([await shard.scripts.run("statistics") for shard in self.shards])

    async def throughput(self, minutes: int = THROUGHPUT_MINUTES, *, now_ms: int = 0) -> list[dict[str, int]]:
        """How many tasks were completed in each of the last minutes by what they needed, the oldest minute first."""
        found: list[dict[str, int]] = [{} for _ in range(minutes)]
        for shard in self.shards:
            answer: Any = await shard.scripts.run("throughput", minutes, now_ms=now_ms)
            for totals, flat in zip(found, answer, strict=True):
                add_up(totals, flat)
        return found

    async def read_results(self, after: str, most: int = BATCH, *, wait_ms: int = 0) -> list[StreamEvent]:
        """What the results of the first shard tell after a position; see :meth:`Shard.read_results`."""
        return await self.shards[0].read_results(after, most, wait_ms=wait_ms)

    async def recorded(self, most: int = 100) -> list[Recorded]:
        """What happened in the queue lately, from a capped record, the newest last."""
        found = [entry for shard in self.shards for entry in await shard.recorded(ORIGIN, 1_200)]
        return sorted(found, key=lambda entry: entry.at)[-most:]

    @asynccontextmanager
    async def listen(
        self, *channels: str, at_once: Callable[[], None] | None = None
    ) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
        """Hints as pairs of channel (``control``, ``tasks:new``...) and text; they may be missed, never relied upon.

        ``at_once`` is called for each as soon as it comes, before it is given out.
        """
        names = [f"{self._root}{channel}" for channel in channels]
        async with subscription(self._blocking, *names, at_once=at_once) as heard:
            yield self._follow(heard, at_once)

    async def _follow(self, heard: Any, at_once: Callable[[], None] | None) -> AsyncIterator[tuple[str, str]]:
        while True:
            message = await heard.get_message(timeout=1.0)
            if message is not None:
                if at_once is not None and not message.get("told"):
                    at_once()
                yield text(message["channel"]).removeprefix(self._root), text(message["data"])

    def _spread(self, items: Sequence[T], key: Callable[[T], str]) -> list[tuple[Shard, Sequence[T]]]:
        if len(self.shards) == 1:
            return [(self.shards[0], items)] if items else []
        groups: dict[int, list[T]] = {}
        for item in items:
            groups.setdefault(shard_of(key(item), len(self.shards)), []).append(item)
        return [(self.shards[number], group) for number, group in sorted(groups.items())]
