"""What a brain may know of the workspace: a small read-only snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

LINES: Final = 10
"""Most goals, approvals or accounts that an answer lists."""


@dataclass(frozen=True, slots=True)
class GoalFact:
    """One goal, ready to be told: value and target as people write them, progress in whole percent."""

    title: str
    type: str
    value: str
    target: str
    progress: int
    on_track: bool


@dataclass(frozen=True, slots=True)
class WaitingAction:
    """One action that waits for an operator."""

    id: str
    kind: str
    proposer: str


@dataclass(frozen=True, slots=True)
class AccountFact:
    """One account. ``stage`` and ``contact`` (a mail address) are empty where unknown."""

    id: str
    name: str
    stage: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The workspace at one moment.

    Attributes:
        goals: at most ``LINES``, those behind first.
        tasks: how many by state.
        approvals: what waits for an operator, the oldest first, at most ``LINES``.
        approvals_total: how many wait altogether.
        accounts: those that the message names, the longest name first, at most ``LINES``.
        accounts_total: how many there are.
        inbox: how many messages wait for each persona, by name.
    """

    goals: tuple[GoalFact, ...] = ()
    tasks: Mapping[str, int] = field(default_factory=dict)
    approvals: tuple[WaitingAction, ...] = ()
    approvals_total: int = 0
    accounts: tuple[AccountFact, ...] = ()
    accounts_total: int = 0
    inbox: Mapping[str, int] = field(default_factory=dict)


class FactsSource(Protocol):
    """Where facts come from."""

    async def gather(self, text: str) -> Facts:
        """The facts that may help to answer a message with this text."""
        ...


class NoFacts:
    """A workspace of which nothing is known."""

    async def gather(self, text: str) -> Facts:
        """No facts, whatever is asked."""
        del text
        return Facts()
