"""What a unit of work sees of the database: reading, and in a transaction also writing and journalling."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from ..journal import Event, Head, encode, row_hash
from ..redaction import Redactor
from .instants import to_us

Value: TypeAlias = str | int | float | bytes | None
Parameters: TypeAlias = Sequence[Value] | Mapping[str, Value]


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
        masked = self._redactor.value(data)
        assert isinstance(masked, dict)  # noqa: S101  # a mapping is redacted into a dict
        text = encode(masked)
        seq = self._head.seq + 1
        at_us = to_us(self.now)
        previous = self._head.hash
        digest = row_hash(previous, seq, at_us, kind, subject, actor, text)
        self._connection.execute(
            "INSERT INTO journal (seq, at_us, kind, subject, actor, data, prev_hash, hash) VALUES (?,?,?,?,?,?,?,?)",
            (seq, at_us, kind, subject, actor, text, previous, digest),
        )
        self._head = Head(seq, digest)
        self._events.append(Event(seq, self.now, kind, subject, actor, masked))
        return seq
