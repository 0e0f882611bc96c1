"""The git patrol: finds work in real repositories that is not committed, tracked, pushed or merged."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..clock import Clock
from ..settings.triggers import GitPatrolSettings
from .branches import Branch, stale
from .findings import Finding
from .git import Git, GitError, NotARepository, show
from .porcelain import Change, Entry, Status, show_path
from .scanners import Sighting

SCANNER: Final = "git_patrol"
OWN_FILES: Final = (".watchfloor", "outbox", "briefings", "digests", "watchfloor.toml", "HEARTBEAT.md", "policy.toml")
"""What Watchfloor itself keeps in a workspace; none of it is unfinished work."""

_NOUNS: Final = {
    Change.UNCOMMITTED: "uncommitted change",
    Change.CONFLICT: "unresolved conflict",
    Change.UNTRACKED: "untracked file",
}
_NAMED: Final = 3
_DETACHED: Final = "(detached)"
_INITIAL: Final = "(initial)"
_SUMMARY: Final = 1_000


class GitPatrol:
    """Looks at the repositories of the settings' paths.

    Args:
        settings: paths and limits.
        workspace: the workspace's directory; its own files are not findings.
        clock: tells how old a branch is.
    """

    def __init__(self, settings: GitPatrolSettings, workspace: Path, clock: Clock) -> None:
        self._settings = settings
        self._workspace = workspace.resolve()
        self._clock = clock
        self._git = Git(settings.timeout_seconds, settings.max_output_bytes)

    async def look(self) -> Sighting:
        """Look at every repository once.

        Raises:
            GitError: no repository could be looked at, and not because there is none.
        """
        failures: list[GitError] = []
        tops, skipped = await self._repositories(failures)
        unseen: frozenset[str] | None = None if failures else frozenset()
        found: list[Finding] = []
        seen = 0
        for top in tops:
            try:
                found += await self._look_at(top)
                seen += 1
            except GitError as error:
                failures.append(error)
                unseen = None if unseen is None else unseen | {show(top)}
        if failures and not seen:
            raise failures[0]
        skipped += [error.sentence() for error in failures]
        return Sighting(tuple(found), unseen, seen, tuple(skipped))

    async def _look_at(self, top: Path) -> list[Finding]:
        own, limit = own_paths(self._workspace, top), self._settings.max_details
        status = await self._git.status(top, own)
        found = findings(top, status, own, limit)
        if status.head == _INITIAL:
            return found
        branches = await self._git.branches(top, self._settings.max_branches)
        alone = await self._git.nowhere_else(top, [branch for branch in branches if not branch.upstream])
        pushed = _unpushed(show(top), status, branches, alone, limit)
        adrift = await self._git.adrift(top) if status.branch == _DETACHED else 0
        if adrift:
            noun = f"{adrift} commit{'s' if adrift > 1 else ''}"
            text = f"{noun} on no branch in {show(top)}: the next checkout loses sight of them"
            found.append(Finding(SCANNER, show(top), "detached", text, (), _digest([status.head])))
        return [*found, *pushed, *await self._stale(top, status, branches)]

    async def _stale(self, top: Path, status: Status, branches: Sequence[Branch]) -> list[Finding]:
        days, now = self._settings.stale_days, self._clock.now()
        old = stale(branches, status.branch, now, days) if days else []
        if old:
            unmerged = await self._git.unmerged(top)
            old = [branch for branch in old if branch.name in unmerged]
        if not old:
            return []
        noun = f"{len(old)} stale branch{'es' if len(old) > 1 else ''}"
        names = ", ".join(branch.name for branch in old[:_NAMED]) + (", …" if len(old) > _NAMED else "")
        details = [
            f"{branch.name}: last commit {branch.committed:%Y-%m-%d}"
            for branch in old[: self._settings.max_details]
            if branch.committed is not None
        ]
        content = _digest([part for branch in old for part in (branch.name, branch.head)])
        text = f"{noun} in {show(top)}, not merged and without a commit for {days} days: {names}"
        return [Finding(SCANNER, show(top), "stale", text[:_SUMMARY], _cut(details, len(old)), content)]

    async def _repositories(self, failures: list[GitError]) -> tuple[list[Path], list[str]]:
        tops: dict[Path, None] = {}
        skipped: list[str] = []
        for path in self._settings.paths:
            try:
                tops[await self._git.top_of(self._workspace / path)] = None
            except NotARepository as reason:
                skipped.append(reason.sentence())
            except GitError as error:
                failures.append(error)
        return list(tops), skipped


def own_paths(workspace: Path, top: Path) -> tuple[str, ...]:
    """Watchfloor's own files as paths from the top of a repository; none where the workspace is elsewhere."""
    real = top.resolve()
    if not workspace.is_relative_to(real):
        return ()
    base = workspace.relative_to(real)
    return tuple((base / name).as_posix() for name in OWN_FILES)


