"""Holding messages back, and letting them go: each is part of the unit of work that it is given.

A message that reaches two personas, of which one waits for the other, is held in the first one's inbox until the other
is done with it. Whether it still has to wait is read from what the database knows of the other one at that moment, so
that no forgotten signal can hold a message; and a hold ends by itself when its time is up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..settings.personas import AutonomyMode
from ..storage import Reader, Transaction
from . import dependencies_store as store
from .budget import budget_left
from .dependencies import Dependencies, Override
from .dependencies_rules import Hold, LetGo, Other, why_let_go
from .engagement import should_engage
from .handling import PauseCheck, mood_of
from .inbox import Entry, weigh
from .model import POINT, Accepted, Answer, Merged, MessageStatus
from .modes import AT_ONCE_MODES
from .roster import Roster
from .runtime import Runtime, load, mode_of
from .state import rested


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a persona holds back.

    Attributes:
        held: what it still waits for.
        due: holds that have to end, and why; nothing where the held message itself is gone.
    """

    held: tuple[Hold, ...] = ()
    due: tuple[tuple[Hold, LetGo | None], ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The messages that are still held."""
        return frozenset(hold.message_id for hold in self.held)

    @property
    def next_end(self) -> datetime | None:
        """When the next hold ends whatever happens."""
        return min((hold.until for hold in self.held), default=None)


def dependencies_of(reader: Reader, roster: Roster) -> Dependencies:
    """The dependencies in force."""
    return roster.dependencies(store.overrides(reader))


def hold_back(tx: Transaction, answers: Sequence[Answer], post_id: str, roster: Roster, is_paused: PauseCheck) -> None:
    """Hold a message that just arrived for those who let another one of its readers answer first."""
    taken = {answer.persona_id: _place(answer) for answer in answers if isinstance(answer, Accepted | Merged)}
    if len(taken) < 2:
        return
    declared = dependencies_of(tx, roster)
    limit = timedelta(seconds=roster.rules.dependencies.time_limit_seconds)
    for persona_id, held_id in taken.items():
        for other_id in declared.waits_for(persona_id):
            if other_id not in taken:
                continue
            hold = Hold(held_id, persona_id, other_id, tx.now, tx.now + limit)
            other = _other(tx, other_id, post_id, roster, _beside(tx, persona_id, is_paused), tx.now)
            if why_let_go(hold, other, tx.now, declared=True, first=False) is None and store.put_hold(tx, hold):
                told = {"persona": persona_id, "waits_for": other_id, "seconds": limit.total_seconds()}
                tx.record("message.held", held_id, told)


def waiting(reader: Reader, persona_id: str, roster: Roster, is_paused: PauseCheck, now: datetime) -> Waiting:
    """What a persona holds back, and what of it has to end now."""
    found = store.open_holds(reader, persona_id)
    if not found:
        return Waiting()
    declared, beside = dependencies_of(reader, roster), _beside(reader, persona_id, is_paused)
    held: list[Hold] = []
    due: list[tuple[Hold, LetGo | None]] = []
    for one in found:
        if not one.waits:
            due.append((one.hold, None))
            continue
        other = _other(reader, one.hold.waits_for, one.post_id, roster, beside, now)
        in_force = one.hold.waits_for in declared.waits_for(persona_id)
        why = why_let_go(one.hold, other, now, declared=in_force, first=one.first)
        if why is None:
            held.append(one.hold)
        else:
            due.append((one.hold, why))
    return Waiting(tuple(held), tuple(due))


def let_go(tx: Transaction, persona_id: str, roster: Roster, is_paused: PauseCheck) -> Waiting:
    """End the holds of a persona that have to end; a message that nobody holds any more is raised, once.

    Returns:
        what it still holds back, and what it let go.
    """
    found = waiting(tx, persona_id, roster, is_paused, tx.now)
    still = {hold.message_id for hold in found.held}
    lifted: set[str] = set()
    for hold, why in found.due:
        store.end_hold(tx, hold, why)
        if why is None:
            continue
        raised = 0
        if hold.message_id not in still | lifted:
            raised = store.lift(tx, hold, roster.rules.dependencies.raise_points * POINT)
            lifted.add(hold.message_id)
        told = {
            "persona": persona_id,
            "waits_for": hold.waits_for,
            "reason": why.value,
            "waited": int((tx.now - hold.since).total_seconds()),
            "raised": raised // POINT,
        }
        tx.record("message.let_go", hold.message_id, told)
    return found


def declare(tx: Transaction, persona_id: str, other_id: str, roster: Roster, actor: str) -> bool:
    """Have a persona wait for another one, from the next message on; across restarts, whatever the settings say.

    Returns:
        whether it did not already.

    Raises:
        UnknownPersona: one of the two is not configured.
        DependencyRefused: it would close a circle.
    """
    before = dependencies_of(tx, roster)
    if before.declare(persona_id, other_id) is before:
        return False
    _say(tx, Override(persona_id, other_id, declared=True), actor)
    return True


def withdraw(tx: Transaction, persona_id: str, other_id: str, roster: Roster, actor: str) -> None:
    """Have a persona no longer wait for another one; what it holds for that one is let go at once.

    Raises:
        DependencyRefused: it does not wait for it.
    """
    dependencies_of(tx, roster).withdraw(persona_id, other_id)
    _say(tx, Override(persona_id, other_id, declared=False), actor)


def _say(tx: Transaction, override: Override, actor: str) -> None:
    store.keep_override(tx, override, actor)
    verb = "declared" if override.declared else "withdrawn"
    tx.record(f"persona.dependency_{verb}", override.persona_id, {"waits_for": override.waits_for}, actor)


def _place(answer: Accepted | Merged) -> str:
    return answer.message_id if isinstance(answer, Accepted) else answer.into


def _beside(reader: Reader, persona_id: str, is_paused: PauseCheck) -> PauseCheck:
    # Where the one who waits is stopped too, as when everything is, both go on together later: then it has to wait.
    return is_paused if is_paused(reader, persona_id) is None else lambda _reader, _persona: None


def _other(reader: Reader, other_id: str, post_id: str, roster: Roster, is_paused: PauseCheck, now: datetime) -> Other:
    twin = store.twin_of(reader, other_id, post_id)
    if twin is None:
        return Other(None)
    if other_id not in roster.personas or mode_of(reader, other_id) in {None, AutonomyMode.OFF}:
        return Other(twin.status, twin.refused, off=True)
    runtime = load(reader, other_id)
    return Other(
        twin.status,
        twin.refused,
        paused=is_paused(reader, other_id) is not None,
        resting=runtime.circuit_open(now),
        engages=twin.status is not MessageStatus.PENDING or _engages(reader, runtime, twin.entry, roster, now),
    )


def _engages(reader: Reader, runtime: Runtime, entry: Entry, roster: Roster, now: datetime) -> bool:
    if runtime.mode in AT_ONCE_MODES:
        return True
    rules = roster.rules
    energy = rested(runtime.vigour, now, rules.energy).energy
    budget = budget_left(runtime.spending, now, roster.get(runtime.id))
    mood = mood_of(reader, runtime, roster, now, energy)
    item = weigh(entry, now, rules)
    return should_engage(item.effective, item.waited, mood, energy, budget, rules.engagement).engages
