"""Numbers, times and bars as an operator reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

_STEPS: Final = "▁▂▃▄▅▆▇█"


def ago(since: datetime, now: datetime) -> str:
    """How long ago, in at most four characters: ``12s``, ``4m``, ``3h``, ``12d``."""
    return span(max(0, int((now - since).total_seconds())))


def span(seconds: int) -> str:
    """A length of time in at most four characters."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{min(999, seconds // size)}{unit}"
    return f"{seconds}s"


def lasts(seconds: int) -> str:
    """A length of time of up to some days: ``31h``, ``45m``, ``20s``; days from 100 hours on."""
    if 3_600 <= seconds < 360_000:
        return f"{seconds // 3_600}h"
    return span(seconds)


def left(until: datetime, now: datetime) -> str:
    """How much time is left: ``26:12`` below an hour, ``3h05m`` above; ``over`` at the end."""
    seconds = int((until - now).total_seconds())
    if seconds <= 0:
        return "over"
    if seconds < 3_600:
        return f"{seconds // 60}:{seconds % 60:02}"
    if seconds < 86_400:
        return f"{seconds // 3_600}h{seconds % 3_600 // 60:02}m"
    return span(seconds)


def clock(at: datetime) -> str:
    """The time of day in UTC: ``14:02:11``."""
    return at.strftime("%H:%M:%S")


def bar(points: int, width: int = 8) -> tuple[str, str]:
    """0 to 100 as a bar: its filled and its empty part."""
    filled = max(0, min(width, (points * width + 50) // 100))
    if points > 0:
        filled = max(1, filled)
    return "▇" * filled, "·" * (width - filled)


def sparkline(values: Sequence[int], most: int = 0) -> str:
    """A little chart, one character for each value, a space for one below 0; ``most`` is the top, else the highest."""
    most = most or max(values, default=0)
    if most <= 0:
        return "".join(_STEPS[0] if value >= 0 else " " for value in values)
    return "".join(_STEPS[min(value, most) * (len(_STEPS) - 1) // most] if value >= 0 else " " for value in values)


def amount(value: int, unit: str) -> str:
    """A goal's value: money in whole units, a count, or a percentage."""
    if unit == "money":
        return short(value // 100)
    if unit == "percent":
        return f"{value / 100:.0f}%"
    return short(value)


def count(number: int, thing: str) -> str:
    """A number of things: ``1 agent``, ``2,000 agents``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def short(value: int) -> str:
    """A number in at most five characters: ``812``, ``12.4k``, ``3.1M``."""
    for size, unit in ((10**15, "P"), (10**12, "T"), (10**9, "G"), (1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size:
            scaled = value / size
            return f"{scaled:.0f}{unit}" if abs(scaled) >= 100 else f"{scaled:.1f}{unit}"
    return str(value)


def day(text: str) -> str:
    """An ISO date as ``31 Dec``; anything else as it is."""
    try:
        when = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{when.day} {when:%b}"
