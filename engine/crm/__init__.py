"""What the CRM says about the world: accounts, opportunities and interactions, brought in from CSV files."""

from .csv_table import CrmImportError, Problem
from .importing import ImportReport, import_crm
from .parse import CrmFiles, CrmRows, parse_crm
from .preview import LineVerdict, Preview, preview_crm
from .repository import Changes, Provenance, account_ids, write_rows
from .rows import Account, Interaction, Opportunity
from .stages import (
    AccountStage,
    CrmError,
    StageChange,
    account_stage,
    account_stages,
    set_account_stage,
    settle_accounts,
    stage_history,
    stage_of,
    stage_on,
)

__all__ = [
    "Account",
    "AccountStage",
    "Changes",
    "CrmError",
    "CrmFiles",
    "CrmImportError",
    "CrmRows",
    "ImportReport",
    "Interaction",
    "LineVerdict",
    "Opportunity",
    "Preview",
    "Problem",
    "Provenance",
    "StageChange",
    "account_ids",
    "account_stage",
    "account_stages",
    "import_crm",
    "parse_crm",
    "preview_crm",
    "set_account_stage",
    "settle_accounts",
    "stage_history",
    "stage_of",
    "stage_on",
    "write_rows",
]
