"""Jobs of others: packages bring them by entry points of the group ``watchfloor.jobs``.

An entry point's name is the job's; it names a factory, which takes a :class:`JobContext` and returns a
:class:`JobOffer`. The job is listed, paused, planned (``[schedule.jobs.NAME]``) and timed as the built-in ones are, and
what it wants done in the world it proposes, like everybody. In the package's ``pyproject.toml``::

    [project.entry-points."watchfloor.jobs"]
    stock_check = "acme_jobs:stock_check"

and in ``acme_jobs.py``::

    def stock_check(context: JobContext) -> JobOffer:
        async def run() -> JobResult:
            low = count_low(context.options().get("threshold", 5))
            if low:
                await context.propose(Proposal(kind="send_chat_message", tool="chat", ...))
            return JobResult(low, f"{low} items are low")

        return JobOffer(run, about="Looks for items that run out.", every_seconds=3_600)

A run may be cancelled at any await (time limit, pause, end of the engine) and may come again for the same slot after a
crash; proposals with a ``dedupe_key`` are then made once. It must not block the event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from ..clock import Clock
from ..errors import WatchfloorError
from ..governance.proposal import Proposal
from ..plugins import Plugin, load_plugins
from ..storage import Reader
from .jobs import JobResult

GROUP: Final = "watchfloor.jobs"
"""The group of entry points."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job of others gets to work with.

    Attributes:
        workspace: the workspace's folder.
        clock: the time; nothing else tells it.
        options: ``[schedule.jobs.NAME.options]`` as the settings are at the moment of asking.
        read: runs a query on one consistent state of the database.
        propose: hands a proposal to the gate and returns the action's id. The proposer is set to the job.
    """

    workspace: Path
    clock: Clock
    options: Callable[[], Mapping[str, str | int | float | bool]]
    read: Callable[[Callable[[Reader], object]], Awaitable[object]]
    propose: Callable[[Proposal], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class JobOffer:
    """What a factory brings.

    Attributes:
        run: does the work once.
        about: what that is, in a sentence.
        every_seconds: from one slot to the next, 10 or more, where the settings say nothing.
        first_seconds: from the very first start to the first slot.
    """

    run: Callable[[], Awaitable[JobResult]]
    about: str = ""
    every_seconds: float = 86_400
    first_seconds: float = 60


def installed() -> Iterable[EntryPoint]:
    """What the packages of this installation bring."""
    return entry_points(group=GROUP)


def load_job_plugins(
    found: Iterable[EntryPoint], taken: Collection[str], context: Callable[[str], JobContext]
) -> tuple[list[Plugin[JobOffer]], list[str]]:
    """Load jobs of others; one that cannot be loaded is left out and told, and harms no other.

    Args:
        found: the entry points.
        taken: names that are not to be had.
        context: what the job of a name gets.

    Returns:
        the jobs, and for each that was left out a sentence that says why.
    """

    def offer_of(entry: EntryPoint) -> JobOffer:
        offer = entry.load()(context(entry.name))
        if not isinstance(offer, JobOffer):
            raise WatchfloorError("its factory did not return a JobOffer")
        if not (10 <= offer.every_seconds <= 31_536_000 and offer.first_seconds >= 0):
            raise WatchfloorError("its interval is shorter than 10 s or longer than a year, or a time is negative")
        return offer

    return load_plugins("job", found, taken, offer_of)
