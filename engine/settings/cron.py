"""Cron entries: what is refused and why, and when an entry comes due next.

croniter does the arithmetic; the rules here keep out what it reads otherwise than people do, and say in which of the
two passes of a repeated hour an entry runs.
"""

from __future__ import annotations

import calendar
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from types import MappingProxyType
from typing import Final, Protocol
from zoneinfo import ZoneInfo

MAX_CRON: Final = 200
"""Most characters of an entry."""
_MONTHS: Final = MappingProxyType({name.lower(): number for number, name in enumerate(calendar.month_abbr) if name})
_DAYS: Final = MappingProxyType({
    name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))
})  # fmt: skip
_ALIASES: Final = MappingProxyType({
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
})  # fmt: skip
_RANGE: Final = re.compile(r"([0-9a-z]+)-([0-9a-z]+)")
_LONGEST: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class CronError(ValueError):
    """An entry is refused; the text says which part and why."""


@dataclass(frozen=True, slots=True)
class _Field:
    """What one of the five places can hold."""

    name: str
    least: int
    most: int
    names: Mapping[str, int] = field(default_factory=dict)


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 7, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """An entry that was found good.

    Where clocks are put forward, what falls into the hour that is left out runs once, at the first moment after it.
    Where they are put back, an entry with fixed minutes and hours runs in the first pass alone; one with a wildcard
    (``*`` or ``*/n``) in either place runs in both.

    Attributes:
        text: the entry, five fields.
        zone: IANA time zone whose clocks it means.
    """

    text: str
    zone: str

    def __post_init__(self) -> None:
        lint(self.text)

    @property
    def fixed(self) -> bool:
        """Neither its minute nor its hour is a wildcard."""
        minute, hour, *_ = self.text.split()
        return not minute.startswith("*") and not hour.startswith("*")

    def after(self, instant: datetime) -> Iterator[datetime]:
        """The moments when it comes due after ``instant``, without end, each aware and in UTC."""
        zone = ZoneInfo(self.zone)
        moments: Iterator[datetime] = _engine()(self.text, instant.astimezone(zone)).all_next(datetime)
        last = instant
        for moment in moments:
            at = moment.astimezone(UTC)
            if at <= last or (self.fixed and at.astimezone(zone).fold):
                continue
            last = at
            yield at

    def next_after(self, instant: datetime) -> datetime:
        """The first moment after ``instant`` when it comes due, in UTC."""
        return next(self.after(instant))


def parse_cron(text: str, zone: str) -> Cron:
    """An entry as people write it, five fields or an alias as ``@daily``.

    Raises:
        CronError: it is refused.
    """
    words = " ".join(text.lower().split())
    return Cron(_ALIASES.get(words, words) if text.isascii() else text, zone)


def next_runs(text: str, zone: str, now: datetime, count: int = 5) -> tuple[datetime, ...]:
    """The next moments of an entry.

    Raises:
        CronError: it is refused, also because it never comes due.
    """
    entry = parse_cron(text, zone)
    try:
        return tuple(islice(entry.after(now), count))
    except ValueError:
        raise CronError("it never comes due") from None


class _Iteration(Protocol):
    """What is used of croniter, which has no types of its own."""

    def __call__(self, expression: str, start: datetime) -> _Iteration: ...

    def all_next(self, sort: type[datetime]) -> Iterator[datetime]: ...


@functools.cache
def _engine() -> _Iteration:
    # Imported at first use: most workspaces have no cron entry.
    from croniter import croniter  # type: ignore[import-untyped]  # see above

    found: _Iteration = croniter
    return found


@functools.lru_cache(maxsize=1_000)
def lint(text: str) -> None:
    """Refuse an entry that is wrong, or that croniter would read otherwise than people do.

    Raises:
        CronError: with the reason.
    """
    if len(text) > MAX_CRON:
        raise CronError(f"a cron entry has at most {MAX_CRON} characters")
    strange = next((letter for letter in text if not " " <= letter <= "~"), None)
    if strange is not None:
        raise CronError(f"only ASCII letters, digits and signs: U+{ord(strange):04X} is none")
    if text.startswith("@"):
        raise CronError(f"no such alias; there are {', '.join(_ALIASES)}")
    words = text.split()
    if len(words) != len(_FIELDS):
        more = "; seconds and years are not supported" if len(words) > len(_FIELDS) else ""
        raise CronError(
            f"five fields wanted (minute, hour, day of the month, month, day of the week), {len(words)} given{more}"
        )
    minute, hour, day, month, weekday = (_values(place, word) for place, word in zip(_FIELDS, words, strict=True))
    del minute, hour
    if day and month and not weekday and "l" not in words[2]:
        longest = max(_LONGEST[number - 1] for number in month)
        if min(day) > longest:
            raise CronError(f"day {min(day)} never comes in the months named, so it would never run")


def _values(place: _Field, word: str) -> set[int]:
    """What a field names; nothing where it is a wildcard."""
    found: set[int] = set()
    for part in word.split(","):
        found |= _part(place, part)
    return set() if word.startswith("*") else found


def _part(place: _Field, part: str) -> set[int]:
    body, slash, step = part.partition("/")
    if place.name == "day of the month" and part == "l":
        return {_FIELDS[2].least}
    if place.name == "day of the week" and "#" in part:
        return _nth(place, part)
    if not body or (slash and not step):
        raise CronError(f"{place.name}: {part!r} has an empty part")
    if body == "*":
        first, last = place.least, place.most
    elif (match := _RANGE.fullmatch(body)) is not None:
        first, last = _span(place, body, match[1], match[2])
    else:
        first = last = _number(place, body)
        if slash:
            raise CronError(f"{place.name}: a step needs a range: write {body}-{place.most}/{step}")
    if not slash:
        return set(range(first, last + 1))
    if not step.isdecimal() or int(step) < 1:
        raise CronError(f"{place.name}: a step is a whole number from 1, not {step!r}")
    if int(step) > last - first:
        raise CronError(f"{place.name}: a step of {step} is larger than the field, so it would only hit {first}")
    return set(range(first, last + 1, int(step)))


def _span(place: _Field, body: str, start: str, end: str) -> tuple[int, int]:
    first, last = _number(place, start), _number(place, end)
    if place.names and end == "sun":
        last = 7
    if first == last:
        raise CronError(f"{place.name}: {body} begins and ends with the same value: write {start}")
    if first > last:
        raise CronError(f"{place.name}: {body} runs backwards: write two ranges, divided by a comma")
    if place.names is _DAYS and (first, last) == (0, 7):
        raise CronError(f"{place.name}: 0 and 7 are both Sunday: write *")
    return first, last


def _nth(place: _Field, part: str) -> set[int]:
    day, _, number = part.partition("#")
    if number not in {"1", "2", "3", "4", "5"}:
        raise CronError(f"{place.name}: after # stands which one of the month, 1 to 5")
    return {_number(place, day)}


def _number(place: _Field, text: str) -> int:
    if text in place.names:
        return place.names[text]
    if text in {"h", "r"} or text.startswith(("h(", "r(")):
        raise CronError(
            f"{place.name}: H and R would choose another time at each start: write a number, or set a jitter"
        )
    if not text.isdecimal() or len(text) > 2:
        raise CronError(f"{place.name}: {text!r} is no number from {place.least} to {place.most}")
    if not place.least <= int(text) <= place.most:
        raise CronError(f"{place.name}: {text} is not from {place.least} to {place.most}")
    return int(text)
