"""Follows the settings file: each new version that holds is swapped in, one that does not is refused."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from ..plain_file import read_plain
from .loader import SettingsError, load_settings
from .model import Settings
from .size import SIZE_LIMIT

POLL_SECONDS: Final = 30.0
"""The file is also read this often, for file systems that announce nothing."""
_DEBOUNCE_MS: Final = 500
_STEP_MS: Final = 250
"""How often the watcher wakes up to see whether something changed; what changed is told once it rests for so long."""


class SettingsStore:
    """The settings in force, and who wants to know when they change.

    Args:
        path: the settings file.
        environ: the environment, read once.
        current: what was loaded at start.
    """

    def __init__(self, path: Path, environ: Mapping[str, str], current: Settings) -> None:
        self._path = path
        self._environ = dict(environ)
        self._current = current
        # Of which version ``current`` is, nobody knows: the file may have been saved since it was read.
        self._fingerprint = ""
        self._listeners: list[Callable[[Settings], None]] = []
        self.failure: SettingsError | None = None
        """Why the newest version of the file is not in force; nothing when it is."""

    @property
    def current(self) -> Settings:
        """The last version that held."""
        return self._current

    def listen(self, listener: Callable[[Settings], None]) -> None:
        """Have ``listener`` called with every new version."""
        self._listeners.append(listener)

    def reload(self) -> bool:
        """Read the file again.

        Returns:
            a new version is in force. A file that does not hold changes nothing but ``failure``.
        """
        fingerprint = _fingerprint(self._path)
        if fingerprint == self._fingerprint:
            return False
        self._fingerprint = fingerprint
        try:
            loaded = load_settings(self._path, self._environ)
        except SettingsError as error:
            self.failure = error
            return False
        self.failure = None
        if loaded == self._current:
            return False
        self._current = loaded
        for listener in self._listeners:
            listener(loaded)
        return True

    async def run(self, looked: Callable[[bool], Awaitable[None]]) -> None:
        """Follow the file until cancelled.

        Args:
            looked: awaited after each reading of a changed file with what :meth:`reload` returned.
        """
        async for _ in looks(self._path):
            before = self._fingerprint
            applied = self.reload()
            as_begun = not before and not applied and self.failure is None
            if self._fingerprint != before and not as_begun:
                await looked(applied)


async def looks(path: Path) -> AsyncIterator[None]:
    """The moments to read a file again: at once, when its folder says that it changed, and each ``POLL_SECONDS``."""
    from watchfiles import awatch

    yield None
    async for _ in awatch(
        path.parent,
        watch_filter=lambda _, name: Path(name).name == path.name,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        rust_timeout=int(POLL_SECONDS * 1000),
        yield_on_timeout=True,
        recursive=False,
    ):
        yield None


def _fingerprint(path: Path) -> str:
    try:
        return hashlib.sha256(read_plain(path, SIZE_LIMIT + 1)).hexdigest()
    except OSError as error:
        return f"unreadable: {error.errno}"
