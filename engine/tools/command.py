"""Running a program that the settings declare, by its name: a fixed argument list, never a shell."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from pydantic import Field, StrictInt, StrictStr

from ..canonical import JSON
from ..governance.ports import ArgumentsError, Effect, ToolContext, ToolError, ToolResult
from ..process import Limits, ProcessError, clean_environment, run_process
from ..settings.tools import CommandSettings
from .base import OutsideTool, ToolArguments
from .command_words import Word, named_files, words
from .fingerprints import Fingerprints, find_program
from .text import Identifier

_KEPT_OUTPUT: Final = 16_384
_SHOWN_OUTPUT: Final = 4_000
_SHOWN_LINE: Final = 160
_STOP_SECONDS: Final = 10.0


class CommandArguments(ToolArguments):
    """Which declared command to run."""

    name: Identifier
    """Its name in the settings."""
    parameters: dict[str, StrictStr | StrictInt] = Field(default_factory=dict, max_length=50)
    """What to choose for its declared parameters, by name."""
    arguments: list[Identifier] = Field(default_factory=list, max_length=50)
    """What to add behind ``--``, where its declaration allows that."""


class CommandTool(OutsideTool[CommandArguments]):
    """Runs declared programs.

    Args:
        commands: the tables ``[tools.commands.NAME]``.
        root: the workspace.
        environ: where the variables come from that programs may have, and the PATH that they are found by.
        fingerprints: of programs and files.
    """

    name: ClassVar[str] = "command"
    description: ClassVar[str] = "Runs a program that the settings declare."
    effect: ClassVar[Effect] = Effect.OUTWARD
    arguments = CommandArguments

    def __init__(
        self,
        commands: dict[str, CommandSettings],
        root: Path,
        environ: Mapping[str, str],
        fingerprints: Fingerprints,
    ) -> None:
        self._commands = commands
        self._root = root
        self._environ = environ
        self._fingerprints = fingerprints

    def summary(self, arguments: CommandArguments) -> str:
        line = shlex.join(self.argv(arguments))
        return f"runs {line if len(line) <= _SHOWN_LINE else line[:_SHOWN_LINE] + '…'}"

    def cost_cents(self, arguments: CommandArguments) -> int:
        return self._declared(arguments).cost_cents

    def argv(self, arguments: CommandArguments) -> tuple[str, ...]:
        return tuple(word.text for word in self._words(arguments))

    def files(self, arguments: CommandArguments) -> tuple[tuple[str, str], ...]:
        return named_files(self._words(arguments))

    def facts(self, arguments: CommandArguments) -> JSON:
        declared = self._declared(arguments)
        whole: JSON = declared.model_dump(mode="json")
        directory = self._root / declared.directory
        program = find_program(declared.argv[0], directory, self._search_path())
        if program is None:
            raise ArgumentsError(
                f"command {arguments.name} refused",
                why=f"there is no program {declared.argv[0]}",
                remedy="Install it or correct its declaration.",
            )
        hashes: dict[str, JSON] = {}
        try:
            hashes[str(program)] = self._fingerprints.of(program)
            for word in declared.argv[1:]:
                # What a fixed word names may be the very script that runs; it counts like the program.
                named = directory / word
                if not word.startswith("-") and named.is_file():
                    hashes[word] = self._fingerprints.of(named)
        except OSError as error:
            raise ArgumentsError(
                f"command {arguments.name} refused", why=f"{error.filename or program} cannot be read"
            ) from error
        return {"declared": whole, "programs": hashes}

    def time_limit(self, arguments: CommandArguments) -> float:
        # The process has its own limit; this one is for a process that cannot be stopped.
        return self._declared(arguments).timeout_seconds + _STOP_SECONDS

    def usual_time_limit(self) -> float | None:
        return None

    async def run(self, arguments: CommandArguments, context: ToolContext) -> ToolResult:
        declared = self._declared(arguments)
        directory = _inside(context.workspace, declared.directory)
        try:
            argv = self.argv(arguments)
            program = find_program(argv[0], directory, self._search_path())
        except ArgumentsError as error:
            raise ToolError(error.what, why=error.why, remedy=error.remedy) from error
        if program is None:
            raise ToolError(f"{argv[0]} cannot be started", why="there is no such program")
        try:
            result = await run_process(
                argv,
                cwd=directory,
                env=clean_environment(
                    declared.environment, source=self._environ or None, WATCHFLOOR_ACTION=context.action_id
                ),
                timeout=declared.timeout_seconds,
                max_output=_KEPT_OUTPUT,
                limits=_limits(declared),
            )
        except ProcessError as error:
            raise ToolError(error.what, why=error.why, remedy=error.remedy) from error
        if result.timed_out:
            raise TimeoutError
        data: dict[str, JSON] = {
            "exit_code": result.exit_code,
            "stdout": result.text()[:_SHOWN_OUTPUT],
            "stderr": result.error_text()[:_SHOWN_OUTPUT],
            "truncated": result.truncated,
        }
        summary = f"{arguments.name} ended with exit code {result.exit_code}"
        return ToolResult(summary, data, ok=result.ok)

    def _search_path(self) -> Mapping[str, str]:
        return clean_environment(source=self._environ or None)

    def _words(self, arguments: CommandArguments) -> tuple[Word, ...]:
        declared = self._declared(arguments)
        return words(arguments.name, declared, arguments.parameters, arguments.arguments, self._root)

    def _declared(self, arguments: CommandArguments) -> CommandSettings:
        declared = self._commands.get(arguments.name)
        if declared is None:
            raise ArgumentsError(
                f"command {arguments.name} is not declared",
                why="the settings have no such table",
                remedy=f"Declare it as [tools.commands.{arguments.name}].",
            )
        return declared


def _limits(declared: CommandSettings) -> Limits:
    return Limits(
        cpu_seconds=declared.cpu_seconds,
        memory_mb=declared.memory_mb,
        file_mb=declared.file_mb,
        processes=declared.processes,
    )


def _inside(workspace: Path, directory: str) -> Path:
    target = (workspace / directory).resolve()
    if not target.is_relative_to(workspace.resolve()):
        raise ToolError(f"directory {directory} refused", why="it lies outside the workspace")
    return target
