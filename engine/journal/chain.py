"""The hash chain of the journal: how an event becomes a row, and how a chain of rows is proven.

The hash of a row is ``SHA-256(previous hash ‖ canonical JSON of [seq, at_us, kind, subject, actor, data])``, so nothing
in the chain can change, vanish or move without every later hash disagreeing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from ..spelling import spelling

_spell: Final = spelling(sort_keys=True, allow_nan=False)
_spell_row: Final = spelling(sort_keys=False, allow_nan=True)
GENESIS: Final = "0" * 64
"""The hash that the first row carries as its predecessor's."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        seq: its place in the journal, from 1, without gaps.
        at: when, in UTC.
        kind: what, as ``noun.past_participle`` ("action.approved").
        subject: the id of the thing it happened to.
        actor: who caused it: ``operator:ana``, ``persona:helper``, ``engine``.
        data: the particulars, secrets already masked.
    """

    seq: int
    at: datetime
    kind: str
    subject: str
    actor: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: the last row's place and hash."""

    seq: int
    hash: str


class JournalRow(Protocol):
    """A row of the journal table, by column name."""

    def __getitem__(self, column: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Breach:
    """The first row at which the chain does not hold.

    Attributes:
        seq: the row's place.
        reason: what is wrong with it.
    """

    seq: int
    reason: str


def encode(data: Mapping[str, object]) -> str:
    """The one textual form of an event's particulars: sorted keys, no spaces, no NaN."""
    return _spell(data)


def row_hash(previous: str, seq: int, at_us: int, kind: str, subject: str, actor: str, data: str) -> str:
    """The hash of one row over its predecessor's hash and all of its own columns."""
    text = _spell_row([previous, seq, at_us, kind, subject, actor, data])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def verify(rows: Iterable[JournalRow], start: Head = Head(0, GENESIS)) -> Head | Breach:
    """Prove a run of rows that follows ``start``.

    Returns:
        the head after the last row, or the first breach.
    """
    head = start
    for row in rows:
        seq = row["seq"]
        if seq != head.seq + 1:
            return Breach(head.seq + 1, f"row is missing; the next one found is {seq}")
        if row["prev_hash"] != head.hash:
            return Breach(head.seq + 1, "it does not carry the hash of the row before it")
        columns = (row["at_us"], row["kind"], row["subject"], row["actor"], row["data"])
        expected = row_hash(head.hash, head.seq + 1, *columns)  # type: ignore[arg-type]  # a tampered type hashes differently
        if row["hash"] != expected:
            return Breach(head.seq + 1, "its content does not match its hash")
        head = Head(head.seq + 1, expected)
    return head
