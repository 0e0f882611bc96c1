"""The journal as an operator reads it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from sqlite3 import Row

from ...journal import Event
from ...queries import AskJournal, JournalPage
from ...storage import Reader, from_us
from ...view import ACTIVITY_LIMIT, ActivityView
from ..narrate import ROUTINE, narrate

_COLUMNS = "seq, at_us, kind, subject, actor, data"


def recent_activity(reader: Reader, limit: int = ACTIVITY_LIMIT) -> tuple[ActivityView, ...]:
    """What happened lately, newest first, without the routine."""
    marks = ", ".join("?" * len(ROUTINE))
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM journal WHERE kind NOT IN ({marks}) ORDER BY seq DESC LIMIT ?",  # noqa: S608  # constants
        (*ROUTINE, limit),
    )
    return _told(reader, rows)


def history_of(reader: Reader, subject: str, limit: int = 100) -> tuple[ActivityView, ...]:
    """The newest journal rows about one thing, newest first."""
    return _told(
        reader,
        reader.rows(
            f"SELECT {_COLUMNS} FROM journal WHERE subject = ? ORDER BY seq DESC LIMIT ?",  # noqa: S608  # constant columns
            (subject, limit),
        ),
    )


def journal_page(reader: Reader, ask: AskJournal) -> JournalPage:
    """One page of the journal, newest first."""
    conditions: list[str] = []
    parameters: list[str | int] = []
    if ask.after.isdigit():
        conditions.append("seq < ?")
        parameters.append(int(ask.after))
    if ask.subject:
        conditions.append("subject = ?")
        parameters.append(ask.subject)
    if ask.kind.endswith("*"):
        prefix = ask.kind.removesuffix("*")
        conditions.append("kind >= ? AND kind < ?")
        parameters += [prefix, prefix + "\U0010ffff"]
    elif ask.kind:
        conditions.append("kind = ?")
        parameters.append(ask.kind)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM journal{where} ORDER BY seq DESC LIMIT ?",  # noqa: S608  # constant conditions, values bound
        (*parameters, ask.limit),
    )
    return JournalPage(_told(reader, rows), str(rows[-1]["seq"]) if len(rows) == ask.limit else "")


def _told(reader: Reader, rows: Sequence[Row]) -> tuple[ActivityView, ...]:
    actions = _action_kinds(reader, [row["subject"] for row in rows if row["kind"].startswith("action.")])
    return tuple(
        narrate(
            Event(
                row["seq"], from_us(row["at_us"]), row["kind"], row["subject"], row["actor"], json.loads(row["data"])
            ),
            actions.get(row["subject"], ""),
        )
        for row in rows
    )


def _action_kinds(reader: Reader, ids: Sequence[str]) -> dict[str, str]:
    unique = list(dict.fromkeys(ids))
    marks = ", ".join("?" * len(unique))
    rows = reader.rows(f"SELECT id, kind FROM actions WHERE id IN ({marks})", unique)  # noqa: S608  # marks only
    return {row["id"]: row["kind"] for row in rows}
