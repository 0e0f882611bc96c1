"""Running a program that the settings declare, by its name: a fixed argument list, never a shell."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from ..canonical import JSON
from ..governance.ports import ArgumentsError, Effect, ToolContext, ToolError, ToolResult
from ..process import ProcessError, clean_environment, run_process
from ..settings.tools import CommandSettings
from .base import OutsideTool, ToolArguments
from .text import Identifier

_KEPT_OUTPUT = 16_384
_SHOWN_OUTPUT = 4_000
_SHOWN_LINE = 160
_STOP_SECONDS = 10.0


class CommandArguments(ToolArguments):
    """Which declared command to run."""

    name: Identifier
    """Its name in the settings."""
    arguments: list[Identifier] = Field(default_factory=list, max_length=50)
    """What to add behind ``--``, where its declaration allows that."""


class CommandTool(OutsideTool[CommandArguments]):
    """Runs declared programs.

    Args:
        commands: the tables ``[tools.commands.NAME]``.
    """

    name: ClassVar[str] = "command"
    description: ClassVar[str] = "Runs a program that the settings declare."
    effect: ClassVar[Effect] = Effect.OUTWARD
    arguments = CommandArguments

    def __init__(self, commands: dict[str, CommandSettings]) -> None:
        self._commands = commands

    def summary(self, arguments: CommandArguments) -> str:
        declared = self._declared(arguments)
        line = shlex.join([*declared.argv, *_added(arguments)])
        return f"runs {line if len(line) <= _SHOWN_LINE else line[:_SHOWN_LINE] + '…'}"

    def facts(self, arguments: CommandArguments) -> JSON:
        declared = self._declared(arguments)
        if len(arguments.arguments) > declared.max_arguments:
            raise ArgumentsError(
                f"command {arguments.name} refused", why=f"it takes at most {declared.max_arguments} added arguments"
            )
        for word in arguments.arguments:
            if re.fullmatch(declared.argument_pattern, word) is None:
                raise ArgumentsError(
                    f"command {arguments.name} refused", why="an added argument does not match its declared pattern"
                )
        facts: JSON = declared.model_dump(mode="json")
        return facts

    def time_limit(self, arguments: CommandArguments) -> float:
        # The process has its own limit; this one is for a process that cannot be stopped.
        return self._declared(arguments).timeout_seconds + _STOP_SECONDS

    async def run(self, arguments: CommandArguments, context: ToolContext) -> ToolResult:
        declared = self._declared(arguments)
        directory = _inside(context.workspace, declared.directory)
        try:
            result = await run_process(
                [*declared.argv, *_added(arguments)],
                cwd=directory,
                env=clean_environment(declared.environment, WATCHFLOOR_ACTION=context.action_id),
                timeout=declared.timeout_seconds,
                max_output=_KEPT_OUTPUT,
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

    def _declared(self, arguments: CommandArguments) -> CommandSettings:
        declared = self._commands.get(arguments.name)
        if declared is None:
            raise ArgumentsError(
                f"command {arguments.name} is not declared",
                why="the settings have no such table",
                remedy=f"Declare it as [tools.commands.{arguments.name}].",
            )
        return declared


def _added(arguments: CommandArguments) -> list[str]:
    return ["--", *arguments.arguments] if arguments.arguments else []


def _inside(workspace: Path, directory: str) -> Path:
    target = (workspace / directory).resolve()
    if not target.is_relative_to(workspace.resolve()):
        raise ToolError(f"directory {directory} refused", why="it lies outside the workspace")
    return target
