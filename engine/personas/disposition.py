"""How a persona stands to its inbox at a moment: what it would need to take something up, and what comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..settings.personas import AutonomyMode
from ..storage import Reader
from . import repository as messages
from .budget import budget_left
from .cadence import longest_wait, until_free
from .handling import PauseCheck, mood_of
from .inbox import Ranked, ranked
from .mood import Mood
from .roster import Roster
from .runtime import Runtime
from .state import rested


@dataclass(frozen=True, slots=True)
class Disposition:
    """How a persona stands to its inbox at a moment.

    Attributes:
        mode, mood: as they are.
        energy, budget: in hundredths of a point.
        paused: who paused it; empty where nobody did.
        circuit_until: it rests until then.
        wait: its cadence.
        free: how long until it may answer again.
        busy_with: what it is at; empty where nothing.
        queue: what may be taken up, in the order in which it comes up.
    """

    mode: AutonomyMode
    mood: Mood
    energy: int
    budget: int
    paused: str
    circuit_until: datetime | None
    wait: timedelta
    free: timedelta
    busy_with: str
    queue: Sequence[Ranked]


def disposition(reader: Reader, runtime: Runtime, roster: Roster, now: datetime, is_paused: PauseCheck) -> Disposition:
    """How a persona stands to its inbox."""
    energy = rested(runtime.vigour, now, roster.rules.energy).energy
    mood = mood_of(reader, runtime, roster, now, energy)
    budget = budget_left(runtime.spending, now, roster.get(runtime.id))
    wait = longest_wait(mood, budget, roster.rules.cadence)
    at_hand = messages.left_in_progress(reader, runtime.id)
    held = {
        row["message_id"]
        for row in reader.rows("SELECT message_id FROM holds WHERE persona_id = ? AND ended_us IS NULL", (runtime.id,))
    }
    free = [entry for entry in messages.candidates(reader, runtime.id, now) if entry.id not in held]
    return Disposition(
        mode=runtime.mode,
        mood=mood,
        energy=energy,
        budget=budget,
        paused=is_paused(reader, runtime.id) or "",
        circuit_until=runtime.circuit_until if runtime.circuit_open(now) else None,
        wait=wait,
        free=until_free(runtime.answered_at, wait, now),
        busy_with=at_hand[0].sender if at_hand else "",
        queue=ranked(free, now, roster.rules),
    )
