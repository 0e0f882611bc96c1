"""Reads files that people keep: what lies in their place may be a pipe or a device, which would never end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_plain(path: Path, most: int) -> bytes:
    """The file's first ``most`` bytes.

    Raises:
        FileNotFoundError: there is none.
        OSError: it cannot be read, or is no plain file.
    """
    # Without waiting: to open a pipe that nobody writes to would hold up the caller for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a plain file", str(path))
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most)
