"""The gate's desk: judging an action by the facts of the moment, and moving it on with a journal entry.

Everything that proposing, deciding and launching have in common, so that the three cannot judge differently.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from ..canonical import JSON, digest
from ..clock import Clock
from ..settings.governance import GovernanceSettings
from ..storage import Reader, Transaction
from . import repository
from .action import Action, ActionStatus, changed
from .asking import facts_about
from .budgets import Allowance, Limits
from .decisions import Answer, keep
from .drift import files_of
from .facts import Verdict
from .guardrails import classify
from .judgement import Judgement
from .kinds import Tier
from .names import normalise
from .policy import Policy, Rules
from .ports import (
    ArgumentsError,
    HaltCheck,
    ReachCheck,
    StageLookup,
    TaintLookup,
    Tell,
    Toolbox,
    reachable,
    untainted,
    untold,
)
from .risk import risk_of
from .room import Room
from .trail import state

ENGINE: Final = "engine"
TOLD: Final = frozenset({"action.edited", "action.rejected"})
"""What a proposer is told of, so that it does not ask the same again."""


class Desk:
    """What the parts of the gate share.

    Args:
        settings: the table ``[governance]``; replaced as a whole by :meth:`configure`.
        toolbox: the tools that there are.
        clock: makes identifiers.
        stages: looks up an account's stage in the engine's own records.
        halted: says why an action must not start now.
        tainted: says whether a proposal was written after reading text from outside.
        tell: tells a proposer what came of its question.
        unreachable: says why no operator can be reached.
    """

    def __init__(
        self,
        settings: GovernanceSettings,
        toolbox: Toolbox,
        clock: Clock,
        stages: StageLookup,
        halted: HaltCheck,
        tainted: TaintLookup = untainted,
        tell: Tell = untold,
        unreachable: ReachCheck = reachable,
    ) -> None:
        self.settings = settings
        self.policy = Policy.from_settings(settings)
        self._own: tuple[Allowance, ...] = ()
        self.limits = Limits(self.policy.limits)
        self.toolbox = toolbox
        self.clock = clock
        self.stages = stages
        self.halted = halted
        self.tainted = tainted
        self.tell = tell
        self.unreachable = unreachable
        self.room = Room()

    def configure(self, settings: GovernanceSettings, rules: Rules | None = None, capped: str = "") -> None:
        """Put other settings in force, and with ``rules`` another policy file; every later judgement follows them."""
        self.settings = settings
        if rules is None:
            rules, capped = self.policy.rules, self.policy.capped
        self.policy = Policy.from_settings(settings, rules, capped)
        self.limits = Limits(self.policy.limits, self._own)

    def limit(self, own: Iterable[Allowance]) -> None:
        """Put other allowances in force besides the policy's."""
        self._own = tuple(own)
        self.limits = Limits(self.policy.limits, self._own)

    def judge(
        self,
        reader: Reader,
        kind: str,
        tool: str,
        arguments: JSON,
        account_id: str | None,
        *,
        proposer: str,
        origin: str | None,
    ) -> tuple[Judgement, str | None]:
        """Judge an action by the facts of this moment.

        Args:
            reader: what the engine knows.
            kind: what the proposer calls it, however spelled.
            tool: the tool that would do it.
            arguments: the tool's arguments.
            account_id: the account it is about, as far as the proposal says.
            proposer: who asks.
            origin: the message that it answers.

        Returns:
            the judgement, and the account it is about, named by the proposer or by the arguments.

        Raises:
            ArgumentsError: no such tool, it does not accept the arguments, or two different accounts are named.
        """
        call = self.toolbox.prepare(tool, arguments)
        spec = self.toolbox.spec(tool)
        if spec is None:
            raise ArgumentsError(f"tool {tool} is unknown")
        if call.account_id is not None and account_id is not None and call.account_id != account_id:
            raise ArgumentsError(
                "two accounts are named", why=f"the proposal says {account_id}, the arguments say {call.account_id}"
            )
        account = call.account_id or account_id
        stage = None if account is None else self.stages(reader, account)
        facts = facts_about(
            self,
            reader,
            kind=kind,
            tool=tool,
            proposer=proposer,
            origin=origin,
            account=account,
            stage=stage,
            arguments=call.arguments,
            call=call,
        )
        verdict = classify(facts, self.policy)
        risk = risk_of(normalise(kind), stage, spec, call)
        return Judgement(call, stage, verdict, self.policy.version, risk), account

    def judge_again(self, reader: Reader, action: Action) -> Judgement:
        """Judge a recorded action by the facts of this moment.

        Raises:
            ArgumentsError: its tool is gone or does not accept its arguments any more.
        """
        judgement, _ = self.judge(
            reader,
            action.kind,
            action.tool,
            action.arguments,
            action.account_id,
            proposer=action.proposer,
            origin=action.origin,
        )
        return judgement

    def expiry(self, kind: str, verdict: Verdict | None = None) -> timedelta:
        """How long a question of this kind stays open, by the verdict where it says so, else by the settings."""
        if verdict is not None and verdict.expiry_seconds is not None:
            return timedelta(seconds=verdict.expiry_seconds)
        by_kind = {normalise(name): seconds for name, seconds in self.settings.expiry_seconds_by_kind.items()}
        return timedelta(seconds=by_kind.get(kind, self.settings.expiry_seconds))

    def grace(self, verdict: Verdict) -> timedelta:
        """How long a yes can be undone before the start."""
        seconds = self.settings.grace_seconds if verdict.grace_seconds is None else verdict.grace_seconds
        return timedelta(seconds=seconds)

    def sealed(self, action: Action) -> Action:
        """The action with the digest of its present content."""
        return changed(action, digest=action.computed_digest())

    def move(
        self, tx: Transaction, before: Action, after: Action, event: str, *, actor: str = ENGINE, **data: JSON
    ) -> Action:
        """Store a change of state and journal it."""
        repository.move(tx, before, after)
        if after.status is ActionStatus.PENDING:
            self.room.take()
        tx.record(event, after.id, {**state(after), **data}, actor)
        if event in TOLD:
            self.tell(tx, after, event, data)
        return after

    def revise(
        self,
        tx: Transaction,
        action: Action,
        judgement: Judgement,
        *,
        event: str = "action.revised",
        actor: str = ENGINE,
        ask_again: bool = False,
        **data: JSON,
    ) -> Action:
        """Give an action a new revision under new facts; every decision on the old one is void.

        Args:
            tx: the unit of work.
            action: a pending or approved action whose record was found sound.
            judgement: the facts.
            event: the journal's word for it.
            actor: who caused it.
            ask_again: an operator has to answer, even if the guardrails would not ask.
            data: more for the journal.
        """
        revised = judgement.applied_to(action)
        open_for = self.expiry(action.kind, judgement.verdict)
        status = {Tier.HARD_STOP: ActionStatus.BLOCKED, Tier.APPROVAL: ActionStatus.PENDING}.get(
            revised.tier, ActionStatus.PENDING if ask_again else ActionStatus.APPROVED
        )
        revised = changed(
            revised,
            revision=action.revision + 1,
            status=status,
            asked=tx.now,
            expires=tx.now + open_for,
            decided_by=None,
            decided_at=None,
            decision_reason=None,
            not_before=tx.now if status is ActionStatus.APPROVED else None,
            launch_by=tx.now + open_for if status is ActionStatus.APPROVED else None,
            ended=tx.now if status is ActionStatus.BLOCKED else None,
            outcome=revised.why if status is ActionStatus.BLOCKED else None,
        )
        if status is ActionStatus.PENDING and action.status is not ActionStatus.PENDING:
            twin = repository.pending_like(tx, action.fingerprint)
            if twin is not None:
                return self.close(tx, action, ActionStatus.WITHDRAWN, f"action {twin.id} asks the same")
        content = {**data, **shown(revised), **files_of(judgement)}
        return self.move(tx, action, self.sealed(revised), event, actor=actor, **content)

    def close(
        self, tx: Transaction, action: Action, status: ActionStatus, reason: str, *, actor: str = ENGINE
    ) -> Action:
        """End an action without an effect."""
        after = changed(action, status=status, ended=tx.now, outcome=reason)
        return self.move(tx, action, after, f"action.{status.value}", actor=actor, reason=reason)

    def decide(
        self,
        tx: Transaction,
        action: Action,
        verdict: str,
        decider: str,
        reason: str,
        role: str | None = None,
        *,
        seat: str = "",
        reading_us: int | None = None,
    ) -> None:
        """Put a decision on record, for good."""
        answer = Answer(verdict, decider, role, reason, seat, reading_us)
        keep(tx, self.clock.new_id(), action, answer, self.policy.version)


def shown(action: Action) -> dict[str, JSON]:
    """What the journal keeps of an action's content."""
    return {
        "kind": action.kind,
        "tool": action.tool,
        "arguments": action.arguments,
        "account": action.account_id,
        "stage": action.stage.value if action.stage else None,
        "rule": action.rule,
        "why": action.why,
        "risk": action.risk.value,
        "effect": action.effect,
        "reason": action.reason,
        "origin": action.origin,
    }


def fingerprint(proposer: str, kind: str, tool: str, arguments: dict[str, JSON], account_id: str | None) -> str:
    """What two requests for the same thing by the same proposer have in common."""
    return digest([proposer, kind, tool, arguments, account_id])
