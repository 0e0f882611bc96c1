"""Goals, the metrics that measure them, and the CRM tables that the metrics come from."""

from .crm_import import ImportReport, import_crm
from .crm_parse import CrmFiles, CrmRows, parse_crm
from .crm_repository import Changes, account_ids, stage_of, write_rows
from .crm_rows import Account, Interaction, Opportunity
from .csv_table import CrmImportError, Problem
from .goal import TRANSITIONS, Goal, GoalError, GoalState, GoalType, parse_target
from .metrics import evaluate, measure
from .progress import Propose, Refresh, refresh, settle, update_goals
from .repository import GoalRepository
from .suggestions import GapAnswer, format_value, suggestions
from .track import Assessment, assess

__all__ = [
    "TRANSITIONS",
    "Account",
    "Assessment",
    "Changes",
    "CrmFiles",
    "CrmImportError",
    "CrmRows",
    "GapAnswer",
    "Goal",
    "GoalError",
    "GoalRepository",
    "GoalState",
    "GoalType",
    "ImportReport",
    "Interaction",
    "Opportunity",
    "Problem",
    "Propose",
    "Refresh",
    "account_ids",
    "assess",
    "evaluate",
    "format_value",
    "import_crm",
    "measure",
    "parse_crm",
    "parse_target",
    "refresh",
    "settle",
    "stage_of",
    "suggestions",
    "update_goals",
    "write_rows",
]
