"""What tasks write while they run, kept for a moment and sent in batches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from ..coordination.output import PIECE_CHARACTERS, Piece
from .job import Source

BUFFER_CHARACTERS: Final = 262_144
"""Most characters of one task that wait to be sent."""
TOTAL_CHARACTERS: Final = 4 * 1_048_576
"""Most characters of all tasks that wait to be sent."""
BATCH_PIECES: Final = 100


class OutputBuffer:
    """Pieces that were not sent yet.

    Args:
        send: writes pieces to the server; nothing where nobody can follow.
    """

    def __init__(self, send: Callable[[Sequence[Piece]], Awaitable[None]] | None) -> None:
        self._send = send or _unheard
        self._waiting: deque[Piece] = deque()
        self._held: dict[str, int] = {}
        self._total = 0
        self._sending = asyncio.Lock()
        self._news = asyncio.Event()
        self.dropped = 0
        """Characters that were thrown away because nobody could take them."""

    def add(self, task_id: str, token: int, source: Source, text: str) -> None:
        """Take a piece; beyond the limits the oldest pieces of streams are thrown away."""
        for start in range(0, len(text), PIECE_CHARACTERS):
            self._take(Piece(task_id, token, source.value, text[start : start + PIECE_CHARACTERS]))

    async def until_news(self) -> None:
        """Wait until there is something to send."""
        await self._news.wait()

    async def flush(self) -> None:
        """Send everything that waits.

        Raises:
            RedisUnavailable: the server is away; what was not sent waits on.
        """
        async with self._sending:
            self._news.clear()
            while self._waiting:
                batch = [self._waiting[number] for number in range(min(BATCH_PIECES, len(self._waiting)))]
                try:
                    await self._send(batch)
                except BaseException:
                    self._news.set()
                    raise
                for piece in batch:
                    # Room may have been made meanwhile, from the same end.
                    if self._waiting and self._waiting[0] is piece:
                        self._forget(self._waiting.popleft())

    def _take(self, piece: Piece) -> None:
        last = self._waiting[-1] if self._waiting and not self._sending.locked() else None
        if last is not None and _follows(last, piece):
            self._waiting[-1] = replace(last, text=last.text + piece.text)
        else:
            self._waiting.append(piece)
        self._held[piece.task_id] = self._held.get(piece.task_id, 0) + len(piece.text)
        self._total += len(piece.text)
        self._news.set()
        while self._held[piece.task_id] > BUFFER_CHARACTERS:
            self._drop(next(one for one in self._waiting if one.task_id == piece.task_id))
        while self._total > TOTAL_CHARACTERS:
            self._drop(self._waiting[0])

    def _drop(self, piece: Piece) -> None:
        self._waiting.remove(piece)
        self.dropped += len(piece.text)
        self._forget(piece)

    def _forget(self, piece: Piece) -> None:
        self._total -= len(piece.text)
        left = self._held.get(piece.task_id, 0) - len(piece.text)
        if left > 0:
            self._held[piece.task_id] = left
        else:
            self._held.pop(piece.task_id, None)


def _follows(last: Piece, piece: Piece) -> bool:
    """Both can travel as one."""
    same = (last.task_id, last.token, last.source) == (piece.task_id, piece.token, piece.source)
    return same and len(last.text) + len(piece.text) <= PIECE_CHARACTERS


async def _unheard(_: Sequence[Piece]) -> None:
    """Nobody follows along."""
