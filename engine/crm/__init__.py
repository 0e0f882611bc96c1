"""What the CRM says about the world: accounts, opportunities and interactions, brought in from CSV files."""

from .csv_table import CrmImportError, Problem
from .importing import ImportReport, import_crm
from .parse import CrmFiles, CrmRows, parse_crm
from .repository import Changes, account_ids, stage_of, write_rows
from .rows import Account, Interaction, Opportunity

__all__ = [
    "Account",
    "Changes",
    "CrmFiles",
    "CrmImportError",
    "CrmRows",
    "ImportReport",
    "Interaction",
    "Opportunity",
    "Problem",
    "account_ids",
    "import_crm",
    "parse_crm",
    "stage_of",
    "write_rows",
]
