"""Goals, and the metrics of the CRM tables that measure them."""

from .goal import TRANSITIONS, Goal, GoalError, GoalState, GoalType, parse_target
from .metrics import evaluate, measure
from .progress import Propose, Refresh, refresh, settle, update_goals
from .repository import GoalRepository
from .suggestions import GapAnswer, format_value, suggestions
from .track import Assessment, assess

__all__ = [
    "TRANSITIONS",
    "Assessment",
    "GapAnswer",
    "Goal",
    "GoalError",
    "GoalRepository",
    "GoalState",
    "GoalType",
    "Propose",
    "Refresh",
    "assess",
    "evaluate",
    "format_value",
    "measure",
    "parse_target",
    "refresh",
    "settle",
    "suggestions",
    "update_goals",
]
