"""The journal as an operator reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from sqlite3 import Row

from ...journal import Event
from ...storage import Reader, from_us
from ...view import ACTIVITY_LIMIT, ActivityView
from ..narrate import ROUTINE, narrate

_COLUMNS = "seq, at_us, kind, subject, actor, data"
_GOAL = "goal:"
_TASK = "task:"


def recent_activity(reader: Reader, limit: int = ACTIVITY_LIMIT) -> tuple[ActivityView, ...]:
    """What happened lately, newest first, without the routine."""
    marks = ", ".join("?" * len(ROUTINE))
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM journal WHERE kind NOT IN ({marks}) ORDER BY seq DESC LIMIT ?",  # noqa: S608  # constants
        (*ROUTINE, limit),
    )
    return told(reader, rows)


def history_of(reader: Reader, subject: str, limit: int = 100) -> tuple[ActivityView, ...]:
    """The newest journal rows about one thing, newest first."""
    return told(
        reader,
        reader.rows(
            f"SELECT {_COLUMNS} FROM journal WHERE subject = ? ORDER BY seq DESC LIMIT ?",  # noqa: S608  # constant columns
            (subject, limit),
        ),
    )


def told(reader: Reader, rows: Sequence[Row]) -> tuple[ActivityView, ...]:
    """Journal rows in words, in their own order."""
    actions = _action_kinds(reader, [row["subject"] for row in rows if row["kind"].startswith("action.")])
    steps = _step_titles(reader, [row["actor"] for row in rows if row["actor"].startswith(_TASK)])
    about = [row["subject"] for row in rows if row["kind"].startswith("goal.")]
    goals = _goal_titles(reader, about + [row["actor"][len(_GOAL) :] for row in rows if row["actor"].startswith(_GOAL)])
    return tuple(
        _line(
            row["seq"],
            row["at_us"],
            row["kind"],
            row["subject"],
            row["actor"],
            row["data"],
            actions.get(row["subject"], "") or goals.get(row["subject"], ""),
            steps.get(row["actor"], "") or _goal_named(row["actor"], goals),
        )
        for row in rows
    )


@lru_cache(maxsize=2 * ACTIVITY_LIMIT)
def _line(seq: int, at_us: int, kind: str, subject: str, actor: str, data: str, thing: str, who: str) -> ActivityView:
    # A row never changes, and most of those that one view shows were in the view before.
    return narrate(Event(seq, from_us(at_us), kind, subject, actor, json.loads(data)), thing, who)


def _action_kinds(reader: Reader, ids: Sequence[str]) -> dict[str, str]:
    unique = list(dict.fromkeys(ids))
    marks = ", ".join("?" * len(unique))
    rows = reader.rows(f"SELECT id, kind FROM actions WHERE id IN ({marks})", unique)  # noqa: S608  # marks only
    return {row["id"]: row["kind"] for row in rows}


def _goal_titles(reader: Reader, ids: Sequence[str]) -> dict[str, str]:
    unique = list(dict.fromkeys(ids))
    marks = ", ".join("?" * len(unique))
    rows = reader.rows(f"SELECT id, title FROM goals WHERE id IN ({marks})", unique)  # noqa: S608  # marks only
    return {row["id"]: f"“{row['title']}”" for row in rows}


def _step_titles(reader: Reader, actors: Sequence[str]) -> dict[str, str]:
    """The steps of goals that ask something, by how they call themselves: a task, and how often it was asked."""
    ids = {actor: actor.split(":")[1] for actor in dict.fromkeys(actors)}
    marks = ", ".join("?" * len(ids))
    rows = reader.rows(f"SELECT id, title FROM tasks WHERE id IN ({marks})", tuple(ids.values()))  # noqa: S608  # marks only
    titles = {row["id"]: row["title"] for row in rows}
    return {actor: f"the step “{titles[task]}”" for actor, task in ids.items() if task in titles}


def _goal_named(actor: str, goals: Mapping[str, str]) -> str:
    title = goals.get(actor[len(_GOAL) :], "") if actor.startswith(_GOAL) else ""
    return f"the goal {title}" if title else ""
