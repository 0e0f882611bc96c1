"""The states of jobs and the history of their runs in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row

from ..storage import Reader, Transaction, from_us, to_us
from .jobs import NOTE_LIMIT, Cause, JobState, Outcome

_FIELDS = (
    "plan, slot_us, seed, retry_us, asked, last_began_us, last_ended_us, last_outcome, last_count, last_note, runs,"
    " failures, merged, skipped"
)


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job.

    Attributes:
        id: rises from run to run, of all jobs together.
        name: the job.
        cause: why it began.
        slot: the slot that it was for; of a run by hand the one that was next.
        began: when.
        ended: when; nothing while it runs.
        outcome: how; nothing while it runs.
        count: how many things it did.
        note: what it had to say, or why it failed.
        merged: further slots that it made up for.
    """

    id: int
    name: str
    cause: Cause
    slot: datetime
    began: datetime
    ended: datetime | None
    outcome: Outcome | None
    count: int
    note: str
    merged: int


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
        f"INSERT OR REPLACE INTO jobs (name, {_FIELDS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608  # constants
        (
            state.name,
            state.key,
            to_us(state.slot),
            state.seed,
            _us(state.retry_at),
            int(state.asked),
            _us(state.last_began),
            _us(state.last_ended),
            state.last_outcome,
            state.last_count,
            state.last_note,
            state.runs,
            state.failures,
            state.merged,
            state.skipped,
        ),
    )


def note_began(tx: Transaction, state: JobState, cause: Cause, began: datetime, keep: int) -> int:
    """A run begins; of its job the ``keep`` newest are remembered.

    Returns:
        the run's id.
    """
    tx.execute(
        "INSERT INTO job_runs (name, cause, slot_us, began_us) VALUES (?,?,?,?)",
        (state.name, cause, to_us(state.slot), to_us(began)),
    )
    row = tx.row("SELECT max(id) AS id FROM job_runs WHERE name = ?", (state.name,))
    tx.execute(
        "DELETE FROM job_runs WHERE name = ? AND id NOT IN"
        " (SELECT id FROM job_runs WHERE name = ? ORDER BY id DESC LIMIT ?)",
        (state.name, state.name, keep),
    )
    return int(row["id"]) if row else 0


def note_ended(tx: Transaction, run: int, outcome: Outcome, count: int, note: str, merged: int = 0) -> None:
    """A run came to its end."""
    tx.execute(
        "UPDATE job_runs SET ended_us = ?, outcome = ?, count = ?, note = ?, merged = ? WHERE id = ?",
        (to_us(tx.now), outcome, count, note[:NOTE_LIMIT], merged, run),
    )


def open_runs(reader: Reader) -> list[JobRun]:
    """Runs without an end: those in progress, and before the first begins those that died with their process."""
    return [_run(row) for row in reader.rows("SELECT * FROM job_runs WHERE ended_us IS NULL ORDER BY id")]


def runs_of(reader: Reader, name: str, before: int | None, limit: int) -> list[JobRun]:
    """The runs of a job, newest first; of all jobs where the name is empty.

    Args:
        reader: the database.
        name: the job.
        before: only runs with a lower id.
        limit: most of them.
    """
    rows = reader.rows(
        "SELECT * FROM job_runs WHERE (name = ? OR ? = '') AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?",
        (name, name, before, before, limit),
    )
    return [_run(row) for row in rows]


def _us(moment: datetime | None) -> int | None:
    return to_us(moment) if moment is not None else None


def _moment(us: int | None) -> datetime | None:
    return from_us(us) if us is not None else None


def _state(row: Row) -> JobState:
    return JobState(
        name=row["name"],
        key=row["plan"],
        slot=from_us(row["slot_us"]),
        seed=row["seed"],
        retry_at=_moment(row["retry_us"]),
        asked=bool(row["asked"]),
        last_began=_moment(row["last_began_us"]),
        last_ended=_moment(row["last_ended_us"]),
        last_outcome=Outcome(row["last_outcome"]) if row["last_outcome"] else None,
        last_count=row["last_count"],
        last_note=row["last_note"],
        runs=row["runs"],
        failures=row["failures"],
        merged=row["merged"],
        skipped=row["skipped"],
    )


def _run(row: Row) -> JobRun:
    return JobRun(
        id=row["id"],
        name=row["name"],
        cause=Cause(row["cause"]),
        slot=from_us(row["slot_us"]),
        began=from_us(row["began_us"]),
        ended=_moment(row["ended_us"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        count=row["count"],
        note=row["note"],
        merged=row["merged"],
    )
