"""Settings of goals and of the CRM tables that they are measured by."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, StringConstraints

from .base import Section

FileName: TypeAlias = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^/\\\x00-\x1f]+$")]
Column: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
OptionalColumn: TypeAlias = Annotated[str, StringConstraints(max_length=120, strip_whitespace=True)]
StageName: TypeAlias = Literal["prospecting", "qualification", "evaluation", "negotiation", "closed_won", "closed_lost"]

_STAGES: Final[MappingProxyType[str, StageName]] = MappingProxyType({
    "Prospecting": "prospecting",
    "Engaging": "qualification",
    "Qualification": "qualification",
    "Evaluation": "evaluation",
    "Negotiation": "negotiation",
    "Won": "closed_won",
    "Lost": "closed_lost",
    "Closed Won": "closed_won",
    "Closed Lost": "closed_lost",
})  # fmt: skip


class AccountColumns(Section):
    """Which column of the accounts file holds what: ``[goals.crm.accounts]``. An empty name means: not in the file."""

    id: Column = "account"
    """What opportunities call the account by; unique. Required in the file."""
    name: Column = "account"
    """Its name for people. Required in the file."""
    sector: OptionalColumn = "sector"
    """Line of business."""
    location: OptionalColumn = "office_location"
    """Where it is."""
    parent: OptionalColumn = "subsidiary_of"
    """The account that owns it."""
    contact_email: OptionalColumn = "contact_email"
    """Whom to write to."""


class OpportunityColumns(Section):
    """Which column of the opportunities file holds what: ``[goals.crm.opportunities]``."""

    id: Column = "opportunity_id"
    """Unique. Required in the file."""
    account: Column = "account"
    """The account's id; may be empty while the opportunity is open. Required in the file."""
    stage: Column = "deal_stage"
    """The stage, spelled as in ``stages``. Required in the file."""
    engage_date: Column = "engage_date"
    """First day, ISO; may be empty. Required in the file."""
    close_date: Column = "close_date"
    """Day it was won or lost, ISO. Required in the file."""
    value: Column = "close_value"
    """Money with at most two decimals; may be empty unless won. Required in the file."""
    agent: OptionalColumn = "sales_agent"
    """Who works on it."""
    product: OptionalColumn = "product"
    """What is sold."""


class InteractionColumns(Section):
    """Which column of the interactions file holds what: ``[goals.crm.interactions]``."""

    id: Column = "interaction_id"
    """Unique. Required in the file."""
    account: Column = "account"
    """The account's id. Required in the file."""
    kind: Column = "kind"
    """Call, mail, meeting and so on. Required in the file."""
    at: Column = "at"
    """ISO date or date and time; UTC unless it names an offset. Required in the file."""
    summary: OptionalColumn = "summary"
    """What happened."""
    actor: OptionalColumn = "actor"
    """Who did it."""


class CrmSettings(Section):
    """How CSV tables of a CRM are read: ``[goals.crm]``."""

    accounts_file: FileName = "accounts.csv"
    """Name of the accounts file in the imported directory; it must be there."""
    opportunities_file: FileName = "sales_pipeline.csv"
    """Name of the opportunities file; it must be there."""
    interactions_file: FileName = "interactions.csv"
    """Name of the interactions file; imported where it is there."""
    accounts: AccountColumns = AccountColumns()
    """Columns of the accounts file."""
    opportunities: OpportunityColumns = OpportunityColumns()
    """Columns of the opportunities file."""
    interactions: InteractionColumns = InteractionColumns()
    """Columns of the interactions file."""
    stages: dict[Column, StageName] = Field(default_factory=lambda: dict(_STAGES), min_length=1, max_length=200)
    """Stage by its name in the file, compared without regard to case, spaces, dashes and underscores.

    ``Engaging`` is *qualification*: contact has begun, nothing has been offered yet, so follow-ups may still go out by
    themselves. Map it to ``evaluation`` to have everything about such an account ask first.
    """
    engaged_stage: StageName = "qualification"
    """Stage that a closed opportunity is taken to have been in from its engage date on; the files say no more."""
    products: dict[Column, Column] = Field(default_factory=lambda: {"GTXPro": "GTX Pro"}, max_length=1_000)
    """Right name of a product by the name found in the file."""
    max_file_bytes: int = Field(default=134_217_728, ge=1_024, le=1_073_741_824)
    """Largest file that is read, in bytes."""
    batch_rows: int = Field(default=1_000, ge=1, le=1_000)
    """Most rows that are written in one unit of work."""
    shown_problems: int = Field(default=200, ge=1, le=10_000)
    """Most rejected rows that a report lists; all are counted."""


class GoalSettings(Section):
    """The table ``[goals]``."""

    sales_owner_address: Annotated[str, StringConstraints(pattern=r"^[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}$")] = (
        "sales@localhost"
    )
    """Mail address that proposals about a lagging goal are addressed to."""
    team_channel: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\s\x00-\x1f\x7f-\x9f]+$")] = "sales"
    """Channel in which a team is asked to act on a lagging goal."""
    max_goals: int = Field(default=1_000, ge=1, le=10_000)
    """Most goals that can exist, besides the archived ones."""
    gap_step_points: int = Field(default=25, ge=1, le=100)
    """Points of progress (0 to 100) by which a goal must fall further behind to be answered again."""
    gap_rest_days: int = Field(default=7, ge=0, le=365)
    """A goal that falls behind again within so many days of recovering has the same gap as before."""
    history_rows: int = Field(default=1_000, ge=30, le=10_000)
    """Most measurements that are kept for one goal, one for each day; the oldest go first."""
    crm: CrmSettings = CrmSettings()
    """How CRM tables are imported."""
