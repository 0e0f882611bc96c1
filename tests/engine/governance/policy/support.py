"""Policies from a few lines, and what they say."""

from __future__ import annotations

from typing import Any

from engine.governance import AccountFacts, ActionFacts, Policy, Stage, Verdict, classify
from engine.governance.policy import Rules, parse_policy
from engine.settings.governance import GovernanceSettings

SHIPPED = GovernanceSettings()
OWN = '[kinds.run_checks]\ntier = "by_rule"\ntools = ["command"]\nwhy = "programs"\n'


def rules_of(text: str) -> Rules:
    """The rules that a file says."""
    return parse_policy(text, "policy.toml", SHIPPED)


def policy_of(text: str = "", **settings: Any) -> Policy:
    """The policy that a file and settings make."""
    return Policy.from_settings(GovernanceSettings(**settings), rules_of(text))


def facts(kind: str = "send_follow_up_email", tool: str = "email", **known: Any) -> ActionFacts:
    """An action; ``stage`` supposes an account."""
    if "stage" in known:
        known["account"] = AccountFacts("acme", Stage(known.pop("stage")))
    return ActionFacts(kind, tool, **known)


def judged(policy: Policy, kind: str = "send_follow_up_email", tool: str = "email", **known: Any) -> Verdict:
    """What a policy says to an action."""
    return classify(facts(kind, tool, **known), policy)


def rule(body: str, *, tier: str = "approval", kinds: str = '["send_follow_up_email"]') -> str:
    """A file with one rule."""
    return f'[[rule]]\nname = "the-rule"\nwhy = "because"\ntier = "{tier}"\nkinds = {kinds}\n{body}\n'
