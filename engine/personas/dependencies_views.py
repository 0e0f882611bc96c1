"""Who waits for whom, and what is held back, as the console and the command line show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from sqlite3 import Row
from typing import Final

from ..storage import Reader, from_us
from ..view import HoldView
from . import dependencies_store as store
from .dependencies_waiting import dependencies_of
from .roster import Roster

SHOWN: Final = 5
"""Most held messages that are shown of one persona."""
TEXT_LIMIT: Final = 120
_MOST: Final = 1_000
_HELD: Final = (
    "SELECT h.message_id, h.persona_id, h.waits_for, h.since_us, h.until_us, substr(p.text, 1, ?) AS text FROM holds h"
    " JOIN messages m ON m.id = h.message_id JOIN posts p ON p.id = m.post_id"
    " WHERE h.ended_us IS NULL AND m.status = 'pending'"
)


def held_views(reader: Reader, roster: Roster) -> Mapping[str, tuple[HoldView, ...]]:
    """What each persona holds back, the oldest first, at most ``SHOWN`` of each."""
    rows = reader.rows(f"{_HELD} ORDER BY h.since_us, h.message_id, h.waits_for LIMIT ?", (TEXT_LIMIT, _MOST))
    found: dict[str, list[HoldView]] = {}
    for row in rows:
        held = found.setdefault(row["persona_id"], [])
        if len(held) < SHOWN:
            held.append(_view(row, roster))
    return {persona_id: tuple(held) for persona_id, held in found.items()}


def held_for(reader: Reader, message_ids: Iterable[str], roster: Roster) -> Mapping[str, tuple[str, ...]]:
    """The names of those whom each message waits for; messages that wait for nobody are left out."""
    wanted = tuple(message_ids)
    if not wanted:
        return {}
    marks = ", ".join("?" * len(wanted))
    rows = reader.rows(
        f"SELECT message_id, waits_for FROM holds WHERE ended_us IS NULL AND message_id IN ({marks})"  # noqa: S608  # marks only
        " ORDER BY message_id, waits_for",
        wanted,
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["message_id"], []).append(name_of(row["waits_for"], roster))
    return {message_id: tuple(names) for message_id, names in found.items()}


def told_dependencies(reader: Reader, roster: Roster, persona_id: str, now: datetime) -> tuple[tuple[str, str], ...]:
    """A persona's dependencies in words: whom it waits for, who waits for it, and what it holds back."""
    declared = dependencies_of(reader, roster)
    facts = [
        ("waits for", _names(declared.waits_for(persona_id), roster)),
        ("awaited by", _names(declared.awaited_by(persona_id), roster)),
    ]
    aside = [other for who, other in declared.set_aside if who == persona_id]
    if aside:
        facts.append(("set aside", f"{', '.join(aside)}: unknown now, or it would close a circle"))
    for held in held_views(reader, roster).get(persona_id, ()):
        left = max(0, int((held.until - now).total_seconds()))
        facts.append((f"holds for {held.name}", f"{_line(held.text)} (since {_at(held.since)}, {left} s left)"))
    return tuple(facts)


def told_holds(reader: Reader, roster: Roster, message_id: str, now: datetime) -> tuple[tuple[str, str], ...]:
    """How a message was held, in words; nothing for one that never was."""
    facts = []
    for past in store.past_holds(reader, message_id):
        name = name_of(past.hold.waits_for, roster)
        if past.ended_at is None:
            left = max(0, int((past.hold.until - now).total_seconds()))
            facts.append((f"waits for {name}", f"since {_at(past.hold.since)}, {left} s left"))
            continue
        waited = int((past.ended_at - past.hold.since).total_seconds())
        why = f"until it {past.why.value}" if past.why is not None else "until the message itself went"
        facts.append((f"waited for {name}", f"{waited} s, {why}"))
    return tuple(facts)


def raised_by_waiting(reader: Reader, message_id: str) -> int:
    """What a message gained by having been held, in hundredths of a point."""
    return sum(past.raised for past in store.past_holds(reader, message_id))


def name_of(persona_id: str, roster: Roster) -> str:
    """How a persona is shown; its id where it is no longer configured."""
    persona = roster.personas.get(persona_id)
    return persona_id if persona is None else persona.name


def _view(row: Row, roster: Roster) -> HoldView:
    return HoldView(
        message_id=row["message_id"],
        persona=row["persona_id"],
        waits_for=row["waits_for"],
        name=name_of(row["waits_for"], roster),
        since=from_us(row["since_us"]),
        until=from_us(row["until_us"]),
        text=row["text"],
    )


def _names(ids: tuple[str, ...], roster: Roster) -> str:
    return ", ".join(name_of(one, roster) for one in ids) or "nobody"


def _line(text: str) -> str:
    return " ".join(text.split())


def _at(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}Z"
