"""When a held message is let go: what one persona waits for another to do about the same message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from .model import MessageStatus


class LetGo(StrEnum):
    """Why a message is no longer held for another persona, in the words that operators read after its name."""

    ANSWERED = "answered"
    DECLINED = "declined"
    REFUSED = "refused"
    DROPPED = "dropped it"
    DEAD = "gave up on it"
    ABSENT = "did not get it"
    OFF = "is off"
    PAUSED = "is paused"
    RESTING = "rests after failures"
    DISENGAGED = "does not take it up now"
    WITHDRAWN = "is no longer waited for"
    TIME_OUT = "took too long"
    FIRST = "is passed over by an operator"


@dataclass(frozen=True, slots=True)
class Hold:
    """One persona's message, held until another persona is done with the same one.

    Attributes:
        message_id: the held message, in the inbox of ``persona_id``.
        persona_id: who waits.
        waits_for: for whom.
        since: when it began.
        until: when it ends whatever the other does.
    """

    message_id: str
    persona_id: str
    waits_for: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Other:
    """The awaited persona, as far as waiting for it goes.

    Attributes:
        status: where the same message is with it; nothing if it never got it.
        refused: it looked at the message and refused it.
        off: it does not work at all.
        paused: an operator stopped it.
        resting: it failed too often in a row.
        engages: it takes the message up as soon as its turn comes.
    """

    status: MessageStatus | None
    refused: bool = False
    off: bool = False
    paused: bool = False
    resting: bool = False
    engages: bool = True


_ENDED: Final = {
    MessageStatus.DONE: LetGo.ANSWERED,
    MessageStatus.DECLINED: LetGo.DECLINED,
    MessageStatus.DROPPED: LetGo.DROPPED,
    MessageStatus.MERGED: LetGo.ABSENT,
    MessageStatus.DEAD: LetGo.DEAD,
}


def why_let_go(hold: Hold, other: Other, now: datetime, *, declared: bool, first: bool) -> LetGo | None:
    """Why a held message is let go now; nothing while it is held.

    Args:
        hold: the message and whom it waits for.
        other: the awaited persona.
        now: the moment.
        declared: the dependency is still in force.
        first: an operator put the held message to the top.
    """
    if other.status is None:
        return LetGo.ABSENT
    if other.status in _ENDED:
        return LetGo.REFUSED if other.refused else _ENDED[other.status]
    at_it = other.status is MessageStatus.IN_PROGRESS
    reasons = (
        (now >= hold.until, LetGo.TIME_OUT),
        (not declared, LetGo.WITHDRAWN),
        (first, LetGo.FIRST),
        (other.off, LetGo.OFF),
        (other.paused, LetGo.PAUSED),
        (other.resting and not at_it, LetGo.RESTING),
        (not other.engages and not at_it, LetGo.DISENGAGED),
    )
    return next((why for holds, why in reasons if holds), None)
