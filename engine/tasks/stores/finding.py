"""Pages of tasks in the engine's database, newest first: each costs the same, however many tasks there are."""

from __future__ import annotations

from ...storage import Reader
from ..repository import task_of
from ..task import Task, TaskState
from .protocol import TaskQuery


def find_tasks(reader: Reader, query: TaskQuery) -> list[Task]:
    """One page of tasks, newest first."""
    pages: list[str] = []
    parameters: list[str | int] = []
    # An index holds the tasks of one state in the order of their ids, not those of several.
    states: list[TaskState | None] = [*sorted(query.states)] or [None]
    for state in states:
        where, values = _conditions(query, state)
        pages.append(f"SELECT * FROM (SELECT * FROM tasks WHERE {where} ORDER BY id DESC LIMIT ?)")  # noqa: S608  # constant
        parameters += [*values, query.limit]
    whole = pages[0] if len(pages) == 1 else f"{' UNION ALL '.join(pages)} ORDER BY id DESC LIMIT {int(query.limit)}"
    return [task_of(row) for row in reader.rows(whole, parameters)]


def _conditions(query: TaskQuery, state: TaskState | None) -> tuple[str, list[str]]:
    """What a query asks of a row, as SQL and its parameters."""
    parts, parameters = ["1"], list[str]()
    if state is not None:
        parts.append("state = ?")
        parameters.append(state)
    if query.type:
        # Beside a state, that index serves, which holds the type as well.
        parts.append("type = ?" if state is None else "+type = ?")
        parameters.append(query.type)
    if query.agent:
        # As it stands in the index that leaves out those that nobody had.
        parts.append("agent = ? AND agent <> ''")
        parameters.append(query.agent)
    if query.parent_goal:
        parts.append("parent_goal = ?")
        parameters.append(query.parent_goal)
    if query.capability:
        parts.append("EXISTS (SELECT 1 FROM json_each(capabilities) WHERE value = ?)")
        parameters.append(query.capability)
    if query.after:
        parts.append("id < ?")
        parameters.append(query.after)
    return " AND ".join(parts), parameters
