"""Rows of the CRM tables, and how one CSV record becomes one of them or is refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from ..governance.kinds import Stage
from ..governance.names import normalise
from ..settings.goals import AccountColumns, CrmSettings, InteractionColumns, OpportunityColumns

MAX_ID: Final = 200
"""Most characters of an id."""
MAX_TEXT: Final = 2_000
"""Most characters of any other text."""

CLOSED: Final = frozenset({Stage.CLOSED_WON, Stage.CLOSED_LOST})
"""Stages in which an opportunity is over."""

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONEY: Final = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2}))?")


class RowError(ValueError):
    """Why a record is not a row."""


@dataclass(frozen=True, slots=True)
class Account:
    """A customer or prospect."""

    id: str
    name: str
    sector: str
    location: str
    parent: str
    contact_email: str


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A possible sale.

    Attributes:
        account_id: nothing while nobody knows yet.
        stage: by the guardrails' names.
        source_stage: as the CRM spells it.
        engage_date: first day; nothing where unknown.
        close_date: for a closed one, the day it was won or lost.
        value_cents: 0 or more; nothing where unknown, never for a won one.
    """

    id: str
    account_id: str | None
    product: str
    agent: str
    stage: Stage
    source_stage: str
    engage_date: date | None
    close_date: date | None
    value_cents: int | None


@dataclass(frozen=True, slots=True)
class Interaction:
    """Something that happened between us and an account."""

    id: str
    account_id: str
    kind: str
    summary: str
    at: datetime
    actor: str


def stage_table(settings: CrmSettings) -> dict[str, Stage]:
    """The settings' stage mapping by normalised source name."""
    return {normalise(source): Stage(stage) for source, stage in settings.stages.items()}


def account_row(fields: Mapping[str, str], columns: AccountColumns) -> Account:
    """An account from a record.

    Raises:
        RowError: no id or name, a text is too long, or the contact is not a mail address.
    """
    contact = _optional(fields, columns.contact_email)
    if contact and not re.fullmatch(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}", contact):
        raise RowError(f"{columns.contact_email} is not a mail address")
    return Account(
        id=_identifier(fields, columns.id),
        name=_identifier(fields, columns.name),
        sector=_optional(fields, columns.sector),
        location=_optional(fields, columns.location),
        parent=_optional(fields, columns.parent),
        contact_email=contact,
    )


def opportunity_row(
    fields: Mapping[str, str], columns: OpportunityColumns, stages: Mapping[str, Stage], products: Mapping[str, str]
) -> Opportunity:
    """An opportunity from a record; whether its account exists is not looked at.

    Raises:
        RowError: no id, unknown stage, a date or amount that is none, or a closed one without what closing needs.
    """
    source = fields[columns.stage]
    stage = stages.get(normalise(source))
    if stage is None:
        raise RowError(f"unknown stage {source[:40]!r}" if source else "no stage")
    engaged, closed = _date(fields, columns.engage_date), _date(fields, columns.close_date)
    if engaged and closed and closed < engaged:
        raise RowError(f"{columns.close_date} {closed} is before {columns.engage_date} {engaged}")
    value = _money(fields, columns.value)
    account = fields[columns.account]
    if stage in CLOSED:
        if closed is None:
            raise RowError(f"{source} without {columns.close_date}")
        if not account:
            raise RowError(f"{source} without {columns.account}")
    if stage is Stage.CLOSED_WON and value is None:
        raise RowError(f"{source} without {columns.value}")
    product = _optional(fields, columns.product)
    return Opportunity(
        id=_identifier(fields, columns.id),
        account_id=_identifier(fields, columns.account) if account else None,
        product=products.get(product, product),
        agent=_optional(fields, columns.agent),
        stage=stage,
        source_stage=source,
        engage_date=engaged,
        close_date=closed,
        value_cents=value,
    )


def interaction_row(fields: Mapping[str, str], columns: InteractionColumns) -> Interaction:
    """An interaction from a record.

    Raises:
        RowError: no id, account or kind, or ``at`` is neither a date nor a date and time.
    """
    text = fields[columns.at]
    try:
        at = datetime.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        at = None
    if at is None:
        raise RowError(f"{columns.at} {text[:40]!r} is not an ISO date and time")
    try:
        instant = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise RowError(f"{columns.at} {text[:40]!r} is out of range") from None
    return Interaction(
        id=_identifier(fields, columns.id),
        account_id=_identifier(fields, columns.account),
        kind=_identifier(fields, columns.kind),
        summary=_optional(fields, columns.summary),
        at=instant,
        actor=_optional(fields, columns.actor) or "crm",
    )


def _identifier(fields: Mapping[str, str], column: str) -> str:
    text = fields[column]
    if not text:
        raise RowError(f"{column} is empty")
    if len(text) > MAX_ID:
        raise RowError(f"{column} is longer than {MAX_ID} characters")
    return text


def _optional(fields: Mapping[str, str], column: str) -> str:
    text = fields.get(column, "") if column else ""
    if len(text) > MAX_TEXT:
        raise RowError(f"{column} is longer than {MAX_TEXT} characters")
    return text


def _date(fields: Mapping[str, str], column: str) -> date | None:
    text = fields[column]
    if not text:
        return None
    try:
        # The pattern comes first because the standard library also takes week dates and dates without dashes.
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise RowError(f"{column} {text[:40]!r} is not a date (YYYY-MM-DD)")


def _money(fields: Mapping[str, str], column: str) -> int | None:
    text = fields[column]
    if not text:
        return None
    if text.startswith("-") and _MONEY.fullmatch(text[1:]):
        raise RowError(f"{column} {text[:40]} is negative")
    match = _MONEY.fullmatch(text)
    if match is None:
        raise RowError(f"{column} {text[:40]!r} is not an amount (at most two decimals)")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
