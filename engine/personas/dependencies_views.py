"""Who waits for whom, and what is held back, as the console and the command line show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from ..storage import Reader, to_us
from ..view import PERSONA_LIMIT, HoldView
from . import dependencies_store as store
from .dependencies_rules import Hold
from .dependencies_waiting import dependencies_of, waiting
from .handling import PauseCheck
from .roster import Roster

SHOWN: Final = 5
"""Most held messages that are shown of one persona."""
TEXT_LIMIT: Final = 120


def held_views(
    reader: Reader, roster: Roster, is_paused: PauseCheck, now: datetime
) -> Mapping[str, tuple[HoldView, ...]]:
    """What each persona holds back, the oldest first, at most ``SHOWN`` of each.

    What has to be let go is left out, although its persona, busy with something else, did not do so yet.
    """
    personas = [
        row["persona_id"]
        for row in reader.rows("SELECT DISTINCT persona_id FROM holds WHERE ended_us IS NULL LIMIT ?", (PERSONA_LIMIT,))
    ]
    return {
        persona_id: tuple(
            _view(reader, hold, roster) for hold in waiting(reader, persona_id, roster, is_paused, now).held[:SHOWN]
        )
        for persona_id in personas
    }


def held_for(
    reader: Reader, message_ids: Iterable[str], roster: Roster, now: datetime
) -> Mapping[str, tuple[str, ...]]:
    """The names of those whom each message waits for; messages that wait for nobody are left out."""
    wanted = tuple(message_ids)
    if not wanted:
        return {}
    marks = ", ".join("?" * len(wanted))
    rows = reader.rows(
        "SELECT message_id, waits_for FROM holds WHERE ended_us IS NULL AND until_us > ?"  # noqa: S608  # marks only
        f" AND message_id IN ({marks}) ORDER BY message_id, waits_for",
        (to_us(now), *wanted),
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["message_id"], []).append(name_of(row["waits_for"], roster))
    return {message_id: tuple(names) for message_id, names in found.items()}


def told_dependencies(
    reader: Reader, roster: Roster, persona_id: str, is_paused: PauseCheck, now: datetime
) -> tuple[tuple[str, str], ...]:
    """A persona's dependencies in words: whom it waits for, who waits for it, and what it holds back."""
    declared = dependencies_of(reader, roster)
    facts = [
        ("waits for", _names(declared.waits_for(persona_id), roster)),
        ("awaited by", _names(declared.awaited_by(persona_id), roster)),
    ]
    aside = [other for who, other in declared.set_aside if who == persona_id]
    if aside:
        facts.append(("set aside", f"{', '.join(aside)}: unknown now, or it would close a circle"))
    for hold in waiting(reader, persona_id, roster, is_paused, now).held[:SHOWN]:
        held = _view(reader, hold, roster)
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


def _view(reader: Reader, hold: Hold, roster: Roster) -> HoldView:
    row = reader.row(
        "SELECT substr(p.text, 1, ?) AS text FROM messages m JOIN posts p ON p.id = m.post_id WHERE m.id = ?",
        (TEXT_LIMIT, hold.message_id),
    )
    return HoldView(
        message_id=hold.message_id,
        persona=hold.persona_id,
        waits_for=hold.waits_for,
        name=name_of(hold.waits_for, roster),
        since=hold.since,
        until=hold.until,
        text="" if row is None else row["text"],
    )


def _names(ids: tuple[str, ...], roster: Roster) -> str:
    return ", ".join(name_of(one, roster) for one in ids) or "nobody"


def _line(text: str) -> str:
    return " ".join(text.split())


def _at(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}Z"
