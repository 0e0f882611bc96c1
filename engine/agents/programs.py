"""Executors that run a program: what the settings declare, in the workspace or in a work tree of its own."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from ..process import ProcessError, ProcessResult, clean_environment, run_process
from ..settings.agents import CoderSettings, CommandSettings, RepositorySettings
from .git import quiet_environment
from .job import Executor, Job, JobFailed, Source
from .worktrees import Tree, Worktrees

PAYLOAD_VARIABLE: Final = "WATCHFLOOR_PAYLOAD"
BRANCH_VARIABLE: Final = "WATCHFLOOR_BRANCH"
PAYLOAD_LIMIT: Final = 100_000
"""Most bytes of a payload that a program can get; operating systems refuse longer variables."""
PROMPT_LIMIT: Final = 200_000
"""Most characters of a prompt."""
_ERROR_SHOWN: Final = 2_000


class Programs:
    """Runs declared programs.

    Args:
        folder: the workspace.
        repositories: in which programs may work.
        worktrees: makes a tree for each task.
    """

    def __init__(self, folder: Path, repositories: Mapping[str, RepositorySettings], worktrees: Worktrees) -> None:
        self._folder = folder
        self._repositories = repositories
        self._worktrees = worktrees

    def command(self, declared: CommandSettings) -> Executor:
        """The executor of a declared program, which reads its payload from a variable."""

        async def execute(job: Job) -> str:
            _fits(job)
            return await self._run(declared, job, declared.argv, None)

        return execute

    def any_command(self, declared: Mapping[str, CommandSettings]) -> Executor:
        """The executor of tasks that name a declared program."""

        async def execute(job: Job) -> str:
            name = job.payload.get("name")
            if not isinstance(name, str) or name not in declared:
                raise JobFailed(
                    "there is no such program", remedy="Declare it in agents.commands of this agent.", retry=False
                )
            return await self.command(declared[name])(job)

        return execute

    def coder(self, declared: CoderSettings) -> Executor:
        """The executor of a coding agent, which gets the payload's prompt and nothing of it as an option."""

        async def execute(job: Job) -> str:
            prompt = job.payload.get("prompt")
            if not isinstance(prompt, str) or not prompt.strip():
                raise JobFailed("there is no prompt", remedy='Write {"prompt": "..."} as the payload.', retry=False)
            if len(prompt) > PROMPT_LIMIT or "\0" in prompt:
                raise JobFailed("the prompt cannot be handed to a program", why="it is too long", retry=False)
            if declared.prompt == "stdin":
                return await self._run(declared, job, declared.argv, prompt.encode("utf-8", "replace"))
            if len(prompt.encode("utf-8", "replace")) > PAYLOAD_LIMIT:
                raise JobFailed(
                    "the prompt is too long for an argument", remedy='Declare it with prompt = "stdin".', retry=False
                )
            # After -- nothing is an option, whatever it begins with.
            return await self._run(declared, job, (*declared.argv, "--", prompt), None)

        return execute

    async def _run(self, declared: CommandSettings, job: Job, argv: tuple[str, ...], stdin: bytes | None) -> str:
        async with self._site(declared, job) as (place, tree):
            result = await self._program(declared, job, argv, stdin, place, tree)
        if tree is None or not tree.outcome:
            return result.text()
        job.say(Source.NOTE, f"{tree.outcome}\n")
        return f"{result.text().rstrip()}\n{tree.outcome}".lstrip()

    async def _program(
        self,
        declared: CommandSettings,
        job: Job,
        argv: tuple[str, ...],
        stdin: bytes | None,
        place: Path,
        tree: Tree | None,
    ) -> ProcessResult:
        fixed = {PAYLOAD_VARIABLE: job.payload_text} if stdin is None and argv == declared.argv else {}
        if tree is not None:
            fixed |= {BRANCH_VARIABLE: tree.branch, **quiet_environment()}
        try:
            result = await run_process(
                argv,
                cwd=place,
                env=clean_environment(declared.environment) | fixed,
                timeout=min(declared.timeout_seconds, job.timeout_seconds),
                max_output=declared.max_output_bytes,
                stdin=stdin,
                follow=Teller(job),
            )
        except ProcessError as error:
            raise JobFailed(error.what, why=error.why, remedy=error.remedy, retry=False, blames=True) from error
        job.spent.add(result.cpu_seconds, result.memory_bytes)
        if result.timed_out:
            raise JobFailed(f"{argv[0]} was stopped", why=f"it ran for {result.seconds:.0f} s")
        if not result.ok:
            why = (result.error_text().strip() or result.text().strip())[-_ERROR_SHOWN:]
            raise JobFailed(f"{argv[0]} failed with {result.exit_code}", why=why)
        return result

    @asynccontextmanager
    async def _site(self, declared: CommandSettings, job: Job) -> AsyncIterator[tuple[Path, Tree | None]]:
        if declared.repository is None:
            yield await _below(self._folder, declared.folder), None
            return
        async with self._worktrees.tree(self._repositories[declared.repository], job) as tree:
            yield await _below(tree.path, declared.folder), tree


class Teller:
    """Hands a program's output on as text, whole characters at a time.

    Args:
        job: takes it.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        new = codecs.getincrementaldecoder("utf-8")
        self._decoders = {source.value: new("replace") for source in (Source.STDOUT, Source.STDERR)}

    def __call__(self, name: str, data: bytes) -> None:
        """A piece has come."""
        text = self._decoders[name].decode(data)
        if text:
            self._job.say(Source(name), text)


def _fits(job: Job) -> None:
    if len(job.payload_text.encode()) > PAYLOAD_LIMIT or "\0" in job.payload_text:
        raise JobFailed("the payload cannot be handed to a program", why="it is too long", retry=False)


async def _below(site: Path, folder: str) -> Path:
    """The folder below a place, which no link may lead out of."""
    if not folder:
        return site

    def look() -> Path | None:
        found = (site / folder).resolve()
        return found if found.is_relative_to(site.resolve()) and found.is_dir() else None

    place = await asyncio.to_thread(look)
    if place is None:
        raise JobFailed(f"there is no folder {folder}", why="it is missing, or leads out of its place", retry=False)
    return place
