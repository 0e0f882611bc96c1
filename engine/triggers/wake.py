"""The one gate before everything that sets a persona to work by itself; pure.

Whatever the source (an emotion, an open topic, a scanner's finding), it asks here first. An operator's own request
passes always; work that a persona itself caused never wakes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..settings.triggers import WakeSettings
from .skip import Skip, SkipCode

KEEP: Final = timedelta(hours=2)
"""Wake-ups are remembered for so long; longer than any window of the settings."""


@dataclass(frozen=True, slots=True)
class Wake:
    """A persona was set to work.

    Attributes:
        source: by what.
        at: when.
    """

    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """Something wants to set a persona to work.

    Attributes:
        source: what: ``emotion:loneliness``, ``follow_up``, a scanner's name.
        persona: whom.
        due: not before this; nothing means now.
        manual: an operator wants it.
        caused_by: the persona whose own action this comes from; empty where nobody's.
    """

    source: str
    persona: str
    due: datetime | None = None
    manual: bool = False
    caused_by: str = ""


def why_asleep(call: Call, wakes: Sequence[Wake], now: datetime, rules: WakeSettings) -> Skip | None:
    """Why a persona is not woken now; nothing where it is.

    Args:
        call: who is to be woken by what.
        wakes: its wake-ups of at least the longer of the two windows.
        now: the moment.
        rules: the limits.
    """
    if call.manual:
        return None
    if call.caused_by == call.persona:
        return Skip(SkipCode.OWN_WORK, "its own action caused this")
    if call.due is not None and now < call.due:
        return Skip(SkipCode.NOT_DUE, f"not due before {call.due:%Y-%m-%d %H:%M:%S} UTC")
    spacing = timedelta(seconds=rules.spacing_seconds)
    if any(wake.source == call.source and now - wake.at < spacing for wake in wakes):
        return Skip(SkipCode.TOO_SOON, f"{call.source} woke it less than {rules.spacing_seconds:g} s ago")
    window = timedelta(seconds=rules.flood_seconds)
    recent = sum(1 for wake in wakes if now - wake.at < window)
    if recent >= rules.flood_count:
        return Skip(SkipCode.FLOOD, f"it was woken {recent} times within {rules.flood_seconds:g} s")
    return None
