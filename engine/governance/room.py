"""How many more questions may be opened, known without counting the open ones each time."""

from __future__ import annotations

from ..storage import Reader
from . import repository
from .action import ActionStatus


class Room:
    """So many more questions fit for certain.

    Every question that is opened takes one of them, and one that closes gives none back, so that the number can only be
    too low; once none is left the open ones are counted again. Units of work that were undone leave it too low as well.
    """

    def __init__(self) -> None:
        self._left = 0
        self._most = 0

    def has(self, reader: Reader, most: int) -> bool:
        """Whether one more question fits, where so many may be open at once."""
        if self._left < 1 or most != self._most:
            self._most = most
            self._left = most - repository.count(reader, ActionStatus.PENDING)
        return self._left > 0

    def take(self) -> None:
        """One more question is open."""
        self._left -= 1
