"""Git for work trees: argv only, no hooks, no monitors, no prompts, and patience with a repository that is locked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..clock import Clock
from ..process import ProcessError, ProcessResult, clean_environment, run_process
from ..settings.agents import WorktreeSettings
from .job import JobFailed

QUIET: Final = {"core.hooksPath": "/dev/null", "core.fsmonitor": "false", "protocol.ext.allow": "never"}
"""What keeps a repository from running programs of its own."""
_LOCKED: Final = re.compile(rb"\.lock'?: File exists|cannot lock|could not lock|Unable to create '[^']*\.lock'")
_FIRST_WAIT: Final = 0.05
_LONGEST_WAIT: Final = 0.5
_SHOWN: Final = 300


def quiet_environment() -> dict[str, str]:
    """Variables that keep every git below from running hooks or asking anybody."""
    found = {"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_COUNT": str(len(QUIET))}
    for number, (key, value) in enumerate(QUIET.items()):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found


@dataclass(frozen=True, slots=True)
class Git:
    """The git program in one place.

    Attributes:
        place: the directory it runs in.
        settings: its limits, and who commits.
        clock: spaces the tries.
        where: ``GIT_DIR`` and ``GIT_WORK_TREE``, where they must not be found out from files that a task could write.
    """

    place: Path
    settings: WorktreeSettings
    clock: Clock
    where: Mapping[str, str] = field(default_factory=dict)

    async def text(self, *arguments: str) -> str:
        """What a command prints, without the line's end.

        Raises:
            JobFailed: it failed.
        """
        return (await self.run(arguments)).text().rstrip("\n")

    async def run(
        self, arguments: Sequence[str], *, most: int = 262_144, fine: frozenset[int] = frozenset({0})
    ) -> ProcessResult:
        """Run a command; while another program has locked the repository, again and again for a while.

        Args:
            arguments: the command and its arguments.
            most: bytes of its output that are kept.
            fine: exit codes that are no failures.

        Raises:
            JobFailed: it failed, took too long, or the repository stayed locked.
        """
        waited, pause = 0.0, _FIRST_WAIT
        while True:
            result = await self._once(arguments, most)
            if result.exit_code in fine and not result.timed_out:
                return result
            if result.timed_out or not _LOCKED.search(result.stderr):
                raise self._failed(arguments, result)
            if waited >= self.settings.lock_wait_seconds:
                raise JobFailed(
                    f"the repository {self.place.name} is locked",
                    why=_complaint(result),
                    remedy="End the program that works in it, or remove the lock file that it left.",
                    blames=False,
                )
            await self.clock.sleep(pause)
            waited, pause = waited + pause, min(2 * pause, _LONGEST_WAIT)

    async def _once(self, arguments: Sequence[str], most: int) -> ProcessResult:
        name, _, address = self.settings.author.rpartition(" <")
        person = {"NAME": name, "EMAIL": address.removesuffix(">")}
        people = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
        environment = clean_environment(LC_ALL="C", GIT_PAGER="cat") | quiet_environment() | people | dict(self.where)
        try:
            return await run_process(
                ["git", *arguments],
                cwd=self.place,
                env=environment,
                timeout=self.settings.git_timeout_seconds,
                max_output=most,
            )
        except ProcessError as error:
            raise JobFailed("git cannot be started", why=error.why, remedy=error.remedy, retry=False) from error

    def _failed(self, arguments: Sequence[str], result: ProcessResult) -> JobFailed:
        why = f"it took longer than {self.settings.git_timeout_seconds:g} s" if result.timed_out else _complaint(result)
        return JobFailed(f"git {arguments[0]} failed in {self.place.name}", why=why)


def _complaint(result: ProcessResult) -> str:
    lines = [line for line in result.error_text().splitlines() if line.strip()]
    return (lines[-1] if lines else f"exit code {result.exit_code}")[:_SHOWN]
