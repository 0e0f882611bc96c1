"""Asking git about a repository, without letting the repository run anything.

The ``git`` program runs with hooks, file-system monitors, external protocols, terminal prompts and the repository's own
content filters switched off and takes no lock, so that looking never disturbs a person at work in the same repository.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import WatchfloorError
from ..process import ProcessError, ProcessResult, clean_environment, run_process
from .branches import FORMAT, Branch, parse_branches
from .porcelain import PorcelainError, Status, parse_status, show_path

_GIT: Final = (
    "git",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "protocol.ext.allow=never",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "submodule.recurse=false",
)

_ENVIRONMENT: Final = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    # A partial clone would fetch what it lacks, by whatever program its settings name.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}
_FILTERS: Final = (
    "config", "--includes", "--name-only", "-z", "--get-regexp", r"^filter\..*\.(clean|smudge|process|required)$"
)  # fmt: skip
_OFF: Final = {"required": "false"}
_SCOPES: Final = ("--local", "--worktree")
_BROKEN_SCOPE: Final = 128
_NAMED_BRANCHES: Final = 10
_STATUS: Final = (
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--untracked-files=all",
    "--ignore-submodules=dirty",
    "--no-renames",
)


class NotARepository(WatchfloorError):
    """There is nothing for git to look at: the path is in no work tree."""


class GitError(WatchfloorError):
    """Git could not answer."""


@dataclass(frozen=True, slots=True)
class Git:
    """The ``git`` program with its limits.

    Attributes:
        timeout_seconds: most time of one command.
        max_output_bytes: most bytes of an answer that are kept.
    """

    timeout_seconds: float
    max_output_bytes: int

    async def top_of(self, path: Path) -> Path:
        """The top directory of the work tree that holds ``path``.

        Raises:
            NotARepository: it is in none, or does not exist.
            GitError: git is not installed or refuses the repository.
        """
        if not await asyncio.to_thread(path.is_dir):
            raise NotARepository(f"{show(path)} is no directory")
        result = await self._run(path, ["rev-parse", "--show-toplevel"])
        if not result.ok:
            complaint = _first_line(result)
            if "not a git repository" in complaint:
                raise NotARepository(f"{show(path)} is in no git repository")
            if "must be run in a work tree" in complaint:
                raise NotARepository(f"{show(path)} is in a repository without files")
            raise GitError(f"git cannot look at {show(path)}", why=complaint)
        top = Path(result.stdout.removesuffix(b"\n").decode("utf-8", "surrogateescape"))
        if not await asyncio.to_thread(_holds, top, path):
            # Its settings may name any work tree at all, to have files looked at that are none of its business.
            raise NotARepository(f"{show(path)} is in a repository whose files are elsewhere")
        return top

    async def status(self, top: Path, exclude: Sequence[str] = ()) -> Status:
        """What is unfinished in a repository.

        Args:
            top: its top directory.
            exclude: paths from the top that are not looked at.

        Raises:
            GitError: git failed or took too long.
        """
        specs = [".", *(f":(top,exclude,literal){path}" for path in exclude)]
        result = await self._run(top, [*_STATUS, "--", *specs], await self._filters_off(top))
        if not result.ok:
            raise GitError(f"git cannot look at {show(top)}", why=_first_line(result))
        try:
            return parse_status(result.stdout, truncated=len(result.stdout) >= self.max_output_bytes)
        except PorcelainError as error:
            raise GitError(f"git cannot look at {show(top)}", why=error.why) from error

    async def branches(self, top: Path, limit: int) -> list[Branch]:
        """Local branches, the one with the latest commit first, at most ``limit``.

        Raises:
            GitError: git failed or took too long.
        """
        output = await self._ask(
            top, ["for-each-ref", "--sort=-committerdate", f"--count={limit}", f"--format={FORMAT}", "refs/heads"]
        )
        try:
            return parse_branches(output, truncated=len(output) >= self.max_output_bytes)
        except PorcelainError as error:
            raise GitError(f"git cannot look at {show(top)}", why=error.why) from error

    async def unmerged(self, top: Path) -> frozenset[str]:
        """Names of local branches that hold commits which are not in what is checked out.

        Raises:
            GitError: git failed or took too long.
        """
        output = await self._ask(
            top, ["for-each-ref", "--no-merged=HEAD", "--format=%(refname:lstrip=2)", "refs/heads"]
        )
        return frozenset(show_path(line) for line in output.split(b"\n") if line)

    async def nowhere_else(self, top: Path, branches: Sequence[Branch]) -> list[tuple[Branch, int]]:
        """Of branches that are pushed nowhere, the commits that no remote has; none where there is no remote.

        Raises:
            GitError: git failed or took too long.
        """
        if not branches or not await self._ask(top, ["for-each-ref", "--count=1", "refs/remotes"]):
            return []
        found = []
        for branch in branches[:_NAMED_BRANCHES]:
            ref = b"refs/heads/" + branch.ref
            count = await self._count(top, [ref.decode("utf-8", "surrogateescape"), "--not", "--remotes"])
            if count:
                found.append((branch, count))
        return found

    async def adrift(self, top: Path) -> int:
        """Commits that are checked out and on no branch, tag or remote: the next checkout loses them.

        Raises:
            GitError: git failed or took too long.
        """
        return await self._count(top, ["HEAD", "--not", "--branches", "--tags", "--remotes"])

    async def _count(self, top: Path, revisions: Sequence[str]) -> int:
        output = await self._ask(top, ["rev-list", "--count", *revisions])
        return int(output) if output.strip().isdigit() else 0

    async def _ask(self, top: Path, arguments: Sequence[str]) -> bytes:
        result = await self._run(top, arguments)
        if not result.ok:
            raise GitError(f"git cannot look at {show(top)}", why=_first_line(result))
        return result.stdout

    async def _filters_off(self, top: Path) -> dict[str, str]:
        """Variables that switch off what the repository's own settings would have run on its files.

        Filters of the user's and the system's settings stay: their owner chose them.
        """
        keys: list[str] = []
        for scope in _SCOPES:
            name, *rest = _FILTERS
            result = await self._run(top, [name, scope, *rest])
            if result.exit_code not in {0, 1, _BROKEN_SCOPE}:
                raise GitError(f"git cannot look at {show(top)}", why=_first_line(result))
            if result.ok:
                keys += [key.decode("utf-8", "surrogateescape") for key in result.stdout.split(b"\0") if key]
        variables = {"GIT_CONFIG_COUNT": str(len(keys))} if keys else {}
        for number, key in enumerate(keys):
            variables[f"GIT_CONFIG_KEY_{number}"] = key
            variables[f"GIT_CONFIG_VALUE_{number}"] = _OFF.get(key.rpartition(".")[2], "")
        return variables

    async def _run(
        self, cwd: Path, arguments: Sequence[str], variables: Mapping[str, str] | None = None
    ) -> ProcessResult:
        environment = {**clean_environment(), **_ENVIRONMENT, **(variables or {})}
        try:
            result = await run_process(
                [*_GIT, *arguments],
                cwd=cwd,
                env=environment,
                timeout=self.timeout_seconds,
                max_output=self.max_output_bytes,
            )
        except ProcessError as error:
            raise GitError("git cannot be started", why=error.why, remedy="Install git.") from error
        if result.timed_out:
            raise GitError(
                f"git cannot look at {show(cwd)}",
                why=f"it took longer than {self.timeout_seconds:g} s",
                remedy="Raise triggers.git_patrol.timeout_seconds.",
            )
        return result


def show(path: Path) -> str:
    """A path for people, whatever its bytes."""
    return show_path(str(path).encode("utf-8", "surrogateescape"))


def _holds(top: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(top.resolve())


def _first_line(result: ProcessResult) -> str:
    lines = result.stderr.split(b"\n", 1)
    return show_path(lines[0].removeprefix(b"fatal: ")) or f"exit code {result.exit_code}"
