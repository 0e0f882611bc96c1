"""Questions about the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from ..view import ActivityView
from .base import Ask, AskPage, Query


class AskJournal(AskPage):
    """The journal, newest first, narrowed by whatever is set.

    A page may hold fewer rows than asked for, even none, while there is more: only so many rows are looked at at once.
    Go on with ``after = next`` until that is empty.
    """

    before: Annotated[str, Field(max_length=20, pattern=r"^[0-9]*$")] = ""
    """Rows newer than this cursor (the ``previous`` of another page) instead of older ones."""
    subject: Annotated[str, Field(max_length=200)] = ""
    """Only what is about this."""
    kind: Annotated[str, Field(max_length=400)] = ""
    """Only these kinds of event, separated by commas; each may end in ``*``."""
    actor: Annotated[str, Field(max_length=200)] = ""
    """Only what this one caused; the part before the colon may be left out."""
    since: AwareDatetime | None = None
    """Not before this moment."""
    until: AwareDatetime | None = None
    """Before this moment."""
    text: Annotated[str, Field(max_length=200)] = ""
    """Only rows whose sentence or particulars hold this, in whatever case."""


class AskRows(AskJournal):
    """Whole journal rows, as they are stored and hashed."""

    oldest_first: bool = False
    """In the order of the chain, from behind ``before``."""


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Some journal rows.

    Attributes:
        next: where older ones go on; empty at the end.
        previous: where newer ones go on; good for ever, so that one can follow.
    """

    items: tuple[ActivityView, ...]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True)
class RowView:
    """One journal row, whole.

    Attributes:
        at_us: when, in microseconds since 1970-01-01 UTC, as it was hashed.
        data: the particulars as they were hashed, JSON text.
        prev_hash, hash: the row's place in the chain.
        text: the row told in words.
    """

    seq: int
    at_us: int
    kind: str
    subject: str
    actor: str
    data: str
    prev_hash: str
    hash: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some whole rows; ``next`` and ``previous`` as in :class:`JournalPage`."""

    items: tuple[RowView, ...]
    next: str = ""
    previous: str = ""


class AskAudit(Ask):
    """How the proof of the journal goes."""

    start: bool = False
    """Begin a new one, unless one is under way."""


@dataclass(frozen=True, slots=True)
class AuditView:
    """A proof of the journal, under way or done.

    Attributes:
        state: ``none`` (never asked for), ``running``, ``holds``, ``broken`` or ``failed`` (it could not be read).
        rows: how many rows were proven so far.
        total: how many there are.
        head: hash of the last row that holds.
        seq, reason: the first row that does not hold, or why it could not be read.
        at: when it ended.
    """

    state: str
    rows: int = 0
    total: int = 0
    head: str = ""
    seq: int = 0
    reason: str = ""
    at: datetime | None = None


class AskAway(Ask):
    """What happened while an operator did not look."""

    operator: Annotated[str, Field(max_length=100)] = ""
    """Since this operator last looked, by the engine's own record."""
    since: AwareDatetime | None = None
    """Instead: since this moment."""
    after: Annotated[int, Field(ge=-1)] = -1
    """Instead: since this journal row; -1 leaves it open."""
    limit: Annotated[int, Field(ge=1, le=200)] = 30
    """Most lines."""


@dataclass(frozen=True, slots=True)
class AwayView:
    """What happened in a while.

    Attributes:
        after, upto: the journal rows it covers, without the first.
        since, until: the time it covers.
        counts: what happened how often, the most important first: ``failed``, 3.
        lines: the most important lines, newest first within their importance.
        more: lines that were left out.
        cut: only the newest part of the time was looked at, because so much happened.
    """

    after: int
    upto: int
    since: datetime | None
    until: datetime
    counts: tuple[tuple[str, int], ...] = ()
    lines: tuple[ActivityView, ...] = ()
    more: int = 0
    cut: bool = False


JOURNAL: Final = Query("journal", AskJournal, JournalPage)
JOURNAL_ROWS: Final = Query("journal_rows", AskRows, RowPage)
AUDIT: Final = Query("audit", AskAudit, AuditView)
AWAY: Final = Query("away", AskAway, AwayView)
