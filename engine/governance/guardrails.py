"""The guardrails: which tier an action falls into, by which rule, and why. Pure functions of facts and policy."""

from __future__ import annotations

from .facts import AccountFacts, ActionFacts, Verdict
from .kinds import APPROVAL_KINDS, AUTONOMOUS_KINDS, HARD_STOP_KINDS, Stage, Tier
from .names import MAX_NAME, normalise, resembles
from .policy import Policy


def classify(facts: ActionFacts, policy: Policy) -> Verdict:
    """Judge one action. The most restrictive rule that matches wins; what no rule knows asks for approval.

    Args:
        facts: what is known about it.
        policy: the policy in force.
    """
    kind, tool, account = facts.kind, facts.tool, facts.account
    name = normalise(kind[:MAX_NAME])
    stopped = _hard_stop(kind, name, policy)
    if stopped is not None:
        return stopped
    if name in APPROVAL_KINDS:
        return Verdict(Tier.APPROVAL, f"approval.{name}", f"{name} always asks an operator")
    if policy.tightened.get(name) is Tier.APPROVAL:
        why = f"the settings ask an operator for {name}"
        return Verdict(Tier.APPROVAL, f"settings.{name}", why, f"Remove {name} from governance.require_approval.")
    if name not in AUTONOMOUS_KINDS or len(kind) > MAX_NAME:
        return Verdict(Tier.APPROVAL, "unknown_kind", "no rule knows this kind", "Propose one of the known kinds.")
    if tool not in policy.tools.get(name, frozenset({tool})):
        allowed = ", ".join(sorted(policy.tools[name])) or "none"
        why = f"the tool {tool} is not bound to {name}"
        return Verdict(Tier.APPROVAL, f"tool_not_bound.{name}", why, f"Use a bound tool: {allowed}.")
    return _stage_gate(name, account, policy) or Verdict(
        Tier.AUTONOMOUS, f"autonomous.{name}", f"{name} runs by itself"
    )


def _hard_stop(kind: str, name: str, policy: Policy) -> Verdict | None:
    if name in HARD_STOP_KINDS:
        return Verdict(Tier.HARD_STOP, f"hard_stop.{name}", f"{name} is a hard stop: nobody can approve it")
    if policy.tightened.get(name) is Tier.HARD_STOP:
        why = f"the settings make {name} a hard stop"
        return Verdict(Tier.HARD_STOP, f"settings.{name}", why, f"Remove {name} from governance.hard_stop.")
    if name in AUTONOMOUS_KINDS or name in APPROVAL_KINDS:
        return None
    stops = [*HARD_STOP_KINDS, *(known for known, tier in policy.tightened.items() if tier is Tier.HARD_STOP)]
    double = resembles(kind[:MAX_NAME], sorted(stops))
    if double is None:
        return None
    why = f"it could be read as {double}, which is a hard stop"
    return Verdict(Tier.HARD_STOP, f"hard_stop.{double}", why, "Give it a name that resembles no hard stop.")


def _stage_gate(name: str, account: AccountFacts | None, policy: Policy) -> Verdict | None:
    if account is None:
        return None
    if account.stage is Stage.UNKNOWN:
        why = f"the stage of account {account.id} is unknown"
        return Verdict(Tier.APPROVAL, "stage_unknown", why, "Record a stage for the account.")
    if account.stage in policy.gated_stages:
        why = f"{name} about an account in {account.stage.value} asks an operator"
        return Verdict(Tier.APPROVAL, f"stage_gate.{account.stage.value}", why, "It depends on the account's stage.")
    return None
