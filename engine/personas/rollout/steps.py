"""What operators and the engine do to a rollout; each is one unit of work with the modes that it changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...crashpoint import crashpoint
from ...settings.personas import AutonomyMode
from ...settings.rollout import RolloutSettings
from ...storage import Transaction
from ..modes import all_to_sync, set_mode
from ..roster import Roster
from ..runtime import introduce, mode_of
from . import repository
from .figures import Watch
from .gates import Reading
from .plan import (
    Rollout,
    RolloutError,
    RolloutState,
    Stage,
    Step,
    check_legal,
    order_of,
    soak_left,
    stepped,
    taking_part,
)

_SAID: Final[Mapping[Step, str]] = {
    Step.START: "rollout.started",
    Step.SOAKED: "rollout.soaked",
    Step.ADVANCE: "rollout.advanced",
    Step.HOLD: "rollout.held",
    Step.RESUME: "rollout.resumed",
    Step.BREACH: "rollout.breached",
    Step.BACK: "rollout.rolled_back",
    Step.ABORT: "rollout.aborted",
    Step.RESTART: "rollout.restarted",
}
"""How the journal calls each step."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What a rollout works with.

    Attributes:
        roster: who there is.
        rules: the table ``[rollout]``.
        watch: what it takes to measure health.
    """

    roster: Roster
    rules: RolloutSettings
    watch: Watch


def plan(tx: Transaction, floor: Floor, actor: str, *, first: str = "", only: Collection[str] = ()) -> Rollout:
    """Draw up a rollout of all personas, or of some; nobody's mode changes. One that was only planned is replaced.

    Raises:
        UnknownPersona: somebody named is not configured.
        RolloutError: another rollout is under way, or nobody is left.
    """
    current = repository.newest(tx)
    if current is not None and current.live:
        raise RolloutError(
            f"rollout {current.number} is {current.state.value}",
            remedy="Roll it back or abort it before planning another.",
        )
    for named in (*only, *([first] if first else [])):
        floor.roster.get(named)
    wanted = set(only) | ({first} if first else set()) if only else set(floor.roster.personas)
    members = order_of(wanted, first)
    if not members:
        raise RolloutError("there is nobody to roll out to", remedy="Configure a persona in the settings.")
    if current is not None and current.state is RolloutState.PLANNED:
        record(tx, floor, current, Step.ABORT, actor, "another was planned")
    made = repository.insert(tx, members)
    repository.note(tx, made, None, "", actor, "", {})
    told = {"members": list(made.members[:100]), "personas": len(made.members)}
    tx.record("rollout.planned", str(made.number), told, actor)
    return made


def start(tx: Transaction, floor: Floor, actor: str, *, first: str = "", reason: str = "") -> Rollout:
    """Let the first persona work by itself: as planned, or by a plan of all personas where none is drawn up.

    Raises:
        UnknownPersona: the one that is to be first is not configured.
        RolloutError: another rollout is under way.
    """
    current = repository.newest(tx)
    planned = current is not None and current.state is RolloutState.PLANNED
    if current is None or not planned or (first and current.members[0] != first):
        only = current.members if current is not None and planned else ()
        current = plan(tx, floor, actor, first=first, only=only)
    return record(tx, floor, current, Step.START, actor, reason)


def take(
    tx: Transaction, floor: Floor, step: Step, actor: str, *, reason: str = "", stage: Stage | None = None
) -> Rollout:
    """Have the newest rollout take an operator's step: advance, hold, resume, abort or restart.

    Args:
        tx: the unit of work.
        floor: what it works with.
        step: which.
        actor: who.
        reason: why.
        stage: the stage that the operator saw; refused where it is another one by now.

    Raises:
        RolloutError: there is none, it cannot take that step, or it is at another stage.
    """
    current = _current(tx)
    if stage is not None and current.stage is not stage:
        raise RolloutError(
            f"the rollout is at stage {current.stage.value} by now, not {stage.value}", remedy="Look at it again."
        )
    check_legal(current, step)
    return record(tx, floor, current, step, actor, reason)


def back(tx: Transaction, floor: Floor, actor: str, reason: str = "") -> tuple[tuple[str, ...], Rollout | None]:
    """Put every persona on sync at once, whatever the rollout; those that are off stay off. No message is touched.

    Returns:
        whose mode changed, and the rollout that this ends, if any.
    """
    changed = all_to_sync(tx, floor.roster, actor)
    current = repository.newest(tx)
    if current is None or not (current.live or current.state is RolloutState.COMPLETE):
        if changed:
            tx.record("rollout.rolled_back", "all", {"personas": list(changed[:100]), "reason": reason}, actor)
        return changed, None
    return changed, record(tx, floor, current, Step.BACK, actor, reason, switched=changed)


def _current(tx: Transaction) -> Rollout:
    current = repository.newest(tx)
    if current is None:
        raise RolloutError("there is no rollout", remedy="Start one with `watchfloor rollout start`.")
    return current


def record(
    tx: Transaction,
    floor: Floor,
    current: Rollout,
    step: Step,
    actor: str,
    reason: str,
    *,
    breach: Reading | None = None,
    switched: Sequence[str] = (),
) -> Rollout:
    """Take a step with all that belongs to it: modes, history, journal.

    Args:
        tx: the unit of work.
        floor: what a rollout works with.
        current: the rollout as it is.
        step: which step.
        actor: who takes it.
        reason: why.
        breach: the reading that forces it.
        switched: whose mode was changed for it already.

    Raises:
        RolloutError: the step is not legal now.
    """
    after = stepped(current, step, tx.now, reason)
    left = soak_left(current, floor.rules)
    switched = switched or _switch(tx, floor, after, step, actor)
    repository.save(tx, after)
    told = {
        "from": current.state.value,
        "to": after.state.value,
        "stage": after.stage.value,
        "reason": reason,
        "personas": list(switched[:100]),
        "soak_left_seconds": int(left.total_seconds()),
    }
    figures = {}
    if breach is not None:
        figures = {"gate": breach.gate.value, "persona": breach.persona_id, "figures": breach.sentence()}
        told |= {"gate": breach.gate.value, "persona": breach.persona_id, "value": f"{breach.value:g}"}
        told |= {"limit": f"{breach.limit:g}", "samples": breach.samples}
    repository.note(tx, after, step, current.state.value, actor, reason, figures)
    crashpoint("rollout.step:recorded")
    kind = "rollout.completed" if after.state is RolloutState.COMPLETE else _SAID[step]
    tx.record(kind, str(after.number), told, actor)
    return after


def _switch(tx: Transaction, floor: Floor, after: Rollout, step: Step, actor: str) -> tuple[str, ...]:
    """Change the modes that a step changes; whoever is off stays off."""
    if step is Step.RESTART:
        repository.forget_joins(tx, after.number)
    members = {one.persona_id: one for one in repository.members_of(tx, after.number)}
    changed = []
    if after.state is RolloutState.SOAKING and step is not Step.RESUME:
        for persona_id in taking_part(after.members, after.stage, floor.rules.half_percent):
            before = _mode(tx, floor, persona_id)
            if members[persona_id].joined_at is None and before not in {None, AutonomyMode.OFF}:
                repository.join(tx, after.number, persona_id, before or AutonomyMode.SYNC)
                set_mode(tx, persona_id, AutonomyMode.AUTONOMOUS, floor.roster, actor)
                changed.append(persona_id)
    elif after.state in {RolloutState.ROLLED_BACK, RolloutState.ABORTED}:
        for persona_id, member in members.items():
            if member.before is None or _mode(tx, floor, persona_id) is not AutonomyMode.AUTONOMOUS:
                continue
            mode = member.before if step is Step.ABORT else AutonomyMode.SYNC
            if set_mode(tx, persona_id, mode, floor.roster, actor) is not mode:
                changed.append(persona_id)
    return tuple(changed)


def _mode(tx: Transaction, floor: Floor, persona_id: str) -> AutonomyMode | None:
    """How a persona works; nothing where the settings do not name it any more."""
    persona = floor.roster.personas.get(persona_id)
    if persona is None:
        return None
    introduce(tx, persona_id, persona.mode, floor.roster.rules.emotions)
    return mode_of(tx, persona_id)