def findings(top: Path, status: Status, own: Sequence[str], max_details: int) -> list[Finding]:
    """What a repository's state amounts to; at most one finding for each category.

    Args:
        top: the repository.
        status: its state.
        own: paths from the top that do not count, with all below them.
        max_details: most files listed by name.
    """
    place = show(top)
    ignored = [path.encode("utf-8", "surrogateescape") for path in own]
    entries = [entry for entry in status.entries if not _is_own(entry.path, ignored)]
    result = []
    for change in Change:
        group = [entry for entry in entries if entry.change is change]
        if group:
            result.append(_group_finding(place, status, change, group, max_details))
    return result


def _unpushed(
    place: str, status: Status, branches: Sequence[Branch], alone: Sequence[tuple[Branch, int]], limit: int
) -> list[Finding]:
    """Commits that are on this machine alone, as one finding."""
    current = show_path(status.branch.encode())
    rows = [(current, status.ahead, f"is ahead of {show_path(status.upstream.encode())}", status.head)]
    rows += [
        (branch.name, branch.ahead, f"is ahead of {branch.upstream}", branch.head)
        for branch in branches
        if branch.name != current
    ]
    rows += [(branch.name, count, "is pushed nowhere", branch.head) for branch, count in alone]
    rows = [row for row in rows if row[1]]
    if not rows:
        return []
    number = sum(count for _, count, _, _ in rows)
    where = f" on {len(rows)} branches" if len(rows) > 1 else ""
    text = f"{number} unpushed commit{'s' if number > 1 else ''}{where} in {place}"
    details = [f"{name} {how}" for name, _, how, _ in rows[:limit]]
    content = _digest([part for name, _, _, head in rows for part in (name, head)])
    return [Finding(SCANNER, place, "unpushed", text, _cut(details, len(rows)), content)]


def _group_finding(place: str, status: Status, change: Change, group: Sequence[Entry], max_details: int) -> Finding:
    more = "" if status.complete else " or more"
    names = ", ".join(show_path(entry.path) for entry in group[:_NAMED])
    tail = ", …" if len(group) > _NAMED else ""
    plural = "s" if len(group) > 1 or more else ""
    details = [f"{entry.code} {show_path(entry.path)}" for entry in group[:max_details]]
    if len(group) > max_details or more:
        details.append("… and more" if more else f"… and {len(group) - len(details)} more")
    # A tracked file is known by what it is based on, so the same edit after a commit is new, and more edits are not.
    content = _digest([part for entry in group for part in (entry.code, entry.base, show_path(entry.path))])
    summary = f"{len(group)}{more} {_NOUNS[change]}{plural} in {place}: {names}{tail}"
    return Finding(SCANNER, place, change.value, summary[:_SUMMARY], tuple(details), content)


def _cut(details: list[str], number: int) -> tuple[str, ...]:
    return (*details, f"… and {number - len(details)} more") if number > len(details) else tuple(details)


def _is_own(path: bytes, own: Sequence[bytes]) -> bool:
    return any(path == name or path.startswith(name + b"/") for name in own)


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
