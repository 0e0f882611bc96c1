"""What an action is at one moment: the verdict on it, and everything that the verdict rests on."""

from __future__ import annotations

from dataclasses import dataclass

from .action import Action, ActionStatus, Risk, changed
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
        return all(getattr(action, name) == value for name, value in self._facts(action).items())

    def applied_to(self, action: Action) -> Action:
        """The action with these facts in place of the recorded ones. It never becomes easier in its life."""
        return changed(action, **self._facts(action))

    def _facts(self, action: Action) -> dict[str, object]:
        verdict = self.verdict
        if verdict.tier.rank < action.tier.rank:
            verdict = Verdict(action.tier, action.rule, action.why)
        return {
            "binding": self.call.binding,
            "arguments_json": self.call.arguments_json,
            "stage": self.stage,
            "tier": verdict.tier,
            "rule": verdict.rule,
            "why": verdict.why,
            "policy": self.policy,
            "risk": self.risk,
            "effect": effect_of(self.call),
            "quorum": max(action.quorum, verdict.quorum),
        }
