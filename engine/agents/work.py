"""A task in an agent's hands, and what the agent says of itself with each sign of life."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from ..coordination.messages import Claim, Report
from ..coordination.presence import AgentInfo, OpenBreaker, RunningTask
from .attempt import Attempts


class Work:
    """A task in hand.

    Attributes:
        renewed: when its lease was last known to hold, on the agent's steady clock.
        lost: it is somebody else's by now; nothing more is said about it.
        why: why it would be given back.
    """

    def __init__(self, claim: Claim, renewed: float) -> None:
        self.claim = claim
        self.title = ""
        self.renewed = renewed
        self.lost = False
        self.why = "the agent stopped"
        self.task: asyncio.Task[Report] | None = None


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
