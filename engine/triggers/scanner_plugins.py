"""Loads the scanners that other packages bring; see :mod:`.scanners`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from ..plugins import Plugin, load_plugins
from .scanners import ScannerContext, ScannerError, ScannerOffer

GROUP: Final = "watchfloor.scanners"
"""The group of entry points."""
LONGEST_NAME: Final = 60
"""Characters in a scanner's name."""


def installed() -> Iterable[EntryPoint]:
    """What the packages of this installation bring."""
    return entry_points(group=GROUP)


def load_scanners(
    found: Iterable[EntryPoint], taken: Collection[str], context: Callable[[str], ScannerContext]
) -> tuple[list[Plugin[ScannerOffer]], list[str]]:
    """Load scanners of others; one that cannot be loaded is left out and told, and harms no other.

    Args:
        found: the entry points.
        taken: names that are not to be had.
        context: what the scanner of a name gets.

    Returns:
        the scanners, and for each that was left out a sentence that says why.
    """

    def offer_of(entry: EntryPoint) -> ScannerOffer:
        offer = entry.load()(context(entry.name))
        if not isinstance(offer, ScannerOffer):
            raise ScannerError("its factory did not return a ScannerOffer")
        if not (10 <= offer.every_seconds <= 31_536_000 and offer.first_seconds >= 0 and offer.quiet_seconds >= 0):
            raise ScannerError("its interval is shorter than 10 s or longer than a year, or a time is negative")
        return offer

    return load_plugins("scanner", found, taken, offer_of, LONGEST_NAME)
