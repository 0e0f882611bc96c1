"""The whole picture at one moment, and everything worth knowing about one thing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .approvals import ApprovalsView, ApprovalView
from .personas import InboxView, PersonaView
from .rollout import RolloutLine
from .work import AgentsView, GoalView


class Health(StrEnum):
    """How a thing the engine leans on is doing."""

    OK = "ok"
    STARTING = "starting"
    LOST = "lost"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Dependency:
    """Redis or the database, as the engine sees it.

    Attributes:
        health: how it is doing.
        detail: the cause and remedy where it is not well; empty otherwise.
        since: when it got into this state.
        latency_ms: round trip of the last probe, in milliseconds; nothing while it is not reachable.
    """

    health: Health
    detail: str = ""
    since: datetime | None = None
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class EngineView:
    """The engine itself.

    Attributes:
        workspace: the workspace's name.
        epoch: the fencing token of this engine's leadership; higher is newer.
        started_at: when it began.
        redis: the server that carries the work.
        database: the truth.
        halted: everything is paused.
        halted_by: who paused everything, and why; empty while not halted.
        simulated: the traffic is made up (demo).
        notices: things an operator should know: settings that did not load, services that keep failing. At most ten.
        in_flight: while all is paused: what was under way at that moment, and what became of it, a line each.
    """

    workspace: str
    epoch: int
    started_at: datetime
    redis: Dependency
    database: Dependency
    halted: bool = False
    halted_by: str = ""
    simulated: bool = False
    notices: tuple[str, ...] = ()
    in_flight: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityView:
    """One line of the journal, told in words.

    Attributes:
        tone: ``good``, ``bad``, ``warn`` or ``plain``.
    """

    seq: int
    at: datetime
    kind: str
    subject: str
    actor: str
    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class View:
    """Everything at one moment.

    Attributes:
        at: the moment.
        seq: the last journal row it includes.
        needs: how many things wait for an operator; the same number everywhere.
        rollout: where the rollout of autonomy is; nothing where none was ever drawn up.
    """

    at: datetime
    seq: int
    engine: EngineView
    needs: int = 0
    personas: tuple[PersonaView, ...] = ()
    inbox: InboxView = field(default_factory=InboxView)
    approvals: ApprovalsView = field(default_factory=ApprovalsView)
    goals: tuple[GoalView, ...] = ()
    agents: AgentsView = field(default_factory=AgentsView)
    activity: tuple[ActivityView, ...] = ()
    rollout: RolloutLine | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a detail: a heading, then facts, text or a history."""

    heading: str
    facts: tuple[tuple[str, str], ...] = ()
    text: str = ""
    events: tuple[ActivityView, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything worth knowing about one thing, whatever it is.

    Attributes:
        subject: its id.
        title: its name.
        sections: what there is to say, most important first.
        approval: for an action, the action itself with its whole payload.
    """

    subject: str
    title: str
    sections: tuple[Section, ...]
    approval: ApprovalView | None = None
