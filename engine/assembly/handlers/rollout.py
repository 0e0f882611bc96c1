"""Commands about the rollout of autonomy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...client.protocol import Reply
from ...commands import PlanRollout, RollBack, StartRollout, StepRollout
from ...operators import Operator
from ...personas import rollout as rollouts
from ...personas.rollout import Floor, Rollout, Stage, Step
from ...storage import Transaction
from ..dispatch import UnitHandler
from ..views.rollout import share_of

_SAID: Mapping[Step, str] = {
    Step.HOLD: "The rollout is held; the gates are watched on.",
    Step.RESUME: "The rollout goes on.",
    Step.ABORT: "The rollout is given up; its personas are what they were before.",
}


def rollout_units(floor: Callable[[], Floor]) -> Mapping[str, UnitHandler]:
    """The commands about the rollout; each is one unit of work."""

    def plan(tx: Transaction, arguments: PlanRollout, operator: Operator) -> Reply:
        made = rollouts.plan(tx, floor(), operator.actor, first=arguments.first, only=arguments.personas)
        return Reply(
            f"Rollout {made.number} is planned: {made.members[0]} begins, {len(made.members)} take part.", _data(made)
        )

    def start(tx: Transaction, arguments: StartRollout, operator: Operator) -> Reply:
        made = rollouts.start(tx, floor(), operator.actor, first=arguments.first, reason=arguments.reason)
        return Reply(f"{made.members[0]} works by itself now, on trial.", _data(made))

    def step(which: Step) -> UnitHandler:
        def take(tx: Transaction, arguments: StepRollout, operator: Operator) -> Reply:
            stage = None if arguments.stage is None else Stage(arguments.stage)
            made = rollouts.take(tx, floor(), which, operator.actor, reason=arguments.reason, stage=stage)
            return Reply(_SAID.get(which) or _now(made), _data(made))

        return take

    def back(tx: Transaction, arguments: RollBack, operator: Operator) -> Reply:
        changed, ended = rollouts.back(tx, floor(), operator.actor, arguments.reason)
        told = f"{changed[0]} answers" if len(changed) == 1 else f"{len(changed)} personas answer"
        text = f"{told} at once now." if changed else "Every persona answered at once already."
        return Reply(text, {"changed": list(changed), "rollout": ended.number if ended else None})

    return {
        "rollout.plan": plan,
        "rollout.start": start,
        "rollout.advance": step(Step.ADVANCE),
        "rollout.hold": step(Step.HOLD),
        "rollout.resume": step(Step.RESUME),
        "rollout.back": back,
        "rollout.abort": step(Step.ABORT),
        "rollout.restart": step(Step.RESTART),
    }


def _now(made: Rollout) -> str:
    if made.state is rollouts.RolloutState.COMPLETE:
        return "The rollout is complete."
    return f"The rollout soaks at {share_of(made.stage)}."


def _data(made: Rollout) -> dict[str, object]:
    return {
        "rollout": made.number,
        "state": made.state.value,
        "stage": made.stage.value,
        "members": list(made.members),
    }
