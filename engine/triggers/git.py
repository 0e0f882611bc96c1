"""Asking git about a repository, without letting the repository run anything.

The ``git`` program runs with hooks, file-system monitors, external protocols and terminal prompts switched off and
takes no lock, so that looking never disturbs a person at work in the same repository.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import WatchfloorError
from ..process import ProcessError, ProcessResult, clean_environment, run_process
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
        return Path(result.stdout.removesuffix(b"\n").decode("utf-8", "surrogateescape"))

    async def status(self, top: Path, exclude: Sequence[str] = ()) -> Status:
        """What is unfinished in a repository.

        Args:
            top: its top directory.
            exclude: paths from the top that are not looked at.

        Raises:
            GitError: git failed or took too long.
        """
        specs = [".", *(f":(top,exclude,literal){path}" for path in exclude)]
        result = await self._run(
            top,
            [*_STATUS, "--", *specs],
        )
        if not result.ok:
            raise GitError(f"git cannot look at {show(top)}", why=_first_line(result))
        try:
            return parse_status(result.stdout, truncated=len(result.stdout) >= self.max_output_bytes)
        except PorcelainError as error:
            raise GitError(f"git cannot look at {show(top)}", why=error.why) from error

    async def _run(self, cwd: Path, arguments: Sequence[str]) -> ProcessResult:
        environment = clean_environment(
            GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", GIT_PAGER="cat", LC_ALL="C", LANGUAGE="C"
        )
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


def _first_line(result: ProcessResult) -> str:
    lines = result.stderr.split(b"\n", 1)
    return show_path(lines[0].removeprefix(b"fatal: ")) or f"exit code {result.exit_code}"
