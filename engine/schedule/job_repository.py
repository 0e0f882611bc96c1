"""The states of jobs in the database."""

from __future__ import annotations

from datetime import timedelta
from sqlite3 import Row

from ..storage import Reader, Transaction, from_us, to_us
from .jobs import JobState

_MICROSECOND = timedelta(microseconds=1)


def load_job(reader: Reader, name: str) -> JobState | None:
    """The state of one job; nothing if it never was started."""
    row = reader.row("SELECT * FROM jobs WHERE name = ?", (name,))
    return _state(row) if row else None


def load_jobs(reader: Reader) -> list[JobState]:
    """The states of all jobs that ever were started, by name."""
    return [_state(row) for row in reader.rows("SELECT * FROM jobs ORDER BY name LIMIT 1000")]


def save_job(tx: Transaction, state: JobState) -> None:
    """Keep a job's state."""
    tx.execute(
        "INSERT INTO jobs (name, interval_us, slot_us, next_due_us, last_run_us, last_ok, last_count, last_note, runs,"
        " failures) VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (name) DO UPDATE SET interval_us = excluded.interval_us,"
        " slot_us = excluded.slot_us, next_due_us = excluded.next_due_us, last_run_us = excluded.last_run_us,"
        " last_ok = excluded.last_ok, last_count = excluded.last_count, last_note = excluded.last_note,"
        " runs = excluded.runs, failures = excluded.failures",
        (
            state.name,
            state.interval // _MICROSECOND,
            to_us(state.slot),
            to_us(state.next_due),
            to_us(state.last_run) if state.last_run else None,
            None if state.last_ok is None else int(state.last_ok),
            state.last_count,
            state.last_note,
            state.runs,
            state.failures,
        ),
    )


def _state(row: Row) -> JobState:
    return JobState(
        name=row["name"],
        interval=row["interval_us"] * _MICROSECOND,
        slot=from_us(row["slot_us"]),
        next_due=from_us(row["next_due_us"]),
        last_run=from_us(row["last_run_us"]) if row["last_run_us"] is not None else None,
        last_ok=None if row["last_ok"] is None else bool(row["last_ok"]),
        last_count=row["last_count"],
        last_note=row["last_note"],
        runs=row["runs"],
        failures=row["failures"],
    )
