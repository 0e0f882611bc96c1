"""Everything worth knowing about one action: what it would do, how it changed, who answered, and its history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ...client.protocol import CommandRefused
from ...governance import repository
from ...governance.action import Action
from ...governance.trail import EDITED
from ...storage import Reader, from_us
from ...view import Detail, Section
from ..counting import counted
from .actions import Around, approval_view
from .activity import history_of
from .evidence import evidence_sections

_EDITS: Final = 20
_ANSWERS: Final = 100


def action_detail(reader: Reader, action_id: str, now: datetime) -> Detail:
    """One action, whole.

    Raises:
        CommandRefused: there is no such action.
    """
    action = repository.get(reader, action_id)
    if action is None:
        raise CommandRefused(f"no action {action_id}", code="unknown")
    around = Around.read(reader, now, (action,))
    view = approval_view(action, around, whole=True)
    facts = [
        ("status", action.status.value),
        ("asked by", action.proposer),
        ("rule", view.rule),
        ("risk", action.risk.value),
        ("effect", action.effect),
        ("account", f"{action.account_id} ({view.stage})" if action.account_id else "none"),
        ("revision", f"{action.revision}, edited by {action.edited_by}" if action.edited_by else str(action.revision)),
        ("digest", action.digest),
        ("asked at", _at(action.asked_at)),
        ("answer until", _at(action.expires)),
    ]
    if action.quorum > 1:
        facts.append(("needs", f"the yes of {action.quorum} operators; so far: {', '.join(view.granted_by) or 'none'}"))
    if view.claimed_by:
        facts.append(("looked at by", view.claimed_by))
    if view.snoozed_until is not None:
        facts.append(("out of sight until", _at(view.snoozed_until)))
    if view.escalated:
        facts.append(("escalated", "it has waited more than half of its time"))
    if action.repeats:
        facts.append(("asked again", counted(action.repeats, "time")))
    if action.decided_by:
        facts.append(("decided by", f"{action.decided_by} at {_at(action.decided_at)}"))
    if action.decision_reason:
        facts.append(("reason", action.decision_reason))
    if action.outcome:
        facts.append(("outcome", action.outcome))
    return Detail(action.id, action.kind, tuple(_sections(reader, action, tuple(facts), view.payload, now)), view)


def _sections(
    reader: Reader,
    action: Action,
    facts: tuple[tuple[str, str], ...],
    payload: tuple[tuple[str, str], ...],
    now: datetime,
) -> Iterator[Section]:
    yield Section("Action", facts)
    yield Section("Payload", payload)
    changes = tuple(_changes(reader, action.id))
    if changes:
        yield Section("Changes", changes)
    yield from evidence_sections(reader, action, now)
    yield Section("The proposer says", text=action.reason)
    answers = tuple(_answers(reader, action.id))
    if answers:
        yield Section("Answers", answers)
    yield Section("History", events=history_of(reader, action.id))


def _changes(reader: Reader, action_id: str) -> Iterator[tuple[str, str]]:
    """Every edit, newest first: who, and one line for each place, old → new."""
    rows = reader.rows(
        "SELECT at_us, actor, data FROM journal WHERE subject = ? AND kind = ? ORDER BY seq DESC LIMIT ?",
        (action_id, EDITED, _EDITS),
    )
    for row in rows:
        data = json.loads(row["data"])
        why = f": {data['edit_reason']}" if data.get("edit_reason") else ""
        by = row["actor"].partition(":")[2]
        yield f"revision {data.get('revision')}", f"by {by} at {_at(from_us(row['at_us']))}{why}"
        for pointer, before, after in data.get("changes", []):
            yield pointer or "/", f"{_value(before)} → {_value(after)}"


def _answers(reader: Reader, action_id: str) -> Iterator[tuple[str, str]]:
    rows = reader.rows(
        "SELECT verdict, decider, revision, reason, at_us, seat, reading_us FROM decisions WHERE action_id = ?"
        " ORDER BY at_us DESC, id DESC LIMIT ?",
        (action_id, _ANSWERS),
    )
    for row in rows:
        seat = f" ({row['seat']})" if row["seat"] else ""
        said = f"{row['verdict']} revision {row['revision']} at {_at(from_us(row['at_us']))}{seat}"
        if row["reading_us"] is not None:
            said += f", looked at for at most {row['reading_us'] / 1_000_000:.1f} s"
        yield row["decider"], f"{said}: {row['reason']}" if row["reason"] else said


def _value(value: str | None) -> str:
    return "(nothing)" if value is None else value


def _at(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%SZ") if moment else ""
