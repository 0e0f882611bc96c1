"""The guardrails: which tier an action falls into, by which rule, and why. Pure functions of facts and policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from .facts import ActionFacts, Layer, Opinion, Verdict
from .kinds import APPROVAL_KINDS, AUTONOMOUS_KINDS, HARD_STOP_KINDS, Stage, Tier
from .names import MAX_NAME, normalise, resembles
from .policy import Case, Danger, Policy, doubts_of
from .policy.rules import Rule

_REMEMBERED: Final = 4_096
_MOVES_STAGES: Final = "crm_update"
"""The tool whose arguments say into which stage an account or its business is to move."""


def classify(facts: ActionFacts, policy: Policy) -> Verdict:
    """Judge one action. The most restrictive rule that matches wins; what no rule knows asks for approval.

    Args:
        facts: what is known about it.
        policy: the policy in force.
    """
    return verdict_of(_opinions(facts, policy))


def explain(facts: ActionFacts, policy: Policy) -> tuple[Opinion, ...]:
    """Every rule that matches, the one that decides first."""
    return tuple(sorted(_opinions(facts, policy), key=lambda opinion: opinion.weight))


def verdict_of(opinions: Sequence[Opinion]) -> Verdict:
    """What several rules say together.

    Args:
        opinions: at least one of them with a tier.
    """
    decider = opinions[0]
    if len(opinions) > 1:
        decider = min((opinion for opinion in opinions if opinion.tier is not None), key=lambda each: each.weight)
    tier = decider.tier or Tier.APPROVAL
    if tier is not Tier.APPROVAL:
        return Verdict(tier, decider.rule, decider.why, decider.remedy)
    asked = [opinion for opinion in opinions if opinion.tier is not Tier.AUTONOMOUS]
    return Verdict(
        tier,
        decider.rule,
        decider.why,
        decider.remedy,
        quorum=max(opinion.quorum for opinion in asked),
        expiry_seconds=min((o.expiry_seconds for o in asked if o.expiry_seconds is not None), default=None),
        grace_seconds=max((o.grace_seconds for o in asked if o.grace_seconds is not None), default=None),
        asked_by=frozenset(opinion.rule for opinion in asked if opinion.tier is Tier.APPROVAL),
        passing=frozenset(opinion.rule for opinion in asked if opinion.tier is Tier.APPROVAL and opinion.passing),
    )


def _opinions(facts: ActionFacts, policy: Policy) -> list[Opinion]:
    kind = facts.kind
    name = _name(kind)
    known = _about_kind(kind, name, facts.tool, policy)
    found = list(known)
    stage = _stage_gate(name, facts, policy)
    if stage is not None:
        found.append(stage)
    if policy.capped:
        why = f"nothing runs by itself: {policy.capped}"
        found.append(_ask("policy.unreadable", why, "Mend policy.toml."))
    rules = policy.rules
    case = Case(facts, name, rules.shell_lines.get(facts.tool))
    matching = [
        rule
        for _, rule in rules.index.candidates(name, facts.tool, facts.proposer, case.arguments)
        if rule.matches(case)
    ]
    found += [rule.opinion for rule in matching]
    if case.has_lines:
        found += _about_commands(case, matching)
    if all(opinion.tier is None for opinion in found):
        found.append(_ask("no_rule", f"no rule lets this {name} run by itself", "Add a rule that does."))
    return found


@lru_cache(maxsize=_REMEMBERED)
def _name(kind: str) -> str:
    return normalise(kind[:MAX_NAME])


def _about_kind(kind: str, name: str, tool: str, policy: Policy) -> tuple[Opinion, ...]:
    """What the kind and its tool alone say; the same for every such action."""
    key = (kind, tool)
    known = policy.remembered.get(key)
    if known is None:
        if len(policy.remembered) >= _REMEMBERED:
            policy.remembered.clear()
        known = policy.remembered[key] = tuple(_kind_rules(kind, name, tool, policy))
    return known


def _kind_rules(kind: str, name: str, tool: str, policy: Policy) -> Iterator[Opinion]:
    stopped = _hard_stop(kind, name, policy)
    if stopped is not None:
        yield stopped
        return
    own = policy.rules.kinds.get(name)
    if name in APPROVAL_KINDS:
        yield _ask(f"approval.{name}", f"{name} always asks an operator", "Nothing: it can only be tightened.")
    if policy.tightened.get(name) is Tier.APPROVAL:
        why = f"the settings ask an operator for {name}"
        remedy = f"Remove {name} from governance.require_approval."
        yield Opinion(Layer.WORKSPACE, f"settings.{name}", Tier.APPROVAL, why, remedy)
    if own is not None and own.tier is Tier.APPROVAL:
        yield Opinion(Layer.WORKSPACE, f"kind.{name}", Tier.APPROVAL, own.why, f"Change [kinds.{name}] in policy.toml.")
    if len(kind) > MAX_NAME or (own is None and name not in AUTONOMOUS_KINDS and name not in APPROVAL_KINDS):
        yield _ask("unknown_kind", "no rule knows this kind", "Propose one of the known kinds, or declare this one.")
        return
    bound = policy.tools.get(name)
    if tool and bound is not None and tool not in bound:
        why = f"the tool {tool} is not bound to {name}"
        yield _ask(f"tool_not_bound.{name}", why, f"Use a bound tool: {', '.join(sorted(bound)) or 'none'}.")
    if name in AUTONOMOUS_KINDS:
        yield Opinion(Layer.BUILT_IN, f"autonomous.{name}", Tier.AUTONOMOUS, f"{name} runs by itself")
    elif own is not None and own.tier is Tier.AUTONOMOUS:
        yield Opinion(Layer.WORKSPACE, f"kind.{name}", Tier.AUTONOMOUS, own.why)


def _hard_stop(kind: str, name: str, policy: Policy) -> Opinion | None:
    if name in HARD_STOP_KINDS:
        why = f"{name} is a hard stop: nobody can approve it"
        return Opinion(Layer.BUILT_IN, f"hard_stop.{name}", Tier.HARD_STOP, why)
    if policy.tightened.get(name) is Tier.HARD_STOP:
        why = f"the settings make {name} a hard stop"
        remedy = f"Remove {name} from governance.hard_stop."
        return Opinion(Layer.WORKSPACE, f"settings.{name}", Tier.HARD_STOP, why, remedy)
    own = policy.rules.kinds.get(name)
    if own is not None and own.tier is Tier.HARD_STOP:
        remedy = f"Change [kinds.{name}] in policy.toml."
        return Opinion(Layer.WORKSPACE, f"kind.{name}", Tier.HARD_STOP, own.why, remedy)
    if own is not None or name in AUTONOMOUS_KINDS or name in APPROVAL_KINDS:
        return None
    double = resembles(kind[:MAX_NAME], policy.stops)
    if double is None:
        return None
    why = f"it could be read as {double}, which is a hard stop"
    remedy = "Give it a name that resembles no hard stop."
    return Opinion(Layer.BUILT_IN, f"hard_stop.{double}", Tier.HARD_STOP, why, remedy)


def _stage_gate(name: str, facts: ActionFacts, policy: Policy) -> Opinion | None:
    account = facts.account
    if account is None:
        return None
    if account.stage is Stage.UNKNOWN:
        return _ask("stage_unknown", f"the stage of account {account.id} is unknown", "Record a stage for the account.")
    if account.stage in policy.gated_stages:
        why = f"{name} about an account in {account.stage.value} asks an operator"
        return _ask(f"stage_gate.{account.stage.value}", why, "It depends on the account's stage.")
    moved = facts.arguments.get("stage") if facts.tool == _MOVES_STAGES else None
    if isinstance(moved, str) and Stage.named(moved) in policy.gated_stages:
        # Otherwise a kind that runs by itself could take an account past the gate and be its own excuse.
        return _ask(f"stage_gate.into_{moved}", f"it moves {account.id} into {moved}", "It depends on the stage.")
    return None


def _about_commands(case: Case, matching: Sequence[Rule]) -> Iterator[Opinion]:
    if any(rule.lifts for rule in matching):
        # It was asked whether its commands answer for every doubt, and they do.
        return
    seen: set[str] = set()
    for line in case.lines:
        for doubt in doubts_of(line):
            if doubt.name not in seen:
                seen.add(doubt.name)
                named = doubt.danger is Danger.UNKNOWN
                yield _ask(doubt.name, doubt.why, "Name the command in a rule that lets it run." if named else "")


def _ask(rule: str, why: str, remedy: str = "") -> Opinion:
    return Opinion(Layer.BUILT_IN, rule, Tier.APPROVAL, why, remedy)
