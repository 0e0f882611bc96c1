"""The gate: the only way from a wish to an effect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from ..canonical import JSON
from ..clock import Clock
from ..operators import Operator
from ..settings.governance import GovernanceSettings
from ..storage import Reader, Transaction
from . import bounds, deciding, launching, proposing, repository, standing
from .action import Action, ActionStatus
from .asking import facts_about
from .attention import anything_to_escalate, escalate_due
from .budgets import Allowance, Use
from .deciding import Decided, Decisions
from .desk import Desk
from .facts import ActionFacts, Opinion, Verdict
from .guardrails import explain
from .kinds import Stage
from .launching import FIRST, Execution, Held, Outcome, Position, paused
from .policy import SUPPOSED, Policy, Rules
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
from .proposal import Proposal
from .standing import StandingRule
from .trail import disagreement, read_trail

if TYPE_CHECKING:
    from ..commands import AllowLike

_JUDGE_BATCH = repository.PAGE_LIMIT


class Gate:
    """Takes proposals, decisions and launches; every method is a unit of work inside a transaction.

    Args:
        settings: the table ``[governance]``.
        toolbox: the tools that there are.
        clock: makes identifiers; the time is the transaction's.
        stages: looks up an account's stage in the engine's own records.
        halted: says why an action must not start now; by default operators' pauses.
        tainted: says whether a proposal was written after reading text from outside.
        tell: tells a proposer what came of its question.
        unreachable: says why no operator can be reached; empty while one can.
    """

    def __init__(
        self,
        settings: GovernanceSettings,
        toolbox: Toolbox,
        clock: Clock,
        stages: StageLookup,
        halted: HaltCheck = paused,
        tainted: TaintLookup = untainted,
        *,
        tell: Tell = untold,
        unreachable: ReachCheck = reachable,
    ) -> None:
        self._desk = Desk(settings, toolbox, clock, stages, halted, tainted, tell=tell, unreachable=unreachable)
        self.decisions = Decisions(self._desk)
        """What operators can do to questions besides a plain yes or no."""

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._desk.policy

    @property
    def settings(self) -> GovernanceSettings:
        """The settings in force."""
        return self._desk.settings

    def configure(self, settings: GovernanceSettings, rules: Rules | None = None, capped: str = "") -> None:
        """Put other settings in force; follow it with :meth:`judge_waiting` in a unit of work.

        Args:
            settings: the table ``[governance]``.
            rules: what the policy file says; nothing leaves it as it is.
            capped: with ``rules``: why nothing may run by itself.
        """
        self._desk.configure(settings, rules, capped)

    def opinions(self, facts: ActionFacts) -> tuple[Opinion, ...]:
        """Every rule that matches such an action, the one that decides first."""
        return explain(facts, self._desk.policy)

    def facts(
        self,
        reader: Reader,
        *,
        kind: str,
        tool: str,
        arguments: dict[str, JSON],
        proposer: str,
        origin: str | None = None,
        account: str | None = None,
        stage: Stage | None = None,
    ) -> ActionFacts:
        """What would be known about such an action now.

        Args:
            reader: what the engine knows.
            kind: however spelled.
            tool: empty for any.
            arguments: the tool's.
            proposer: who would ask.
            origin: the message that it would answer.
            account: the account it would be about.
            stage: that account's stage, where it is supposed; else it is looked up.

        Raises:
            ArgumentsError: there is no such tool, or it does not accept the arguments.
        """
        desk = self._desk
        call = desk.toolbox.prepare(tool, dict(arguments)) if tool and arguments else None
        account = (call.account_id if call is not None else None) or account
        if stage is None and account is not None:
            stage = desk.stages(reader, account)
        elif stage is not None and account is None:
            account = SUPPOSED
        return facts_about(
            desk,
            reader,
            kind=kind,
            tool=tool,
            proposer=proposer,
            origin=origin,
            account=account,
            stage=stage,
            arguments=arguments,
            call=call,
        )

    def expiry(self, kind: str, verdict: Verdict) -> float:
        """How long a question of that kind would stay open, in seconds."""
        return self._desk.expiry(kind, verdict).total_seconds()

    def propose(self, tx: Transaction, proposal: Proposal) -> Action:
        """Take a proposal to the guardrails and record what they say.

        Returns:
            the action: blocked, pending, approved, or the earlier one that this request repeats.

        Raises:
            ProposalError: it is not well formed or too much is open; journalled, if the caller catches the error inside
                its unit of work.
        """
        return proposing.propose(self._desk, tx, proposal)

    def approve(self, tx: Transaction, action_id: str, revision: int, digest: str, operator: Operator) -> Decided:
        """Say yes to exactly this revision and digest."""
        return deciding.approve(self._desk, tx, action_id, revision, digest, operator)

    def reject(
        self, tx: Transaction, action_id: str, revision: int, digest: str, operator: Operator, reason: str
    ) -> Decided:
        """Say no to exactly this revision and digest, with a reason that the proposer gets to see."""
        return deciding.reject(self._desk, tx, action_id, revision, digest, operator, reason)

    def undo(self, tx: Transaction, action_id: str, operator: Operator) -> Decided:
        """Take a yes back before its action starts."""
        return deciding.undo(self._desk, tx, action_id, operator)

    def withdraw(self, tx: Transaction, action_id: str, proposer: str, reason: str) -> Decided:
        """Take a proposal back, by its own proposer."""
        return deciding.withdraw(self._desk, tx, action_id, proposer, reason)

    def anything_due(self, reader: Reader, now: datetime) -> bool:
        """Whether :meth:`expire_due` or :meth:`escalate_due` has something to do."""
        overdue = repository.overdue(reader, now, 1) or standing.lapsed(reader, now, 1)
        return bool(overdue) or anything_to_escalate(reader, now)

    def expire_due(self, tx: Transaction) -> int:
        """Turn what nobody answered in time into a no and end rules whose time ran out; how many, a batch at most."""
        return deciding.expire_due(self._desk, tx) + standing.end_lapsed(tx, deciding.EXPIRY_BATCH)

    def escalate_due(self, tx: Transaction) -> int:
        """Tell of open questions that waited half of their time, each revision once; how many, a batch at most."""
        return escalate_due(tx)

    def make_rule(self, tx: Transaction, action_id: str, ask: AllowLike, operator: Operator) -> StandingRule:
        """Always allow, or with a :class:`DenyLike` always deny, what is like an action that was shown.

        Raises:
            StandingError: such a rule cannot be made, and why.
        """
        return standing.make(self._desk, tx, action_id, ask, operator)

    def check_rule(self, reader: Reader, example: Action, ask: AllowLike) -> tuple[str, ...]:
        """Make sure that such a rule could be made by somebody.

        Returns:
            for a permission: the guardrails that it would answer.

        Raises:
            StandingError: it could not, and why.
        """
        return standing.check(self._desk, reader, example, ask)

    def revoke_rule(self, tx: Transaction, rule_id: str, operator: Operator, reason: str) -> tuple[StandingRule, int]:
        """End a standing rule; returns it, and how many actions that it allowed are asked again.

        Raises:
            StandingError: there is no such rule, or it has ended.
        """
        return standing.revoke(self._desk, tx, rule_id, operator, reason)

    def limit(self, own: Iterable[Allowance]) -> None:
        """Put other allowances in force besides the policy's: the personas' own, by the settings."""
        self._desk.limit(own)

    def budgets(self, reader: Reader) -> tuple[Use, ...]:
        """How much of each limit is used now, of every subject that has one and used anything, or is named."""
        return bounds.uses(self._desk, reader)

    def spent(self, reader: Reader, subject: str) -> tuple[Use, ...]:
        """How much of each limit on one subject is used now."""
        return bounds.used(self._desk, reader, subject)

    def notes(self, reader: Reader, facts: ActionFacts) -> tuple[str, ...]:
        """What standing rules and budgets would say to such an action, were it proposed at ``facts.now``."""
        return bounds.notes(self._desk, reader, facts)

    def judge_waiting(self, tx: Transaction) -> int:
        """Judge everything that waits again, after the policy changed: tightening holds at once.

        Returns:
            how many actions got a new revision.
        """
        revised = 0
        for status in (ActionStatus.PENDING, ActionStatus.APPROVED):
            waiting: list[Action] = []
            while page := repository.with_status(tx, status, limit=_JUDGE_BATCH, offset=len(waiting)):
                waiting.extend(page)
            revised += sum(self._judge(tx, action) for action in waiting)
        return revised

    def ready(
        self, reader: Reader, now: datetime, after: Position = FIRST, limit: int = 64
    ) -> tuple[list[Action], Position | None]:
        """Actions that may start now, from behind ``after``, and where to go on; nothing there once all were seen."""
        return launching.ready(self._desk, reader, now, after, limit)

    def begin(self, tx: Transaction, action_id: str) -> Execution | Held:
        """Check everything once more and put the intent on record."""
        return launching.begin(self._desk, tx, action_id)

    def finish(self, tx: Transaction, execution: Execution, outcome: Outcome) -> bool:
        """Record what came of an execution; returns whether it still counted."""
        return launching.finish(self._desk, tx, execution, outcome)

    def interrupted(self, tx: Transaction, execution: Execution, why: str = launching.INTERRUPTED) -> bool:
        """Settle an execution that was cut off while the engine goes on; returns whether it will be tried again."""
        action = repository.get(tx, execution.action.id)
        if action is None or action.status is not ActionStatus.EXECUTING:
            return False
        return launching.interrupted(self._desk, tx, action, why)

    def recover(self, tx: Transaction) -> tuple[Action, ...]:
        """Settle what was running when the engine last stopped; returns what became uncertain."""
        return launching.recover(self._desk, tx)

    def _judge(self, tx: Transaction, action: Action) -> bool:
        if repository.get(tx, action.id) is None:
            # Its id was damaged, so that nothing can be said to it any more: it can neither be decided nor run.
            return False
        trail = read_trail(tx, action.id)
        unsound = disagreement(action, trail)
        if unsound is not None:
            self._desk.close(tx, action, ActionStatus.BLOCKED, f"record changed: {unsound}")
            return True
        if trail.starts:
            # Cut off once: it is settled at its next start, where only that start or "uncertain" can follow.
            return False
        try:
            judgement = self._desk.judge_again(tx, action)
        except ArgumentsError as error:
            self._desk.close(tx, action, ActionStatus.BLOCKED, error.sentence())
            return True
        if judgement.agrees_with(action):
            return False
        ask_again = action.status is ActionStatus.PENDING
        self._desk.revise(tx, action, judgement, ask_again=ask_again, cause="the policy changed")
        return True
