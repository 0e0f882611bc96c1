"""Looks at a rollout's health again and again: counts the soak, and takes the steps that follow by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ...storage import Reader, Transaction
from ..runtime import mode_of
from . import repository
from .figures import handled_since, measure
from .gates import Measured, Reading, first_breach, read_gates
from .plan import Rollout, credited, due, taking_part
from .steps import Floor, record

ENGINE: Final = "engine"


def begin(tx: Transaction, floor: Floor) -> None:
    """The engine has started: the time until now was no soak, and waits until now were nobody's."""
    current = repository.newest(tx)
    if current is not None and current.live:
        repository.save(tx, credited(current, tx.now, floor.rules, healthy=False))
        repository.count_afresh(tx, current.number)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look saw of a rollout.

    Attributes:
        rollout: as it was.
        measured: everybody who has joined.
        readings: what the gates say about each.
        missing: messages that are still needed to tell the health by.
    """

    rollout: Rollout
    measured: tuple[Measured, ...]
    readings: tuple[Reading, ...]
    missing: int


def see(reader: Reader, floor: Floor, now: datetime) -> Seen | None:
    """Look at everybody's health; nothing where no rollout is under way."""
    current = repository.newest(reader)
    if current is None or not current.live:
        return None
    return Seen(current, *health(reader, floor, current, now), missing(reader, floor, current))


def look(tx: Transaction, floor: Floor, seen: Seen | None = None) -> Rollout | None:
    """Look at the gates, count the soak, and do what follows by itself: the next stage, or the way back.

    Args:
        tx: the unit of work.
        floor: what a rollout works with.
        seen: what was seen just before, outside the unit of work; looked at here where nothing was, or it changed.

    Returns:
        the rollout, where one is under way.
    """
    current = repository.newest(tx)
    if current is None or not current.live:
        return None
    if seen is None or seen.rollout != current:
        seen = Seen(current, *health(tx, floor, current, tx.now), missing(tx, floor, current))
    measured, readings = seen.measured, seen.readings
    breach = first_breach(readings)
    at_work = [one for one in measured if not one.out]
    working = bool(at_work) and not any(one.resting for one in at_work)
    counted = credited(current, tx.now, floor.rules, healthy=working and breach is None)
    repository.save(tx, counted)
    repository.count_afresh(tx, current.number, [one.persona_id for one in measured if one.out or one.resting])
    step = due(counted, floor.rules, breached=breach is not None, enough=seen.missing == 0)
    if step is None:
        return counted
    if breach is not None:
        return record(tx, floor, counted, step, ENGINE, breach.sentence(), breach=breach)
    return record(tx, floor, counted, step, ENGINE, "the soak is over and every gate holds")


def health(
    reader: Reader, floor: Floor, rollout: Rollout, now: datetime
) -> tuple[tuple[Measured, ...], tuple[Reading, ...]]:
    """What those who have joined are like, and what the gates say about each."""
    modes = {persona_id: mode_of(reader, persona_id) for persona_id in rollout.members}
    known = {persona_id: mode for persona_id, mode in modes.items() if mode is not None}
    measured = measure(reader, repository.members_of(reader, rollout.number), known, floor.watch, now)
    return measured, tuple(reading for one in measured for reading in read_gates(one, floor.rules.gates))


def missing(reader: Reader, floor: Floor, rollout: Rollout) -> int:
    """How many messages the stage's personas have to see through before anything can be said about their health."""
    part = taking_part(rollout.members, rollout.stage, floor.rules.half_percent)
    least = floor.rules.gates.least_answers
    return least - handled_since(reader, part, rollout.began_at, least)
