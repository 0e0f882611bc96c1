"""What a unit of work sees of the database: reading, and in a transaction also writing and journalling."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from ..journal import Event, Head, encode, row_hash
from ..redaction import Redactor
from .instants import to_us

Value: TypeAlias = str | int | float | bytes | None
Parameters: TypeAlias = Sequence[Value] | Mapping[str, Value]
Entry: TypeAlias = tuple[str, str, Mapping[str, object], str]
"""What is to be journalled: the kind, the subject, the particulars and the actor of :meth:`Transaction.record`."""
_Row: TypeAlias = tuple[int, int, str, str, str, str, str, str]

_JOURNAL: Final = (
    "INSERT INTO journal (seq, at_us, kind, subject, actor, data, prev_hash, hash) VALUES (?,?,?,?,?,?,?,?)"
)


class Reader:
    """Reads one consistent state of the database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """All rows of a query; the query carries its own LIMIT where it could be long."""
        return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a query, or nothing."""
        found: sqlite3.Row | None = self._connection.execute(sql, parameters).fetchone()
        return found


class Transaction(Reader):
    """A unit of work: all of it happens, journal included, or none of it.

    Attributes:
        now: the moment the unit began; every row and event of the unit carries this one time.
    """

    def __init__(self, connection: sqlite3.Connection, now: datetime, head: Head, redactor: Redactor) -> None:
        super().__init__(connection)
        self.now = now
        self._head = head
        self._redactor = redactor
        self._events: list[Event] = []
        self._now_us = to_us(now)

    @property
    def head(self) -> Head:
        """The end of the journal as this unit leaves it."""
        return self._head

    @property
    def events(self) -> Sequence[Event]:
        """What this unit has journalled so far."""
        return self._events

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one writing statement.

        Returns:
            how many rows it changed.
        """
        return self._connection.execute(sql, parameters).rowcount

    def execute_many(self, sql: str, parameters: Sequence[Parameters]) -> int:
        """Run one writing statement for each set of parameters.

        Returns:
            how many rows they changed together.
        """
        return self._connection.executemany(sql, parameters).rowcount

    def record(self, kind: str, subject: str, data: Mapping[str, object], actor: str = "engine") -> int:
        """Append an event to the journal in this unit of work.

        Args:
            kind: what happened, as ``noun.past_participle``.
            subject: the id of the thing it happened to.
            data: the particulars; anything JSON can say, secrets are masked before writing.
            actor: who caused it.

        Returns:
            the event's sequence number.
        """
        event, row = self._linked(self._head, (kind, subject, data, actor))
        self._connection.execute(_JOURNAL, row)
        self._head = Head(event.seq, row[-1])
        self._events.append(event)
        return event.seq

    def record_many(self, entries: Iterable[Entry]) -> None:
        """Append events to the journal in their order, as so many calls of :meth:`record` would."""
        head, events, rows = self._head, list[Event](), list[_Row]()
        for entry in entries:
            event, row = self._linked(head, entry)
            head = Head(event.seq, row[-1])
            events.append(event)
            rows.append(row)
        self._connection.executemany(_JOURNAL, rows)
        self._head = head
        self._events += events

    def _linked(self, head: Head, entry: Entry) -> tuple[Event, _Row]:
        """An event and its row, as they follow the end of the chain."""
        kind, subject, data, actor = entry
        masked = self._redactor.value(data)
        assert isinstance(masked, dict)  # noqa: S101  # a mapping is redacted into a dict
        text = encode(masked)
        seq = head.seq + 1
        digest = row_hash(head.hash, seq, self._now_us, kind, subject, actor, text)
        row = (seq, self._now_us, kind, subject, actor, text, head.hash, digest)
        return Event(seq, self.now, kind, subject, actor, masked), row
