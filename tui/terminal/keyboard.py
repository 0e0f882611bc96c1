"""Bytes from the terminal as messages, tolerant of anything a terminal, a link or a paste may send."""

from __future__ import annotations

import codecs
import os
import re
import select
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.message import Message

__all__ = ["PASTE_LIMIT", "TICK_SECONDS", "Keyboard", "swallow"]

TICK_SECONDS: Final = constants.ESCAPE_DELAY + 0.005
"""How long after the last byte :meth:`Keyboard.tick` tells a lone escape key from the start of a sequence."""
PASTE_LIMIT: Final = 100_000
"""Most characters of one paste; no line of the console takes as many, and whatever comes beyond is left out."""
_PASTE_BEGIN: Final = "\x1b[200~"
_PASTE_END: Final = "\x1b[201~"
_ANSWER: Final = re.compile(rb"\x1b\[\d+;\d+R")
_SWALLOW_SECONDS: Final = 0.2
_REPLACEMENT: Final = "\ufffd"


def swallow(descriptor: int, answers: int) -> None:
    """Read the answers that are still under way, so that no shell takes them for keys; for a moment at most."""
    seen = b""
    deadline = time.monotonic() + _SWALLOW_SECONDS
    while len(_ANSWER.findall(seen)) < answers and (left := deadline - time.monotonic()) > 0:
        if not select.select([descriptor], [], [], left)[0]:
            break
        try:
            data = os.read(descriptor, 4096)
        except OSError:
            break
        if not data:
            break
        seen = (seen + data)[-4096:]


class Keyboard:
    """Decodes keys, pastes, mouse reports and the terminal's answers."""

    def __init__(self) -> None:
        self.rejected = 0
        """Keys that were not UTF-8 and sequences that could not be read; all of them were ignored."""
        self._pasted: int | None = None
        self._tail = ""
        self._start_over()

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages in some bytes; what is incomplete is kept for the next call."""
        # One by one, so that what breaks the parser takes no other key with it.
        for character in self._decode(data):
            for kept in self._bounded(character):
                yield from self._kept(partial(self._parser.feed, kept))

    def tick(self) -> Iterator[Message]:
        """The messages that became complete because nothing followed for :data:`TICK_SECONDS`."""
        return self._kept(self._parser.tick)

    def _bounded(self, character: str) -> str:
        """The character, or nothing where a paste has become too long; its end always comes through."""
        self._tail = (self._tail + character)[-len(_PASTE_END) :]
        if self._pasted is None:
            if self._tail == _PASTE_BEGIN:
                self._pasted = 0
            return character
        self._pasted += 1
        if self._tail == _PASTE_END:
            cut = self._pasted > PASTE_LIMIT
            self._pasted = None
            return _PASTE_END if cut else character
        return character if self._pasted <= PASTE_LIMIT else ""

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
        self._tail = ""
        self._pasted = None
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._parser = XTermParser()
