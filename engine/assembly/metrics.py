"""Which metrics there are, and how events and tables become their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from ..journal import Event
from ..storage import Reader, from_us
from ..tasks import TaskState, counts
from ..tasks.projection import LAPSED
from ..telemetry.meter import Family, Meter, Metric, Sort

_C, _G, _H = Sort.COUNTER, Sort.GAUGE, Sort.HISTOGRAM
_CAPABILITY: Final = ("capability",)

EVENTS: Final = Metric("watchfloor_events", _C, "Journal rows since the engine started, by kind.", ("kind",))
SUBMITTED: Final = Metric("watchfloor_tasks_submitted", _C, "Tasks submitted.", _CAPABILITY)
ENDED: Final = Metric("watchfloor_tasks_ended", _C, "Tasks that ended, by state.", ("capability", "state"))
RETRIES: Final = Metric("watchfloor_task_retries", _C, "Attempts that failed and are tried again.", _CAPABILITY)
LOSSES: Final = Metric("watchfloor_lease_losses", _C, "Claims lost because the agent fell silent.", _CAPABILITY)
REFUSED: Final = Metric("watchfloor_task_reports_refused", _C, "Results refused: old claims, ended or paused tasks.")
CLAIM: Final = Metric("watchfloor_task_claim_seconds", _H, "From being queued to being claimed.", _CAPABILITY)
RUN: Final = Metric("watchfloor_task_run_seconds", _H, "From the beginning of an attempt to its end.", _CAPABILITY)
DECISIONS: Final = Metric("watchfloor_gate_decisions", _C, "What became of actions, by kind of event.", ("decision",))
TASKS: Final = Metric("watchfloor_tasks", _G, "Tasks by state.", ("state",))
DEPTH: Final = Metric("watchfloor_queue_depth", _G, "Tasks that wait for an agent.", _CAPABILITY)
OLDEST: Final = Metric("watchfloor_queue_oldest_seconds", _G, "How long the oldest of them has waited.", _CAPABILITY)
APPROVALS: Final = Metric("watchfloor_pending_approvals", _G, "Actions that wait for an operator.")
UNCERTAIN: Final = Metric("watchfloor_uncertain_actions", _G, "Actions of which nobody knows whether they happened.")
INBOX: Final = Metric("watchfloor_inbox_depth", _G, "Messages that wait in an inbox.", ("persona",))
SKIPS: Final = Metric("watchfloor_wake_skips", _G, "Wakes that were skipped and are remembered.", ("persona", "reason"))
UNKEPT: Final = Metric("watchfloor_task_store_lag", _G, "Changed tasks that the task store does not have yet.")
AGENTS: Final = Metric("watchfloor_agents", _G, "Agents that were heard of lately, by state.", ("state",))
REDIS: Final = Metric("watchfloor_redis_up", _G, "1 while Redis answers.")
MALFORMED: Final = Metric("watchfloor_redis_malformed", _C, "What agents told that made no sense and was let go.")
JOURNAL: Final = Metric("watchfloor_journal_head", _G, "The newest journal row's number.")
EPOCH: Final = Metric("watchfloor_engine_epoch", _G, "Rises with each start of an engine in this workspace.")

_DECISIONS: Final = frozenset({
    "action.proposed", "action.granted", "action.blocked", "action.approved", "action.rejected", "action.expired",
    "action.withdrawn", "action.undone", "action.executed", "action.failed", "action.uncertain",
})  # fmt: skip
_ENDS: Final = {
    "task.done": TaskState.DONE,
    "task.failed": TaskState.FAILED,
    "task.cancelled": TaskState.CANCELLED,
    "task.died": TaskState.DEAD,
}


def take_in(meter: Meter, events: Sequence[Event]) -> None:
    """Count what was committed."""
    for event in events:
        meter.count(EVENTS, event.kind)
        if event.kind.startswith("task."):
            _task(meter, event)
        elif event.kind in _DECISIONS:
            meter.count(DECISIONS, event.kind.removeprefix("action."))
        elif event.kind == "task_report.refused":
            meter.count(REFUSED)


def _task(meter: Meter, event: Event) -> None:
    data = event.data
    capability = str(data.get("type", ""))
    if event.kind == "task.submitted":
        meter.count(SUBMITTED, capability)
    if event.kind in _ENDS:
        meter.count(ENDED, capability, _ENDS[event.kind].value)
    if event.kind == "task.queued" and data.get("cause") == "failed":
        meter.count(RETRIES, capability)
    if data.get("cause") == LAPSED:
        meter.count(LOSSES, capability)
    for name, metric in (("waited_ms", CLAIM), ("ran_ms", RUN)):
        if isinstance(spent := data.get(name), int):
            meter.time(metric, spent / 1_000, capability)


_TABLES: Final[Mapping[Metric, str]] = {
    DEPTH: "SELECT type, sum(number) FROM task_counts WHERE state = 'pending' GROUP BY type",
    APPROVALS: "SELECT count(*) FROM actions WHERE status = 'pending'",
    UNCERTAIN: "SELECT count(*) FROM actions WHERE status = 'uncertain'",
    INBOX: "SELECT persona_id, count(*) FROM messages WHERE status = 'pending' GROUP BY persona_id",
    SKIPS: "SELECT persona_id, code, sum(times) FROM wake_skips GROUP BY persona_id, code",
    UNKEPT: "SELECT count(*) FROM task_unkept",
    JOURNAL: "SELECT coalesce(max(seq), 0) FROM journal",
}
"""Gauges that a query answers: the labels, then the number."""


def gauges(reader: Reader, now: datetime) -> list[Family]:
    """What the tables say at this moment."""
    found = counts(reader)
    oldest = reader.rows(
        "SELECT c.type, min((SELECT min(t.queued_us) FROM tasks t WHERE t.state = 'pending' AND t.type = c.type"
        " AND t.capabilities = c.capabilities)) AS since FROM task_counts c WHERE c.state = 'pending' GROUP BY c.type"
    )
    return [
        Family(TASKS, {(state.value,): found.get(state, 0) for state in TaskState}),
        Family(
            OLDEST,
            {(row["type"],): max(0.0, (now - from_us(row["since"])).total_seconds()) for row in oldest if row["since"]},
        ),
        *(Family(metric, {tuple(row)[:-1]: row[-1] for row in reader.rows(sql)}) for metric, sql in _TABLES.items()),
    ]
