"""Who of the operators can be reached: those in this process, and those heard of lately from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from ..clock import Clock
from ..operators import Operator, Role
from ..settings.governance import GovernanceSettings
from ..storage import Reader

_MOST: Final = 1_000


class Presence:
    """Notes who was heard of. It is asked inside units of work, and told on the engine's loop.

    Args:
        clock: the time.
        settings: who may decide, and how long a word from them counts.
    """

    def __init__(self, clock: Clock, settings: Callable[[], GovernanceSettings]) -> None:
        self._clock = clock
        self._settings = settings
        self._started = clock.now()
        self._heard: dict[str, datetime] = {}
        self._here: frozenset[str] = frozenset()

    def heard(self, operator: Operator) -> None:
        """An operator sent something; one that may only look cannot answer and does not count."""
        if operator.role < Role.OPERATOR:
            return
        self._heard.pop(operator.name, None)
        self._heard[operator.name] = self._clock.now()
        while len(self._heard) > _MOST:
            self._heard.pop(next(iter(self._heard)))

    def sits_here(self, operator: Operator) -> None:
        """An operator has this engine in their own console, and is within reach as long as it runs."""
        if operator.role >= Role.OPERATOR:
            self._here |= {operator.name}

    def unreachable(self, _: Reader) -> str:
        """Why no operator can be reached, where the settings want to know; empty while one can, or where it waits."""
        settings = self._settings()
        if settings.unattended == "wait" or any(self._may(name) for name in self._here):
            return ""
        roles = {settings.default_role, *settings.operators.values()}
        if roles <= {"viewer"}:
            return "the settings let nobody decide"
        newest = max((at for name, at in tuple(self._heard.items()) if self._may(name)), default=self._started)
        silent = self._clock.now() - max(newest, self._started)
        if silent <= timedelta(seconds=settings.attended_seconds):
            return ""
        return f"no operator was heard of for {int(silent.total_seconds())} s"

    def _may(self, name: str) -> bool:
        return self._settings().role_of(name) >= Role.OPERATOR
