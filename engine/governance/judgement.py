"""What an action is at one moment: the verdict on it, and everything that the verdict rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..canonical import canonical
from .action import Action, ActionStatus, Risk
from .facts import Verdict
from .kinds import Stage, Tier
from .ports import PreparedCall
from .risk import effect_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an action is right now: verdict, stage, tool and policy of this moment."""

    call: PreparedCall
    stage: Stage | None
    verdict: Verdict
    policy: str
    risk: Risk

    def status(self) -> ActionStatus:
        """Where a fresh action with this verdict begins."""
        match self.verdict.tier:
            case Tier.HARD_STOP:
                return ActionStatus.BLOCKED
            case Tier.APPROVAL:
                return ActionStatus.PENDING
            case Tier.AUTONOMOUS:
                return ActionStatus.APPROVED

    def agrees_with(self, action: Action) -> bool:
        """Whether the action was recorded under exactly these facts."""
        return self.applied_to(action) == action

    def applied_to(self, action: Action) -> Action:
        """The action with these facts in place of the recorded ones. It never becomes easier in its life."""
        verdict = self.verdict
        if verdict.tier.rank < action.tier.rank:
            verdict = Verdict(action.tier, action.rule, action.why)
        return replace(
            action,
            binding=self.call.binding,
            arguments_json=canonical(self.call.arguments).decode(),
            stage=self.stage,
            tier=verdict.tier,
            rule=verdict.rule,
            why=verdict.why,
            policy=self.policy,
            risk=self.risk,
            effect=effect_of(self.call),
            quorum=max(action.quorum, verdict.quorum),
        )
