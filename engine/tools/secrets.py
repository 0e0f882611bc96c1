"""Secrets by reference: out of the environment, or out of a file that only its owner can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import WatchfloorError

MAX_BYTES: Final = 65_536
"""Most bytes of a secret file."""
_OPEN: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class SecretError(WatchfloorError):
    """A secret cannot be read; the message says where it should be, never what it is."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Reads secrets when they are needed, so that a new one is used at once.

    Attributes:
        environ: for ``env:NAME``.
        root: what a relative path of ``file:PATH`` is relative to.
        learn: told of each secret, before anybody else gets it.
    """

    environ: Mapping[str, str]
    root: Path
    learn: Callable[[str], None] = lambda _: None

    def read(self, reference: str) -> str:
        """The secret that a reference points to, without blanks around it.

        Raises:
            SecretError: there is none, or others could read it too.
        """
        kind, _, place = reference.partition(":")
        value = (self.environ.get(place, "") if kind == "env" else _file(self.root / place, place)).strip()
        if not value or not value.isprintable():
            raise SecretError(
                f"the secret {reference} cannot be used",
                why="there is none" if not value else "it is not one line of text",
                remedy=f"Set the variable {place}." if kind == "env" else "Write it into that file.",
            )
        self.learn(value)
        return value


def _file(path: Path, shown: str) -> str:
    try:
        handle = os.open(path, _OPEN)
        with open(handle, "rb") as file:  # noqa: PTH123  # a descriptor, not a path
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise SecretError(f"the secret file {shown} cannot be used", why="it is no plain file")
            if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SecretError(
                    f"the secret file {shown} is refused",
                    why="others than its owner may read it",
                    remedy=f"chmod 600 {shown}",
                )
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SecretError(f"the secret file {shown} cannot be read", why=error.strerror or str(error)) from error
    if len(raw) > MAX_BYTES:
        raise SecretError(f"the secret file {shown} cannot be used", why=f"it has more than {MAX_BYTES} bytes")
    return raw.decode("utf-8", "replace")
