"""Fingerprints of files: read again only when the file is another one or was written since."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_KEPT: Final = 256
_CHUNK: Final = 1 << 20


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            digest.update(part)
    return digest.hexdigest()


def find_program(word: str, directory: Path, environ: Mapping[str, str]) -> Path | None:
    """The file that would run for a program's name, links followed; nothing where there is none.

    Args:
        word: the name; with a slash it is a path, relative to ``directory``.
        directory: where it would run.
        environ: whose PATH is searched.
    """
    found = str(directory / word) if "/" in word else shutil.which(word, path=environ.get("PATH", os.defpath))
    if found is None:
        return None
    path = Path(os.path.realpath(found))
    return path if path.is_file() and os.access(path, os.X_OK) else None


class Fingerprints:
    """Remembers digests by everything that changes when a file does: device, number, size and both times."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int, int, int, int], str] = OrderedDict()

    def of(self, path: Path) -> str:
        """SHA-256 of a file's bytes as they are now.

        Raises:
            OSError: it cannot be read.
        """
        found = path.stat()
        key = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = file_sha256(path)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return known
