"""A task in an agent's hands, and what the agent says of itself with each sign of life."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from ..coordination.messages import Claim
from ..coordination.presence import AgentInfo, OpenBreaker, RunningTask
from .attempt import Attempts


class Work:
    """A task in hand.

    Attributes:
        taken: when it was claimed, on the agent's steady clock.
        renewed: when its lease was last known to hold, on the same clock.
        lost: it is somebody else's by now; nothing more is said about it.
        interrupted: it is being stopped.
        why: why it would be given back.
        task: carries it out; nothing before that.
    """

    __slots__ = ("claim", "interrupted", "lost", "renewed", "taken", "task", "title", "why")

    def __init__(self, claim: Claim, renewed: float) -> None:
        self.claim = claim
        self.title = ""
        self.taken = self.renewed = renewed
        self.lost = self.interrupted = False
        self.why = "the agent stopped"
        self.task: asyncio.Task[Any] | None = None


def sign_of_life(
    works: Iterable[Work],
    attempts: Attempts,
    *,
    host: str,
    pid: int,
    capabilities: tuple[str, ...],
    concurrency: int,
    lease_seconds: float,
    now: float,
    draining: bool,
) -> AgentInfo:
    """What an agent says of itself.

    Args:
        works: what it has in hand.
        attempts: what became of what it had.
        host: its machine.
        pid: its process.
        capabilities: what tasks may ask it for.
        concurrency: how many tasks it takes at a time.
        lease_seconds: how long a claim holds.
        now: on its steady clock.
        draining: it takes nothing more, and leaves once nothing is in hand.
    """
    return AgentInfo(
        host=host,
        pid=pid,
        capabilities=capabilities,
        concurrency=concurrency,
        running=tuple(
            RunningTask(
                id=work.claim.id,
                title=work.title,
                lease_left_seconds=max(0.0, work.renewed + lease_seconds - now),
            )
            for work in works
        ),
        done=attempts.done,
        failed=attempts.failed,
        breakers=tuple(
            OpenBreaker(name=one.name, state=one.state.value, failures=one.failures, seconds=one.seconds)
            for one in attempts.breakers.states()
        ),
        rate_per_minute=attempts.pace.per_minute(),
        draining=draining,
        executors=attempts.types,
    )
