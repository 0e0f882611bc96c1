"""Writing one file into a folder of the workspace: whole or not at all, once, and nowhere else."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from pathlib import Path
from typing import Final

from ..crashpoint import crashpoint
from ..governance.ports import ToolError

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_once(workspace: Path, folder: str, name: str, content: bytes) -> bool:
    """Write a file that is there completely or not at all, and survives a power cut once this returns.

    Args:
        workspace: the workspace.
        folder: one folder directly in it; made where missing, never followed where it is a link.
        name: the file's name: letters, digits, ``.``, ``_`` and ``-``.
        content: its bytes.

    Returns:
        whether it was written now; otherwise an earlier attempt had done it.

    Raises:
        ToolError: it cannot be written; there is no such file.
    """
    if _NAME.fullmatch(name) is None or _NAME.fullmatch(folder) is None:
        raise ToolError(f"file {folder}/{name} cannot be written", why="its name is not plain")
    try:
        return _write(workspace, folder, name, content)
    except OSError as error:
        raise _tool_error(error, f"{folder}/{name}") from error


def _write(workspace: Path, folder: str, name: str, content: bytes) -> bool:
    root = os.open(workspace, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, 0o700, dir_fd=root)
            os.fsync(root)
        directory = os.open(folder, _DIRECTORY, dir_fd=root)
    finally:
        os.close(root)
    try:
        if _exists(directory, name):
            return False
        _write_part(directory, f".{name}.part", content)
        crashpoint("file.rename:before")
        os.rename(f".{name}.part", name, src_dir_fd=directory, dst_dir_fd=directory)
        crashpoint("file.rename:after")
        os.fsync(directory)
    finally:
        os.close(directory)
    return True


def _write_part(directory: int, part: str, content: bytes) -> None:
    # The part's name follows from the file's, so that what a crash leaves behind is replaced instead of piling up.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(part, dir_fd=directory)
    handle = os.open(part, _NEW_FILE, 0o600, dir_fd=directory)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123  # a descriptor, not a path
            file.write(content)
            file.flush()
            os.fsync(handle)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part, dir_fd=directory)
        raise


def _exists(directory: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _tool_error(error: OSError, name: str) -> ToolError:
    what = f"file {name} cannot be written"
    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
        return ToolError(what, why="its folder is a link or no folder", remedy="Replace it by a real folder.")
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ToolError(what, why="the disk is full", remedy="Free some space and have the action proposed again.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return ToolError(what, why="the workspace is read-only", remedy="Give its owner the right to write.")
    return ToolError(what, why=error.strerror or str(error))
