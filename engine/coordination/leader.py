"""Who leads a workspace: a term in Redis that lapses with its holder, and an epoch that only rises."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..clock import Clock
from ..errors import WatchfloorError
from .script import Scripts

if TYPE_CHECKING:
    from redis.asyncio import Redis


class NotLeader(WatchfloorError):
    """Somebody else leads, or this engine's term lapsed."""


@dataclass(frozen=True, slots=True)
class Leader:
    """Whoever leads.

    Attributes:
        epoch: rises with every change of leader; the database refuses whoever writes with an older one.
        since: when it began, ISO 8601 UTC.
    """

    epoch: int
    pid: int
    host: str
    since: str


class LeaderLease:
    """The right to lead, renewed at a third of its term.

    A term is not a lock: a leader that was suspended may believe in it too long. What protects the database is the
    epoch, which the caller keeps in it and compares in each transaction.

    Args:
        commands: a client for short calls.
        prefix: the workspace's key prefix.
        clock: spaces renewals and names this holder.
        pid: this process.
        host: this machine.
        seconds: the term.
    """

    def __init__(
        self, commands: Redis, prefix: str, clock: Clock, *, pid: int, host: str, seconds: float = 15.0
    ) -> None:
        self._scripts = Scripts(commands, prefix)
        self._clock = clock
        self._owner = clock.new_id()
        self._who = {"pid": pid, "host": host, "since": clock.now().isoformat()}
        self._seconds = seconds
        self._epoch = 0
        self._renewed = 0.0

    @property
    def epoch(self) -> int:
        """The epoch of this engine's term; 0 before it ever led."""
        return self._epoch

    @property
    def held(self) -> bool:
        """Whether the term has not lapsed yet, by this machine's steady clock."""
        return self._epoch > 0 and self._clock.monotonic() - self._renewed < self._seconds

    async def acquire(self, least_epoch: int = 0, *, alone: bool = False) -> int:
        """Begin to lead.

        Args:
            least_epoch: the epoch that the database knows; the new one is above it.
            alone: nobody else can lead, as when this engine holds the workspace's lock and the server is its own; then
                the unexpired term of an engine that was killed is taken over instead of waited out.

        Returns:
            the epoch.

        Raises:
            NotLeader: somebody else leads; the error names process and machine.
        """
        asked = self._clock.monotonic()
        epoch, record = await self._run("take" if alone else "acquire", least_epoch)
        if not epoch:
            leader = _leader(0, record)
            raise NotLeader(
                "another engine leads this workspace",
                why=f"process {leader.pid} on {leader.host} since {leader.since}" if leader else "",
                remedy="Attach to it with `watchfloor`, or stop it first.",
            )
        self._epoch, self._renewed = epoch, asked
        return epoch

    async def renew(self) -> None:
        """Go on leading; a server that forgot everything is told again, with the same epoch.

        Raises:
            NotLeader: somebody else leads by now.
        """
        asked = self._clock.monotonic()
        epoch, _ = await self._run("renew", 0)
        if not epoch:
            # Nobody leads when the server lost its memory; then this engine begins a new term above its own epoch.
            await self.acquire(self._epoch)
        self._renewed = asked

    async def run(self) -> None:
        """Renew until cancelled.

        Raises:
            NotLeader: somebody else leads by now.
        """
        while True:
            await self._clock.sleep(self._seconds / 3)
            await self.renew()

    async def release(self) -> None:
        """Stop leading at once, so that nobody has to wait for the term to lapse."""
        await self._run("release", 0)
        self._epoch = 0

    async def current(self) -> Leader | None:
        """Whoever leads now."""
        answer: Any = await self._scripts.run("leader", "renew", "", 0, 0, "")
        return _leader(int(answer[2]), answer[1])

    async def _run(self, what: str, least_epoch: int) -> tuple[int, bytes]:
        record = json.dumps(self._who)
        answer: Any = await self._scripts.run(
            "leader", what, self._owner, int(self._seconds * 1000), least_epoch, record
        )
        return int(answer[0]), answer[1]


def _leader(epoch: int, record: bytes) -> Leader | None:
    if not record:
        return None
    fields = json.loads(record)
    return Leader(epoch, int(fields["pid"]), str(fields["host"]), str(fields["since"]))
