"""Commands about goals that are split into tasks, and about trying tasks again."""

from __future__ import annotations

from collections.abc import Mapping

from ...client.protocol import Reply
from ...commands import CancelGraph, RetryTask, SubmitGraph
from ...operators import Operator
from ...storage import Transaction
from ...tasks import cancel, get_graph, graph_tasks, retry
from ..counting import counted
from ..dispatch import UnitHandler
from ..find import find_id
from ..workroom import WorkRoom


def graph_units(room: WorkRoom) -> Mapping[str, UnitHandler]:
    """The commands about goals that are one unit of work: all of a goal's tasks are there, or none is."""

    def submit(tx: Transaction, arguments: SubmitGraph, operator: Operator) -> Reply:
        plan = room.plan_of(arguments.template, arguments.parameters, arguments.plan)
        graph, tasks = room.supervisor.submit(tx, plan, operator.actor)
        data: dict[str, object] = {"id": graph.id, "tasks": tasks}
        return Reply(f"{graph.title}: split into {counted(len(tasks), 'task')}.", data)

    def stop(tx: Transaction, arguments: CancelGraph, operator: Operator) -> Reply:
        graph = get_graph(tx, find_id(tx, "task_graphs", arguments.id))
        stopped = 0
        # From the end, so that what depends on something is stopped itself, not because of it.
        for _, task in reversed(graph_tasks(tx, graph.id)):
            if not task.state.terminal:
                cancel(tx, task.id, operator.actor, arguments.reason or "its goal was cancelled")
                stopped += 1
        tx.record("graph.cancelled", graph.id, {"title": graph.title[:200], "tasks": stopped}, operator.actor)
        return Reply(
            f"{graph.title}: {counted(stopped, 'task', 'is', 'are')} cancelled.", {"id": graph.id, "tasks": stopped}
        )

    def again(tx: Transaction, arguments: RetryTask, operator: Operator) -> Reply:
        task, others = retry(tx, find_id(tx, "tasks", arguments.id), operator.actor)
        also = f", and {others} that failed because of it wait again" if others else ""
        return Reply(f"Task {task.title} is {task.state.value}{also}.", {"id": task.id, "state": task.state.value})

    return {"graph.submit": submit, "graph.cancel": stop, "task.retry": again}
