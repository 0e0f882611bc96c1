"""Bytes from the terminal as messages, tolerant of anything a terminal, a link or a paste may send."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.message import Message

__all__ = ["TICK_SECONDS", "Keyboard"]

TICK_SECONDS: Final = constants.ESCAPE_DELAY + 0.005
"""How long after the last byte :meth:`Keyboard.tick` tells a lone escape key from the start of a sequence."""
_REPLACEMENT: Final = "\ufffd"


class Keyboard:
    """Decodes keys, pastes, mouse reports and the terminal's answers."""

    def __init__(self) -> None:
        self.rejected = 0
        """Keys that were not UTF-8 and sequences that could not be read; all of them were ignored."""
        self._start_over()

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages in some bytes; what is incomplete is kept for the next call."""
        # One by one, so that what breaks the parser takes no other key with it.
        for character in self._decode(data):
            yield from self._kept(partial(self._parser.feed, character))

    def tick(self) -> Iterator[Message]:
        """The messages that became complete because nothing followed for :data:`TICK_SECONDS`."""
        return self._kept(self._parser.tick)

    def _kept(self, read: Callable[[], Iterable[Message]]) -> Iterator[Message]:
        try:
            for message in read():
                # An invalid byte inside a mouse report still counts as one byte; outside it is no key.
                if isinstance(message, events.Key) and message.character == _REPLACEMENT:
                    self.rejected += 1
                else:
                    yield message
        except Exception:  # noqa: BLE001  # the parser meets bytes from outside; whatever they break in it, the next key must work
            self.rejected += 1
            self._start_over()

    def _start_over(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._parser = XTermParser()
