"""What a tool is: a name, a schema, a limit, and one thing it does in the world."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Generic, TypeVar

from pydantic import ConfigDict, ValidationError

from ..canonical import JSON, canonical
from ..described import Described
from ..governance.ports import ArgumentsError, Effect, ToolContext, ToolResult
from ..storage import Transaction

_SHOWN_PROBLEMS: Final = 5


class ToolArguments(Described):
    """Arguments of a tool: closed, strict, and never echoed in errors.

    The text under a field is its description in the JSON schema.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


A = TypeVar("A")
M = TypeVar("M", bound=ToolArguments)


class Tool(ABC, Generic[A]):
    """The common part of every tool; ``A`` is what its arguments are once they were checked."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Its name in proposals and in HEARTBEAT.md."""

    @property
    @abstractmethod
    def description(self) -> str:
        """What it does, for people."""

    @property
    @abstractmethod
    def effect(self) -> Effect:
        """How far its effect reaches."""

    @property
    def undoable(self) -> bool:
        """Whether the effect can be taken back."""
        return False

    def repeatable(self) -> bool:
        """Whether running it again for the same action changes nothing more."""
        return False

    @property
    @abstractmethod
    def schema(self) -> Mapping[str, Any]:
        """The JSON schema of its arguments; part of every decision."""

    @abstractmethod
    def parse(self, arguments: JSON) -> A:
        """Check arguments.

        Raises:
            ArgumentsError: the tool does not accept them.
        """

    @abstractmethod
    def whole(self, arguments: A) -> dict[str, JSON]:
        """Checked arguments as JSON again, defaults filled in."""

    @abstractmethod
    def summary(self, arguments: A) -> str:
        """What it would do with these arguments, in a few words ("sends 1 email outside")."""

    def recipients(self, arguments: A) -> tuple[str, ...]:
        """Whom it reaches outside: normalised addresses."""
        return ()

    def reach(self, arguments: A) -> int:
        """How many recipients outside it touches."""
        return len(self.recipients(arguments))

    def cost_cents(self, arguments: A) -> int:
        """What it spends, in cents."""
        return 0

    def files(self, arguments: A) -> tuple[tuple[str, str], ...]:
        """The files that it reads by name, with the SHA-256 of each as it is now.

        Raises:
            ArgumentsError: one cannot be read, or lies where none may be named.
        """
        return ()

    def argv(self, arguments: A) -> tuple[str, ...]:
        """For a program: what would be run."""
        return ()

    def account(self, arguments: A) -> str | None:
        """The account that the arguments name."""
        return None

    def facts(self, arguments: A) -> JSON:
        """What else decides what runs, and therefore voids a decision when it changes.

        Raises:
            ArgumentsError: the arguments name something that there is not.
        """
        return None

    def time_limit(self, arguments: A) -> float:
        """Seconds that one run may take."""
        return 30.0

    def usual_time_limit(self) -> float | None:
        """Seconds that a run may take at most, whatever its arguments; nothing where they decide."""
        return 30.0


class Outside(Tool[A]):
    """A tool whose effect is outside the database."""

    @abstractmethod
    async def run(self, arguments: A, context: ToolContext) -> ToolResult:
        """Do it.

        Raises:
            ToolError: it failed, certainly without effect.
        """


class Inside(Tool[A]):
    """A tool whose effect is in the database, in the same transaction as its record: it happens exactly once."""

    def repeatable(self) -> bool:
        """It is: what was cut off never happened."""
        return True

    @abstractmethod
    def apply(self, arguments: A, context: ToolContext, tx: Transaction) -> ToolResult:
        """Do it.

        Raises:
            ToolError: it failed; the transaction is to be undone.
        """


class Modelled(Tool[M]):
    """A tool that is one class, with a pydantic model for its arguments."""

    name: ClassVar[str]
    """Its name in proposals and in HEARTBEAT.md."""
    description: ClassVar[str]
    """What it does, for people."""
    effect: ClassVar[Effect]
    """How far its effect reaches."""
    undoable: ClassVar[bool] = False
    """Whether the effect can be taken back."""
    arguments: type[M]
    """The model; its JSON schema is the tool's."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """The JSON schema of its arguments; part of every decision."""
        return self.arguments.model_json_schema()

    def parse(self, arguments: JSON) -> M:
        """Check arguments against the model.

        Raises:
            ArgumentsError: they do not fit.
        """
        try:
            return self.arguments.model_validate_json(canonical(arguments), strict=True)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
                for problem in error.errors(include_url=False, include_input=False, include_context=False)[
                    :_SHOWN_PROBLEMS
                ]
            )
            raise ArgumentsError(
                f"arguments of {self.name} refused", why=problems, remedy="Propose it with arguments of its schema."
            ) from None

    def whole(self, arguments: M) -> dict[str, JSON]:
        """Checked arguments as JSON again, defaults filled in."""
        return arguments.model_dump(mode="json")


class OutsideTool(Modelled[M], Outside[M]):
    """A tool of ours whose effect is outside the database."""

    idempotent: ClassVar[bool] = False
    """Whether running it again for the same action changes nothing more."""

    def repeatable(self) -> bool:
        """Whether running it again for the same action changes nothing more."""
        return self.idempotent


class InsideTool(Modelled[M], Inside[M]):
    """A tool of ours whose effect is in the database."""
