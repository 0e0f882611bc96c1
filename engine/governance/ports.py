"""What the gate needs from the outside: tools to run, stages to look up, and a halt to respect.

These are protocols, because the gate lies to the left of whoever implements them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from ..canonical import JSON
from ..errors import WatchfloorError
from ..storage import Reader, Transaction
from .kinds import Stage

if TYPE_CHECKING:
    from .action import Action


class Effect(StrEnum):
    """How far a tool's effect reaches."""

    NONE = "none"
    """It changes nothing."""
    LOCAL = "local"
    """It changes something in this workspace."""
    OUTWARD = "outward"
    """Somebody or something outside notices."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What the gate must know about a tool.

    Attributes:
        name: its name in proposals.
        description: what it does, for people.
        effect: how far its effect reaches.
        idempotent: running it again with the same idempotency key changes nothing more.
        transactional: its effect happens in the database, in the transaction that records it.
    """

    name: str
    description: str
    effect: Effect
    idempotent: bool
    transactional: bool


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """Arguments that a tool accepted, and what running them would mean.

    Attributes:
        arguments: the whole arguments, defaults filled in.
        arguments_json: the same as canonical JSON.
        binding: digest of everything besides the arguments that decides what runs: schema, declared program, sender.
        summary: what it would do, in a few words ("sends 1 email outside").
        undoable: whether the effect can be taken back.
        reach: how many recipients outside it touches.
        account_id: the account that the arguments name, where they name one.
        recipients: whom it reaches outside, normalised addresses; as many as ``reach`` where they are known.
        cost_cents: what it spends, in cents.
        files: the files it reads by name, and the SHA-256 in hex of each as it is now; part of ``binding``.
        argv: for a program: what would be run.
    """

    arguments: dict[str, JSON]
    arguments_json: str
    binding: str
    summary: str
    undoable: bool
    reach: int = 0
    account_id: str | None = None
    recipients: tuple[str, ...] = ()
    cost_cents: int = 0
    files: tuple[tuple[str, str], ...] = ()
    argv: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool is told about the action that it carries out.

    Attributes:
        action_id: the action; also its idempotency key, the same on every attempt.
        proposer: who asked, by the gate's record ("persona:helper").
        account_id: the account it is about, if any.
        origin: the message that it answers, if any.
        now: when this attempt started.
        workspace: the directory that files go into.
    """

    action_id: str
    proposer: str
    account_id: str | None
    origin: str | None
    now: datetime
    workspace: Path


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of a run.

    Attributes:
        summary: one line for people.
        data: particulars, bounded by the toolbox.
        ok: whether it worked; a program that ended with an error ran, and did not work.
    """

    summary: str
    data: dict[str, JSON] = field(default_factory=dict)
    ok: bool = True


class ArgumentsError(WatchfloorError):
    """A tool does not accept these arguments."""


class ToolError(WatchfloorError):
    """A tool could not do its work, and says for certain that it had no effect."""


class Toolbox(Protocol):
    """The tools that there are."""

    def spec(self, name: str) -> ToolSpec | None:
        """What the gate must know about the tool of that name; nothing if there is none."""
        ...

    def prepare(self, name: str, arguments: JSON) -> PreparedCall:
        """Check arguments against the tool's schema.

        Raises:
            ArgumentsError: no such tool, or the tool does not accept them.
        """
        ...

    async def run(self, name: str, arguments: dict[str, JSON], context: ToolContext) -> ToolResult:
        """Run a tool that is not transactional, within its time limit.

        Raises:
            ToolError: it failed without any effect.
            TimeoutError: its time ran out; it may have had its effect.
        """
        ...

    def apply(self, name: str, arguments: dict[str, JSON], context: ToolContext, tx: Transaction) -> ToolResult:
        """Run a transactional tool inside ``tx``.

        Raises:
            ToolError: it failed; the transaction is to be undone.
        """
        ...


StageLookup: TypeAlias = Callable[[Reader, str], Stage]
"""The stage of an account by the engine's own records."""

TaintLookup: TypeAlias = Callable[[Reader, str | None], bool]
"""Whether what was said in answer to that message was written after reading text from outside."""


def untainted(_: Reader, __: str | None) -> bool:
    """Where nothing from outside is ever read."""
    return False


HaltCheck: TypeAlias = "Callable[[Reader, Action], str | None]"
"""Why the action must not start now; nothing if it may."""

Tell: TypeAlias = "Callable[[Transaction, Action, str, Mapping[str, JSON]], None]"
"""Tells the proposer of an action, in the unit of work that changed it, by which event and with which particulars."""


def untold(_: Transaction, __: Action, ___: str, ____: Mapping[str, JSON]) -> None:
    """Where proposers look for themselves."""


ReachCheck: TypeAlias = Callable[[Reader], str]
"""Why no operator can be reached; empty while one can."""


def reachable(_: Reader) -> str:
    """Where somebody always is."""
    return ""
