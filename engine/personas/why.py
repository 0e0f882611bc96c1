"""Why a persona did or did not answer: what became of a message, and what keeps one that waits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import TYPE_CHECKING, Final

from ..settings.persona_rules import PersonaRules
from ..settings.personas import AutonomyMode
from ..storage import Reader, from_us
from . import repository as messages
from .disposition import Disposition, disposition
from .engagement import Reason, should_engage
from .handling import PauseCheck
from .inbox import Ranked, weigh
from .model import POINT, MessageStatus
from .modes import AT_ONCE_MODES
from .roster import Roster
from .runtime import load, maybe_instant

if TYPE_CHECKING:
    from ..queries.personas import WhyView

TEXT_LIMIT: Final = 400
"""Characters of a message that lists show."""
_ROW: Final = (
    "SELECT m.id, m.sender_kind, m.mentioned, m.priority, m.boost, m.pinned_us, m.arrived_us, m.changed_us, m.taken_us,"
    " m.status, m.attempts, m.not_before_us, m.last_error, m.outcome, m.outcome_reason, m.action_ids, m.merged_into,"
    " p.sender, p.channel, substr(p.text, 1, ?) AS text FROM messages m JOIN posts p ON p.id = m.post_id"
)
_AWAY: Final = (
    "SELECT t.message_id AS id, t.at_us, t.priority, t.reason, p.sender, p.sender_kind, p.channel,"
    " substr(p.text, 1, ?) AS text FROM turned_away t JOIN posts p ON p.id = t.post_id"
)
_ENDED: Final = frozenset({"answered", "declined", "refused"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that waits, as far as its waiting is explained.

    Attributes:
        item: the message, with what it counts for now.
        not_before: when it is tried again.
        last_error: what the last attempt failed with.
        held_for: personas that are to answer first, each with the time limit.
    """

    item: Ranked
    not_before: datetime | None = None
    last_error: str = ""
    held_for: tuple[tuple[str, datetime], ...] = ()


def blocks(one: Waiting, stands: Disposition, now: datetime, rules: PersonaRules) -> tuple[int | None, tuple[str, ...]]:
    """What keeps a message from being taken up, the strongest first; nothing where it is its turn.

    Returns:
        the effective priority that it needs, in hundredths of a point, or nothing where it answers at once; and why.
    """
    found: list[str] = []
    if stands.mode is AutonomyMode.OFF:
        found.append("the persona is off")
    if stands.paused:
        found.append(stands.paused)
    if stands.circuit_until is not None:
        found.append(f"it failed too often in a row and rests until {_clock(stands.circuit_until)}")
    found += [f"{name} is to answer first, until {_clock(until)} at the latest" for name, until in one.held_for]
    if one.not_before is not None and one.not_before > now:
        found.append(f"tried again at {_clock(one.not_before)}; it failed: {one.last_error}")
    gate = None
    if stands.mode not in AT_ONCE_MODES:
        verdict = should_engage(
            one.item.effective, one.item.waited, stands.mood, stands.energy, stands.budget, rules.engagement
        )
        gate = verdict.gate
        if not verdict.engages:
            found.append(_told(verdict.reason, one.item.effective, gate, stands))
    if stands.busy_with:
        found.append(f"it is answering {stands.busy_with}")
    if stands.free > timedelta() and stands.mode not in AT_ONCE_MODES:
        found.append(f"it has just answered and may again in {_span(stands.free)}")
    ahead = next((n for n, item in enumerate(stands.queue) if item.entry.id == one.item.entry.id), 0)
    if ahead:
        found.append(f"{ahead} {'comes' if ahead == 1 else 'come'} before it")
    return gate, tuple(found)


def last_messages(
    reader: Reader, roster: Roster, persona_id: str, now: datetime, is_paused: PauseCheck, limit: int
) -> tuple[WhyView, ...]:
    """What became of the last messages that were meant for a persona, newest first.

    Raises:
        UnknownPersona: it is not configured, or was never introduced.
    """
    roster.get(persona_id)
    stands = disposition(reader, load(reader, persona_id), roster, now, is_paused)
    return recent(reader, roster, persona_id, stands, now, limit)


def recent(
    reader: Reader, roster: Roster, persona_id: str, stands: Disposition, now: datetime, limit: int
) -> tuple[WhyView, ...]:
    """The same for a persona whose standing is known."""
    narrowed = "WHERE m.persona_id = ? AND m.status {} 'pending' ORDER BY m.arrived_us DESC, m.id DESC LIMIT ?"
    rows = [
        *reader.rows(f"{_ROW} {narrowed.format('=')}", (TEXT_LIMIT, persona_id, limit)),
        *reader.rows(f"{_ROW} {narrowed.format('<>')}", (TEXT_LIMIT, persona_id, limit)),
    ]
    rows.sort(key=lambda row: (row["arrived_us"], row["id"]), reverse=True)
    told = [_why(reader, row, stands, now, roster) for row in rows[:limit]]
    away = reader.rows(
        f"{_AWAY} WHERE t.persona_id = ? ORDER BY t.at_us DESC, t.message_id LIMIT ?", (TEXT_LIMIT, persona_id, limit)
    )
    told += [_turned_away(row) for row in away]
    told.sort(key=lambda one: (one.arrived_at, one.id), reverse=True)
    return tuple(told[:limit])


