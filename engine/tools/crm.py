"""Changing what the CRM tables say about an account or about one of its opportunities."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ..canonical import JSON
from ..crm import Account, Opportunity, write_rows
from ..crm.repository import Provenance
from ..crm.stages import CrmError, set_account_stage, settle_accounts
from ..governance.kinds import Stage
from ..governance.ports import Effect, ToolContext, ToolError, ToolResult
from ..storage import Reader, Transaction
from .base import InsideTool, ToolArguments
from .email import plain_address
from .text import Identifier, Line, one_line

StageWord = Literal["prospecting", "qualification", "evaluation", "negotiation", "closed_won", "closed_lost"]
Text = Annotated[str, StringConstraints(max_length=200), AfterValidator(one_line)]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]

MOST_CENTS: Final = 1_000_000_000_000
"""The largest value of an opportunity, in cents."""
_Before: TypeAlias = "dict[str, JSON]"
_OF_ACCOUNT: Final = ("name", "sector", "location", "parent", "contact_email")
_OF_OPPORTUNITY: Final = ("product", "agent", "value_cents", "engage_date", "close_date")


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


class CrmUpdateArguments(ToolArguments):
    """What changes; what is not named stays."""

    account_id: Identifier
    """The account."""
    opportunity_id: Identifier | None = None
    """Change this opportunity of the account's instead of the account itself."""
    stage: StageWord | None = None
    """How far the account or the opportunity has come."""
    name: Line | None = None
    """The account's name."""
    sector: Text | None = None
    """Its line of business."""
    location: Text | None = None
    """Where it is."""
    parent: Text | None = None
    """The account that owns it."""
    contact_email: Text | None = None
    """Whom to write to; empty for nobody."""
    product: Text | None = None
    """What the opportunity sells."""
    agent: Text | None = None
    """Who works on it."""
    value_cents: Annotated[int | None, Field(ge=0, le=MOST_CENTS)] = None
    """What it is worth, in cents."""
    engage_date: Annotated[Day | None, AfterValidator(lambda day: day and _day(day))] = None
    """Its first day, ISO."""
    close_date: Annotated[Day | None, AfterValidator(lambda day: day and _day(day))] = None
    """The day it was won or lost, ISO; today where it is closed without one."""

    @model_validator(mode="after")
    def _fits(self) -> CrmUpdateArguments:
        other = _OF_ACCOUNT if self.opportunity_id is not None else _OF_OPPORTUNITY
        strange = [name for name in other if getattr(self, name) is not None]
        if strange:
            subject = "an opportunity" if self.opportunity_id is not None else "an account"
            raise ValueError(f"{', '.join(strange)} is not of {subject}")
        if not self.changes():
            raise ValueError("names nothing to change")
        if self.contact_email:
            plain_address(self.contact_email)
        return self

    def changes(self) -> dict[str, str | int]:
        """What is to be what, by field."""
        named = ("stage", *_OF_ACCOUNT, *_OF_OPPORTUNITY)
        return {name: value for name in named if (value := getattr(self, name)) is not None}


class CrmUpdateTool(InsideTool[CrmUpdateArguments]):
    """Changes a row of the CRM tables; old and new are journalled with it."""

    name: ClassVar[str] = "crm_update"
    description: ClassVar[str] = "Changes an account or an opportunity in the CRM."
    effect: ClassVar[Effect] = Effect.LOCAL
    undoable: ClassVar[bool] = True
    arguments = CrmUpdateArguments

    def summary(self, arguments: CrmUpdateArguments) -> str:
        what = ", ".join(arguments.changes()).replace("_", " ")
        of = f"opportunity {arguments.opportunity_id} of " if arguments.opportunity_id is not None else ""
        return f"changes {what} of {of}{arguments.account_id}"

    def account(self, arguments: CrmUpdateArguments) -> str | None:
        return arguments.account_id

    def apply(self, arguments: CrmUpdateArguments, context: ToolContext, tx: Transaction) -> ToolResult:
        changes = arguments.changes()
        try:
            if arguments.opportunity_id is None:
                before = _change_account(tx, arguments, context)
                subject, kind = arguments.account_id, "account.updated"
            else:
                before = _change_opportunity(tx, arguments.opportunity_id, arguments, context)
                subject, kind = arguments.opportunity_id, "opportunity.updated"
        except CrmError as error:
            raise ToolError(error.what, why=error.why, remedy=error.remedy) from error
        data = {"from": before, "to": changes, "account": arguments.account_id, "action": context.action_id}
        tx.record(kind, subject, data, context.proposer)
        said = ", ".join(f"{name.replace('_', ' ')} {before[name]} → {value}" for name, value in changes.items())
        return ToolResult(f"{subject}: {said}", {"before": dict(before)})


