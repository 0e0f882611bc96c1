"""The scripts that run inside Redis: loaded from this package, sent by their digest, resent when the server forgot."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from redis.asyncio import Redis


_BEFORE: Final = {"claim": ("_fitting",), "heads": ("_fitting",)}
"""What stands before a script besides what all of them have."""


@cache
def _source(name: str) -> str:
    folder = resources.files(__package__) / "scripts"
    parts = ("_common", *_BEFORE.get(name, ()), name)
    return "\n".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in parts)


@cache
def _digest(name: str) -> str:
    return hashlib.sha1(_source(name).encode(), usedforsecurity=False).hexdigest()


class Scripts:
    """Runs the package's scripts on one server.

    Args:
        client: the server.
        prefix: the workspace's key prefix, without braces.
    """

    def __init__(self, client: Redis, prefix: str) -> None:
        self._client = client
        self._root = f"{{{prefix}}}:"

    async def run(self, name: str, *arguments: str | bytes | int, now_ms: int = 0) -> Any:
        """Run one script, atomically.

        Args:
            name: the script's file name without its ending.
            arguments: what its head says it takes.
            now_ms: the moment it believes in; 0 is the server's own time.
        """
        from redis.exceptions import NoScriptError

        try:
            return await self._client.evalsha(_digest(name), 1, self._root, now_ms, *arguments)
        except NoScriptError:
            # It has not run, so sending it whole cannot run it twice.
            return await self._client.eval(_source(name), 1, self._root, now_ms, *arguments)
