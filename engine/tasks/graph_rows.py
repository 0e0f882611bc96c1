"""Graphs in the database: submitted as a whole, found again, and what becomes of their approval steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from sqlite3 import Row
from typing import Final

from ..canonical import canonical
from ..storage import Reader, Transaction, from_us, to_us
from .asks_proof import note_planned, unplanned
from .graph import ACTION_TYPE, Asking, Plan, Step, ordered
from .registry import submit
from .repository import get_task
from .task import FailurePolicy, NewTask, Task, TaskError, TaskState

_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Graph:
    """A goal that was split into tasks.

    Attributes:
        origin: the template's name, ``model`` or ``plan``.
        parameters: what it was filled with.
        actor: who submitted it.
    """

    id: str
    title: str
    origin: str
    parameters: Mapping[str, str]
    actor: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GraphTask:
    """What a task is in its graph.

    Attributes:
        step: its name there.
        asks: what an approval step asks; nothing for agents' work.
        action_id: the action that asks it now; empty before.
        rounds: how often it was asked before.
    """

    task_id: str
    graph_id: str
    step: str
    on_failure: FailurePolicy
    asks: Asking | None
    action_id: str
    rounds: int


def submit_graph(tx: Transaction, plan: Plan, new_id: Callable[[], str], actor: str) -> tuple[Graph, dict[str, str]]:
    """Accept a plan: all of its tasks, or none.

    Args:
        tx: the unit of work; where this raises, it must not be committed.
        plan: what is asked for.
        new_id: makes identifiers.
        actor: who asks.

    Returns:
        the graph, and the task of each step.

    Raises:
        TaskError: the steps do not fit together, or one of them is no task.
    """
    steps = ordered(plan)
    graph = Graph(new_id(), plan.title, plan.origin, dict(plan.parameters), actor, tx.now)
    tx.execute(
        "INSERT INTO task_graphs (id, title, origin, parameters, actor, created_us) VALUES (?,?,?,?,?,?)",
        (graph.id, graph.title, graph.origin, json.dumps(graph.parameters), actor, to_us(tx.now)),
    )
    data = {"title": graph.title[:_SHOWN], "origin": graph.origin, "steps": len(steps)}
    tx.record("graph.submitted", graph.id, data, actor)
    tasks: dict[str, str] = {}
    places = {step.id: place for place, step in enumerate(plan.steps)}
    for step in steps:
        task_id, asks = new_id(), _asks_json(step.asks)
        tx.execute(
            "INSERT INTO graph_tasks (task_id, graph_id, step, place, on_failure, asks) VALUES (?,?,?,?,?,?)",
            (task_id, graph.id, step.id, places[step.id], step.on_failure, asks),
        )
        if asks is not None:
            note_planned(tx, task_id, asks, actor)
        try:
            submit(tx, _new_task(step, graph.id, tasks), task_id, actor)
        except TaskError as error:
            raise TaskError(f"step {step.id} refused", why=error.why or error.what, remedy=error.remedy) from error
        tasks[step.id] = task_id
    return graph, tasks


def get_graph(reader: Reader, graph_id: str) -> Graph:
    """The graph of that id.

    Raises:
        TaskError: there is none.
    """
    row = reader.row("SELECT * FROM task_graphs WHERE id = ?", (graph_id,))
    if row is None:
        raise TaskError(f"no graph {graph_id[:60]}", remedy="See `watchfloor goal list`.")
    return _graph(row)


def list_graphs(reader: Reader, limit: int, after: str = "") -> list[Graph]:
    """Graphs, the newest first; ``after`` is the id of the last one of the page before."""
    rows = reader.rows(
        "SELECT * FROM task_graphs WHERE id < ? OR ? = '' ORDER BY id DESC LIMIT ?", (after, after, limit)
    )
    return [_graph(row) for row in rows]


def graph_tasks(reader: Reader, graph_id: str) -> list[tuple[GraphTask, Task]]:
    """The tasks of a graph, in the order in which its steps were written; those that were pruned are left out."""
    rows = reader.rows(
        "SELECT g.* FROM graph_tasks g JOIN tasks t ON t.id = g.task_id WHERE g.graph_id = ? ORDER BY g.place",
        (graph_id,),
    )
    return [(_member(row), get_task(reader, row["task_id"])) for row in rows]


def member_of(reader: Reader, task_id: str) -> GraphTask | None:
    """What a task is in its graph; nothing for one that is in none."""
    row = reader.row("SELECT * FROM graph_tasks WHERE task_id = ?", (task_id,))
    return None if row is None else _member(row)


def why_not_asked(reader: Reader, task_id: str) -> str | None:
    """Why an approval step must not be asked: it is not what was planned; nothing where it may be."""
    row = reader.row("SELECT asks FROM graph_tasks WHERE task_id = ?", (task_id,))
    return None if row is None or row["asks"] is None else unplanned(reader, task_id, row["asks"])


def to_ask(reader: Reader, limit: int) -> list[GraphTask]:
    """Approval steps whose turn it is and that nobody was asked yet."""
    rows = reader.rows(
        "SELECT g.* FROM tasks t JOIN graph_tasks g ON g.task_id = t.id"
        " WHERE t.type = ? AND t.state = ? AND g.asks IS NOT NULL ORDER BY t.id LIMIT ?",
        (ACTION_TYPE, TaskState.PENDING, limit),
    )
    return [_member(row) for row in rows]


def asked(reader: Reader, limit: int, after: str = "") -> list[GraphTask]:
    """Approval steps that were asked and whose task or action may have ended since; by task."""
    rows = reader.rows(
        "SELECT g.* FROM graph_tasks g JOIN actions a ON a.id = g.action_id JOIN tasks t ON t.id = g.task_id"
        " WHERE g.action_id IS NOT NULL AND g.task_id > ? AND ("
        "   (t.state = 'assigned' AND a.status IN"
        "      ('executed', 'failed', 'rejected', 'expired', 'withdrawn', 'blocked'))"
        "   OR (t.state = 'cancelled' AND a.status IN ('pending', 'approved')))"
        " ORDER BY g.task_id LIMIT ?",
        (after, limit),
    )
    return [_member(row) for row in rows]


def note_asked(tx: Transaction, task_id: str, action_id: str) -> None:
    """Remember which action asks a step's question."""
    tx.execute("UPDATE graph_tasks SET action_id = ? WHERE task_id = ?", (action_id, task_id))


def _new_task(step: Step, graph_id: str, tasks: Mapping[str, str]) -> NewTask:
    return NewTask(
        title=step.title,
        type=step.type,
        payload=step.payload,
        description=step.description,
        priority=step.priority,
        capabilities=step.capabilities,
        depends_on=tuple(tasks[need] for need in step.needs),
        timeout_seconds=step.timeout_seconds,
        max_attempts=step.max_attempts,
        parent_goal=graph_id,
    )


def _asks_json(asks: Asking | None) -> str | None:
    return None if asks is None else canonical({**asdict(asks), "arguments": dict(asks.arguments)}).decode()


def _graph(row: Row) -> Graph:
    return Graph(
        id=row["id"],
        title=row["title"],
        origin=row["origin"],
        parameters=json.loads(row["parameters"]),
        actor=row["actor"],
        created_at=from_us(row["created_us"]),
    )


def _member(row: Row) -> GraphTask:
    return GraphTask(
        task_id=row["task_id"],
        graph_id=row["graph_id"],
        step=row["step"],
        on_failure=FailurePolicy(row["on_failure"]),
        asks=None if row["asks"] is None else Asking(**json.loads(row["asks"])),
        action_id=row["action_id"] or "",
        rounds=row["rounds"],
    )
