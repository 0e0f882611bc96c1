"""The rollout and the shadow report as operators see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ...personas import load_all_modes
from ...personas import rollout as rollouts
from ...personas.rollout import Floor, Gate, Reading, Rollout, RolloutState, Stage
from ...settings.rollout import RolloutSettings
from ...storage import Reader
from ...view import RolloutLine

if TYPE_CHECKING:
    from ...queries import (
        AskRollout,
        GateView,
        MemberView,
        RolloutStageView,
        RolloutView,
    )

_UNITS = {Gate.ANSWERS: "s", Gate.DEPTH: "messages", Gate.STARVATION: "s"}
_ENDED = frozenset({RolloutState.ROLLED_BACK, RolloutState.ABORTED})
_TOLD = timedelta(days=1)
_DEPTHS = "SELECT persona_id, count(*) AS n FROM messages WHERE status = 'pending' GROUP BY persona_id"


def share_of(stage: Stage, rules: RolloutSettings | None = None) -> str:
    """A stage in a word."""
    half = 50 if rules is None else rules.half_percent
    return {Stage.ONE: "1 persona", Stage.HALF: f"{half}%", Stage.ALL: "100%"}[stage]


def rollout_line(reader: Reader, rules: RolloutSettings) -> RolloutLine | None:
    """Where the rollout is, in a line; nothing where none was ever drawn up."""
    current = rollouts.newest(reader)
    if current is None:
        return None
    left = rollouts.soak_left(current, rules)
    back = current.state is RolloutState.ROLLED_BACK
    breached = back and any(one.step == rollouts.Step.BREACH.value for one in rollouts.steps_taken(reader, 1))
    return RolloutLine(
        current.state.value,
        current.stage.value,
        share_of(current.stage, rules),
        int(left.total_seconds()) if current.live else 0,
        current.why,
        current.changed_at if breached else None,
    )


def rollout_notice(line: RolloutLine | None, now: datetime) -> tuple[str, ...]:
    """What an operator should know: the next stage waits for them; or, for a day, that a gate sent the rollout back."""
    if line is not None and line.waits:
        return (
            f"the rollout waits for you: {line.share} has soaked, `watchfloor rollout advance` begins the next stage",
        )
    if line is None or line.breached_at is None or now - line.breached_at > _TOLD:
        return ()
    return (f"the rollout went back from {line.share}: {line.why}",)


def rollout_view(reader: Reader, ask: AskRollout, floor: Floor, now: datetime) -> RolloutView:
    """The newest rollout: its stages, its gates, its personas and its last steps."""
    from ...queries import RolloutStepView, RolloutView

    current = rollouts.newest(reader)
    steps = tuple(
        RolloutStepView(
            one.id, one.rollout, one.at, one.step, one.before, one.after, one.stage.value, one.actor, one.reason,
            one.gate, one.persona_id, one.figures,
        )
        for one in rollouts.steps_taken(reader, ask.steps)
    )  # fmt: skip
    if current is None:
        people = _members(reader, floor, None)
        return RolloutView(0, "none", "", "", "", 0, 0, (), (), (), people, steps, floor.rules.advance, ("start",))
    readings: tuple[Reading, ...] = ()
    if current.live:
        _, readings = rollouts.health(reader, floor, current, now)
    worst = [rollouts.worst(readings, gate) for gate in Gate]
    missing = rollouts.missing(reader, floor, current) if current.live else 0
    return RolloutView(
        number=current.number,
        state=current.state.value,
        stage=current.stage.value,
        why=current.why,
        next=_next(current, floor.rules, missing),
        soak_left_seconds=int(rollouts.soak_left(current, floor.rules).total_seconds()) if current.live else 0,
        missing=missing,
        stages=_stages(current, floor.rules),
        gates=tuple(_gate(one) for one in worst if one is not None),
        all_gates=tuple(_gate(one) for one in readings[:1_000]),
        personas=_members(reader, floor, current),
        steps=steps,
        advance=floor.rules.advance,
        can=_can(current),
        changed_at=current.changed_at,
    )


def _can(current: Rollout) -> tuple[str, ...]:
    own = {rollouts.Step.SOAKED, rollouts.Step.BREACH}
    steps = {step.value for state, step in rollouts.TRANSITIONS if state is current.state and step not in own}
    return tuple(sorted(steps if current.live else steps | {"start"}))


def _next(current: Rollout, rules: RolloutSettings, missing: int) -> str:
    following = current.stage.following
    then = f"{share_of(following, rules)} begins" if following else "the rollout is complete"
    if current.state is RolloutState.SOAKING:
        if not rollouts.soak_left(current, rules):
            return f"{then} after {missing} more messages: too few to tell the health by" if missing else f"{then} now"
        by_itself = rules.advance == "automatic"
        return f"{then} after the soak" if by_itself else f"{then} after the soak, once an operator says so"
    return {
        RolloutState.PLANNED: f"{current.members[0]} begins when an operator starts it",
        RolloutState.READY: f"{then} when an operator says so",
        RolloutState.HELD: "nothing, until an operator lets it go on; a breach still rolls it back",
        RolloutState.COMPLETE: "nothing; every persona of it works by itself",
    }.get(current.state, "nothing, until an operator begins it again or plans another")


def _stages(current: Rollout, rules: RolloutSettings) -> tuple[RolloutStageView, ...]:
    from ...queries import RolloutStageView

    found = []
    order = list(Stage)
    for stage in order:
        place, at = order.index(stage), order.index(current.stage)
        began = current.state is not RolloutState.PLANNED
        done = began and (place < at or current.state is RolloutState.COMPLETE)
        here = began and place == at and not done
        word = "ended" if current.state in _ENDED else "now"
        soak = int(rollouts.soak_of(stage, rules).total_seconds())
        soaked = soak if done else int(current.soaked.total_seconds()) if began and place == at else 0
        found.append(
            RolloutStageView(
                stage.value,
                share_of(stage, rules),
                rollouts.taking_part(current.members, stage, rules.half_percent),
                soak,
                soaked,
                "done" if done else word if here else "ahead",
            )
        )
    return tuple(found)


def _gate(reading: Reading) -> GateView:
    from ...queries import GateView

    return GateView(
        reading.gate.value,
        reading.persona_id,
        reading.health.value,
        round(reading.value, 2),
        reading.limit,
        _UNITS.get(reading.gate, "%"),
        reading.samples,
        reading.least,
        reading.sentence(),
    )


def _members(reader: Reader, floor: Floor, current: Rollout | None) -> tuple[MemberView, ...]:
    from ...queries import MemberView

    modes = load_all_modes(reader)
    joined = rollouts.members_of(reader, current.number) if current else ()
    places = {one.persona_id: place for place, one in enumerate(joined, start=1)}
    known = {one.persona_id: one for one in joined}
    before = {one.persona_id: one.before.value for one in joined if one.before is not None}
    depths = {row["persona_id"]: row["n"] for row in reader.rows(_DEPTHS)}
    ids: Sequence[str] = [one.persona_id for one in joined if one.persona_id in floor.roster.personas]
    ids = [*ids, *(one for one in floor.roster.personas if one not in known)]
    return tuple(
        MemberView(
            persona=one,
            name=floor.roster.personas[one].name,
            mode=modes[one].value if one in modes else floor.roster.personas[one].mode.value,
            before=before.get(one, ""),
            joined_at=known[one].joined_at if one in known else None,
            place=places.get(one, 0),
            waiting=depths.get(one, 0),
        )
        for one in ids[:1_000]
    )
