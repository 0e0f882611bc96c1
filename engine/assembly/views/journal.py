"""Pages of the journal: narrowed, in both directions, and never more than so many rows looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Final, TypeAlias

from ...queries import AskJournal, AskRows, JournalPage, RowPage, RowView
from ...storage import Reader, to_us
from ...view import ActivityView
from .activity import told

WINDOW: Final = 20_000
"""Most rows that one question looks at."""
CHUNK: Final = 1_000
"""Rows that are read at once."""
PAGE_CHARACTERS: Final = 1_000_000
"""Most characters of particulars on one page of whole rows."""
_END: Final = 2**62
_COLUMNS: Final = "seq, at_us, kind, subject, actor, data, prev_hash, hash"

_Line: TypeAlias = tuple[Row, ActivityView]


@dataclass(frozen=True, slots=True)
class _Slice:
    """What one question found, in the order in which it looked.

    Attributes:
        first, last: the first and last row that it looked at; 0 where there was none.
        more: there may be more behind the last.
    """

    lines: list[_Line]
    first: int
    last: int
    more: bool


def journal_page(reader: Reader, ask: AskJournal) -> JournalPage:
    """One page of the journal, newest first."""
    found = _look(reader, ask, ascending=bool(ask.before), size=lambda _: 0)
    lines = [line for _, line in found.lines]
    return JournalPage(tuple(reversed(lines) if ask.before else lines), *_cursors(reader, ask, found))


def row_page(reader: Reader, ask: AskRows) -> RowPage:
    """One page of whole rows."""
    ascending = bool(ask.before) or ask.oldest_first
    found = _look(reader, ask, ascending=ascending, size=lambda row: len(row["data"]))
    rows = [_whole(row, line) for row, line in found.lines]
    turned = ascending and not ask.oldest_first
    return RowPage(tuple(reversed(rows) if turned else rows), *_cursors(reader, ask, found, ascending=ascending))


def _cursors(reader: Reader, ask: AskJournal, found: _Slice, *, ascending: bool | None = None) -> tuple[str, str]:
    """Where older rows go on (empty at the end), and where newer ones do."""
    if ascending if ascending is not None else bool(ask.before):
        start = int(ask.before or 0)
        older = found.first if found.first else start + 1
        return (str(older) if older > 1 else ""), str(found.last or start)
    newest = found.first or int(ask.after or 0) - 1
    if not ask.after:
        head = reader.row("SELECT max(seq) AS seq FROM journal")
        newest = (head["seq"] or 0) if head else 0
    return (str(found.last) if found.more else ""), str(max(newest, 0))


def _look(reader: Reader, ask: AskJournal, *, ascending: bool, size: Callable[[Row], int]) -> _Slice:
    fits, needle = _narrowing(ask), ask.text.casefold()
    lines: list[_Line] = []
    first = last = looked = weight = 0
    for rows in _chunks(reader, ask, ascending=ascending):
        sentences = dict(zip(*_tell(reader, [row for row in rows if fits(row)]), strict=True))
        for row in rows:
            if looked >= WINDOW or len(lines) >= ask.limit or weight >= PAGE_CHARACTERS:
                return _Slice(lines, first, last, more=True)
            looked += 1
            last = row["seq"]
            first = first or last
            line = sentences.get(last)
            if line and (not needle or needle in line.text.casefold() or needle in row["data"].casefold()):
                lines.append((row, line))
                weight += size(row)
    return _Slice(lines, first, last, more=False)


def _tell(reader: Reader, rows: Sequence[Row]) -> tuple[Sequence[int], Sequence[ActivityView]]:
    return [row["seq"] for row in rows], told(reader, rows)


def _chunks(reader: Reader, ask: AskJournal, *, ascending: bool) -> Iterator[Sequence[Row]]:
    """Every row that the indexes find, in order."""
    kinds = _kinds(ask)
    conditions: list[str] = []
    values: list[str] = []
    if ask.subject:
        conditions.append("subject = ?")
        values.append(ask.subject)
    elif len(kinds) == 1 and not kinds[0].endswith("*"):
        conditions.append("kind = ?")
        values.append(kinds[0])
    position = int(ask.before or 0) if ascending else int(ask.after or 0) or _END
    where = " AND ".join((*conditions, f"seq {'>' if ascending else '<'} ?"))
    order = "ASC" if ascending else "DESC"
    narrow = bool(kinds or ask.actor or ask.since or ask.until or ask.text)
    while rows := reader.rows(
        f"SELECT {_COLUMNS} FROM journal WHERE {where} ORDER BY seq {order} LIMIT ?",  # noqa: S608  # constants, values bound
        (*values, position, CHUNK if narrow else min(CHUNK, ask.limit + 1)),
    ):
        yield rows
        position = rows[-1]["seq"]


def _kinds(ask: AskJournal) -> Sequence[str]:
    return [kind.strip() for kind in ask.kind.split(",") if kind.strip()]


def _narrowing(ask: AskJournal) -> Callable[[Row], bool]:
    """What can be said of a row without telling it in words."""
    kinds = _kinds(ask)
    exact = frozenset(kind for kind in kinds if not kind.endswith("*"))
    prefixes = tuple(kind.removesuffix("*") for kind in kinds if kind.endswith("*"))
    since = to_us(ask.since) if ask.since else None
    until = to_us(ask.until) if ask.until else None

    def fits(row: Row) -> bool:
        return (
            (not kinds or row["kind"] in exact or row["kind"].startswith(prefixes))
            and (since is None or row["at_us"] >= since)
            and (until is None or row["at_us"] < until)
            and (not ask.actor or ask.actor in {row["actor"], row["actor"].partition(":")[2]})
        )

    return fits


def _whole(row: Row, line: ActivityView) -> RowView:
    names = ("seq", "at_us", "kind", "subject", "actor", "data", "prev_hash", "hash")
    return RowView(**{name: row[name] for name in names}, text=line.text)
