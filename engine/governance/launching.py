"""Launching: the last check before an effect, the intent on record before it, and the outcome after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeAlias

from ..canonical import JSON, JsonError, canonical
from ..crashpoint import crashpoint
from ..storage import Reader, Transaction, to_us
from . import repository, standing
from .action import Action, ActionStatus, changed
from .bounds import over_budget, spend
from .deciding import expire
from .desk import Desk
from .drift import what_changed
from .halt import holding
from .judgement import Judgement
from .kinds import Tier
from .ports import ArgumentsError, ToolContext, ToolResult
from .trail import Trail, disagreement, missing_grant, read_trail

Position: TypeAlias = tuple[int, str]
"""A place in the queue of approved actions: start in µs, and id."""
FIRST: Final[Position] = (-1, "")
"""The place before all others."""

_RECOVERY_BATCH: Final = 10_000
INTERRUPTED: Final = "the engine stopped between its start and the record of its end"
"""Why an execution was cut off, where nothing else is known."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One start of an action, on record before the effect.

    Attributes:
        id: of this start.
        action: as it was started.
        attempt: which start of this action it is, from 1.
        started: when.
    """

    id: str
    action: Action
    attempt: int
    started: datetime

    def context(self, workspace: Path) -> ToolContext:
        """What the tool is told about the action that it carries out."""
        action = self.action
        return ToolContext(action.id, action.proposer, action.account_id, action.origin, self.started, workspace)


class HoldCode(StrEnum):
    """Why an action did not start."""

    NOT_DUE = "not_due"
    """It is not approved, or its grace period is not over."""
    PAUSED = "paused"
    """An operator paused it; it stays approved."""
    REFUSED = "refused"
    """It must not run; its state says so now."""
    ASKED_AGAIN = "asked_again"
    """Something changed, and an operator has to answer again."""


@dataclass(frozen=True, slots=True)
class Held:
    """A start that did not happen."""

    code: HoldCode
    why: str
    action: Action | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    Attributes:
        status: executed, failed or uncertain.
        summary: one line for people.
        data: particulars.
    """

    status: ActionStatus
    summary: str
    data: dict[str, JSON]


def executed(result: ToolResult) -> Outcome:
    """The outcome of a run that returned."""
    return Outcome(ActionStatus.EXECUTED if result.ok else ActionStatus.FAILED, result.summary, result.data)


def paused(reader: Reader, action: Action) -> str | None:
    """Why an operator's pause keeps this action from starting: of everything, of its proposer, or of its platform."""
    pause = holding(reader, action.proposer, action.tool)
    return None if pause is None else f"{pause.operator} paused {pause.scope.value} {pause.target}"


def begin(desk: Desk, tx: Transaction, action_id: str) -> Execution | Held:
    """Check everything once more and put the intent on record.

    The row is believed only where the journal agrees with it; the guardrails are asked again with the stage, policy and
    tool of this moment; and the yes that it rests on must cover exactly this digest.
    """
    action = repository.get(tx, action_id)
    if action is None or action.status is not ActionStatus.APPROVED:
        return Held(HoldCode.NOT_DUE, "it is not approved", action)
    trail = read_trail(tx, action.id)
    held = _check_record(desk, tx, action, trail) or _check_time(desk, tx, action, trail)
    checked = held or _check_facts(desk, tx, action, trail)
    if isinstance(checked, Held):
        return checked
    current, judgement = checked
    why = desk.halted(tx, current)
    if why is not None:
        return Held(HoldCode.PAUSED, why, current)
    over = _check_budget(desk, tx, current, trail, judgement)
    if over is not None:
        return over
    if not trail.starts:
        spend(desk, tx, current, judgement.call)
    return _start(desk, tx, current, trail)


def ready(
    desk: Desk, reader: Reader, now: datetime, after: Position, limit: int
) -> tuple[list[Action], Position | None]:
    """Approved actions whose start has come and that no pause holds, from behind ``after``.

    Returns:
        the actions, and where to go on; nothing there once all were seen.
    """
    page = repository.due(reader, now, after=after, limit=limit)
    found = [action for _, action_id in page if (action := repository.get(reader, action_id)) is not None]
    return [action for action in found if desk.halted(reader, action) is None], page[-1] if page else None


def finish(desk: Desk, tx: Transaction, execution: Execution, outcome: Outcome) -> bool:
    """Record what came of an execution.

    Returns:
        whether this execution was still the one that counts; one that was given up meanwhile changes nothing.
    """
    action = repository.get(tx, execution.action.id)
    data = canonical(outcome.data).decode()
    ended = tx.execute(
        "UPDATE executions SET ended_us = ?, outcome = ?, summary = ? WHERE id = ? AND outcome IS NULL",
        (to_us(tx.now), outcome.status.value, outcome.summary, execution.id),
    )
    if ended != 1 or action is None or action.status is not ActionStatus.EXECUTING:
        tx.record("execution.disowned", execution.action.id, {"execution": execution.id, "outcome": outcome.status})
        return False
    after = changed(action, status=outcome.status, ended=tx.now, outcome=outcome.summary, outcome_json=data)
    desk.move(tx, action, after, f"action.{outcome.status.value}", execution=execution.id, summary=outcome.summary)
    return True


