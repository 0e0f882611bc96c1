"""Goals, and the metrics of the CRM tables that measure them."""

from .gaps import Gap, gaps_of
from .goal import TRANSITIONS, Goal, GoalError, GoalState, GoalType, format_value, parse_target
from .metrics import evaluate, measure
from .progress import Propose, Refresh, refresh, settle, update_goals
from .repository import GoalRepository
from .series import Point, series
from .suggestions import GapAnswer, suggestions
from .track import Assessment, assess, method, shortfall

__all__ = [
    "TRANSITIONS",
    "Assessment",
    "Gap",
    "GapAnswer",
    "Goal",
    "GoalError",
    "GoalRepository",
    "GoalState",
    "GoalType",
    "Point",
    "Propose",
    "Refresh",
    "assess",
    "evaluate",
    "format_value",
    "gaps_of",
    "measure",
    "method",
    "parse_target",
    "refresh",
    "series",
    "settle",
    "shortfall",
    "suggestions",
    "update_goals",
]
