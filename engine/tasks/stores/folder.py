"""The folder of task files: finding, reading, replacing durably, and putting aside."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from ...crashpoint import crashpoint
from .protocol import StoreUnavailable
from .record import RECORD_BYTES

SET_ASIDE: Final = "set-aside"
"""Where files go that somebody else wrote in the place of one of ours."""
STRANGERS: Final = 100
"""Most unknown files that are named."""
Signature: TypeAlias = tuple[int, int, int, int]
"""When a file was written and changed, its size and its place on the disk."""
_LOCK: Final = ".lock"
_MONTH: Final = re.compile(r"^\d{4}-\d{2}$")
_FILE: Final = re.compile(r"^([A-Za-z0-9_][A-Za-z0-9_.\-]{0,199})\.json$")


class Unreadable(Exception):
    """A file is there but cannot be a task's: its kind or its size."""


class Folder:
    """Files by task id; where each stands is found once and then remembered.

    Everything here blocks, belongs to one thread, and raises OSError where the file system does.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: int | None = None
        self._places: dict[str, str] = {}

    def open(self) -> None:
        """Take the lock, and remove what a crash left half written.

        Raises:
            StoreUnavailable: another process holds it.
        """
        self._root.mkdir(mode=0o755, parents=True, exist_ok=True)
        if self._lock is None:
            lock = os.open(self._root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                raise StoreUnavailable(
                    f"task folder {self._root} is taken",
                    why="another engine writes its tasks there",
                    remedy="Give each workspace a folder of its own: [tasks] directory.",
                ) from None
            except BaseException:
                os.close(lock)
                raise
            self._lock = lock
        for month in (self._root, *self._months()):
            for entry in _listed(month):
                if entry.name.startswith(".") and entry.name.endswith(".tmp"):
                    Path(entry.path).unlink()

    def close(self) -> None:
        """Give the lock back; the system does the same when the process ends, however it ends."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def ids(self) -> Iterable[str]:
        """Every task that has a file now."""
        self._places = {
            match[1]: f"{month.name}/{entry.name}"
            for month in self._months()
            for entry in _listed(month)
            if (match := _FILE.match(entry.name))
        }
        return self._places.keys()

    def strangers(self) -> list[str]:
        """Files that cannot be a task's, by name; dot files, and what was put aside, are nobody's business."""
        found = [
            f"{month.name}/{entry.name}"
            for month in self._months()
            for entry in _listed(month)
            if not entry.name.startswith(".") and not _FILE.match(entry.name)
        ]
        return found[:STRANGERS]

    def name(self, task_id: str) -> str:
        """The file of a task that has one, from the folder."""
        return self._places.get(task_id, f"{task_id}.json")

    def signature(self, task_id: str) -> Signature | None:
        """What changes whenever a task's file does; nothing where it has none."""
        place = self._find(task_id)
        if place is None:
            return None
        try:
            about = (self._root / place).lstat()
        except FileNotFoundError:
            return None
        return about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino

    def read(self, task_id: str) -> bytes | None:
        """A task's file; nothing where it has none.

        Raises:
            Unreadable: it is a link, a folder or something else, or too large.
        """
        place = self._find(task_id)
        return None if place is None else self.read_beside(place)

    def read_beside(self, place: str) -> bytes | None:
        """A file by its name, from the folder; nothing where there is none.

        Raises:
            Unreadable: it is a link, a folder or something else, or too large.
        """
        try:
            handle = os.open(self._root / place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error
        try:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise Unreadable("it is not a plain file")
            if about.st_size > RECORD_BYTES:
                raise Unreadable(f"it is longer than {RECORD_BYTES} bytes")
            with os.fdopen(handle, "rb", closefd=False) as file:
                return file.read(RECORD_BYTES + 1)
        finally:
            os.close(handle)

    def write(self, files: Sequence[tuple[str, str, str]]) -> None:
        """Replace files; when this returns all of them are on disk, and before that each is the old or the new one.

        Args:
            files: id, month and text of each.
        """
        months: set[Path] = set()
        for task_id, month, text in files:
            place = self._find(task_id) or f"{month}/{task_id}.json"
            target = self._root / place
            if target.parent not in months:
                self._make(target.parent)
            months.add(target.parent)
            _write_durably(target.with_name(f".{target.name}.tmp"), text.encode())
            crashpoint("tasks.file:written")
            target.with_name(f".{target.name}.tmp").replace(target)
            crashpoint("tasks.file:renamed")
            self._places[task_id] = place
        for month_folder in months:
            _sync(month_folder)

    def write_beside(self, name: str, text: str) -> None:
        """Replace a file that is no task's, durably."""
        target = self._root / name
        fresh = target.with_name(f".{name}.tmp")
        _write_durably(fresh, text.encode())
        crashpoint("tasks.file:written")
        fresh.replace(target)
        _sync(self._root)

    def set_beside_aside(self, name: str) -> str:
        """Move a file that is no task's to where nothing overwrites it; answers its new name, from the folder."""
        return self._move_aside(name, name.removesuffix(".json"))

    def remove(self, ids: Sequence[str]) -> int:
        """Remove the files of tasks, durably.

        Returns:
            how many there were.
        """
        removed, months = 0, set[Path]()
        for task_id in ids:
            place = self._find(task_id)
            if place is None:
                continue
            target = self._root / place
            with contextlib.suppress(FileNotFoundError):
                target.unlink()
                removed += 1
            months.add(target.parent)
            self._places.pop(task_id, None)
        for month in months:
            _sync(month)
        return removed

    def set_aside(self, task_id: str) -> str:
        """Move a task's file to where nothing overwrites it.

        Returns:
            its new name, from the folder.
        """
        place = self._find(task_id)
        if place is None:
            raise FileNotFoundError(f"{task_id}.json")
        self._places.pop(task_id, None)
        return self._move_aside(place, task_id)

    def _move_aside(self, place: str, name: str) -> str:
        self._make(self._root / SET_ASIDE)
        number = 1
        while (target := self._root / SET_ASIDE / f"{name}.{number}.json").exists() or target.is_symlink():
            number += 1
        (self._root / place).rename(target)
        _sync(target.parent)
        return f"{SET_ASIDE}/{target.name}"

    def _find(self, task_id: str) -> str | None:
        place = self._places.get(task_id)
        if place is not None and os.path.lexists(self._root / place):
            return place
        names = (f"{month.name}/{task_id}.json" for month in self._months())
        return next(
            (name for name in names if _FILE.match(f"{task_id}.json") and os.path.lexists(self._root / name)), None
        )

    def _months(self) -> Iterator[Path]:
        with contextlib.suppress(FileNotFoundError):
            for entry in sorted(os.scandir(self._root), key=lambda entry: entry.name):
                if _MONTH.match(entry.name) and entry.is_dir(follow_symlinks=False):
                    yield Path(entry.path)

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o755)
            _sync(folder.parent)


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return list(entries)


def _write_durably(path: Path, content: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
