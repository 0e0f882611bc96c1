"""Who there is, how they are, who waits for whom, and what is paused: as brains may tell it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ..governance.halt import EVERYTHING, pauses
from ..personas import PauseCheck, Roster
from ..personas.brains import PersonaFact
from ..personas.budget import budget_left
from ..personas.dependencies_views import held_views
from ..personas.model import POINT
from ..personas.mood import mood_now
from ..personas.runtime import load_all
from ..personas.state import rested
from ..storage import Reader

_SHOWN: Final = 10


def everybody(reader: Reader, roster: Roster, now: datetime) -> tuple[PersonaFact, ...]:
    """Each configured persona now."""
    known = load_all(reader)
    rows = reader.rows("SELECT persona_id, count(*) AS n FROM messages WHERE status = 'pending' GROUP BY persona_id")
    waiting = {row["persona_id"]: int(row["n"]) for row in rows}
    stopped = {pause.target: pause.operator for pause in pauses(reader) if pause.scope.value == "persona"}
    found = []
    for persona_id, persona in roster.personas.items():
        if persona_id not in known:
            continue
        runtime, _ = known[persona_id]
        energy = rested(runtime.vigour, now, roster.rules.energy).energy
        depth = waiting.get(persona_id, 0)
        by = stopped.get(persona_id) or stopped.get(EVERYTHING)
        found.append(
            PersonaFact(
                persona_id,
                persona.name,
                runtime.mode.value,
                mood_now(runtime.mood, depth, energy, runtime.answered_at, now, roster.rules.mood).value,
                energy // POINT,
                budget_left(runtime.spending, now, persona) // POINT,
                depth,
                f"paused by {by}" if by else "resting after failures" if runtime.circuit_open(now) else "",
            )
        )
    return tuple(found)


def held_back(reader: Reader, roster: Roster, is_paused: PauseCheck, now: datetime) -> tuple[str, ...]:
    """Messages that personas hold back until another has answered, in words."""
    lines = [
        f"{roster.get(persona_id).name}: {hold.text} (until {hold.name} has answered)"
        for persona_id, holds in held_views(reader, roster, is_paused, now).items()
        if persona_id in roster.personas
        for hold in holds
    ]
    return tuple(lines[:_SHOWN])


def paused(reader: Reader) -> tuple[str, ...]:
    """What is paused, by whom and why, in words."""
    lines = []
    for pause in pauses(reader, _SHOWN):
        what = "everything" if pause.scope.value == "engine" else f"{pause.scope.value} {pause.target}"
        lines.append(f"{what} is paused by {pause.operator}" + (f": {pause.reason}" if pause.reason else ""))
    return tuple(lines)
