"""The git patrol: finds work in real repositories that is not committed, tracked or pushed, and tells about it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..settings.triggers import GitPatrolSettings
from ..storage import Database
from .findings import Finding, Post, note_told, observe, untold
from .git import Git, GitError, NotARepository, show
from .porcelain import Change, Entry, Status, show_path

SCANNER: Final = "git_patrol"
OWN_FILES: Final = (".watchfloor", "outbox", "briefings", "watchfloor.toml", "HEARTBEAT.md")
"""What Watchfloor itself keeps in a workspace; none of it is unfinished work."""

_NOUNS: Final = {
    Change.UNCOMMITTED: "uncommitted change",
    Change.CONFLICT: "unresolved conflict",
    Change.UNTRACKED: "untracked file",
}
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class PatrolReport:
    """What one scan did.

    Attributes:
        repositories: how many were looked at.
        opened, closed: findings that appeared and went.
        told: findings that were posted.
        skipped: for each path that could not be looked at, why.
    """

    repositories: int
    opened: int
    closed: int
    told: int
    skipped: tuple[str, ...]

    def note(self) -> str:
        """The report in a line."""
        text = f"{self.repositories} repositories, {self.opened} opened, {self.closed} closed, {self.told} told"
        return "; ".join((text, *self.skipped))


class GitPatrol:
    """Scans the repositories of the settings' paths.

    Args:
        database: where findings are kept.
        settings: paths and limits.
        workspace: the workspace's directory; its own files are not findings.
        post: puts a finding into inboxes.
    """

    def __init__(self, database: Database, settings: GitPatrolSettings, workspace: Path, post: Post) -> None:
        self._database = database
        self._settings = settings
        self._workspace = workspace.resolve()
        self._post = post
        self._git = Git(settings.timeout_seconds, settings.max_output_bytes)

    async def scan(self) -> PatrolReport:
        """Look at every repository once and tell what is new.

        Raises:
            GitError: no repository could be looked at, and not because there is none.
        """
        failures: list[GitError] = []
        tops, skipped = await self._repositories(failures)
        unseen: list[str] | None = None if failures else []
        found: list[Finding] = []
        seen = 0
        for top in tops:
            try:
                status = await self._git.status(top, own_paths(self._workspace, top))
            except GitError as error:
                failures.append(error)
                if unseen is not None:
                    unseen.append(show(top))
                continue
            seen += 1
            found += findings(top, status, own_paths(self._workspace, top), self._settings.max_details)
        if failures and not seen:
            raise failures[0]
        skipped += [error.sentence() for error in failures]
        opened, closed = await self._database.write(lambda tx: observe(tx, SCANNER, found, unseen=unseen))
        told = await self._tell()
        return PatrolReport(seen, opened, closed, told, tuple(skipped))

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

    async def _tell(self) -> int:
        quiet = self._settings.quiet_seconds
        news = await self._database.write(lambda tx: untold(tx, SCANNER, tx.now, quiet))
        for finding in news:
            await self._post(finding)
            await self._database.write(lambda tx, finding=finding: note_told(tx, finding))  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
        return len(news)


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
    if status.ahead:
        what = f"{status.ahead} unpushed commit{'s' if status.ahead > 1 else ''}"
        branch, upstream = show_path(status.branch.encode()), show_path(status.upstream.encode())
        detail = f"{branch} is ahead of {upstream}"
        result.append(Finding(SCANNER, place, "unpushed", f"{what} in {place}", (detail,), _digest([status.head])))
    return result


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
    return Finding(SCANNER, place, change.value, summary[:1_000], tuple(details), content)


def _is_own(path: bytes, own: Sequence[bytes]) -> bool:
    return any(path == name or path.startswith(name + b"/") for name in own)


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
