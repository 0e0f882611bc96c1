"""Lets an answer count only where somebody could have read the question."""

from __future__ import annotations

from typing import Final

from engine.clock import Clock

ARM_SECONDS: Final = 0.4
"""How long a question must have been on the screen, undisturbed, before a yes counts."""
QUIET_SECONDS: Final = 0.1
"""A key this soon after another one belongs to a paste or to a key that is held down."""


class Arming:
    """Tells a deliberate answer from type-ahead, paste and key repeat.

    A key that comes before the question could be read starts the waiting again, so that a key held down never answers.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: float | None = None
        self._last = float("-inf")

    def painted(self) -> None:
        """The question is on the screen, from now on or in new words."""
        self._since = self._clock.monotonic()

    @property
    def armed(self) -> bool:
        """A yes would count."""
        return self._since is not None and self._clock.monotonic() - self._since >= ARM_SECONDS

    def deliberate(self) -> bool:
        """A key came; it counts as an answer where the question is armed and no other key came just before."""
        now = self._clock.monotonic()
        quiet = now - self._last >= QUIET_SECONDS
        self._last = now
        if not self.armed:
            if self._since is not None:
                self._since = now
            return False
        return quiet
