"""Other arguments for an open question: a new revision, judged again, with every yes to the old one void."""

from __future__ import annotations

from dataclasses import replace

from ...canonical import JSON, JsonError, canonical, parse_strict
from ...errors import WatchfloorError
from ...operators import Operator
from ...storage import Transaction
from .. import repository
from ..action import Action
from ..attention import wake
from ..desk import Desk
from ..ports import ArgumentsError
from ..revision_diff import Change, changes_between
from ..trail import EDITED
from .question import Shown, open_question
from .refusal import Decided, DecisionRefused, RefusalCode, told


def edit(desk: Desk, tx: Transaction, shown: Shown, operator: Operator, arguments: str, reason: str) -> Decided:
    """Give an open question other arguments. Nothing is approved by it, and it never becomes easier than it was.

    Returns:
        the new revision: pending, or blocked where the new arguments are a hard stop.
    """
    action_id = shown.id
    found = open_question(desk, tx, action_id, shown.revision, shown.digest, operator)
    if isinstance(found, DecisionRefused):
        return told(tx, action_id, operator, found)
    edited = _edited(desk, tx, found, operator, arguments)
    if isinstance(edited, DecisionRefused):
        return told(tx, action_id, operator, edited)
    try:
        judgement = desk.judge_again(tx, edited)
    except (ArgumentsError, JsonError) as error:
        return told(tx, action_id, operator, _invalid(_said(error), error.remedy, found))
    edited = replace(edited, account_id=judgement.call.account_id or found.account_id)
    twin = repository.asking(tx, edited, canonical(judgement.call.arguments).decode())
    if twin is not None:
        return told(tx, action_id, operator, _repeated(twin, found))
    desk.decide(tx, found, "edited", operator.name, reason, operator.role.title, seat=operator.seat)
    changes = changes_between(found.arguments, judgement.call.arguments)
    wake(tx, found.id)
    return desk.revise(
        tx,
        edited,
        judgement,
        event=EDITED,
        actor=operator.actor,
        ask_again=True,
        edited_by=operator.name,
        edit_reason=reason,
        changes=[_recorded(change) for change in changes],
    )


def _edited(desk: Desk, tx: Transaction, action: Action, operator: Operator, arguments: str) -> Decided:
    try:
        parsed = parse_strict(arguments, max_bytes=desk.settings.max_argument_bytes)
    except JsonError as error:
        return _invalid(_said(error), error.remedy, action)
    if not isinstance(parsed, dict):
        return _invalid("the arguments are not a JSON object", "Write them as name and value pairs.", action)
    return replace(action, arguments_json=canonical(parsed).decode(), edited_by=operator.name)


def _repeated(twin: Action, found: Action) -> DecisionRefused:
    if twin.id == found.id:
        return _invalid("it says exactly that already", "", found)
    return _invalid(f"action {twin.id} asks exactly this already", "Decide about that one.", found)


def _said(error: WatchfloorError) -> str:
    return f"{error.what}: {error.why}" if error.why else error.what


def _invalid(why: str, remedy: str, action: Action) -> DecisionRefused:
    return DecisionRefused(RefusalCode.INVALID, why, remedy, action)


def _recorded(change: Change) -> JSON:
    return [change.pointer, change.before, change.after]
