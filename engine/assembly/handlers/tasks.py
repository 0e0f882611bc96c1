"""Commands about tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ...agents.interface import InterfaceAgent
from ...client.protocol import CommandRefused, Reply
from ...commands import CancelTask, Reprioritise, SubmitTask
from ...operators import Operator
from ...storage import Transaction
from ...tasks import FailurePolicy, NewTask, Task, get_task, reprioritise
from ..dispatch import UnitHandler
from ..find import find_id


def task_units(agent: InterfaceAgent) -> Mapping[str, UnitHandler]:
    """The commands about tasks; each is one unit of work."""

    def submit_task(tx: Transaction, arguments: SubmitTask, operator: Operator) -> Reply:
        new = NewTask(
            title=arguments.title,
            type=arguments.type,
            payload=arguments.payload,
            priority=arguments.priority,
            capabilities=arguments.capabilities,
            depends_on=tuple(find_id(tx, "tasks", task) for task in arguments.depends_on),
            timeout_seconds=arguments.timeout_seconds,
            max_attempts=arguments.max_attempts,
            due_at=_due(tx, arguments),
            unique=arguments.unique,
            on_failure=FailurePolicy(arguments.on_failure),
            description=arguments.description,
            parent_goal=find_id(tx, "task_graphs", arguments.goal) if arguments.goal else None,
        )
        task, fresh = agent.submit(tx, new, operator.actor)
        data: dict[str, object] = {"id": task.id, "state": task.state.value, "new": fresh}
        if not fresh:
            return Reply(f"Task {task.title} has that unique name and is {task.state.value}; no second one.", data)
        return Reply(f"Task {task.title} submitted.", data)

    def cancel_task(tx: Transaction, arguments: CancelTask, operator: Operator) -> Reply:
        task = agent.cancel(tx, find_id(tx, "tasks", arguments.id), operator.actor, arguments.reason)
        return Reply(f"Task {task.title} is cancelled.", {"id": task.id, "state": task.state.value})

    return {"task.submit": submit_task, "task.cancel": cancel_task}


def _due(tx: Transaction, arguments: SubmitTask) -> datetime | None:
    if arguments.due_at is not None and arguments.delay_seconds:
        raise CommandRefused("task refused", why="it has both a delay and a moment", code="invalid")
    if arguments.delay_seconds:
        return tx.now + timedelta(seconds=arguments.delay_seconds)
    return arguments.due_at.astimezone(UTC) if arguments.due_at is not None else None


def reprioritise_task(tx: Transaction, arguments: Reprioritise, operator: Operator) -> Reply:
    """Move a waiting task; 1 is first, 10 is last.

    Raises:
        CommandRefused: ``set`` without a value.
        TaskError: the task does not wait, or the priority is out of range.
    """
    task = get_task(tx, find_id(tx, "tasks", arguments.id))
    moved = reprioritise(tx, task.id, _wanted(task, arguments), operator.actor)
    return Reply(f"Task {moved.title} has priority {moved.priority}.", {"id": moved.id, "priority": moved.priority})


def _wanted(task: Task, arguments: Reprioritise) -> int:
    match arguments.change:
        case "raise":
            return max(1, task.priority - 1)
        case "lower":
            return min(10, task.priority + 1)
        case "top":
            return 1
        case "set":
            if arguments.value is None:
                raise CommandRefused("priority refused", why="set needs a value", code="invalid")
            return arguments.value
