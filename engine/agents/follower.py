"""Brings what running tasks write from the agents' stream into the database, while they run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from ..clock import Clock
from ..coordination.connection import RedisLink
from ..coordination.faults import RedisUnavailable
from ..coordination.output import OutputStream, Piece
from ..storage import Database
from ..tasks.output import Written, forget_output, keep, output_position

WAIT_MS: Final = 5_000
TIDY_SECONDS: Final = 3_600.0


class OutputFollower:
    """A service of the engine.

    Args:
        database: where it is kept.
        link: reaches the server.
        stream: what agents write to.
        clock: spaces the tidying.
        keep_days: asked before each: how many days what a task wrote is kept after its end.
    """

    def __init__(
        self, database: Database, link: RedisLink, stream: OutputStream, clock: Clock, keep_days: Callable[[], int]
    ) -> None:
        self._database = database
        self._link = link
        self._stream = stream
        self._clock = clock
        self._keep_days = keep_days
        self._tidied = float("-inf")

    async def run(self) -> None:
        """Follow until cancelled; while the server is away, wait."""
        while True:
            await self._link.until_up()
            try:
                async with self._link.explained():
                    await self.step(wait_ms=WAIT_MS)
            except RedisUnavailable:
                continue
            if self._clock.monotonic() - self._tidied >= TIDY_SECONDS:
                await self.tidy()

    async def tidy(self) -> int:
        """Forget what tasks wrote that ended long enough ago; answers how many pieces."""
        self._tidied = self._clock.monotonic()
        return await self._database.write(partial(forget_output, keep_days=self._keep_days()))

    async def step(self, *, wait_ms: int = 0) -> int:
        """Keep one batch.

        Returns:
            how many pieces were read.
        """
        position = await self._database.read(output_position)
        pieces = await self._stream.read(position, wait_ms=wait_ms)
        if pieces:
            written = [_written(piece) for piece in pieces]
            await self._database.write(lambda tx: keep(tx, written))
            await self._stream.trim(pieces[-1].position)
        return len(pieces)


def _written(piece: Piece) -> Written:
    return Written(piece.task_id, piece.token, piece.source, piece.text, piece.position)
