"""What comes out of the engine: an immutable, bounded picture of everything an operator watches.

A :class:`View` is made at most ten times a second, from one consistent state of the database and from what the engine
knows of its own connections. It never grows with the amount of work: long lists are cut to their limits and carry the
true total beside them. Everything beyond comes through paged queries (:mod:`engine.queries`).

Texts in a view are raw: whoever paints them cleans them first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

APPROVAL_LIMIT: Final = 200
MESSAGE_LIMIT: Final = 200
PERSONA_LIMIT: Final = 200
GOAL_LIMIT: Final = 100
AGENT_LIMIT: Final = 200
TASK_LIMIT: Final = 100
ACTIVITY_LIMIT: Final = 200
PAYLOAD_LIMIT: Final = 4_000
"""Most characters of a payload in a list; the whole of it comes with the detail query."""


class Health(StrEnum):
    """How a thing the engine leans on is doing."""

    OK = "ok"
    STARTING = "starting"
    LOST = "lost"
    FAILED = "failed"


class Risk(StrEnum):
    """How much harm an action could do."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


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


@dataclass(frozen=True, slots=True)
class PersonaView:
    """One persona.

    Attributes:
        id: its id in the settings.
        name: how it is shown.
        mode: off, sync, shadow or autonomous.
        energy, attention, budget: 0 to 100 points.
        mood: overwhelmed, tired, active or idle.
        waiting: messages in its inbox.
        overloaded: the inbox is past its healthy depth.
        paused: an operator paused it.
        circuit_open: it failed too often in a row and rests.
        last_reply: when it last answered.
        doing: what it is at, in a few words; empty when nothing.
        emotions: name and 0 to 100 points, the strongest first; at most nine.
    """

    id: str
    name: str
    role: str
    mode: str
    energy: int
    attention: int
    budget: int
    mood: str
    waiting: int
    overloaded: bool = False
    paused: bool = False
    circuit_open: bool = False
    last_reply: datetime | None = None
    doing: str = ""
    emotions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message that waits in an inbox, or was just handled.

    Attributes:
        priority: effective now, 0 to 100, operator's boost included.
        rising: waiting still lifts it.
        attempts: how often handling it failed.
    """

    id: str
    persona: str
    sender: str
    sender_kind: str
    channel: str
    text: str
    priority: int
    rising: bool
    arrived_at: datetime
    state: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class InboxView:
    """All inboxes together, the most urgent first."""

    items: tuple[MessageView, ...] = ()
    total: int = 0
    dropped: int = 0
    merged: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """One action that waits for an operator, or whose outcome is fresh.

    Attributes:
        id: the action's id, from proposal to audit.
        revision: counts edits from 1; a decision names it.
        digest: SHA-256 in hex of exactly what would run; a decision names it.
        status: pending, approved, executing, executed, rejected, expired, failed, uncertain, blocked…
        proposer: who asks: ``persona:helper``, ``heartbeat``, ``goal:…``.
        why: the proposer's own words.
        rule: the guardrail that asks for a person.
        account, stage: what it is about; empty where it is about no account.
        payload: name and value of each argument, painted from the canonical bytes; a value is cut at ``PAYLOAD_LIMIT``.
        payload_complete: nothing of the payload was cut.
        effect: what approving does to the world, in a sentence.
        expires_at: when waiting ends; the answer is then *no*.
        launches_at: for an approved action, when its grace period ends.
        decided_by, decided_at, reason: the decision, once there is one.
        repeats: how often the same was asked again meanwhile.
    """

    id: str
    kind: str
    tool: str
    revision: int
    digest: str
    status: str
    risk: Risk
    proposer: str
    why: str
    rule: str
    payload: tuple[tuple[str, str], ...]
    payload_complete: bool
    effect: str
    created_at: datetime
    expires_at: datetime | None = None
    launches_at: datetime | None = None
    account: str = ""
    stage: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    result: str = ""
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class ApprovalsView:
    """What waits for a decision, most urgent first, then what was decided in the last minutes."""

    items: tuple[ApprovalView, ...] = ()
    pending: int = 0
    uncertain: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class GoalView:
    """One goal.

    Attributes:
        type: pipeline, activity, quality or revenue.
        unit: ``money`` (values in cents), ``count`` or ``percent`` (values in hundredths of a percent).
        progress: 0 to 100.
        expected: where progress should be by now, 0 to 100.
        projected: the value expected at the end at the present pace; nothing before the start.
    """

    id: str
    title: str
    type: str
    state: str
    unit: str
    target: int
    value: int
    progress: int
    expected: int
    on_track: bool
    days_left: int
    start: str
    end: str
    projected: int | None = None
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent process.

    Attributes:
        state: idle, busy, paused or lost.
        lease_left: seconds until the claim on its current task lapses.
    """

    id: str
    state: str
    capabilities: tuple[str, ...]
    seen_at: datetime
    task: str = ""
    task_title: str = ""
    lease_left: int | None = None
    done: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task."""

    id: str
    title: str
    type: str
    state: str
    priority: int
    created_at: datetime
    updated_at: datetime
    capabilities: tuple[str, ...] = ()
    agent: str = ""
    attempts: int = 0
    result: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class AgentsView:
    """Agents and the work they share.

    Attributes:
        throughput: tasks finished in each of the last twenty minutes, oldest first.
        queue_paused: the queue hands out nothing.
    """

    agents: tuple[AgentView, ...] = ()
    tasks: tuple[TaskView, ...] = ()
    pending: int = 0
    active: int = 0
    done: int = 0
    dead: int = 0
    throughput: tuple[int, ...] = ()
    queue_paused: bool = False


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
