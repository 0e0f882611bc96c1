"""The gradual rollout of autonomy: stages that soak, gates that are watched, and the way back."""

from .figures import Watch
from .gates import Gate, Health, Measured, Reading, first_breach, p95, read_gates, worst
from .plan import (
    LIVE,
    TRANSITIONS,
    Rollout,
    RolloutError,
    RolloutState,
    Stage,
    Step,
    order_of,
    soak_left,
    soak_of,
    stepped,
    taking_part,
)
from .repository import Member, StepTaken, members_of, newest, steps_taken
from .steps import Floor, back, plan, start, take
from .watch import Seen, begin, health, look, missing, see

__all__ = [
    "LIVE",
    "TRANSITIONS",
    "Floor",
    "Gate",
    "Health",
    "Measured",
    "Member",
    "Reading",
    "Rollout",
    "RolloutError",
    "RolloutState",
    "Seen",
    "Stage",
    "Step",
    "StepTaken",
    "Watch",
    "back",
    "begin",
    "first_breach",
    "health",
    "look",
    "members_of",
    "missing",
    "newest",
    "order_of",
    "p95",
    "plan",
    "read_gates",
    "see",
    "soak_left",
    "soak_of",
    "start",
    "stepped",
    "steps_taken",
    "take",
    "taking_part",
    "worst",
]
