"""Territory scanners: what each of them brings, and one round of it.

A scanner looks at its territory and says what it sees; what is new of that is told to the personas that hear it, as a
message through their inbox like any other. Packages bring scanners by entry points of the group
``watchfloor.scanners``: the entry point's name is the scanner's, and it names a factory, which takes a
:class:`ScannerContext` and returns a :class:`ScannerOffer`. It is listed, paused, planned (``[schedule.jobs.NAME]``)
and run by hand as the built-in ones are, and heard by the personas whose ``scanners`` name it. In ``pyproject.toml``::

    [project.entry-points."watchfloor.scanners"]
    full_disk = "acme_scanners:full_disk"

and in ``acme_scanners.py``::

    def full_disk(context: ScannerContext) -> ScannerOffer:
        async def look() -> Sighting:
            used = percent_used(context.workspace)
            if used < context.options().get("percent", 90):
                return Sighting()
            text = f"the disk is {used} % full"
            return Sighting((Finding("full_disk", "/", "disk", text, (), content=str(used // 5)),))

        return ScannerOffer(look, about="Watches the disk.", every_seconds=300)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from ..clock import Clock
from ..errors import WatchfloorError
from ..storage import Database, Reader, Transaction
from .findings import Finding, observe

MAX_FINDINGS: Final = 1_000
MAX_TEXT: Final = 1_000
MAX_DETAILS: Final = 201


class ScannerError(WatchfloorError):
    """A scanner did not say what it sees in the way that it has to."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a scanner sees.

    Attributes:
        found: everything that is there now, fingerprints unique; what was there and is not in here has gone.
        unseen: places that it could not look at: what is open there stays open. Nothing means it could be any place.
        looked: how many places it looked at.
        skipped: for each that it could not look at, why.
    """

    found: tuple[Finding, ...] = ()
    unseen: frozenset[str] | None = frozenset()
    looked: int = 1
    skipped: tuple[str, ...] = ()


Look: TypeAlias = Callable[[], Awaitable[Sighting]]
"""Looks at a territory once. It may be cancelled at any await and has no effect."""
Tell: TypeAlias = Callable[[Transaction, str, int], int]
"""Tells what is new of a scanner (its name, its quiet seconds) in the same unit; returns how often."""


@dataclass(frozen=True, slots=True)
class ScannerContext:
    """What a scanner of others gets to work with.

    Attributes:
        workspace: the workspace's folder.
        clock: the time; nothing else tells it.
        options: ``[schedule.jobs.NAME.options]`` as the settings are at the moment of asking.
        read: runs a query on one consistent state of the database.
    """

    workspace: Path
    clock: Clock
    options: Callable[[], Mapping[str, str | int | float | bool]]
    read: Callable[[Callable[[Reader], object]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class ScannerOffer:
    """What a factory brings.

    Attributes:
        look: looks once.
        about: at what, in a sentence.
        every_seconds: from one look to the next, 10 or more, where the settings say nothing.
        first_seconds: from the very first start to the first look.
        quiet_seconds: in which a finding that keeps changing is not told again.
    """

    look: Look
    about: str = ""
    every_seconds: float = 60
    first_seconds: float = 10
    quiet_seconds: int = 600


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What one round did.

    Attributes:
        looked: places that were looked at.
        opened, closed: findings that appeared and went.
        told: how often a persona was told one.
        skipped: for each place that could not be looked at, why.
    """

    looked: int
    opened: int
    closed: int
    told: int
    skipped: tuple[str, ...]

    def note(self) -> str:
        """The report in a line."""
        text = f"{self.looked} looked at, {self.opened} opened, {self.closed} closed, {self.told} told"
        return "; ".join((text, *self.skipped))


async def scan(database: Database, name: str, look: Look, tell: Tell, quiet_seconds: int) -> ScanReport:
    """Look once, keep what is there, and tell what is new, all in one unit of work.

    Raises:
        ScannerError: the scanner says something that is not a sighting of its own.
    """
    sighting = checked(name, await look())

    def keep(tx: Transaction) -> tuple[int, int, int]:
        opened, closed = observe(tx, name, sighting.found, unseen=sighting.unseen)
        return opened, closed, tell(tx, name, quiet_seconds)

    opened, closed, told = await database.write(keep)
    return ScanReport(sighting.looked, opened, closed, told, sighting.skipped)


def checked(name: str, sighting: object) -> Sighting:
    """The sighting, if it keeps to what one may be: types do not bind a plug-in.

    Raises:
        ScannerError: it does not.
    """
    if not isinstance(sighting, Sighting):
        raise ScannerError(f"scanner {name} failed", why="it did not return a Sighting")
    if len(sighting.found) > MAX_FINDINGS:
        raise ScannerError(f"scanner {name} failed", why=f"it has more than {MAX_FINDINGS} findings")
    problem = next((why for why in map(_problem, sighting.found) if why), "")
    if not problem and any(finding.scanner != name for finding in sighting.found):
        problem = "a finding names another scanner"
    if not problem and len({finding.fingerprint for finding in sighting.found}) < len(sighting.found):
        problem = "two findings are of the same place and category"
    if problem:
        raise ScannerError(f"scanner {name} failed", why=problem)
    return sighting


def _problem(finding: object) -> str:
    if not isinstance(finding, Finding):
        return "a finding is no Finding"
    texts: Sequence[object] = (finding.place, finding.category, finding.summary, finding.content, *finding.details)
    if not all(isinstance(text, str) and len(text) <= MAX_TEXT for text in texts):
        return f"a finding holds something that is no text of at most {MAX_TEXT} characters"
    if not finding.category or not finding.summary:
        return "a finding has no category or no summary"
    return f"a finding has more than {MAX_DETAILS} details" if len(finding.details) > MAX_DETAILS else ""
