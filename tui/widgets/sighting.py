"""Knows whether what is on the screen has been there, whole, long enough to be answered by one key."""

from __future__ import annotations

from engine.clock import Clock

from .arming import Arming


class Sighting:
    """What somebody has had before their eyes, undisturbed; the keys that came meanwhile count as disturbance."""

    def __init__(self, clock: Clock) -> None:
        self._arming = Arming(clock)
        self._clock = clock
        self._what = ""
        self._deliberate = False

    def look(self, what: str) -> bool:
        """Say what is wholly on the screen now.

        Args:
            what: names it, with everything that may change about it; empty where nothing is, or not wholly.

        Returns:
            it is new: :meth:`painted` has to be called once it has been painted.
        """
        if what == self._what:
            return False
        self._what = what
        self._arming = Arming(self._clock)
        return bool(what)

    def painted(self, what: str) -> None:
        """It has reached the screen."""
        if what == self._what:
            self._arming.painted()

    def key(self) -> None:
        """A key came, whatever it was."""
        self._deliberate = self._arming.deliberate()

    def answers(self, what: str) -> bool:
        """Whether the last key may answer this: it was on the screen long enough, and no other key came just before."""
        return bool(what) and what == self._what and self._deliberate and self._arming.armed

    def forget(self) -> None:
        """It is covered, or has been answered: it has to be seen anew."""
        self._what, self._deliberate = "", False
