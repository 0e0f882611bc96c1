"""Commands that decide about actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ...client.protocol import CommandRefused, Reply, as_refusal
from ...commands import (
    ApproveAction,
    ClaimAction,
    DecideMany,
    EditAction,
    ProposeAction,
    RejectAction,
    SettleAction,
    SnoozeAction,
    UndoApproval,
    WithdrawAction,
)
from ...governance.action import Action, ActionStatus
from ...governance.deciding import Decided, DecisionRefused, Shown
from ...governance.gate import Gate
from ...governance.proposal import Proposal, ProposalError
from ...operators import Operator
from ...storage import Transaction
from ..dispatch import UnitHandler
from ..find import find_id

_TOLD = 3
"""How many refusals of a batch its sentence repeats; the reply's data holds them all."""


def action_units(gate: Gate) -> Mapping[str, UnitHandler]:
    """The commands about actions; each is one unit of work."""
    return {**_answers(gate), **_revisions(gate), **_looks(gate)}


def _answers(gate: Gate) -> Mapping[str, UnitHandler]:
    def approve(tx: Transaction, arguments: ApproveAction, operator: Operator) -> Reply | CommandRefused:
        decided = gate.approve(tx, _id(tx, arguments.id), arguments.revision, arguments.digest, operator)
        return _answer(decided, "approved")

    def reject(tx: Transaction, arguments: RejectAction, operator: Operator) -> Reply | CommandRefused:
        action_id = _id(tx, arguments.id)
        decided = gate.reject(tx, action_id, arguments.revision, arguments.digest, operator, arguments.reason)
        return _answer(decided, "rejected")

    def decide_many(tx: Transaction, arguments: DecideMany, operator: Operator) -> Reply:
        items = [Shown(_whole(tx, item.id), item.revision, item.digest) for item in arguments.items]
        results = gate.decisions.many(tx, arguments.verdict, items, operator, arguments.reason)
        return _answered_many(arguments.verdict, results)

    def undo(tx: Transaction, arguments: UndoApproval, operator: Operator) -> Reply | CommandRefused:
        return _answer(gate.undo(tx, _id(tx, arguments.id), operator), "waits again")

    def settle(tx: Transaction, arguments: SettleAction, operator: Operator) -> Reply | CommandRefused:
        action_id = _id(tx, arguments.id)
        settled = gate.decisions.settle(tx, action_id, operator, happened=arguments.happened, note=arguments.note)
        return _answer(settled, "is settled: it happened" if arguments.happened else "is settled: it did not happen")

    return {
        "action.approve": approve,
        "action.reject": reject,
        "action.decide_many": decide_many,
        "action.undo": undo,
        "action.settle": settle,
    }


def _revisions(gate: Gate) -> Mapping[str, UnitHandler]:
    def edit(tx: Transaction, arguments: EditAction, operator: Operator) -> Reply | CommandRefused:
        shown = Shown(_id(tx, arguments.id), arguments.revision, arguments.digest)
        edited = gate.decisions.edit(tx, shown, operator, arguments.arguments, arguments.reason)
        if isinstance(edited, Action) and edited.status is ActionStatus.BLOCKED:
            return Reply(f"{edited.kind} is blocked now: {edited.why}.", _data(edited))
        return _answer(edited, "has a new revision, which waits for an answer")

    def withdraw(tx: Transaction, arguments: WithdrawAction, operator: Operator) -> Reply | CommandRefused:
        withdrawn = gate.withdraw(tx, _id(tx, arguments.id), operator.proposer, arguments.reason)
        return _answer(withdrawn, "withdrawn")

    def propose(tx: Transaction, arguments: ProposeAction, operator: Operator) -> Reply | CommandRefused:
        proposal = Proposal(
            kind=arguments.kind,
            tool=arguments.tool,
            arguments=arguments.arguments,
            proposer=operator.proposer,
            reason=arguments.reason,
            account_id=arguments.account or None,
        )
        try:
            action = gate.propose(tx, proposal)
        except ProposalError as error:
            return as_refusal(error)
        return Reply(f"{action.kind} is {action.status.value}: {action.why}.", _data(action))

    return {"action.edit": edit, "action.withdraw": withdraw, "action.propose": propose}


def _looks(gate: Gate) -> Mapping[str, UnitHandler]:
    def claim(tx: Transaction, arguments: ClaimAction, operator: Operator) -> Reply | CommandRefused:
        action_id = _id(tx, arguments.id)
        take = gate.decisions.release if arguments.release else gate.decisions.claim
        claimed = take(tx, action_id, operator)
        if isinstance(claimed, DecisionRefused):
            return as_refusal(claimed.error())
        others = f" So does {', '.join(claimed.others)}." if claimed.others else ""
        said = "You no longer look at it." if arguments.release else f"The others see that you look at it.{others}"
        return Reply(said, {"id": action_id, "others": list(claimed.others)})

    def snooze(tx: Transaction, arguments: SnoozeAction, operator: Operator) -> Reply | CommandRefused:
        snoozed = gate.decisions.snooze(tx, _id(tx, arguments.id), operator, arguments.seconds)
        if isinstance(snoozed, DecisionRefused):
            return as_refusal(snoozed.error())
        action, until = snoozed.action, snoozed.until
        if until is None:
            return Reply(f"{action.kind} is in sight again.", {"id": action.id, "until": None})
        text = f"{action.kind} is out of sight until {until:%H:%M:%S}Z; its deadline stays {action.expires:%H:%M:%S}Z."
        return Reply(text, {"id": action.id, "until": until.isoformat()})

    return {"action.claim": claim, "action.snooze": snooze}


def _answered_many(verdict: str, results: Sequence[tuple[str, Decided]]) -> Reply:
    rows: list[dict[str, object]] = []
    for action_id, decided in results:
        if isinstance(decided, DecisionRefused):
            rows.append({"id": action_id, "done": False, "code": decided.code.value, "why": decided.why})
        else:
            rows.append({"done": True, **_data(decided)})
    done = sum(row["done"] is True for row in rows)
    text = f"{done} of {len(rows)} {'approved' if verdict == 'approve' else 'rejected'}."
    whys = Counter(str(row["why"]) for row in rows if not row["done"])
    for why, times in whys.most_common(_TOLD):
        text += f" {times} not: {why}."
    return Reply(text, {"done": done, "results": rows})


def _id(tx: Transaction, part: str) -> str:
    return find_id(tx, "actions", part)


def _whole(tx: Transaction, part: str) -> str:
    """The whole id; as it is where there is none such, so that only that one is refused."""
    try:
        return _id(tx, part)
    except CommandRefused:
        return part


def _answer(decided: Decided, verb: str) -> Reply | CommandRefused:
    if isinstance(decided, DecisionRefused):
        return as_refusal(decided.error())
    if verb == "approved" and decided.status is ActionStatus.PENDING:
        return Reply(f"Your yes is on record; {decided.kind} needs {decided.quorum} operators.", _data(decided))
    return Reply(f"{decided.kind} {verb}{_when(decided)}.", _data(decided))


def _data(action: Action) -> dict[str, object]:
    return {"id": action.id, "status": action.status.value, "revision": action.revision, "digest": action.digest}


def _when(action: Action) -> str:
    if action.status is ActionStatus.APPROVED and action.not_before and action.decided_at:
        seconds = (action.not_before - action.decided_at).total_seconds()
        return f"; it starts in {seconds:g} s unless undone" if seconds > 0 else ""
    return ""
