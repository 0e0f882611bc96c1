"""What a day's digest is made from: one consistent look at everything that happened, waits or slips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ..goals import GoalRepository, GoalState, evaluate, format_value
from ..storage import Reader, from_us, to_us
from .repository import Found, listed

_COUNTED: Final = {
    "message.accepted": "messages came in",
    "message.answered": "messages were answered",
    "message.dropped": "messages were dropped",
    "message.dead": "messages were given up",
    "action.proposed": "actions were proposed",
    "action.executed": "actions were carried out",
    "action.failed": "actions failed",
    "action.rejected": "actions were rejected",
    "action.expired": "questions expired, which is a no",
    "action.uncertain": "actions became uncertain",
    "task.done": "tasks were done",
    "task.died": "tasks died",
    "finding.opened": "findings were opened",
    "pattern.found": "patterns were found",
    "goal.completed": "goals were completed",
    "goal.missed": "goals were missed",
    "engine.halted": "times everything was paused",
}


@dataclass(frozen=True, slots=True)
class ActionFact:
    """An action in a line: its kind, who asked, what came of it or by when an answer is due."""

    kind: str
    proposer: str
    account: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GoalFact:
    """An active goal in a line."""

    title: str
    value: str
    target: str
    progress: int
    expected: int
    on_track: bool
    projected: str
    end: date


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """Everything that a digest tells.

    Attributes:
        since, until: the time it covers.
        counts: how often what happened, in words, only what happened at all.
        by_itself: actions that autonomy carried out without asking, newest first, and how many there were.
        troubles: actions that failed or are uncertain, and how many.
        waiting: open questions, the most pressing first, and how many.
        goals: active goals, those that slip first.
        patterns: patterns that accounts show, the gravest first, and how many.
        rollout: the stage of a rollout that has soaked and waits for an operator; empty where none does.
    """

    since: datetime
    until: datetime
    counts: Mapping[str, int]
    by_itself: tuple[Sequence[ActionFact], int]
    troubles: tuple[Sequence[ActionFact], int]
    waiting: tuple[Sequence[ActionFact], int]
    goals: Sequence[GoalFact]
    patterns: tuple[Sequence[tuple[str, Found]], int]
    rollout: str = ""


def read_digest_facts(reader: Reader, since: datetime, until: datetime, limit: int) -> DigestFacts:
    """Look at everything at once.

    Args:
        reader: one consistent state of the database.
        since: what ended before this is not told again.
        until: the present.
        limit: most lines of one sort.
    """
    span = (to_us(since), to_us(until))
    return DigestFacts(
        since=since,
        until=until,
        counts=_counts(reader, span),
        by_itself=_actions(
            reader, "status = 'executed' AND tier = 'autonomous' AND ended_us >= ? AND ended_us < ?", span, limit
        ),
        troubles=_actions(reader, "status IN ('failed', 'uncertain') AND ended_us >= ? AND ended_us < ?", span, limit),
        waiting=_waiting(reader, limit),
        goals=_goals(reader, until.date(), limit),
        patterns=_patterns(reader, limit),
        rollout=_rollout(reader),
    )


def _rollout(reader: Reader) -> str:
    row = reader.row("SELECT state, stage FROM rollouts ORDER BY number DESC LIMIT 1")
    return str(row["stage"]) if row and row["state"] == "ready" else ""


def _counts(reader: Reader, span: tuple[int, int]) -> dict[str, int]:
    marks = ", ".join("?" * len(_COUNTED))
    rows = reader.rows(
        f"SELECT kind, count(*) AS n FROM journal WHERE kind IN ({marks}) AND at_us >= ? AND at_us < ? GROUP BY kind",  # noqa: S608  # only marks
        (*_COUNTED, *span),
    )
    found = {row["kind"]: int(row["n"]) for row in rows}
    return {words: found[kind] for kind, words in _COUNTED.items() if kind in found}


def _actions(reader: Reader, where: str, span: tuple[int, int], limit: int) -> tuple[tuple[ActionFact, ...], int]:
    rows = reader.rows(
        "SELECT kind, proposer, account_id, outcome, ended_us FROM actions"  # noqa: S608  # our own conditions
        f" WHERE {where} ORDER BY ended_us DESC LIMIT ?",
        (*span, limit),
    )
    total = reader.row(f"SELECT count(*) AS n FROM actions WHERE {where}", span)  # noqa: S608  # as above
    facts = tuple(
        ActionFact(
            row["kind"], row["proposer"], row["account_id"] or "", row["outcome"] or "", from_us(row["ended_us"])
        )
        for row in rows
    )
    return facts, int(total["n"]) if total else 0


def _waiting(reader: Reader, limit: int) -> tuple[tuple[ActionFact, ...], int]:
    rows = reader.rows(
        "SELECT kind, proposer, account_id, why, expires_us FROM actions WHERE status = 'pending'"
        " ORDER BY expires_us LIMIT ?",
        (limit,),
    )
    total = reader.row("SELECT count(*) AS n FROM actions WHERE status = 'pending'")
    facts = tuple(
        ActionFact(row["kind"], row["proposer"], row["account_id"] or "", row["why"], from_us(row["expires_us"]))
        for row in rows
    )
    return facts, int(total["n"]) if total else 0


def _goals(reader: Reader, day: date, limit: int) -> tuple[GoalFact, ...]:
    facts = []
    for goal in GoalRepository().all(reader):
        if goal.state is not GoalState.ACTIVE:
            continue
        found = evaluate(reader, goal, day)
        facts.append(
            GoalFact(
                title=goal.title,
                value=format_value(goal.type, found.whole_value),
                target=format_value(goal.type, goal.target),
                progress=found.progress,
                expected=found.expected,
                on_track=found.on_track,
                projected="" if found.projected is None else format_value(goal.type, found.projected),
                end=goal.end,
            )
        )
    return tuple(sorted(facts, key=lambda fact: (fact.on_track, fact.end, fact.title))[:limit])


def _patterns(reader: Reader, limit: int) -> tuple[tuple[tuple[str, Found], ...], int]:
    found = listed(reader, ended=False, skip=0, limit=limit)
    total = reader.row("SELECT count(*) AS n FROM patterns WHERE closed_us IS NULL")
    named = []
    for item in found:
        row = reader.row("SELECT name FROM accounts WHERE id = ?", (item.pattern.account_id,))
        named.append((str(row["name"]) if row else item.pattern.account_id, item))
    return tuple(named), int(total["n"]) if total else 0
