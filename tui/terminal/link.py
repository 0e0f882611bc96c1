"""How much may be on its way to the terminal, so that a slow link answers keys at once.

Between this process and the glass lie buffers that take far more than a slow link carries in a second; what stands in
them cannot be overtaken. So after every few hundred bytes the terminal is asked where its cursor is. Its answer tells
that all before it was taken in, and how long it took beyond what this link takes for nothing at all; by that the room
for what may be on its way grows and shrinks. A terminal that gives no such answers is written to as fast as it reads.
"""

from __future__ import annotations

from collections import deque
from typing import Final

__all__ = ["PIECE", "PROBE", "Link"]

PROBE: Final = "\x1b[?7l\x1b[6n"
"""Asks where the cursor is; the oldest question that terminals answer. What stands before it says once more that lines
do not wrap: it changes nothing, and tells this question from one that text would try to slip in."""
PIECE: Final = 500
"""On a thin link a frame has about so many characters at most; the rest comes with the next."""
_ASK_AFTER: Final = 300
"""So many bytes go without a question: what costs less is no burden to any link."""
_LEAST_ROOM: Final = 450
_FIRST_ROOM: Final = 4_000
_MOST_ROOM: Final = 256_000
_STEP: Final = 40
"""The room grows by so many bytes with each answer that came in good time, and doubles while no link is thin."""
_SLOW_SECONDS: Final = 0.1
"""So much longer than for nothing at all may an answer take; a link that takes longer is thin."""
_PATIENCE_SECONDS: Final = 5.0
"""An answer that takes longer may be lost, as where a multiplexer has changed terminals: a frame goes all the same."""
_MOST_QUESTIONS: Final = 8
"""So many questions may be open; a terminal that has never answered any is then asked no more."""
_GIVEN_UP_AFTER: Final = 3
"""After so many lost answers in a row nobody waits for one any more, until one comes."""
_CALM_SECONDS: Final = 60.0
"""A thin link is given another try after so long without a late answer."""


class Link:
    """What was sent, and how much of it is known to have arrived. Times are seconds of a clock that only goes on."""

    def __init__(self) -> None:
        self._sent = 0
        self._arrived = 0
        self._asked_at = -_ASK_AFTER
        self._questions: deque[tuple[int, float, bool]] = deque()
        self._room = _FIRST_ROOM
        self._least_delay = float("inf")
        self._answers = False
        self._lost = 0
        self._late_at = float("-inf")

    @property
    def open(self) -> int:
        """Questions that were sent and are not answered."""
        return len(self._questions)

    def thin(self, now: float) -> bool:
        """The link cannot keep up: an answer was late within the last seconds."""
        return now - self._late_at <= _CALM_SECONDS

    def sent(self, count: int, now: float) -> bool:
        """Bytes have left.

        Returns:
            whether a question is to follow them.
        """
        self._sent += count
        if self._sent - self._asked_at < _ASK_AFTER or self.open >= _MOST_QUESTIONS:
            return False
        alone = not self._questions and count < _ASK_AFTER
        self._asked_at = self._sent
        self._questions.append((self._sent, now, alone))
        return True

    def answered(self, now: float) -> bool:
        """The terminal says where its cursor is.

        Returns:
            whether it was asked.
        """
        if not self._questions:
            return False
        place, at, alone = self._questions.popleft()
        delay = now - at
        if alone and self._answers:
            # What a link takes for next to nothing may change, as where a session is taken up from elsewhere.
            self._least_delay += max(0.0, delay - self._least_delay) / 10
        self._least_delay = min(delay, self._least_delay)
        load = place - self._arrived
        if delay - self._least_delay > _SLOW_SECONDS:
            self._late_at = now
            self._room = max(_LEAST_ROOM, min(self._room, load) // 2)
        elif load >= self._room // 2:
            self._room = min(_MOST_ROOM, self._room + (_STEP if self.thin(now) else self._room))
        self._arrived = place
        self._answers, self._lost = True, 0
        return True

    def wait(self, now: float) -> float:
        """How long the next frame has to wait at most, unless an answer comes before; 0 where it need not."""
        if not self._answers:
            return 0.0
        while self._questions and now - self._questions[0][1] >= _PATIENCE_SECONDS:
            self._arrived, _, _ = self._questions.popleft()
            self._lost += 1
        if not self._questions or self._lost >= _GIVEN_UP_AFTER or self._sent - self._arrived < self._room:
            return 0.0
        return self._questions[0][1] + _PATIENCE_SECONDS - now