def why_of(reader: Reader, roster: Roster, message_id: str, now: datetime, is_paused: PauseCheck) -> WhyView:
    """What became of one message.

    Raises:
        PersonaError: there is no such message.
        UnknownPersona: its persona is not configured any more.
    """
    message = messages.get_message(reader, message_id)
    roster.get(message.persona_id)
    stands = disposition(reader, load(reader, message.persona_id), roster, now, is_paused)
    row = reader.row(f"{_ROW} WHERE m.id = ?", (TEXT_LIMIT, message_id))
    assert row is not None  # noqa: S101  # it was found above, in the same state
    return _why(reader, row, stands, now, roster)


def why_turned_away(reader: Reader, message_id: str) -> tuple[WhyView, str, datetime] | None:
    """Why no inbox took a message in, its whole text, and when it was written; nothing where one did."""
    row = reader.row(f"{_AWAY} WHERE t.message_id = ?", (TEXT_LIMIT, message_id))
    post = reader.row(
        "SELECT p.text, p.sent_us FROM turned_away t JOIN posts p ON p.id = t.post_id WHERE t.message_id = ?",
        (message_id,),
    )
    return None if row is None or post is None else (_turned_away(row), post["text"], from_us(post["sent_us"]))


def _why(reader: Reader, row: Row, stands: Disposition, now: datetime, roster: Roster) -> WhyView:
    from ..queries.personas import WhyView

    arrived = from_us(row["arrived_us"])
    status, outcome = MessageStatus(row["status"]), row["outcome"]
    taken, changed = maybe_instant(row["taken_us"]), from_us(row["changed_us"])
    gate: int | None = None
    kept: tuple[str, ...] = ()
    priority = min(100, max(0, row["priority"] + row["boost"]) // POINT)
    if status is MessageStatus.PENDING:
        item = weigh(messages.entry_of(row), now, roster.rules)
        held = _held_for(reader, row["id"], roster)
        waiting = Waiting(item, maybe_instant(row["not_before_us"]), row["last_error"], held)
        needed, kept = blocks(waiting, stands, now, roster.rules)
        gate, priority = None if needed is None else needed // POINT, item.effective // POINT
    settled = status not in {MessageStatus.PENDING, MessageStatus.IN_PROGRESS}
    until = changed if settled else now
    began = taken if status is MessageStatus.IN_PROGRESS or outcome in _ENDED or status is MessageStatus.DEAD else None
    return WhyView(
        id=row["id"],
        sender=row["sender"],
        sender_kind=row["sender_kind"],
        channel=row["channel"],
        text=row["text"],
        arrived_at=arrived,
        state=_state(status, outcome),
        why=_reason(row, status, kept, stands),
        priority=priority,
        gate=gate,
        blocks=kept,
        ended_at=changed if settled else None,
        seconds=max(0.0, (until - arrived).total_seconds()),
        thought_seconds=None if began is None else max(0.0, (until - began).total_seconds()),
        attempts=row["attempts"],
        action_ids=tuple(json.loads(row["action_ids"])),
        into=row["merged_into"] or "",
    )


def _turned_away(row: Row) -> WhyView:
    from ..queries.personas import WhyView

    at = from_us(row["at_us"])
    return WhyView(
        id=row["id"],
        sender=row["sender"],
        sender_kind=row["sender_kind"],
        channel=row["channel"],
        text=row["text"],
        arrived_at=at,
        state=MessageStatus.DROPPED.value,
        why=row["reason"],
        priority=row["priority"] // POINT,
        ended_at=at,
    )


def _state(status: MessageStatus, outcome: str) -> str:
    if status is MessageStatus.PENDING:
        return "waiting"
    return outcome if outcome in _ENDED else status.value


def _reason(row: Row, status: MessageStatus, kept: tuple[str, ...], stands: Disposition) -> str:
    match status:
        case MessageStatus.PENDING:
            return kept[0] if kept else f"its turn comes at the next look, within {_span(stands.wait)}"
        case MessageStatus.IN_PROGRESS:
            return f"attempt {row['attempts']} is under way"
        case MessageStatus.DEAD:
            return f"given up after {row['attempts']} attempts: {row['last_error']}"
        case MessageStatus.MERGED:
            return "the same was waiting already, so it was folded into that"
        case _:
            return str(row["outcome_reason"])


def _told(reason: Reason, effective: int, gate: int, stands: Disposition) -> str:
    figures = f"priority {effective // POINT}, needs {gate // POINT}"
    match reason:
        case Reason.BUDGET_SPENT:
            return "the daily budget is spent; it begins anew at midnight UTC"
        case Reason.TOO_WEARY:
            return f"{figures}: energy {stands.energy // POINT} is kept for what is urgent"
        case _:
            return f"{figures} while {stands.mood.value}"


def _held_for(reader: Reader, message_id: str, roster: Roster) -> tuple[tuple[str, datetime], ...]:
    rows = reader.rows(
        "SELECT waits_for, until_us FROM holds WHERE message_id = ? AND ended_us IS NULL ORDER BY until_us",
        (message_id,),
    )
    names = {key: persona.name for key, persona in roster.personas.items()}
    return tuple((names.get(row["waits_for"], row["waits_for"]), from_us(row["until_us"])) for row in rows)


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}Z"


def _span(time: timedelta) -> str:
    return f"{max(0.0, time.total_seconds()):.1f} s"
