"""Forty questions that operators ask, in a real workspace: the answers are right, short, and honest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from engine.assembly.facts import WorkspaceFacts
from engine.canonical import JSON
from engine.clock import SimulatedClock
from engine.goals import Goal, GoalRepository, GoalState, GoalType
from engine.governance import Gate, Proposal, Stage
from engine.governance.halt import Scope, pause
from engine.operators import Operator, Role
from engine.personas import BrainRequest, Message, MessageStatus, Roster, RulesBrain, SenderKind
from engine.personas.brains import FactsSource, JobFact, NoFacts
from engine.personas.mood import Mood
from engine.personas.runtime import introduce
from engine.settings.emotions import Emotion
from engine.settings.governance import GovernanceSettings
from engine.settings.personas import default_personas
from engine.settings.tools import ToolsSettings
from engine.storage import Database, Transaction, to_us
from engine.tasks import NewTask, submit
from engine.tools import Surroundings, ToolRegistry, built_in_tools

NOW: Final = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ANA: Final = Operator("ana", Role.OPERATOR)
ROSTER: Final = Roster(default_personas())
_LONGEST: Final = 600


@pytest.fixture
async def facts(tmp_path: Path) -> AsyncIterator[WorkspaceFacts]:
    clock = SimulatedClock(NOW)
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as database:
        toolbox = ToolRegistry(built_in_tools(ToolsSettings(), Surroundings(workspace=tmp_path)), clock)
        gate = Gate(GovernanceSettings(), toolbox, clock, lambda _reader, _account: Stage.PROSPECTING)
        await database.write(_crm)
        await database.write(_goals)
        await database.write(_tasks)
        await database.write(_people)
        await database.write(lambda tx: _actions(tx, gate))
        yield WorkspaceFacts(database, clock, lambda: ROSTER, lambda _reader, _now: JOBS, lambda _reader, _who: None)


JOBS: Final = (
    JobFact("heartbeat", NOW + timedelta(minutes=10), NOW - timedelta(minutes=20), "ok"),
    JobFact("pattern_scan", NOW + timedelta(hours=3), NOW - timedelta(hours=3), "failed"),
    JobFact("daily_digest_generation", NOW + timedelta(days=1), None),
    JobFact("context_summarization", None, None, "", "ana paused job"),
)


def _crm(tx: Transaction) -> None:
    for name, contact in (("Acme", "jo@acme.example"), ("Kestrel Air", ""), ("Zinc Works", "zoe@zinc.example")):
        tx.execute("INSERT INTO accounts VALUES (?, ?, 'tech', 'Bonn', '', ?, 0)", (name.lower(), name, contact))
    deals = (("d1", "acme", "evaluation", 12_000_00), ("d2", "acme", "prospecting", 3_000_00))
    for deal, account, stage, cents in (*deals, ("d3", "kestrel air", "negotiation", 90_000_00)):
        tx.execute(
            "INSERT INTO opportunities (id, account_id, product, agent, stage, source_stage, engage_date, value_cents,"
            " changed_us) VALUES (?,?,'p','a',?,?,'2026-02-01',?,0)",
            (deal, account, stage, stage, cents),
        )
    called = to_us(NOW - timedelta(days=4))
    tx.execute("INSERT INTO interactions VALUES ('i1', 'acme', 'call', 'asked about seats', ?, 'bo', NULL)", (called,))
    tx.execute(
        "INSERT INTO patterns (id, account_id, family, type, fingerprint, confidence, evidence, found_us, seen_us)"
        " VALUES ('x', 'kestrel air', 'risk', 'high_risk', 'f', 85, '[]', 0, 0)"
    )
    tx.execute(
        "INSERT INTO findings (fingerprint, scanner, place, category, summary, details, content, state, opened_us,"
        " changed_us) VALUES ('f', 'git_patrol', '/srv/app', 'uncommitted', '3 uncommitted changes in app', '[]', 'c',"
        " 'open', 0, 0)"
    )


def _goals(tx: Transaction) -> None:
    window = (date(2026, 1, 1), date(2026, 3, 31))
    for name, kind, target in (("Spring revenue", GoalType.REVENUE, 50_000_00), ("Calls", GoalType.ACTIVITY, 1)):
        goal = Goal(name, name, kind, target, *window, GoalState.ACTIVE)
        GoalRepository().add(tx, goal, actor="operator:ana", limit=10)


def _tasks(tx: Transaction) -> None:
    first = submit(tx, NewTask("Build the index"), "t1", "operator:ana")
    submit(tx, NewTask("Publish the index", depends_on=(first.id,)), "t2", "operator:ana")
    submit(tx, NewTask("Send invoices"), "t3", "operator:ana")
    tx.execute("UPDATE tasks SET state = 'active', agent = 'agent-7' WHERE id = 't1'")
    tx.execute("UPDATE tasks SET state = 'failed', error = 'no disk space' WHERE id = 't3'")


def _people(tx: Transaction) -> None:
    for persona_id, persona in ROSTER.personas.items():
        introduce(tx, persona_id, persona.mode, ROSTER.rules.emotions)
    tx.execute("UPDATE personas SET energy = 1200, mood = 'tired', as_of_us = ? WHERE id = 'planner'", (to_us(NOW),))
    spent = "UPDATE personas SET spent_actions = 4000 WHERE id = 'helper'"
    tx.execute(spent)
    pause(tx, Scope.PERSONA, "code-review", "ana", "holiday")


def _actions(tx: Transaction, gate: Gate) -> None:
    mail: dict[str, JSON] = {"to": ["jo@acme.example"], "subject": "Offer", "body": "Hello"}
    gate.propose(tx, Proposal("send_proposal", "email", {**mail}, "persona:helper", "they asked", account_id="acme"))
    gate.propose(tx, Proposal("commit_pricing", "email", {**mail, "subject": "Price"}, "persona:helper", "asked"))
    no = gate.propose(tx, Proposal("discuss_pricing", "email", {**mail, "subject": "x"}, "persona:planner", "asked"))
    gate.reject(tx, no.id, no.revision, no.digest, ANA, "not before the audit")


async def ask(facts: FactsSource, text: str) -> str:
    message = Message(
        id="helper:p", persona_id="helper", post_id="p", sender="ana", sender_kind=SenderKind.HUMAN, channel="",
        text=text, payload=None, mentioned=True, priority=9_000, boost=0, pinned_at=None, dedupe_key=None,
        arrived_at=NOW, status=MessageStatus.IN_PROGRESS, attempts=1, not_before=None, last_error="", merged=0,
    )  # fmt: skip
    request = BrainRequest(
        "helper", ROSTER.get("helper"), message, ROSTER.mentioned(text), Mood.ACTIVE, 8_000,
        {Emotion.FRUSTRATION: 5_000}, NOW, facts,
    )  # fmt: skip
    (draft,) = (await RulesBrain().think(request)).proposals
    assert draft.tool == "chat", f"{text!r} became {draft.kind}"
    said = draft.arguments["text"]
    assert isinstance(said, str)
    assert len(said) <= _LONGEST
    return said


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("What is the status?", ("1 of 2 goals are behind", "1 wait for your approval", "1 failed", "by ana")),
        ("how are things going?", ("goals are behind",)),
        ("what needs me?", ("1 wait for your approval", "send_proposal")),
        ("Is anything waiting for my approval?", ("send_proposal",)),
        ("any pending approvals?", ("1 wait for your approval",)),
        ("are we on track?", ("1 of 2 goals are behind", "Spring revenue")),
        ("which goals are behind?", ("Spring revenue: 0.00 of 50,000.00 (0 %), behind",)),
        ("how is the spring revenue doing?", ("Spring revenue", "21 days left")),
        ("When does Spring revenue end?", ("21 days left",)),
        ("what is due?", ("Spring revenue ends in 21 days, behind", "send_proposal", "expires in 30 min")),
        ("how many tasks are open?", ("1 active", "1 failed")),
        ("Which tasks failed?", ("failed: Send invoices (no disk space)",)),
        ("what is running right now?", ("active: Build the index (agent-7)",)),
        ("what is blocked?", ("Publish the index", "Build the index (active)")),
        ("who is waiting for whom?", ("an operator's yes: send_proposal of persona:helper", "Publish the index")),
        ("What stage is Acme in?", ("Acme: stage evaluation",)),
        ("who is the contact at Acme?", ("contact jo@acme.example",)),
        ("who is our contact at Kestrel Air?", ("no contact on record",)),
        ("when did we last talk to Acme?", ("call on 2026-03-06: asked about seats",)),
        ("did the proposal to Acme go out?", ("waiting for an operator: send_proposal of persona:helper",)),
        ("what is in the pipeline at Acme?", ("2 open deals worth 15,000.00",)),
        ("How many accounts do we have?", ("I know 3 accounts", "1 negotiation")),
        ("how many customers are in negotiation?", ("1 accounts are in negotiation",)),
        ("when is the next heartbeat?", ("heartbeat: next 12:10 UTC, last 11:40 UTC (ok)",)),
        ("when does the pattern scan run?", ("pattern scan: next 15:00 UTC", "(failed)")),
        ("what is scheduled?", ("daily digest generation: next 2026-03-11 12:00 UTC", "context summarization: ana")),
        ("how is Planner?", ("Planner: sync, tired, energy 12, nothing waiting",)),
        ("who is tired?", ("Planner",)),
        ("is anybody overwhelmed?", ("Nobody is overwhelmed.",)),
        ("is anything paused?", ("persona code-review is paused by ana: holiday",)),
        ("Is CodeReview paused?", ("CodeReview: autonomous, idle, energy 100, nothing waiting, paused by ana",)),
        ("how many messages are unread?", ("No messages are waiting.",)),
        ("what happened today?", ("1 rejected", "1 blocked by a hard stop", "discuss_pricing of persona:planner")),
        ("did the proposal go out?", ("waiting for an operator: send_proposal of persona:helper",)),
        ("was the briefing sent?", ("No such action today.",)),
        ("what was rejected?", ("rejected: discuss_pricing of persona:planner, by ana: not before the audit",)),
        ("what went wrong today?", ("Nothing failed today",)),
        ("is there uncommitted work?", ("3 uncommitted changes in app",)),
        ("which accounts are at risk?", ("Kestrel Air: high risk, 85 % sure",)),
        ("any buying signals?", ("Kestrel Air",)),
        ("how much budget is left?", ("Helper 60 %",)),
        ("who are you?", ("I am Helper", "Ask me about goals")),
        ("how are you?", ("I am active, with 80 of 100 energy",)),
        ("what time is it?", ("Tuesday, 2026-03-10 12:00 UTC",)),
    ],
)  # fmt: skip
async def test_the_answer_is_right(facts: WorkspaceFacts, question: str, right: tuple[str, ...]) -> None:
    said = await ask(facts, question)
    for part in right:
        assert part in said, said


@pytest.mark.parametrize(
    "question",
    [
        "what is the weather like?",
        "how is Foobar Industries doing?",
        "why is the sky blue?",
        "who won the match?",
        "what does the CEO of Initech think of us?",
    ],
)
async def test_what_it_does_not_know_it_says(facts: WorkspaceFacts, question: str) -> None:
    said = await ask(facts, question)
    assert said.startswith("I do not know that. I can tell you about goals")


async def test_an_empty_workspace_has_honest_answers() -> None:
    assert await ask(NoFacts(), "what is scheduled?") == "No job is scheduled."
    assert await ask(NoFacts(), "what happened today?") == "No action was proposed today."
    assert await ask(NoFacts(), "who waits for whom?") == "Nobody waits for anybody."
    assert await ask(NoFacts(), "what time is it?") == "I do not know."
    assert await ask(NoFacts(), "how much budget is left?") == "I know of no budgets."


async def test_only_what_was_asked_about_is_told(facts: WorkspaceFacts) -> None:
    assert await ask(facts, "when is the next heartbeat?") == "heartbeat: next 12:10 UTC, last 11:40 UTC (ok)"
    assert "discuss_pricing" not in await ask(facts, "did the proposal go out?")


@pytest.mark.parametrize("text", ["thanks!", "Good morning", "ok great", "hello there"])
async def test_a_greeting_gets_a_short_word_back(facts: WorkspaceFacts, text: str) -> None:
    assert await ask(facts, text) == "Hello ana. Helper here; ask me whenever you need something."
