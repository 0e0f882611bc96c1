"""Runs the tests that stand in a policy file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...canonical import JsonError, check
from ...settings.governance import GovernanceSettings
from ..facts import AccountFacts, ActionFacts
from ..kinds import Stage, Tier
from .checking import trials_of
from .document import TrialTable
from .lines import Place
from .model import Policy, Rules

SUPPOSED: Final = "(supposed)"
"""The account of a test that names a stage and no account."""


def failed_trials(rules: Rules, settings: GovernanceSettings) -> Iterator[tuple[Place, str]]:
    """The tests whose answer is not the one that they expect, with their places."""
    # The guardrails are asked here as they are everywhere; they know the policy, so they are met late.
    from ..guardrails import classify

    if rules.document is None:
        return
    policy = Policy.from_settings(settings, rules)
    for place, trial in trials_of(rules.document):
        try:
            verdict = classify(facts_of(trial), policy)
        except JsonError as error:
            yield place, f"its arguments are not JSON: {error.why}"
            continue
        if verdict.tier is not Tier(trial.expect):
            yield place, f"{trial.kind[:60]} is {verdict.tier.value} by {verdict.rule}, not {trial.expect}"


def count_trials(rules: Rules) -> int:
    """How many tests a file has."""
    return 0 if rules.document is None else sum(1 for _ in trials_of(rules.document))


def facts_of(trial: TrialTable) -> ActionFacts:
    """The action that a test supposes.

    Raises:
        JsonError: its arguments are not what a tool could get.
    """
    check(trial.arguments)
    account = trial.account or (SUPPOSED if trial.stage is not None else None)
    return ActionFacts(
        kind=trial.kind,
        tool=trial.tool,
        proposer=trial.proposer,
        arguments=trial.arguments,  # type: ignore[arg-type]  # checked above
        account=None if account is None else AccountFacts(account, trial.stage or Stage.UNKNOWN),
        effect=trial.effect,
        recipients=trial.recipients,
        cost_cents=trial.cost_cents,
        argv=trial.argv,
        tainted=trial.tainted,
        now=trial.at,
        exceeded=frozenset(trial.over),
    )
