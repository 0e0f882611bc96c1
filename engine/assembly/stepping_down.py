"""The end of an engine that another one has taken the place of: it stops by itself and says why."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from ..coordination.leader import NotLeader
from ..coordinator import AutonomyCoordinator
from ..errors import WatchfloorError
from ..storage import Superseded

_STAY: Final = frozenset({"views"})
"""What goes on, so that whoever looks on sees what has happened."""


class SteppingDown:
    """Stops the services as soon as one of them finds another engine in its place.

    What was under way when that happened is the other engine's to settle: the database takes nothing more from this
    one, and its claims in Redis lapse.

    Args:
        coordinator: runs the services.
    """

    def __init__(self, coordinator: AutonomyCoordinator) -> None:
        self._coordinator = coordinator
        self._ending: asyncio.Task[None] | None = None
        self.cause: WatchfloorError | None = None
        """Why this engine stopped; nothing while it is the one that runs."""
        self.over = asyncio.Event()
        """It has stopped."""

    def look(self, error: BaseException) -> None:
        """A service failed so."""
        if self._ending is None and isinstance(error, NotLeader | Superseded):
            self.cause = error
            self._ending = asyncio.get_running_loop().create_task(self._end(), name="stepping-down")

    def notices(self) -> Sequence[str]:
        """What operators should know."""
        return () if self.cause is None else (f"this engine has stopped: {self.cause.sentence()}",)

    async def _end(self) -> None:
        names = [report.name for report in self._coordinator.reports if report.name not in _STAY]
        await asyncio.gather(*(self._coordinator.cease(name) for name in names))
        self.over.set()
