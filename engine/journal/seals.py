"""Seals: what stands in place of pruned rows, so that the rest of the chain holds and the pruning itself can be proven.

A seal covers an unbroken run of rows from the first that was left. It carries the hashes on both sides of the run and a
digest of all hashes between, and is bound to the seal before it; the newest one stands as an event in the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from ..storage import Reader, Transaction
from .chain import GENESIS, Breach, Head, row_hash

PRUNED: Final = "journal.pruned"
"""The event that vouches for a seal."""
SUBJECT: Final = "journal"


@dataclass(frozen=True, slots=True)
class Seal:
    """One pruned run of rows.

    Attributes:
        number: its place among seals, from 1.
        first_seq, last_seq, rows: the run.
        before_hash: hash of the row before the run, or of the beginning.
        last_hash: hash of its last row, which the first row that is left carries.
        digest: SHA-256 in hex of all hashes of the run, one after the other.
        states: how many things had their last row in the run.
        states_digest: SHA-256 in hex of those states; see :func:`states_digest`.
        archive, archive_sha256: the file that the rows were written to, and its content's hash; empty without one.
        at_us: when, in µs since 1970-01-01 UTC.
        actor: who had it done.
        reason: why, in words.
        previous_seal: hash of the seal before, or of the beginning.
    """

    number: int
    first_seq: int
    last_seq: int
    rows: int
    before_hash: str
    last_hash: str
    digest: str
    states: int
    states_digest: str
    archive: str
    archive_sha256: str
    at_us: int
    actor: str
    reason: str
    previous_seal: str

    @property
    def hash(self) -> str:
        """SHA-256 in hex of everything above."""
        text = json.dumps([getattr(self, name) for name in COLUMNS], separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def end(self) -> Head:
        """Where the rest of the chain begins."""
        return Head(self.last_seq, self.last_hash)

    def facts(self) -> dict[str, object]:
        """The seal as the journal tells it."""
        return {name: getattr(self, name) for name in COLUMNS if name not in {"at_us", "actor"}} | {"hash": self.hash}


COLUMNS: Final = tuple(field.name for field in fields(Seal))


@dataclass(frozen=True, slots=True)
class SealedState:
    """What a thing was when the last row about it was pruned.

    Attributes:
        sort: what sort of thing: ``action``, ``rule``.
        subject: its id.
        seq: that row.
        state: canonical JSON.
    """

    sort: str
    subject: str
    seq: int
    state: str


def states_digest(states: Iterable[SealedState]) -> str:
    """SHA-256 in hex of the states, in the order of their subjects."""
    digest = hashlib.sha256()
    for one in sorted(states, key=lambda state: state.subject):
        digest.update(json.dumps([one.sort, one.subject, one.seq, one.state], separators=(",", ":")).encode())
    return digest.hexdigest()


def read_seals(reader: Reader) -> tuple[Seal, ...]:
    """Every seal, the oldest first; none in a database from before there were seals."""
    if reader.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'journal_seals'") is None:
        return ()
    rows = reader.rows(f"SELECT {', '.join(COLUMNS)} FROM journal_seals ORDER BY number")  # noqa: S608  # fixed names
    return tuple(Seal(*row) for row in rows)


def sealed_end(seals: Iterable[Seal]) -> Head:
    """Where the chain begins after the newest of these seals."""
    return max((seal.end for seal in seals), key=lambda end: end.seq, default=Head(0, GENESIS))


def put_seal(tx: Transaction, seal: Seal, states: Iterable[SealedState]) -> None:
    """Store a seal and the states under it, and journal it. From now on, and not before, its rows can be deleted."""
    names = ", ".join((*COLUMNS, "hash"))
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    tx.execute(
        f"INSERT INTO journal_seals ({names}) VALUES ({marks})",  # noqa: S608  # fixed names
        (*(getattr(seal, name) for name in COLUMNS), seal.hash),
    )
    tx.execute_many(
        "INSERT INTO journal_sealed_states (sort, subject, seal, seq, state) VALUES (?,?,?,?,?)",
        [(one.sort, one.subject, seal.number, one.seq, one.state) for one in states],
    )
    tx.record(PRUNED, SUBJECT, seal.facts(), seal.actor)


def sealed_state(reader: Reader, sort: str, subject: str) -> Mapping[str, object] | None:
    """What a thing was when the last row about it was pruned."""
    row = reader.row("SELECT state FROM journal_sealed_states WHERE subject = ? AND sort = ?", (subject, sort))
    return json.loads(row["state"]) if row else None


def verify_seals(reader: Reader, seals: tuple[Seal, ...]) -> Breach | None:
    """The first seal that does not hold: by itself, beside the one before it, and by the chain's own word."""
    before, previous = Head(0, GENESIS), GENESIS
    for number, seal in enumerate(seals, 1):
        stored = reader.row("SELECT hash FROM journal_seals WHERE number = ?", (seal.number,))
        if seal.number != number or seal.previous_seal != previous or stored is None or stored["hash"] != seal.hash:
            return Breach(seal.first_seq, f"seal {number} was changed or the one before it is missing")
        if (seal.first_seq, seal.before_hash) != (before.seq + 1, before.hash):
            return Breach(seal.first_seq, f"seal {number} does not go on where the one before it ended")
        rows = reader.rows("SELECT sort, subject, seq, state FROM journal_sealed_states WHERE seal = ?", (number,))
        if len(rows) != seal.states or states_digest(SealedState(*row) for row in rows) != seal.states_digest:
            return Breach(seal.first_seq, f"the sealed states under seal {number} were changed")
        before, previous = seal.end, seal.hash
    return _unvouched(reader, seals[-1]) if seals else None


def _unvouched(reader: Reader, newest: Seal) -> Breach | None:
    rows = reader.rows(
        "SELECT seq, at_us, kind, subject, actor, data, prev_hash, hash FROM journal WHERE kind = ? AND seq > ?",
        (PRUNED, newest.last_seq),
    )
    for row in rows:
        columns = (row["seq"], row["at_us"], row["kind"], row["subject"], row["actor"], row["data"])
        sound = row["hash"] == row_hash(row["prev_hash"], *columns)
        if sound and row["actor"] == newest.actor and json.loads(row["data"]).get("hash") == newest.hash:
            return None
    return Breach(
        newest.first_seq, f"rows up to {newest.last_seq} are gone, and the journal does not say who pruned them"
    )
