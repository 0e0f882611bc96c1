"""The CRM tables in the database: idempotent writing, and the stage of an account as the gate sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from ..storage import Reader, Transaction, to_us
from .rows import Account, Interaction, Opportunity

CrmRow: TypeAlias = Account | Opportunity | Interaction
_Values: TypeAlias = tuple[str | int | None, ...]

_COLUMNS: Final[dict[type[CrmRow], tuple[str, tuple[str, ...]]]] = {
    Account: ("accounts", ("name", "sector", "location", "parent", "contact_email")),
    Opportunity: (
        "opportunities",
        ("account_id", "product", "agent", "stage", "source_stage", "engage_date", "close_date", "value_cents"),
    ),
    Interaction: ("interactions", ("account_id", "kind", "summary", "at_us", "actor")),
}
_LOOKUP: Final = 200


@dataclass(frozen=True, slots=True)
class Changes:
    """What writing rows did: new ones, different ones, and ones that were there already, just so."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Changes) -> Changes:
        return Changes(self.imported + other.imported, self.updated + other.updated, self.unchanged + other.unchanged)


def write_rows(tx: Transaction, rows: Sequence[CrmRow]) -> Changes:
    """Insert or update rows of one kind, touching only what differs, and journal the counts.

    Args:
        tx: the unit of work.
        rows: all of the same type, ids unique among them.
    """
    if not rows:
        return Changes()
    table, columns = _COLUMNS[type(rows[0])]
    stored = _stored(tx, table, columns, [row.id for row in rows])
    # What the table has beyond the row: when it changed; an imported interaction never comes from an action.
    extra = ("changed_us",) if table != "interactions" else ()
    stamp = (to_us(tx.now),) if extra else ()
    new, different = [], []
    for row in rows:
        values = _values(row)
        if row.id not in stored:
            new.append((row.id, *values, *stamp))
        elif stored[row.id] != values:
            different.append((*values, *stamp, row.id))
    names = (*columns, *extra)
    if new:
        marks = ", ".join("?" * (len(names) + 1))
        tx.execute_many(f"INSERT INTO {table} (id, {', '.join(names)}) VALUES ({marks})", new)  # noqa: S608  # names from the table above
    if different:
        sets = ", ".join(f"{name} = ?" for name in names)
        tx.execute_many(f"UPDATE {table} SET {sets} WHERE id = ?", different)  # noqa: S608  # names from the table above
    changes = Changes(len(new), len(different), len(rows) - len(new) - len(different))
    if new or different:
        data = {"imported": changes.imported, "updated": changes.updated, "unchanged": changes.unchanged}
        tx.record("crm_rows.imported", table, data)
    return changes


def account_ids(reader: Reader) -> frozenset[str]:
    """The ids of all accounts."""
    return frozenset(row["id"] for row in reader.rows("SELECT id FROM accounts"))


def stage_of(reader: Reader, account_id: str) -> str | None:
    """How far an account's business has come, by the names of the guardrails.

    While anything is open, the most advanced stage among the open opportunities; otherwise the outcome of the one
    closed last (on the same day, winning counts). Nothing where the account is unknown or has no opportunity.
    """
    row = reader.row(
        "SELECT stage FROM opportunities WHERE account_id = ?"
        " ORDER BY stage IN ('closed_won', 'closed_lost'),"
        " CASE stage WHEN 'negotiation' THEN 0 WHEN 'evaluation' THEN 1 WHEN 'qualification' THEN 2"
        " WHEN 'prospecting' THEN 3 ELSE 4 END,"
        " close_date DESC, stage DESC LIMIT 1",
        (account_id,),
    )
    return str(row["stage"]) if row else None


def _stored(reader: Reader, table: str, columns: Sequence[str], ids: Sequence[str]) -> dict[str, _Values]:
    found: dict[str, _Values] = {}
    for start in range(0, len(ids), _LOOKUP):
        part = ids[start : start + _LOOKUP]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT id, {', '.join(columns)} FROM {table} WHERE id IN ({marks})"  # noqa: S608  # names from the table above
        found.update({row[0]: tuple(row)[1:] for row in reader.rows(sql, part)})
    return found


def _values(row: CrmRow) -> _Values:
    match row:
        case Account():
            return (row.name, row.sector, row.location, row.parent, row.contact_email)
        case Interaction():
            return (row.account_id, row.kind, row.summary, to_us(row.at), row.actor)
        case Opportunity():
            return (
                row.account_id,
                row.product,
                row.agent,
                row.stage.value,
                row.source_stage,
                _day(row.engage_date),
                _day(row.close_date),
                row.value_cents,
            )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
