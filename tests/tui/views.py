"""Views for the console's tests: made by hand, the same every time."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.view import (
    ActivityView,
    AgentsView,
    AgentView,
    ApprovalsView,
    ApprovalView,
    Dependency,
    EngineView,
    GoalView,
    Health,
    InboxView,
    MessageView,
    PersonaView,
    Risk,
    TaskView,
    View,
)

NOW = datetime(2026, 3, 2, 14, 2, 11, tzinfo=UTC)
OK = Dependency(Health.OK, latency_ms=0.3)
ENGINE = EngineView("acme-ops", 7, NOW - timedelta(hours=5), OK, Dependency(Health.OK, latency_ms=0.1))


def ago(seconds: float) -> datetime:
    """Some seconds before now."""
    return NOW - timedelta(seconds=seconds)


def ahead(seconds: float) -> datetime:
    """Some seconds after now."""
    return NOW + timedelta(seconds=seconds)


def persona(id: str, name: str, mode: str, energy: int, mood: str, waiting: int, **more: object) -> PersonaView:  # noqa: A002
    """A persona."""
    return PersonaView(id, name, "support", mode, energy, 74, 90, mood, waiting, **more)  # type: ignore[arg-type]  # test data


def approval(id: str, kind: str, risk: Risk = Risk.MEDIUM, **more: object) -> ApprovalView:  # noqa: A002
    """An action that waits."""
    base = ApprovalView(
        id=id,
        kind=kind,
        tool="email",
        revision=1,
        digest=hashlib.sha256(id.encode()).hexdigest(),
        status="pending",
        risk=risk,
        proposer="persona:helper",
        why="the goal “Q4 revenue” is 8 % behind",
        rule="approval tier “send_proposal”",
        payload=(("to", "jo@acme.example"), ("subject", "Proposal: 40 seats"), ("body", "Dear Jo,\n\nhere it is.")),
        payload_complete=True,
        effect="sends 1 email outside; cannot be undone",
        created_at=ago(240),
        expires_at=ahead(1572),
    )
    return replace(base, **more)  # type: ignore[arg-type]  # test data


def message(id: str, persona: str, text: str, priority: int, **more: object) -> MessageView:  # noqa: A002
    """A message that waits."""
    base = MessageView(id, persona, "ana", "human", "ops", text, priority, priority < 90, ago(12), "pending")
    return replace(base, **more)  # type: ignore[arg-type]  # test data


def event(seq: int, text: str, tone: str = "plain", kind: str = "task.claimed", seconds: float = 2) -> ActivityView:
    """A line of the journal."""
    return ActivityView(seq, ago(seconds), kind, "task-12", "engine", text, tone)


PERSONAS = (
    persona(
        "helper",
        "Helper",
        "autonomous",
        82,
        "active",
        4,
        doing="answers ana in #ops",
        last_reply=ago(4),
        emotions=(("loneliness", 68), ("curiosity", 55)),
    ),
    persona("review", "CodeReview", "sync", 34, "tired", 12, last_reply=ago(340)),
    persona("planner", "Planner", "autonomous", 71, "idle", 1, doing="waits for Helper"),
    persona("sales", "Sales", "shadow", 64, "active", 0),
    persona("night", "NightWatch", "off", 100, "idle", 0),
)

APPROVALS = (
    approval(
        "a1",
        "send_proposal",
        Risk.HIGH,
        account="Acme Corp",
        stage="evaluation",
        payload=(
            ("to", "jo@acme.example"),
            ("subject", "Proposal: 40 seats"),
            (
                "body",
                (
                    "Dear Jo,\n\nthank you for the call on Friday. As agreed, here is our proposal for 40 seats with "
                    "onboarding in April and the terms that we discussed.\n\nBest regards,\nHelper"
                ),
            ),
        ),
    ),
    approval(
        "a2",
        "discuss_pricing",
        proposer="persona:sales",
        account="Globex",
        stage="qualification",
        expires_at=ahead(1720),
    ),
    approval("a3", "run @telegram_send", Risk.LOW, proposer="heartbeat", tool="telegram_send", expires_at=ahead(1795)),
    approval(
        "a4",
        "send_follow_up_email",
        status="approved",
        account="Initech",
        stage="closed_won",
        launches_at=ahead(4),
        decided_by="ana",
        decided_at=ago(1),
    ),
)

GOALS = (
    GoalView(
        "g1",
        "Q4 revenue",
        "revenue",
        "active",
        "money",
        25_000_000,
        15_250_000,
        61,
        69,
        False,
        29,
        "2026-01-01",
        "2026-03-31",
        22_000_000,
    ),
    GoalView(
        "g2",
        "Customer contacts",
        "activity",
        "active",
        "count",
        400,
        388,
        97,
        69,
        True,
        29,
        "2026-01-01",
        "2026-03-31",
        560,
    ),
    GoalView(
        "g3",
        "Win rate",
        "quality",
        "paused",
        "percent",
        6_000,
        4_120,
        69,
        69,
        True,
        29,
        "2026-01-01",
        "2026-03-31",
        6_000,
    ),
)

AGENTS = AgentsView(
    agents=(
        AgentView("dev-1", "busy", ("python", "git"), ago(1), "task-12", "build the login page", 21, 41, 0),
        AgentView("dev-2", "lost", ("python",), ago(18), "task-13", "migrate the tables", None, 12, 2),
        AgentView("ops-1", "idle", ("shell",), ago(2), done=7),
    ),
    tasks=(
        TaskView(
            "task-12", "build the login page", "command", "active", 3, ago(300), ago(42), agent="dev-1", attempts=1
        ),
        TaskView("task-13", "migrate the tables", "command", "active", 5, ago(600), ago(60), agent="dev-2", attempts=2),
        TaskView("task-14", "count words", "word_count", "pending", 5, ago(90), ago(90)),
        TaskView("task-09", "check links", "command", "dead", 5, ago(9000), ago(4000), attempts=3, error="exit code 1"),
    ),
    pending=37,
    active=4,
    done=812,
    dead=1,
    throughput=(3, 4, 6, 5, 8, 9, 7, 11, 12, 10, 9, 12, 14, 13, 12, 15, 14, 16, 15, 17),
)

ACTIVITY = (
    event(1204, "dev-1 claims task-12 “build the login page”"),
    event(1203, "Helper answers ana in #ops", "good", "message.answered", 4),
    event(1202, "dev-2 has been silent for 18 s", "warn", "agent.lost", 6),
    event(1201, "task-09 failed for the third time: exit code 1", "bad", "task.died", 31),
    event(1200, "Helper proposes send_proposal for Acme Corp", kind="action.proposed", seconds=240),
)

NORMAL = View(
    at=NOW,
    seq=1204,
    engine=ENGINE,
    needs=3,
    personas=PERSONAS,
    inbox=InboxView(
        items=(
            message("m1", "helper", "@helper can you look at the failing import of the CRM tables?", 96),
            message(
                "m2", "planner", "weekly plan: three goals, two are behind", 71, sender="Planner", sender_kind="persona"
            ),
            message(
                "m3",
                "review",
                "uncommitted work in billing/invoice.py for 40 minutes",
                45,
                sender="git patrol",
                sender_kind="scanner",
            ),
        ),
        total=17,
        merged=2,
    ),
    approvals=ApprovalsView(APPROVALS, pending=3, oldest=ago(240)),
    goals=GOALS,
    agents=AGENTS,
    activity=ACTIVITY,
)

EMPTY = View(at=NOW, seq=1, engine=ENGINE)

OVERLOAD = replace(
    NORMAL,
    needs=214,
    personas=tuple(
        persona(
            f"p{n}",
            f"Persona {n:02}",
            "autonomous",
            12 + n,
            "overwhelmed",
            130 + n,
            overloaded=True,
            circuit_open=n == 3,
        )
        for n in range(40)
    ),
    inbox=InboxView(
        tuple(
            message(f"m{n}", f"p{n % 40}", f"message {n}: please look at this as soon as possible", 99 - n // 4)
            for n in range(200)
        ),
        total=12_480,
        dropped=312,
        merged=2_041,
        dead=17,
    ),
    approvals=ApprovalsView(
        tuple(
            approval(
                f"a{n}",
                "send_follow_up_email",
                (Risk.HIGH, Risk.MEDIUM, Risk.LOW)[min(2, n // 60)],
                account=f"Account {n}",
            )
            for n in range(200)
        ),
        pending=214,
        uncertain=2,
        oldest=ago(1_700),
    ),
    agents=replace(
        AGENTS,
        agents=tuple(
            AgentView(f"agent-{n:03}", "busy", ("python",), ago(1), f"t{n}", f"task number {n}", 20, n, 0)
            for n in range(200)
        ),
        pending=99_412,
        active=500,
        done=1_204_113,
        dead=88,
    ),
)

HALTED = replace(NORMAL, engine=replace(ENGINE, halted=True, halted_by="ana, from the console: too many wrong mails"))
REDIS_LOST = replace(
    NORMAL,
    engine=replace(ENGINE, redis=Dependency(Health.LOST, "connection refused; retry in 4 s", ago(31))),
)
DEMO = replace(NORMAL, engine=replace(ENGINE, simulated=True))

HOSTILE_TEXTS = (
    "[bold red]markup[/] [@click=app.quit]press me[/] [/nope]",
    "\x1b]52;c;aGVsbG8=\x07\x1b[2J\x9b31m\x1b]0;title\x07",
    "pay \u202egnp.exe\u202c to \u200bme\u2066",
    "e" + "\u0301" * 40 + " 日本語のとても長いテキスト " + "x" * 5_000,
    "caf\udce9 \x00 \x7f \r\n second line\ttabbed",
)
HOSTILE = replace(
    NORMAL,
    personas=tuple(replace(one, name=text, doing=text) for one, text in zip(PERSONAS, HOSTILE_TEXTS, strict=True)),
    inbox=InboxView(
        tuple(message(f"m{n}", text[:20], text, 96 - n, sender=text) for n, text in enumerate(HOSTILE_TEXTS)), total=5
    ),
    approvals=ApprovalsView(
        tuple(
            approval(
                f"a{n}",
                "send_proposal",
                Risk.LOW,
                account=text,
                why=text,
                payload=(("to", "jo@аcme.example"), (text[:30], text)),
            )
            for n, text in enumerate(HOSTILE_TEXTS)
        ),
        pending=5,
        oldest=ago(10),
    ),
    goals=tuple(replace(goal, title=text) for goal, text in zip(GOALS, HOSTILE_TEXTS, strict=False)),
    activity=tuple(event(900 + n, text, "bad") for n, text in enumerate(HOSTILE_TEXTS)),
    engine=replace(ENGINE, notices=(HOSTILE_TEXTS[0] + HOSTILE_TEXTS[1],)),
)
