"""What git says of a repository's branches, as values; pure.

Names of branches hold neither line breaks nor NUL, so fields are separated by NUL and records by line breaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .porcelain import PorcelainError, show_path

_ATOMS: Final = (
    "refname:lstrip=2",
    "objectname",
    "committerdate:unix",
    "upstream:lstrip=2",
    "upstream:track,nobracket",
)
FORMAT: Final = "%00".join(f"%({atom})" for atom in _ATOMS)
"""What ``git for-each-ref`` is asked for."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One local branch.

    Attributes:
        name: for people: one line, nothing invisible.
        ref: as git knows it.
        head: its last commit.
        committed: when that was made; nothing where git does not know.
        upstream: the branch that it is pushed to; empty where there is none, or where it is gone.
        ahead: commits that are not there.
    """

    name: str
    ref: bytes
    head: str
    committed: datetime | None
    upstream: str
    ahead: int


def parse_branches(output: bytes, *, truncated: bool = False) -> list[Branch]:
    """Read git's answer.

    Raises:
        PorcelainError: it is not in the format that was asked for.
    """
    lines = output.split(b"\n")
    if lines.pop() and not truncated:
        raise PorcelainError("git's answer cannot be read", why="its last branch has no end")
    return [_branch(line) for line in lines if line]


def stale(branches: Sequence[Branch], current: str, now: datetime, days: int) -> list[Branch]:
    """Branches other than the current one whose last commit is more than so many days old, the oldest first."""
    since = now - timedelta(days=days)
    old = [
        (branch.committed, branch)
        for branch in branches
        if branch.name != current and branch.committed is not None and branch.committed < since
    ]
    return [branch for _, branch in sorted(old, key=lambda pair: (pair[0], pair[1].name))]


def _branch(line: bytes) -> Branch:
    fields = line.split(b"\0")
    if len(fields) != len(_ATOMS):
        raise PorcelainError("git's answer cannot be read", why=f"branch {line[:20]!r}")
    ref, head, committed, upstream, track = fields
    gone = track == b"gone"
    return Branch(
        name=show_path(ref),
        ref=ref,
        head=head.decode("ascii", "backslashreplace"),
        committed=_instant(committed),
        upstream="" if gone else show_path(upstream),
        ahead=_ahead(track),
    )


def _ahead(track: bytes) -> int:
    """The number in ``ahead 2, behind 1``; 0 where it is not ahead."""
    for part in track.split(b", "):
        word, _, number = part.partition(b" ")
        if word == b"ahead" and number.isdigit():
            return int(number)
    return 0


def _instant(seconds: bytes) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        # A commit may claim any date at all.
        return None
