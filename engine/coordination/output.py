"""What running tasks write, on its way from the agents to the engine: one capped stream.

It is for following along: a server that loses its data loses what was not read yet, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from redis.asyncio import Redis

PIECE_CHARACTERS: Final = 16_384
"""Most characters of one piece."""
STREAM_PIECES: Final = 4_000
"""About how many pieces the stream holds; older ones are lost where nobody has read them."""
_SOURCE_CHARACTERS: Final = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a task's output.

    Attributes:
        token: of the claim under which it was written.
        source: stdout, stderr, note, worktree or diff.
        position: its place in the stream; empty before it has one.
    """

    task_id: str
    token: int
    source: str
    text: str
    position: str = ""


class OutputStream:
    """The stream, for agents to write to and for the engine to read.

    Args:
        commands: a client for short calls.
        blocking: a client for waiting calls.
        prefix: the workspace's key prefix.
    """

    def __init__(self, commands: Redis, blocking: Redis, prefix: str) -> None:
        self._commands = commands
        self._blocking = blocking
        self._key = f"{{{prefix}}}:output"

    async def append(self, pieces: Sequence[Piece]) -> None:
        """Write pieces, in one round trip."""
        if not pieces:
            return
        pipeline = self._commands.pipeline(transaction=False)
        for piece in pieces:
            fields: dict[Any, Any] = {
                "task": piece.task_id,
                "token": piece.token,
                "source": piece.source,
                "text": piece.text[:PIECE_CHARACTERS].encode("utf-8", "replace"),
            }
            pipeline.xadd(self._key, fields, maxlen=STREAM_PIECES, approximate=True)
        await pipeline.execute()

    async def read(self, after: str, most: int = 200, *, wait_ms: int = 0) -> list[Piece]:
        """Pieces after a position, waiting for the first one for up to ``wait_ms``."""
        client = self._blocking if wait_ms else self._commands
        answer: Any = await client.xread({self._key: after}, count=most, block=wait_ms or None)
        return [_piece(position, fields) for entries in (answer or {}).values() for position, fields in _flat(entries)]

    async def trim(self, position: str) -> None:
        """Let go of what lies before ``position``."""
        await self._commands.xtrim(self._key, minid=position, approximate=False)


def _flat(entries: Any) -> Any:
    # Some versions of the client put the entries of a stream into a list of their own.
    return entries[0] if len(entries) == 1 and isinstance(entries[0], list) else entries


def _piece(position: Any, fields: Any) -> Piece:
    read = {_text(name): _text(value) for name, value in fields.items()}
    token = read.get("token", "")
    return Piece(
        task_id=read.get("task", "")[:200],
        token=int(token) if token.isascii() and token.isdigit() and len(token) < 20 else 0,
        source=read.get("source", "")[:_SOURCE_CHARACTERS],
        text=read.get("text", "")[:PIECE_CHARACTERS],
        position=_text(position),
    )


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
