"""Why something that would have started work did not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SkipCode(StrEnum):
    """The sort of a reason; the same sort again is counted, not told anew."""

    NOT_DUE = "not_due"
    OWN_WORK = "own_work"
    TOO_SOON = "too_soon"
    FLOOD = "flood"
    MODE = "mode"
    PAUSED = "paused"
    NOBODY = "nobody"
    COOLDOWN = "cooldown"
    UNDER_WAY = "under_way"
    HOUR_FULL = "hour_full"
    ASLEEP = "asleep"
    NO_PLATFORM = "no_platform"
    OUTRANKED = "outranked"
    SPENT = "spent"
    BACKING_OFF = "backing_off"
    DISARMED = "disarmed"
    BLOCKED = "blocked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Skip:
    """One refusal.

    Attributes:
        code: its sort.
        reason: the sentence that operators read.
    """

    code: SkipCode
    reason: str
