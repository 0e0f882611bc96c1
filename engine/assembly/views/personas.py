"""Personas and their inboxes as an operator sees them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ...governance.halt import Scope, paused_targets
from ...personas.budget import budget_left
from ...personas.emotions import decayed
from ...personas.model import POINT, MessageStatus
from ...personas.mood import mood_now
from ...personas.priority import is_rising
from ...personas.runtime import Runtime, load_all
from ...personas.state import rested
from ...settings import Settings
from ...settings.persona_rules import PersonaRules
from ...settings.personas import PersonaSettings
from ...storage import Reader, from_us, to_us
from ...view import MESSAGE_LIMIT, PERSONA_LIMIT, InboxView, MessageView, PersonaView

_TEXT_LIMIT = 1_000


def persona_views(reader: Reader, now: datetime, settings: Settings) -> tuple[PersonaView, ...]:
    """Every persona of the settings, in their order."""
    known = load_all(reader)
    depths = _depths(reader)
    doing = _doing(reader)
    paused = paused_targets(reader, Scope.PERSONA)
    views = []
    for persona_id, persona in list(settings.personas.items())[:PERSONA_LIMIT]:
        if persona_id in known:
            runtime, _ = known[persona_id]
            view = _persona(runtime, persona, settings.persona_rules, now, depths.get(persona_id, 0))
            views.append(replace(view, paused=persona_id in paused, doing=doing.get(persona_id, "")))
    return tuple(views)


def inbox_view(reader: Reader, now: datetime, settings: Settings) -> InboxView:
    """What waits in all inboxes, the most urgent first."""
    rules = settings.persona_rules.priority
    aging = rules.aging * POINT
    rows = reader.rows(
        "SELECT m.id, m.persona_id, p.sender, m.sender_kind, p.channel, substr(p.text, 1, :cut) AS text, m.priority,"
        " m.boost, m.arrived_us, m.status, m.attempts,"
        " max(0, min(10000, m.priority + m.boost"
        " + min(:aging, :aging * max(0, :now - m.arrived_us) / :aging_us))) AS effective"
        " FROM messages m JOIN posts p ON p.id = m.post_id WHERE m.status IN ('pending', 'in_progress')"
        " ORDER BY m.status, m.pinned_us IS NULL, m.pinned_us DESC, effective DESC, m.arrived_us LIMIT :most",
        {
            "cut": _TEXT_LIMIT,
            "aging": aging,
            "aging_us": int(rules.aging_seconds * 1_000_000),
            "now": to_us(now),
            "most": MESSAGE_LIMIT,
        },
    )
    items = tuple(
        MessageView(
            id=row["id"],
            persona=row["persona_id"],
            sender=row["sender"],
            sender_kind=row["sender_kind"],
            channel=row["channel"],
            text=row["text"],
            priority=row["effective"] // POINT,
            rising=is_rising(row["priority"], row["boost"], from_us(row["arrived_us"]), now, rules),
            arrived_at=from_us(row["arrived_us"]),
            state=row["status"],
            attempts=row["attempts"],
        )
        for row in rows
    )
    counters = [counters for _, counters in load_all(reader).values()]
    dead = reader.row("SELECT count(*) AS n FROM messages WHERE status = ?", (MessageStatus.DEAD,))
    return InboxView(
        items=items,
        total=sum(_depths(reader).values()),
        dropped=sum(counter.dropped for counter in counters),
        merged=sum(counter.merged for counter in counters),
        dead=dead["n"] if dead else 0,
    )


def _persona(
    runtime: Runtime, persona: PersonaSettings, rules: PersonaRules, now: datetime, waiting: int
) -> PersonaView:
    vigour = rested(runtime.vigour, now, rules.energy)
    feelings = decayed(runtime.feelings, now, rules.emotions)
    strongest = sorted(feelings.values.items(), key=lambda pair: (-pair[1], pair[0]))
    return PersonaView(
        id=runtime.id,
        name=persona.name,
        role=persona.role,
        mode=runtime.mode.value,
        energy=vigour.energy // POINT,
        attention=vigour.attention // POINT,
        budget=budget_left(runtime.spending, now, persona) // POINT,
        mood=mood_now(runtime.mood, waiting, vigour.energy, runtime.answered_at, now, rules.mood).value,
        waiting=waiting,
        overloaded=waiting >= rules.inbox.healthy_below,
        circuit_open=runtime.circuit_open(now),
        last_reply=runtime.answered_at,
        emotions=tuple((emotion.value, value // POINT) for emotion, value in strongest),
    )


def _depths(reader: Reader) -> dict[str, int]:
    rows = reader.rows("SELECT persona_id, count(*) AS n FROM messages WHERE status = 'pending' GROUP BY persona_id")
    return {row["persona_id"]: row["n"] for row in rows}


def _doing(reader: Reader) -> dict[str, str]:
    rows = reader.rows(
        "SELECT m.persona_id, p.sender FROM messages m JOIN posts p ON p.id = m.post_id"
        " WHERE m.status = 'in_progress' LIMIT 1000"
    )
    return {row["persona_id"]: f"answers {row['sender']}" for row in rows}
