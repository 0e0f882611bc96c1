"""Everything worth knowing about one thing: what ``enter`` opens in the console and ``show`` prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Final

from ..personas import Roster, message_detail, persona_detail
from ..queries import AskDetail
from ..storage import Reader
from ..tasks import dependants_of, dependencies_of, get_task
from ..view import Detail, Section
from .find import Table, find_id
from .rooms import why_paused
from .views.action_detail import action_detail
from .views.activity import history_of
from .views.crm import account_detail
from .views.goals import goal_detail
from .views.queues import rules_of
from .views.rules import rule_detail


def detail(reader: Reader, ask: AskDetail, now: datetime, roster: Roster) -> Detail:
    """What there is to say about one thing.

    Raises:
        WatchfloorError: there is no such thing.
    """
    if ask.scope in {"action", "goal", "task", "rule"}:
        table, tell = _BY_TABLE[ask.scope]
        return tell(reader, find_id(reader, table, ask.id), now)
    if ask.scope == "persona":
        return persona_detail(reader, roster, ask.id, now, why_paused)
    if ask.scope == "message":
        return message_detail(reader, roster, find_id(reader, "messages", ask.id), now)
    return _agent(reader, ask.id) if ask.scope == "agent" else account_detail(reader, ask.id)


def _task(reader: Reader, task_id: str, _now: datetime) -> Detail:
    task = get_task(reader, task_id)
    facts = [
        ("type", task.type),
        ("state", task.state.value),
        ("priority", str(task.priority)),
        ("attempts", f"{task.attempts} of {task.max_attempts}"),
        ("agent", task.agent or "none"),
        ("needs", ", ".join((task.type, *task.capabilities))),
        ("submitted", _at(task.created_at)),
        ("started", _at(task.started_at) if task.started_at else "not yet"),
        ("ended", _at(task.ended_at) if task.ended_at else "not yet"),
    ]
    facts.append(("waited, worked on", f"{task.queue_seconds:.3f} s, {task.run_seconds:.3f} s"))
    if task.total_seconds is not None:
        facts.append(("took in all", f"{task.total_seconds:.3f} s"))
    if task.usage:
        facts.append(("its programs took", _spent(task.usage)))
    facts += rules_of(reader, task_id)
    if task.parent_goal:
        facts.append(("part of", task.parent_goal))
    facts += [("waits for", other) for other in dependencies_of(reader, task_id)]
    facts += [("awaited by", other.title) for other in dependants_of(reader, task_id)]
    sections = (
        Section("Task", tuple(facts)),
        *([Section("Description", text=task.description)] if task.description else []),
        Section("Payload", text=task.payload),
        Section("Result", text=task.result or task.error or "none yet"),
        Section("History", events=history_of(reader, task_id)),
    )
    return Detail(task_id, task.title, sections)


def _agent(reader: Reader, agent_id: str) -> Detail:
    rows = reader.rows(
        "SELECT title, state FROM tasks WHERE agent = ? AND agent <> '' ORDER BY id DESC LIMIT 30", (agent_id,)
    )
    sections = (
        Section("Tasks", tuple((row["state"], row["title"]) for row in rows)),
        Section("History", events=history_of(reader, agent_id)),
    )
    return Detail(agent_id, f"Agent {agent_id}", sections)


def _spent(usage: str) -> str:
    """What an agent said in figures, or as it said it where that is something else."""
    try:
        figures = json.loads(usage)
        return f"{figures['cpu_ms'] / 1_000:.3f} s of the processors, {figures['memory_bytes'] / 1e6:.1f} MB at most"
    except (ValueError, TypeError, KeyError):
        return usage[:200]


def _at(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%SZ") if moment else ""


_BY_TABLE: Final[dict[str, tuple[Table, Callable[[Reader, str, datetime], Detail]]]] = {
    "action": ("actions", action_detail),
    "goal": ("goals", goal_detail),
    "task": ("tasks", _task),
    "rule": ("standing_rules", rule_detail),
}
