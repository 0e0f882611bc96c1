"""The CRM tables in the database: comparing rows with what is stored, and writing what differs, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from ..governance.kinds import Stage
from ..storage import Reader, Transaction, to_us
from .rows import CLOSED, Account, Interaction, Opportunity
from .stages import note_before, note_stage

CrmRow: TypeAlias = Account | Opportunity | Interaction
Values: TypeAlias = tuple[str | int | None, ...]

COLUMNS: Final[dict[type[CrmRow], tuple[str, tuple[str, ...]]]] = {
    Account: ("accounts", ("name", "sector", "location", "parent", "contact_email")),
    Opportunity: (
        "opportunities",
        ("account_id", "product", "agent", "stage", "source_stage", "engage_date", "close_date", "value_cents"),
    ),
    Interaction: ("interactions", ("account_id", "kind", "summary", "at_us", "actor")),
}
"""Table and columns of each kind of row, besides the id."""
_LOOKUP: Final = 200
_STAGE, _ENGAGED = 3, 5


@dataclass(frozen=True, slots=True)
class Changes:
    """What writing rows did: new ones, different ones, and ones that were there already, just so."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Changes) -> Changes:
        return Changes(self.imported + other.imported, self.updated + other.updated, self.unchanged + other.unchanged)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where rows come from, for the stage history.

    Attributes:
        source: ``import``, or what else brought them.
        actor: who asked for it.
        engaged: the stage that a closed opportunity was in from its engage date on.
    """

    source: str = "import"
    actor: str = "engine"
    engaged: Stage = Stage.QUALIFICATION


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows of one kind beside what is stored.

    Attributes:
        new: not stored yet.
        different: with what is stored of them.
        unchanged: how many are stored just so.
    """

    new: list[CrmRow] = field(default_factory=list)
    different: list[tuple[CrmRow, Values]] = field(default_factory=list)
    unchanged: int = 0

    @property
    def changes(self) -> Changes:
        """The three counts."""
        return Changes(len(self.new), len(self.different), self.unchanged)


def compare(reader: Reader, rows: Sequence[CrmRow]) -> Comparison:
    """Find what writing these rows would do; all of the same type, ids unique among them."""
    if not rows:
        return Comparison()
    table, columns = COLUMNS[type(rows[0])]
    stored = _stored(reader, table, columns, [row.id for row in rows])
    new = [row for row in rows if row.id not in stored]
    different = [(row, stored[row.id]) for row in rows if row.id in stored and stored[row.id] != values_of(row)]
    return Comparison(new, different, len(rows) - len(new) - len(different))


def write_rows(tx: Transaction, rows: Sequence[CrmRow], provenance: Provenance | None = None) -> Changes:
    """Insert or update rows of one kind, touching only what differs; keep the stages and journal the counts.

    Args:
        tx: the unit of work.
        rows: all of the same type, ids unique among them.
        provenance: where they come from.
    """
    if not rows:
        return Changes()
    table, columns = COLUMNS[type(rows[0])]
    found = compare(tx, rows)
    # What the table has beyond the row: when it changed; an imported interaction never comes from an action.
    extra = ("changed_us",) if table != "interactions" else ()
    stamp = (to_us(tx.now),) if extra else ()
    names = (*columns, *extra)
    if found.new:
        marks = ", ".join("?" * (len(names) + 1))
        tx.execute_many(
            f"INSERT INTO {table} (id, {', '.join(names)}) VALUES ({marks})",  # noqa: S608  # names from the table above
            [(row.id, *values_of(row), *stamp) for row in found.new],
        )
    if found.different:
        sets = ", ".join(f"{name} = ?" for name in names)
        tx.execute_many(
            f"UPDATE {table} SET {sets} WHERE id = ?",  # noqa: S608  # names from the table above
            [(*values_of(row), *stamp, row.id) for row, _ in found.different],
        )
    _keep_stages(tx, found, provenance or Provenance())
    changes = found.changes
    if changes.imported or changes.updated:
        data = {"imported": changes.imported, "updated": changes.updated, "unchanged": changes.unchanged}
        tx.record("crm_rows.imported", table, data)
    return changes


def account_ids(reader: Reader) -> frozenset[str]:
    """The ids of all accounts."""
    return frozenset(row["id"] for row in reader.rows("SELECT id FROM accounts"))


def values_of(row: CrmRow) -> Values:
    """A row's columns, as they are stored."""
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


def _keep_stages(tx: Transaction, found: Comparison, provenance: Provenance) -> None:
    fresh = [
        ("opportunity", row.id, number, stage, day, to_us(tx.now), provenance.source, provenance.actor)
        for row in found.new
        if isinstance(row, Opportunity)
        for number, (stage, day) in enumerate(_stages(row, provenance.engaged), start=1)
    ]
    if fresh:
        tx.execute_many(
            "INSERT INTO stage_history (subject, id, number, stage, day, at_us, source, actor)"
            " VALUES (?,?,?,?,?,?,?,?)",
            fresh,
        )
    for row, stored in found.different:
        if isinstance(row, Opportunity):
            _keep_change(tx, row, stored, provenance)


def _stages(row: Opportunity, engaged: Stage) -> list[tuple[Stage, str | None]]:
    """What one row says: where an opportunity stands, and before it was closed, that it was engaged."""
    if row.stage not in CLOSED:
        return [(row.stage, _day(row.engage_date))]
    begun = [(engaged, _day(row.engage_date))] if row.engage_date else []
    return [*begun, (row.stage, _day(row.close_date))]


def _keep_change(tx: Transaction, row: Opportunity, stored: Values, provenance: Provenance) -> None:
    before, engaged_before = stored[_STAGE], stored[_ENGAGED]
    now = _stages(row, provenance.engaged)
    if before == row.stage.value:
        # The same stages with other dates: a correction, not a change.
        for stage, day in now:
            corrected = tx.execute(
                "UPDATE stage_history SET day = ?1 WHERE subject = 'opportunity' AND id = ?2 AND number ="
                " (SELECT max(number) FROM stage_history WHERE subject = 'opportunity' AND id = ?2 AND stage = ?3)",
                (day, row.id, stage),
            )
            if not corrected and stage is not row.stage:
                note_before(tx, row.id, row.stage, stage, day, source=provenance.source, actor=provenance.actor)
        return
    newly_engaged = _day(row.engage_date) != engaged_before
    for stage, day in now if newly_engaged else now[-1:]:
        # An engagement that was known before is not the day of this change.
        since = day if stage in CLOSED or newly_engaged else tx.now.date().isoformat()
        note_stage(tx, "opportunity", row.id, stage, since, source=provenance.source, actor=provenance.actor)


def _stored(reader: Reader, table: str, columns: Sequence[str], ids: Sequence[str]) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for start in range(0, len(ids), _LOOKUP):
        part = ids[start : start + _LOOKUP]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT id, {', '.join(columns)} FROM {table} WHERE id IN ({marks})"  # noqa: S608  # names from the table above
        found.update({row[0]: tuple(row)[1:] for row in reader.rows(sql, part)})
    return found


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
