"""Questions about the CRM tables: accounts, opportunities, and what an import would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from .base import Ask, AskPage, Query

StageName = Literal[
    "", "prospecting", "qualification", "evaluation", "negotiation", "closed_won", "closed_lost", "unknown"
]


class AskAccounts(AskPage):
    """Accounts, by id."""

    stage: StageName = ""
    """Only those in this stage; empty is every stage."""
    text: Annotated[str, Field(max_length=200)] = ""
    """Only those whose id, name, sector or location holds this."""


class AskAccount(Ask):
    """One account."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    """Its id, as in the CRM."""


class AskOpportunities(AskPage):
    """Opportunities, by id."""

    account: Annotated[str, Field(max_length=200)] = ""
    """Only those of this account; empty is all, with or without account."""
    stage: StageName = ""
    """Only those in this stage; empty is every stage."""
    as_of: date | None = None
    """As they stood at the end of this day; those that had not begun are left out. None is today."""


class AskPreview(Ask):
    """What importing a directory would do."""

    directory: Annotated[str, Field(min_length=1, max_length=4_096)]
    """Where the files are, on the engine's machine."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account.

    Attributes:
        stage: where it stands, as the guardrails see it.
        derived: what its opportunities say.
        set_by: who set another stage by hand; empty where the opportunities decide.
        open, won, lost: how many opportunities.
        open_value, won_value: in cents; an open one without a value counts 0.
        last_contact: its latest interaction.
    """

    id: str
    name: str
    stage: str
    derived: str
    set_by: str
    sector: str
    location: str
    contact_email: str
    open: int
    won: int
    lost: int
    open_value: int
    won_value: int
    last_contact: datetime | None


@dataclass(frozen=True, slots=True)
class OpportunityView:
    """One opportunity; its stage is that of the day asked about.

    Attributes:
        source_stage: the present stage as the CRM spells it.
        engaged, closed: ISO days; empty where unknown.
        value: in cents; nothing where the CRM names none.
    """

    id: str
    account: str
    product: str
    agent: str
    stage: str
    source_stage: str
    engaged: str
    closed: str
    value: int | None


@dataclass(frozen=True, slots=True)
class InteractionView:
    """One interaction."""

    at: datetime
    kind: str
    summary: str
    actor: str


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage in a history.

    Attributes:
        day: since when, an ISO day; empty where unknown.
        at: when the engine learned it.
        source: how: ``import``, ``command`` or a tool.
    """

    stage: str
    day: str
    at: datetime
    source: str
    actor: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Some accounts, and where the next page begins (empty at the end)."""

    items: tuple[AccountView, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class OpportunityPage:
    """Some opportunities, and where the next page begins (empty at the end)."""

    items: tuple[OpportunityView, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class AccountReport:
    """One account with its stages, its latest opportunities and its latest interactions."""

    account: AccountView
    parent: str
    stages: tuple[StageView, ...]
    opportunities: tuple[OpportunityView, ...]
    interactions: tuple[InteractionView, ...]


@dataclass(frozen=True, slots=True)
class FilePreview:
    """What an import would do with one file: how many rows of each sort."""

    file: str
    added: int
    changed: int
    unchanged: int
    rejected: int


@dataclass(frozen=True, slots=True)
class LinePreview:
    """What an import would do with one line.

    Attributes:
        verdict: added, changed, unchanged or rejected.
        id: the row's; empty for a rejected one.
        why: what changes from what to what, or why it is rejected.
    """

    file: str
    line: int
    verdict: str
    id: str
    why: str


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do: counts of all, and the first lines of each sort."""

    files: tuple[FilePreview, ...]
    lines: tuple[LinePreview, ...]


ACCOUNTS: Final = Query("accounts", AskAccounts, AccountPage)
ACCOUNT: Final = Query("account", AskAccount, AccountReport)
OPPORTUNITIES: Final = Query("opportunities", AskOpportunities, OpportunityPage)
PREVIEW: Final = Query("crm_preview", AskPreview, ImportPreview)
CRM_QUERIES: Final = (ACCOUNTS, ACCOUNT, OPPORTUNITIES, PREVIEW)
