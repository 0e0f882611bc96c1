"""Personas and inboxes as the console sees them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from ..storage import Reader
from ..view import PERSONA_LIMIT, Detail, PersonaView, Section
from . import repository as messages
from .budget import budget_left
from .dependencies_views import held_views, raised_by_waiting, told_dependencies, told_holds
from .dependencies_waiting import dependencies_of
from .emotions import decayed
from .handling import PauseCheck
from .inbox_views import TEXT_LIMIT, counts, inbox_view
from .model import POINT, Message, MessageStatus, PersonaError
from .mood import mood_now
from .priority import effective_priority
from .roster import Roster
from .runtime import load, load_all
from .state import rested

__all__ = ["inbox_view", "message_detail", "persona_detail", "persona_views"]


def persona_views(reader: Reader, roster: Roster, now: datetime, is_paused: PauseCheck) -> tuple[PersonaView, ...]:
    """Every configured persona, in the order of the settings, at most ``PERSONA_LIMIT``."""
    known = load_all(reader)
    waiting, dead = counts(reader, MessageStatus.PENDING), counts(reader, MessageStatus.DEAD)
    at_hand, held, declared = (
        _at_hand(reader),
        held_views(reader, roster, is_paused, now),
        dependencies_of(reader, roster),
    )
    views: list[PersonaView] = []
    for persona_id, persona in list(roster.personas.items())[:PERSONA_LIMIT]:
        if persona_id not in known:
            continue
        runtime, _ = known[persona_id]
        vigour = rested(runtime.vigour, now, roster.rules.energy)
        felt = decayed(runtime.feelings, now, roster.rules.emotions).values
        depth = waiting.get(persona_id, 0)
        views.append(
            PersonaView(
                id=persona_id,
                name=persona.name,
                role=persona.role,
                mode=runtime.mode.value,
                energy=vigour.energy // POINT,
                attention=vigour.attention // POINT,
                budget=budget_left(runtime.spending, now, persona) // POINT,
                mood=mood_now(runtime.mood, depth, vigour.energy, runtime.answered_at, now, roster.rules.mood).value,
                waiting=depth,
                overloaded=depth >= roster.rules.inbox.healthy_below,
                paused=is_paused(reader, persona_id) is not None,
                circuit_open=runtime.circuit_open(now),
                last_reply=runtime.answered_at,
                doing=at_hand.get(persona_id, ""),
                emotions=tuple(
                    sorted(((name.value, value // POINT) for name, value in felt.items()), key=lambda pair: -pair[1])
                ),
                dead=dead.get(persona_id, 0),
                waits_for=declared.waits_for(persona_id),
                held=held.get(persona_id, ()),
            )
        )
    return tuple(views)


def persona_detail(reader: Reader, roster: Roster, persona_id: str, now: datetime, is_paused: PauseCheck) -> Detail:
    """Everything about one persona.

    Raises:
        UnknownPersona: it is not configured, or was never introduced.
    """
    persona = roster.get(persona_id)
    runtime = load(reader, persona_id)
    vigour = rested(runtime.vigour, now, roster.rules.energy)
    felt = decayed(runtime.feelings, now, roster.rules.emotions).values
    _, counters = load_all(reader)[persona_id]
    depth = messages.depth(reader, persona_id)
    facts = (
        ("mode", runtime.mode.value),
        ("mood", mood_now(runtime.mood, depth, vigour.energy, runtime.answered_at, now, roster.rules.mood).value),
        ("energy", _points(vigour.energy)),
        ("attention", _points(vigour.attention)),
        ("budget", _points(budget_left(runtime.spending, now, persona))),
        ("paused", is_paused(reader, persona_id) or "no"),
        ("waiting", str(depth)),
        ("accepted · merged · dropped", f"{counters.accepted} · {counters.merged} · {counters.dropped}"),
        ("failures in a row", str(runtime.failures_in_row)),
        ("brain", persona.brain),
        ("channels", ", ".join(persona.channels) or "none"),
        ("scanners", ", ".join(persona.scanners) or "none"),
    )
    feelings = tuple((emotion.value, _points(value)) for emotion, value in felt.items())
    handled = messages.recent_messages(
        reader, (MessageStatus.DONE, MessageStatus.DECLINED, MessageStatus.DEAD), 10, persona_id
    )
    answers = tuple((_line(message.text), _ended(reader, message)) for message in handled)
    waiting = tuple(
        (_line(message.text), f"{message.sender}, {_points(_effective(message, roster, now))}")
        for message in messages.waiting_messages(reader, persona_id, 10)
    )
    return Detail(
        persona_id,
        persona.name,
        (
            Section("State", facts),
            Section("Dependencies", told_dependencies(reader, roster, persona_id, is_paused, now)),
            Section("Emotions", feelings),
            Section("Last ten messages", answers),
            Section("Oldest waiting", waiting),
        ),
    )


def message_detail(reader: Reader, roster: Roster, message_id: str, now: datetime) -> Detail:
    """Everything about one message, its whole text included.

    Raises:
        PersonaError: there is no such message.
    """
    message = messages.get_message(reader, message_id)
    raised = raised_by_waiting(reader, message_id)
    facts = (
        ("to", message.persona_id),
        ("from", f"{message.sender} ({message.sender_kind.value})"),
        ("channel", message.channel or "direct"),
        ("state", message.status.value),
        ("arrived", message.arrived_at.isoformat(timespec="seconds")),
        ("priority now", _points(_effective(message, roster, now))),
        ("priority on arrival", _points(message.priority - raised)),
        *((("raised after waiting", f"{raised // POINT:+d}"),) if raised else ()),
        ("moved by operators", f"{message.boost // POINT:+d}" if message.boost else "no"),
        ("attempts", str(message.attempts)),
        ("folded in", str(message.merged)),
        ("last error", message.last_error or "none"),
        *told_holds(reader, roster, message_id, now),
        ("outcome", _ended(reader, message) or "none yet"),
    )
    payload = json.dumps(message.payload, indent=2, ensure_ascii=False) if message.payload is not None else ""
    sections = [Section("Message", facts), Section("Text", text=message.text)]
    if payload:
        sections.append(Section("Particulars", text=payload))
    return Detail(message.id, _line(message.text), tuple(sections))


def _effective(message: Message, roster: Roster, now: datetime) -> int:
    waited = max(timedelta(), now - message.arrived_at)
    return effective_priority(message.priority, message.boost, waited, roster.rules.priority)


def _ended(reader: Reader, message: Message) -> str:
    row = reader.row("SELECT outcome, outcome_reason, last_error FROM messages WHERE id = ?", (message.id,))
    if row is None:
        raise PersonaError(f"no message {message.id[:80]!r}")
    why = row["outcome_reason"] or row["last_error"]
    said = row["outcome"] or ("" if message.status is MessageStatus.PENDING else message.status.value)
    return f"{said}: {why}" if why and said else said


def _at_hand(reader: Reader) -> Mapping[str, str]:
    rows = reader.rows(
        "SELECT m.persona_id, p.sender FROM messages m JOIN posts p ON p.id = m.post_id WHERE m.status = 'in_progress'"
        " LIMIT ?",
        (PERSONA_LIMIT,),
    )
    return {row["persona_id"]: f"answering {row['sender'][:60]}" for row in rows}


def _points(score: int) -> str:
    return f"{score // POINT}"


def _line(text: str) -> str:
    plain = " ".join(text[:TEXT_LIMIT].split())
    return plain if len(plain) <= 80 else plain[:79] + "…"
