"""What a brain may know of the workspace: a small read-only snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

LINES: Final = 10
"""Most goals, approvals or accounts that an answer lists."""


@dataclass(frozen=True, slots=True)
class GoalFact:
    """One goal, ready to be told: value and target as people write them, progress in whole percent.

    Attributes:
        days_left: until its end; nothing where that is not known.
        projected: where it ends at this pace, as people write it; empty where there is no pace.
    """

    title: str
    type: str
    value: str
    target: str
    progress: int
    on_track: bool
    days_left: int | None = None
    projected: str = ""


@dataclass(frozen=True, slots=True)
class WaitingAction:
    """One action that waits for an operator; ``effect`` says what it would do, ``minutes`` how long it can wait yet.

    ``account`` is the id of the account that it is about, if any.
    """

    id: str
    kind: str
    proposer: str
    effect: str = ""
    minutes: int | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class AccountFact:
    """One account. What is empty or zero is not known; ``last`` is the last thing that was noted about it."""

    id: str
    name: str
    stage: str = ""
    contact: str = ""
    open_deals: int = 0
    open_value: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class TaskFact:
    """One task that somebody may ask about; ``note`` says why it failed or who is at it."""

    title: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonaFact:
    """One persona now; energy and budget in whole points, ``stopped`` says who paused it."""

    id: str
    name: str
    mode: str
    mood: str
    energy: int
    budget: int
    waiting: int
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class JobFact:
    """One background job: when it runs next and ran last, how that went, and why it is held."""

    name: str
    next: datetime | None = None
    last: datetime | None = None
    note: str = ""
    held: str = ""


@dataclass(frozen=True, slots=True)
class DoneFact:
    """One action of today: what became of it, who decided, and why it failed or was rejected."""

    kind: str
    status: str
    proposer: str
    by: str = ""
    note: str = ""
    account: str = ""


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
        task_list: tasks that failed, then those that run, at most ``LINES``.
        blocked: tasks that wait for others, and for which, in words.
        personas: everybody.
        jobs: by when they run next.
        held: who waits for whom, in words.
        paused: what is paused, by whom and why, in words.
        today: how many actions of today by what became of them.
        done: actions of today, the newest first, at most ``LINES``.
        findings: what scanners found and nobody has settled yet, at most ``LINES``.
        patterns: what the accounts show, the surest first, at most ``LINES``.
        stages: how many accounts are in each stage.
        now: the moment; nothing in a workspace of which nothing is known.
    """

    goals: tuple[GoalFact, ...] = ()
    tasks: Mapping[str, int] = field(default_factory=dict)
    approvals: tuple[WaitingAction, ...] = ()
    approvals_total: int = 0
    accounts: tuple[AccountFact, ...] = ()
    accounts_total: int = 0
    inbox: Mapping[str, int] = field(default_factory=dict)
    task_list: tuple[TaskFact, ...] = ()
    blocked: tuple[str, ...] = ()
    personas: tuple[PersonaFact, ...] = ()
    jobs: tuple[JobFact, ...] = ()
    held: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    today: Mapping[str, int] = field(default_factory=dict)
    done: tuple[DoneFact, ...] = ()
    findings: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    stages: Mapping[str, int] = field(default_factory=dict)
    now: datetime | None = None


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
