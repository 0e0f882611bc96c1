"""Proposals: checked for form, judged, merged with what is already open, and put on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NoReturn

from ..canonical import JSON, JsonError, canonical, check, parse_strict
from ..storage import Transaction
from . import repository, standing
from .action import Action, ActionStatus
from .bounds import over_budget
from .deciding import expire
from .desk import Desk, fingerprint, shown
from .drift import files_of
from .facts import Verdict
from .judgement import Judgement
from .kinds import Tier
from .names import MAX_NAME, normalise
from .ports import ArgumentsError
from .proposal import MAX_KEY, MAX_REASON, Proposal, ProposalError
from .standing import RuleEffect, StandingRule
from .trail import state


@dataclass(frozen=True, slots=True)
class _Considered:
    """A proposal after all that may answer it was asked.

    Attributes:
        action: as it would be recorded.
        judgement: on it.
        rule: the standing rule that answers it.
        passed_over: a standing rule that would have answered it, and the budget that stands against it.
    """

    action: Action
    judgement: Judgement
    rule: StandingRule | None = None
    passed_over: dict[str, JSON] | None = None


def propose(desk: Desk, tx: Transaction, proposal: Proposal) -> Action:
    """Take a proposal to the guardrails and record what they say.

    Returns:
        the action: blocked, pending, approved, or the earlier one that this request repeats.

    Raises:
        ProposalError: it is not well formed or too much is open; the refusal is journalled in ``tx``, which keeps it
            only if the caller catches the error inside its unit of work.
    """
    try:
        _check_form(proposal)
        if proposal.dedupe_key is not None:
            known = repository.by_dedupe_key(tx, proposal.proposer, proposal.dedupe_key)
            if known is not None:
                return known
        arguments = _arguments(desk, proposal)
        judgement, account = desk.judge(
            tx,
            proposal.kind,
            proposal.tool,
            arguments,
            proposal.account_id,
            proposer=proposal.proposer,
            origin=proposal.origin,
        )
    except (ArgumentsError, JsonError) as error:
        _refuse(tx, proposal, f"{error.what}: {error.why}" if error.why else error.what, error.remedy)
    except ProposalError as error:
        _refuse(tx, proposal, error.why, error.remedy)
    if proposal.must_ask and judgement.verdict.tier is Tier.AUTONOMOUS:
        why = "whoever proposes this has to ask"
        judgement = replace(judgement, verdict=Verdict(Tier.APPROVAL, standing.MUST_ASK, why))
    found = _considered(desk, tx, proposal, judgement, account)
    if found.rule is not None or found.action.status is ActionStatus.PENDING:
        merged = _merge(desk, tx, proposal, found.action)
        if merged is not None:
            return merged
    if found.rule is not None:
        return _answered(desk, tx, proposal, found, found.rule)
    return _recorded(desk, tx, proposal, found)


def _considered(
    desk: Desk, tx: Transaction, proposal: Proposal, judgement: Judgement, account: str | None
) -> _Considered:
    """What is asked, who may answer it for an operator, and whether a budget stands against going on by itself."""
    action = _drafted(desk, tx, proposal, judgement, account)
    rule = standing.find(desk, tx, action, judgement.verdict, must_ask=proposal.must_ask)
    if (action.tier is not Tier.AUTONOMOUS) if rule is None else (rule.effect is RuleEffect.DENY):
        return _Considered(action, judgement, rule)
    excess = over_budget(desk, tx, action, judgement.call)
    if excess is None:
        return _Considered(action, judgement, rule)
    if rule is None:
        asked = replace(judgement, verdict=excess.verdict())
        return _Considered(_drafted(desk, tx, proposal, asked, account), asked)
    return _Considered(action, judgement, None, {"rule": rule.id, "why": excess.why})


def _check_form(proposal: Proposal) -> None:
    if not normalise(proposal.kind) or len(proposal.kind) > MAX_NAME:
        raise ProposalError("proposal refused", why=f"its kind must have 1 to {MAX_NAME} characters")
    if not proposal.proposer:
        raise ProposalError("proposal refused", why="it names no proposer")
    if len(proposal.reason) > MAX_REASON:
        raise ProposalError("proposal refused", why=f"its reason is longer than {MAX_REASON} characters")
    keys = (proposal.proposer, proposal.tool, proposal.account_id, proposal.origin, proposal.dedupe_key)
    if any(len(key) > MAX_KEY for key in keys if key is not None):
        raise ProposalError("proposal refused", why=f"an identifier is longer than {MAX_KEY} characters")
    check([proposal.kind, proposal.reason, *keys])


def _arguments(desk: Desk, proposal: Proposal) -> JSON:
    limit = desk.settings.max_argument_bytes
    if isinstance(proposal.arguments, dict):
        return parse_strict(canonical(proposal.arguments), max_bytes=limit)
    return parse_strict(proposal.arguments, max_bytes=limit)


def _merge(desk: Desk, tx: Transaction, proposal: Proposal, asked: Action) -> Action | None:
    mark = asked.fingerprint
    quiet = timedelta(seconds=desk.settings.rejected_quiet_seconds)
    twin = (
        repository.pending_like(tx, mark)
        or repository.edited_to(tx, asked, asked.arguments_json)
        or repository.rejected_like(tx, mark, tx.now - quiet)
    )
    if twin is None or not standing.stands_behind(tx, twin):
        return None
    repository.count_repeat(tx, twin.id)
    tx.record("proposal.merged", twin.id, {"status": twin.status.value, "repeats": twin.repeats + 1}, proposal.proposer)
    return replace(twin, repeats=twin.repeats + 1)


def _drafted(desk: Desk, tx: Transaction, proposal: Proposal, judgement: Judgement, account: str | None) -> Action:
    kind = normalise(proposal.kind)
    status = judgement.status()
    runs = status is ActionStatus.APPROVED
    verdict = judgement.verdict
    blank = Action(
        id=desk.clock.new_id(),
        revision=1,
        kind=kind,
        tool=proposal.tool,
        binding="",
        arguments_json="{}",
        account_id=account,
        stage=None,
        tier=verdict.tier,
        rule="",
        why="",
        policy="",
        risk=judgement.risk,
        effect="",
        proposer=proposal.proposer,
        reason=proposal.reason,
        origin=proposal.origin,
        dedupe_key=proposal.dedupe_key,
        fingerprint=fingerprint(proposal.proposer, kind, proposal.tool, judgement.call.arguments, account),
        digest="",
        status=status,
        repeats=0,
        created=tx.now,
        expires=tx.now + desk.expiry(kind, verdict),
        not_before=tx.now if runs else None,
        launch_by=tx.now + desk.expiry(kind, verdict) if runs else None,
        ended=tx.now if status is ActionStatus.BLOCKED else None,
        outcome=verdict.why if status is ActionStatus.BLOCKED else None,
    )
    return desk.sealed(judgement.applied_to(blank))


def _recorded(desk: Desk, tx: Transaction, proposal: Proposal, found: _Considered) -> Action:
    action = found.action
    if action.status is ActionStatus.PENDING and not desk.room.has(tx, desk.settings.max_pending):
        _refuse(tx, proposal, f"{desk.settings.max_pending} questions are open already", "Answer some of them.")
    _record(desk, tx, proposal, action, found.judgement)
    if found.passed_over is not None:
        tx.record("action.passed_over", action.id, found.passed_over)
    unreachable = desk.unreachable(tx) if action.status is ActionStatus.PENDING else ""
    return expire(desk, tx, action, f"nobody can be reached: {unreachable}") if unreachable else action


def _record(desk: Desk, tx: Transaction, proposal: Proposal, action: Action, judgement: Judgement) -> Action:
    repository.insert(tx, action)
    if action.status is ActionStatus.PENDING:
        desk.room.take()
    mark: dict[str, JSON] = {standing.MUST_ASK: True} if proposal.must_ask else {}
    data = {**state(action), **shown(action), **files_of(judgement), **mark}
    tx.record("action.proposed", action.id, data, action.proposer)
    return action


def _answered(desk: Desk, tx: Transaction, proposal: Proposal, found: _Considered, rule: StandingRule) -> Action:
    # A question first, so that a standing answer leaves the same trace as an operator's.
    asked = replace(found.action, status=ActionStatus.PENDING, not_before=None, launch_by=None)
    _record(desk, tx, proposal, asked, found.judgement)
    return standing.apply(desk, tx, asked, found.judgement.verdict, rule)


def _refuse(tx: Transaction, proposal: Proposal, why: str, remedy: str) -> NoReturn:
    subject = proposal.proposer[:MAX_KEY].encode("utf-8", "backslashreplace").decode() or "nobody"
    kind = proposal.kind[:MAX_NAME].encode("utf-8", "backslashreplace").decode()
    tool = proposal.tool[:MAX_NAME].encode("utf-8", "backslashreplace").decode()
    tx.record("proposal.refused", subject, {"kind": kind, "tool": tool, "why": why}, subject)
    raise ProposalError("proposal refused", why=why, remedy=remedy)
