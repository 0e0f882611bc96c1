"""What is being done, was done, was found and is planned: as brains may tell it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from ..governance.action import ActionStatus
from ..personas.brains import DoneFact, JobFact, TaskFact
from ..personas.brains.facts import LINES
from ..schedule import Scheduler, due_at
from ..storage import Reader, to_us

_TEXT: Final = 200
_TOLD: Final = (
    ActionStatus.EXECUTED,
    ActionStatus.FAILED,
    ActionStatus.UNCERTAIN,
    ActionStatus.REJECTED,
    ActionStatus.BLOCKED,
    ActionStatus.EXPIRED,
    ActionStatus.WITHDRAWN,
    ActionStatus.PENDING,
)


def tasks(reader: Reader) -> tuple[TaskFact, ...]:
    """Tasks that failed, the latest first, then those that run."""
    found: list[TaskFact] = []
    for state, note in (("dead", "error"), ("failed", "error"), ("active", "agent")):
        rows = reader.rows(
            f"SELECT title, state, substr({note}, 1, ?) AS note FROM tasks WHERE state = ?"  # noqa: S608  # fixed names
            " ORDER BY updated_us DESC LIMIT ?",
            (_TEXT, state, LINES),
        )
        found += [TaskFact(row["title"], row["state"], row["note"]) for row in rows]
    return tuple(found[:LINES])


def blocked(reader: Reader) -> tuple[str, ...]:
    """Tasks that wait for others, in words."""
    rows = reader.rows(
        "SELECT t.title, o.title AS other, o.state FROM tasks t JOIN task_dependencies d ON d.task_id = t.id"
        " JOIN tasks o ON o.id = d.depends_on WHERE t.state = 'backlog' AND o.state NOT IN ('done', 'cancelled')"
        " ORDER BY t.priority, t.created_us LIMIT ?",
        (LINES,),
    )
    return tuple(f"task {row['title'][:80]}: {row['other'][:80]} ({row['state']})" for row in rows)


def today(reader: Reader, now: datetime) -> dict[str, int]:
    """How many of the actions proposed today came to what."""
    midnight = to_us(now.replace(hour=0, minute=0, second=0, microsecond=0))
    found = {}
    for status in _TOLD:
        row = reader.row(
            "SELECT count(*) AS n FROM actions WHERE status = ? AND created_us >= ?", (status.value, midnight)
        )
        if row is not None and row["n"]:
            found[status.value] = int(row["n"])
    return found


def done(reader: Reader, now: datetime) -> tuple[DoneFact, ...]:
    """What became of today's actions, the newest first; a few of each sort."""
    midnight = to_us(now.replace(hour=0, minute=0, second=0, microsecond=0))
    found = []
    for status in _TOLD[:-1]:
        rows = reader.rows(
            "SELECT kind, status, proposer, coalesce(account_id, '') AS account,"
            " coalesce(decided_by, '') AS decided_by, coalesce(decision_reason, '') AS said,"
            " coalesce(outcome, '') AS outcome, why AS rule, created_us FROM actions WHERE status = ?"
            " AND created_us >= ? ORDER BY created_us DESC LIMIT ?",
            (status.value, midnight, LINES),
        )
        found += [(row["created_us"], row) for row in rows]
    found.sort(key=lambda pair: -pair[0])
    return tuple(
        DoneFact(
            row["kind"], row["status"], row["proposer"], row["decided_by"], _note(row["status"], row), row["account"]
        )
        for _, row in found[: 2 * LINES]
    )


def _note(status: str, row: object) -> str:
    columns = {"rejected": "said", "blocked": "rule", "failed": "outcome", "uncertain": "outcome"}
    column = columns.get(status)
    return "" if column is None else str(row[column])[:_TEXT]  # type: ignore[index]  # a row


def findings(reader: Reader) -> tuple[str, ...]:
    """What scanners found and nobody has settled."""
    rows = reader.rows(
        "SELECT summary, place FROM findings WHERE state = 'open' ORDER BY changed_us DESC LIMIT ?", (LINES,)
    )
    return tuple(row["summary"][:_TEXT] for row in rows)


def patterns(reader: Reader) -> tuple[str, ...]:
    """What accounts show, the surest first."""
    rows = reader.rows(
        "SELECT p.type, p.confidence, coalesce(a.name, p.account_id) AS name FROM patterns p LEFT JOIN accounts a"
        " ON a.id = p.account_id WHERE p.closed_us IS NULL ORDER BY p.confidence DESC, p.found_us DESC LIMIT ?",
        (LINES,),
    )
    return tuple(f"{row['name']}: {row['type'].replace('_', ' ')}, {row['confidence']} % sure" for row in rows)


def stages(reader: Reader) -> dict[str, int]:
    """How many accounts have an opportunity in each open stage."""
    rows = reader.rows(
        "SELECT stage, count(DISTINCT account_id) AS n FROM opportunities"
        " WHERE stage NOT IN ('closed_won', 'closed_lost') GROUP BY stage ORDER BY stage"
    )
    return {row["stage"]: int(row["n"]) for row in rows}


def jobs(scheduler: Scheduler, reader: Reader, now: datetime) -> tuple[JobFact, ...]:
    """The background jobs, the next to run first."""
    found = []
    for name, job in scheduler.jobs.items():
        state = scheduler.state(reader, name)
        due = due_at(state, job.plan, now) if job.plan.enabled else None
        held = scheduler.why_held(reader, name) or ("" if job.plan.enabled else "it is switched off")
        outcome = state.last_outcome.value if state.last_outcome is not None else "running"
        found.append(JobFact(name, due, state.last_began, outcome, held))
    return tuple(sorted(found, key=lambda job: (job.next is None, job.next or now + timedelta(), job.name)))
