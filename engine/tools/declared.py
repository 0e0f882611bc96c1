"""Each declared program as a tool of its own: with its own schema, effect and time limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..canonical import JSON
from ..governance.ports import ArgumentsError, Effect, ToolContext, ToolResult
from ..settings.tools import CommandSettings, ParameterSettings
from .base import Outside
from .command import CommandArguments, CommandTool


class DeclaredTool(Outside[CommandArguments]):
    """``command.NAME``: what the tool ``command`` does with that name, and nothing else.

    Args:
        key: its name in the settings.
        declared: its table.
        command: runs it.
    """

    def __init__(self, key: str, declared: CommandSettings, command: CommandTool) -> None:
        self._key = key
        self._declared = declared
        self._command = command

    @property
    def name(self) -> str:
        """``command.NAME``."""
        return f"{CommandTool.name}.{self._key}"

    @property
    def description(self) -> str:
        """As declared."""
        return self._declared.description or f"Runs {self._declared.argv[0]} as declared."

    @property
    def effect(self) -> Effect:
        """As declared."""
        return Effect(self._declared.effect)

    @property
    def schema(self) -> Mapping[str, Any]:
        """Of what an action may choose."""
        declared = self._declared
        parameters: dict[str, Any] = {
            "type": "object",
            "properties": {name: _schema(one) for name, one in declared.parameters.items()},
            "required": [name for name, one in declared.parameters.items() if one.required],
            "additionalProperties": False,
        }
        added: dict[str, Any] = {
            "type": "array",
            "maxItems": declared.max_arguments,
            "items": {"type": "string", "pattern": f"^(?:{declared.argument_pattern})$"},
        }
        return {
            "type": "object",
            "properties": {"parameters": parameters, **({"arguments": added} if declared.max_arguments else {})},
            "required": ["parameters"] if parameters["required"] else [],
            "additionalProperties": False,
        }

    def repeatable(self) -> bool:
        """As declared."""
        return self._declared.idempotent

    def parse(self, arguments: JSON) -> CommandArguments:
        """Check what was chosen.

        Raises:
            ArgumentsError: it is not what may be chosen.
        """
        if not isinstance(arguments, dict) or "name" in arguments:
            raise ArgumentsError(f"arguments of {self.name} refused", why="they are no object, or name a command")
        return self._command.parse({**arguments, "name": self._key})

    def whole(self, arguments: CommandArguments) -> dict[str, JSON]:
        """What was chosen."""
        whole = self._command.whole(arguments)
        return {key: value for key, value in whole.items() if key != "name"}

    def summary(self, arguments: CommandArguments) -> str:
        """The command line."""
        return self._command.summary(arguments)

    def cost_cents(self, arguments: CommandArguments) -> int:
        """As declared."""
        return self._command.cost_cents(arguments)

    def files(self, arguments: CommandArguments) -> tuple[tuple[str, str], ...]:
        """The files that were chosen."""
        return self._command.files(arguments)

    def argv(self, arguments: CommandArguments) -> tuple[str, ...]:
        """What would be run."""
        return self._command.argv(arguments)

    def facts(self, arguments: CommandArguments) -> JSON:
        """Declaration and program."""
        return self._command.facts(arguments)

    def time_limit(self, arguments: CommandArguments) -> float:
        """As declared, and what it takes to stop it."""
        return self._command.time_limit(arguments)

    def usual_time_limit(self) -> float:
        """As declared."""
        return float(self._declared.timeout_seconds)

    async def run(self, arguments: CommandArguments, context: ToolContext) -> ToolResult:
        """Run it."""
        return await self._command.run(arguments, context)


def _schema(parameter: ParameterSettings) -> dict[str, Any]:
    match parameter.type:
        case "integer":
            return {"type": "integer", "minimum": parameter.minimum, "maximum": parameter.maximum}
        case "choice":
            return {"type": "string", "enum": list(parameter.choices)}
        case "file":
            return {"type": "string", "description": f"a file beneath {parameter.root}"}
        case _:
            return {"type": "string", "pattern": f"^(?:{parameter.pattern})$"}
