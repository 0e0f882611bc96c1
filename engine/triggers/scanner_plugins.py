"""Loads the scanners that other packages bring; see :mod:`.scanners`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from ..errors import WatchfloorError
from .scanners import ScannerContext, ScannerError, ScannerOffer

GROUP: Final = "watchfloor.scanners"
"""The group of entry points."""
MAX_PLUGINS: Final = 100
_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]{0,59}")


@dataclass(frozen=True, slots=True)
class Scanner:
    """A scanner, built in or brought by a package."""

    name: str
    source: str
    offer: ScannerOffer


def installed() -> Iterable[EntryPoint]:
    """What the packages of this installation bring."""
    return entry_points(group=GROUP)


def load_scanners(
    found: Iterable[EntryPoint], taken: Collection[str], context: Callable[[str], ScannerContext]
) -> tuple[list[Scanner], list[str]]:
    """Load scanners of others; one that cannot be loaded is left out and told, and harms no other.

    Args:
        found: the entry points.
        taken: names that are not to be had.
        context: what the scanner of a name gets.

    Returns:
        the scanners, and for each that was left out a sentence that says why.
    """
    scanners: list[Scanner] = []
    problems: list[str] = []
    for entry in sorted(found, key=lambda entry: entry.name)[:MAX_PLUGINS]:
        try:
            scanners.append(_load(entry, {*taken, *(scanner.name for scanner in scanners)}, context))
        except Exception as error:  # noqa: BLE001  # somebody else's code, told to the operator by name
            why = error.sentence() if isinstance(error, WatchfloorError) else str(error) or repr(error)
            problems.append(f"scanner {entry.name[:60]!r} of {_source(entry)} was left out: {why}")
    return scanners, problems


def _load(entry: EntryPoint, taken: Collection[str], context: Callable[[str], ScannerContext]) -> Scanner:
    if not _NAME.fullmatch(entry.name):
        raise ScannerError("its name is not made of a-z, 0-9, '_', '.' and '-', or does not begin with a letter")
    if entry.name in taken:
        raise ScannerError("there is a scanner or a job of that name already")
    offer = entry.load()(context(entry.name))
    if not isinstance(offer, ScannerOffer):
        raise ScannerError("its factory did not return a ScannerOffer")
    if not (10 <= offer.every_seconds <= 31_536_000 and offer.first_seconds >= 0 and offer.quiet_seconds >= 0):
        raise ScannerError("its interval is shorter than 10 s or longer than a year, or a time is negative")
    return Scanner(entry.name, _source(entry), offer)


def _source(entry: EntryPoint) -> str:
    return f"plug-in {entry.dist.name} {entry.dist.version}" if entry.dist is not None else f"plug-in {entry.module}"
