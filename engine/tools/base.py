"""What a tool is: a name, a schema, a limit, and one thing it does in the world."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from ..canonical import JSON
from ..governance.ports import Effect, ToolContext, ToolResult
from ..storage import Transaction


class ToolArguments(BaseModel):
    """Arguments of a tool: closed, strict, and never echoed in errors."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


A = TypeVar("A", bound=ToolArguments)


class Tool(ABC, Generic[A]):
    """The common part of every tool; a tool is one of the two kinds below."""

    name: ClassVar[str]
    """Its name in proposals and in HEARTBEAT.md."""
    description: ClassVar[str]
    """What it does, for people."""
    effect: ClassVar[Effect]
    """How far its effect reaches."""
    undoable: ClassVar[bool] = False
    """Whether the effect can be taken back."""
    arguments: type[A]
    """The model of its arguments; its JSON schema is part of every decision."""

    @abstractmethod
    def summary(self, arguments: A) -> str:
        """What it would do with these arguments, in a few words ("sends 1 email outside")."""

    def reach(self, arguments: A) -> int:
        """How many recipients outside it touches."""
        return 0

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


class OutsideTool(Tool[A]):
    """A tool whose effect is outside the database."""

    idempotent: ClassVar[bool] = False
    """Whether running it again for the same action changes nothing more."""

    @abstractmethod
    async def run(self, arguments: A, context: ToolContext) -> ToolResult:
        """Do it.

        Raises:
            ToolError: it failed, certainly without effect.
        """


class InsideTool(Tool[A]):
    """A tool whose effect is in the database, in the same transaction as its record: it happens exactly once."""

    @abstractmethod
    def apply(self, arguments: A, context: ToolContext, tx: Transaction) -> ToolResult:
        """Do it.

        Raises:
            ToolError: it failed; the transaction is to be undone.
        """
