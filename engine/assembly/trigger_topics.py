"""Finds the talks that a persona may come back to, and how things stand around it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Final

from ..governance import repository as actions
from ..governance.action import Action, ActionStatus
from ..settings.personas import PersonaSettings
from ..settings.triggers import FollowUpSettings
from ..storage import Reader, from_us, to_us
from ..triggers import Deed, Standing, Talk
from .trigger_people import Spoken, spoken

_LOOKED_AT: Final = 200
_DAY: Final = timedelta(days=1)
_TALKS: Final = (
    "SELECT m.post_id, m.status, m.changed_us, m.action_ids, p.sender, p.channel, p.payload, p.text, p.arrived_us"
    " FROM messages m JOIN posts p ON p.id = m.post_id WHERE m.persona_id = ? AND m.sender_kind = 'human'"
    " AND m.arrived_us > ? AND m.status IN ('done', 'dead') ORDER BY m.arrived_us DESC LIMIT ?"
)
_LATER: Final = (
    "SELECT 1 FROM messages m JOIN posts p ON p.id = m.post_id WHERE m.persona_id = ? AND m.sender_kind = 'human'"
    " AND m.arrived_us > ? AND p.sender = ? LIMIT 1"
)
_FAILURES: Final = (
    "SELECT last_error, changed_us FROM messages WHERE persona_id = ? AND last_error <> '' AND changed_us > ?"
    " AND status IN ('pending', 'dead') ORDER BY changed_us DESC LIMIT 100"
)
_FAILED: Final = (
    "SELECT outcome, ended_us FROM actions WHERE proposer = ? AND created_us > ? AND status = 'failed'"
    " ORDER BY ended_us DESC LIMIT 100"
)


def open_talks(reader: Reader, persona_id: str, now: datetime, rules: FollowUpSettings) -> list[tuple[Talk, Spoken]]:
    """The last words of each human to a persona within the time that topics stay open, the latest first."""
    since = to_us(now - timedelta(seconds=rules.until_seconds)) - 1
    found = []
    known: set[str] = set()
    for row in reader.rows(_TALKS, (persona_id, since, _LOOKED_AT)):
        if row["sender"] in known:
            continue
        known.add(row["sender"])
        if reader.row(_LATER, (persona_id, row["arrived_us"], row["sender"])) is None:
            said = spoken(row["sender"], row["channel"], row["payload"], from_us(row["arrived_us"]))
            found.append((_talk(reader, row), said))
    return found


def standing_of(
    reader: Reader, persona_id: str, persona: PersonaSettings, said: Spoken | None, now: datetime
) -> Standing:
    """How things stand around a persona."""
    since = to_us(now - _DAY)
    failures = reader.rows(_FAILURES, (persona_id, since))
    failed = reader.rows(_FAILED, (f"persona:{persona_id}", since))
    troubles = [(row["changed_us"], row["last_error"]) for row in failures]
    troubles += [(row["ended_us"] or 0, row["outcome"] or "") for row in failed]
    return Standing(
        name=persona.name,
        role=persona.role,
        heard_at=said.at if said is not None else None,
        approvals=actions.count(reader, ActionStatus.PENDING),
        dead=_count(reader, "status = 'dead' AND persona_id = ?", persona_id),
        answered=_count(reader, "status = 'done' AND changed_us > ? AND persona_id = ?", since, persona_id),
        failed=len(troubles),
        trouble=max(troubles)[1] if troubles else "",
    )


def _talk(reader: Reader, row: Row) -> Talk:
    found = [actions.get(reader, action_id) for action_id in json.loads(row["action_ids"])]
    deeds = [_deed(action) for action in found if action is not None]
    changed = from_us(row["changed_us"])
    said_at = from_us(row["arrived_us"])
    return Talk(
        topic=row["post_id"],
        said=row["text"],
        said_at=said_at,
        given_up=row["status"] == "dead",
        deeds=deeds,
        last_at=max([changed, said_at, *(deed.at for deed in deeds if deed.said)]),
    )


def _deed(action: Action) -> Deed:
    text = action.arguments.get("text")
    said = text if isinstance(text, str) else ""
    return Deed(action.kind, action.status.value, said, action.ended or action.created)


def _count(reader: Reader, where: str, *values: int | str) -> int:
    row = reader.row(f"SELECT count(*) AS n FROM messages WHERE {where}", values)  # noqa: S608  # constants of this file
    return int(row["n"]) if row else 0