def recover(desk: Desk, tx: Transaction) -> tuple[Action, ...]:
    """Settle what was running when the engine last stopped; call it once, before anything is launched.

    An action whose tool is idempotent is approved again and will run with the same key; any other becomes uncertain.

    Returns:
        the actions that became uncertain.
    """
    uncertain: list[Action] = []
    for action_id in repository.executing(tx, _RECOVERY_BATCH):
        action = repository.get(tx, action_id)
        if action is not None and not interrupted(desk, tx, action):
            uncertain.append(action)
    return tuple(uncertain)


def interrupted(desk: Desk, tx: Transaction, action: Action, why: str = INTERRUPTED) -> bool:
    """Settle one action whose run was cut off.

    Args:
        desk: what the parts of the gate share.
        tx: the unit of work.
        action: an action that is recorded as running.
        why: what cut it off, as a sentence.

    Returns:
        whether it will be tried again; otherwise it is uncertain now.
    """
    tx.execute(
        "UPDATE executions SET ended_us = ?, outcome = 'interrupted', summary = ?"
        " WHERE action_id = ? AND outcome IS NULL",
        (to_us(tx.now), why, action.id),
    )
    trail = read_trail(tx, action.id)
    unsound = disagreement(action, trail)
    spec = desk.toolbox.spec(action.tool)
    if unsound is None and spec is not None and spec.idempotent and trail.starts < desk.settings.max_attempts:
        after = changed(
            action, status=ActionStatus.APPROVED, not_before=tx.now, launch_by=tx.now + desk.expiry(action.kind)
        )
        desk.move(tx, action, after, "action.resumed", attempts=trail.starts)
        return True
    desk.close(tx, action, ActionStatus.UNCERTAIN, f"record changed: {unsound}" if unsound else why)
    return False


def _start(desk: Desk, tx: Transaction, action: Action, trail: Trail) -> Execution:
    attempt = trail.starts + 1
    execution = Execution(desk.clock.new_id(), changed(action, status=ActionStatus.EXECUTING), attempt, tx.now)
    tx.execute(
        "INSERT INTO executions (id, action_id, attempt, revision, digest, started_us) VALUES (?,?,?,?,?,?)",
        (execution.id, action.id, attempt, action.revision, action.digest, to_us(tx.now)),
    )
    desk.move(tx, action, execution.action, "action.started", execution=execution.id, attempt=attempt)
    crashpoint("gate.start:recorded")
    return execution


def _check_record(desk: Desk, tx: Transaction, action: Action, trail: Trail) -> Held | None:
    unsound = disagreement(action, trail) or missing_grant(tx, action, trail)
    if unsound is None and trail.by_rule:
        rule_id = str(trail.granted_by).removeprefix(standing.RULE_ACTOR)
        unsound = standing.unproven(tx, action, rule_id, trail.use)
    return _refuse(desk, tx, action, trail, f"record changed: {unsound}") if unsound else None


def _check_time(desk: Desk, tx: Transaction, action: Action, trail: Trail) -> Held | None:
    if action.not_before is None or tx.now < action.not_before:
        return Held(HoldCode.NOT_DUE, "its grace period is not over", action)
    if action.launch_by is not None and tx.now < action.launch_by:
        return None
    why = "it could not start in time"
    if trail.starts:
        return _refuse(desk, tx, action, trail, why)
    return Held(HoldCode.REFUSED, why, expire(desk, tx, action, why))


def _check_facts(desk: Desk, tx: Transaction, action: Action, trail: Trail) -> tuple[Action, Judgement] | Held:
    try:
        judgement = desk.judge_again(tx, action)
    except (ArgumentsError, JsonError) as error:
        return _refuse(desk, tx, action, trail, error.sentence())
    fallen = standing.fallen(tx, trail.granted_by, tx.now)
    if judgement.agrees_with(action) and fallen is None:
        return action, judgement
    if trail.starts:
        return _refuse(
            desk, tx, action, trail, fallen or f"{what_changed(tx, action, judgement)} after it was interrupted"
        )
    cause = fallen or f"{what_changed(tx, action, judgement)} before its start"
    revised = desk.revise(tx, action, judgement, ask_again=fallen is not None, cause=cause)
    return (revised, judgement) if revised.status is ActionStatus.APPROVED else _not_now(revised, cause)


def _check_budget(desk: Desk, tx: Transaction, action: Action, trail: Trail, judgement: Judgement) -> Held | None:
    # An operator's own yes gets past a budget; an interrupted action was counted at its first start.
    by_itself = action.tier is Tier.AUTONOMOUS or trail.by_rule
    excess = over_budget(desk, tx, action, judgement.call) if by_itself and not trail.starts else None
    if excess is None:
        return None
    if action.tier is Tier.AUTONOMOUS:
        judgement = replace(judgement, verdict=excess.verdict())
    return _not_now(desk.revise(tx, action, judgement, ask_again=True, cause=excess.why), excess.why)


def _not_now(revised: Action, cause: str) -> Held:
    if revised.status is ActionStatus.PENDING:
        return Held(HoldCode.ASKED_AGAIN, cause, revised)
    return Held(HoldCode.REFUSED, revised.why, revised)


def _refuse(desk: Desk, tx: Transaction, action: Action, trail: Trail, why: str) -> Held:
    # Started before and cut off: its effect may have happened, so saying "blocked" would be claiming too much.
    status = ActionStatus.UNCERTAIN if trail.starts else ActionStatus.BLOCKED
    return Held(HoldCode.REFUSED, why, desk.close(tx, action, status, why))
