"""How many tasks an agent ends in a minute."""

from __future__ import annotations

from collections import deque
from typing import Final

from ..clock import Clock

WINDOW_SECONDS: Final = 60.0
_MOST: Final = 100_000


class Pace:
    """Counts what ended in the last minute.

    Args:
        clock: measures.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ended: deque[float] = deque(maxlen=_MOST)

    def count(self) -> None:
        """One more has ended."""
        self._ended.append(self._clock.monotonic())

    def per_minute(self) -> int:
        """How many ended within the last minute."""
        oldest = self._clock.monotonic() - WINDOW_SECONDS
        while self._ended and self._ended[0] < oldest:
            self._ended.popleft()
        return len(self._ended)