def _change_account(tx: Transaction, arguments: CrmUpdateArguments, context: ToolContext) -> _Before:
    row = tx.row("SELECT * FROM accounts WHERE id = ?", (arguments.account_id,))
    if row is None:
        raise _unknown("account", arguments.account_id)
    old = Account(row["id"], *(row[name] for name in _OF_ACCOUNT))
    before: _Before = {name: row[name] for name in _OF_ACCOUNT if name in arguments.changes()}
    fields = {name: getattr(arguments, name) for name in _OF_ACCOUNT if getattr(arguments, name) is not None}
    write_rows(tx, [replace(old, **fields)], Provenance(CrmUpdateTool.name, context.proposer))
    if arguments.stage is not None:
        was = set_account_stage(tx, old.id, Stage(arguments.stage), source=CrmUpdateTool.name, actor=context.proposer)
        before["stage"] = was.value
    return before


def _change_opportunity(
    tx: Transaction, opportunity_id: str, arguments: CrmUpdateArguments, context: ToolContext
) -> _Before:
    old = _opportunity(tx, opportunity_id)
    if old is None or old.account_id != arguments.account_id:
        raise _unknown("opportunity", opportunity_id, f"{arguments.account_id} has none of that id")
    stage = Stage(arguments.stage) if arguments.stage is not None else old.stage
    closed = stage in {Stage.CLOSED_WON, Stage.CLOSED_LOST}
    close = date.fromisoformat(arguments.close_date) if arguments.close_date else old.close_date
    if not closed and arguments.close_date:
        raise ToolError(f"{opportunity_id} cannot be changed", why="only a closed opportunity has a close date")
    new = replace(
        old,
        stage=stage,
        source_stage=old.source_stage if stage is old.stage else stage.value,
        product=old.product if arguments.product is None else arguments.product,
        agent=old.agent if arguments.agent is None else arguments.agent,
        value_cents=old.value_cents if arguments.value_cents is None else arguments.value_cents,
        engage_date=date.fromisoformat(arguments.engage_date) if arguments.engage_date else old.engage_date,
        close_date=(close or tx.now.date()) if closed else None,
    )
    if new.stage is Stage.CLOSED_WON and new.value_cents is None:
        raise ToolError(f"{opportunity_id} cannot be won", why="nobody knows its value", remedy="Name value_cents.")
    if new.engage_date and new.close_date and new.close_date < new.engage_date:
        raise ToolError(f"{opportunity_id} cannot be changed", why="it would close before its first day")
    write_rows(tx, [new], Provenance(CrmUpdateTool.name, context.proposer))
    settle_accounts(tx, source=CrmUpdateTool.name, actor=context.proposer)
    return {name: _plain(getattr(old, name)) for name in arguments.changes()}


def _opportunity(reader: Reader, opportunity_id: str) -> Opportunity | None:
    row = reader.row("SELECT * FROM opportunities WHERE id = ?", (opportunity_id,))
    if row is None:
        return None
    return Opportunity(
        id=row["id"],
        account_id=row["account_id"],
        product=row["product"],
        agent=row["agent"],
        stage=Stage(row["stage"]),
        source_stage=row["source_stage"],
        engage_date=date.fromisoformat(row["engage_date"]) if row["engage_date"] else None,
        close_date=date.fromisoformat(row["close_date"]) if row["close_date"] else None,
        value_cents=row["value_cents"],
    )


def _plain(value: object) -> str | int | None:
    match value:
        case None | int():
            return value
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _unknown(noun: str, name: str, why: str = "") -> ToolError:
    return ToolError(f"{noun} {name[:60]} cannot be changed", why=why or f"there is no such {noun}")
