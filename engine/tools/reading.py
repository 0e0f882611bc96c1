"""Reading a file that somebody else names: beneath one folder, through no link, and no more of it than allowed."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 64 * 1_048_576
"""The largest file that may be named."""
_CHUNK: Final = 1 << 20
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class Refused(ValueError):
    """A name that may not be read; the message says why, without what it holds."""


def fingerprint_beneath(folder: Path, name: str) -> str:
    """SHA-256 of the file of that name beneath a folder, 64 hexadecimal digits.

    Every part of the name is opened by itself and no link is followed, so that nothing outside can be reached, whatever
    is exchanged meanwhile.

    Raises:
        Refused: the name leaves the folder, goes through a link, or is not a plain readable file of bearable size.
    """
    parts = name.split("/")
    if "\0" in name or "\\" in name or name.startswith("/") or any(part in {"", ".", ".."} for part in parts):
        raise Refused("is not a plain path beneath its folder")
    try:
        return _fingerprint(folder, parts)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise Refused("goes through a link or through something that is no folder") from None
        raise Refused(error.strerror or "cannot be read") from None


def _fingerprint(folder: Path, parts: list[str]) -> str:
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            below = os.open(part, _FOLDER, dir_fd=here)
            os.close(here)
            here = below
        handle = os.open(parts[-1], _FILE, dir_fd=here)
    finally:
        os.close(here)
    with open(handle, "rb") as file:  # noqa: PTH123  # a descriptor, not a path
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise Refused("is no plain file")
        if found.st_size > MOST_BYTES:
            raise Refused(f"has more than {MOST_BYTES} bytes")
        digest = hashlib.sha256()
        while read := file.read(_CHUNK):
            digest.update(read)
        return digest.hexdigest()
