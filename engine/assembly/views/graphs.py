"""Goals that were split into tasks, before and after, as an operator sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ...agents.blockers import Blocker, Helper, blocker_of
from ...agents.template_library import Template, TemplateLibrary
from ...storage import Reader
from ...tasks import (
    Graph,
    GraphTask,
    Plan,
    Step,
    Task,
    TaskState,
    dependencies_of,
    depths,
    get_graph,
    graph_tasks,
    list_graphs,
    ordered,
)
from ...tasks.templates import with_results
from ...view import AgentView
from ..find import find_id

if TYPE_CHECKING:
    from ...queries import (
        AskGraph,
        AskGraphs,
        GraphPage,
        GraphRow,
        GraphView,
        StepView,
        TemplateView,
    )

_RESULT: Final = 500
SKIPPED: Final = "skipped: "
"""How the error of a task begins that was not needed, because something that it waited for did not succeed."""
Helpers = Callable[[Reader], Sequence[Helper]]


def graph_readers(templates: TemplateLibrary, helpers: Helpers) -> Mapping[str, Callable[[Reader, Any], object]]:
    """What answers the questions about goals that were split into tasks, by the name of the query."""
    from ...queries import GRAPH, GRAPHS, TEMPLATES, TemplatePage

    def graph(reader: Reader, ask: AskGraph) -> GraphView:
        return graph_view(reader, find_id(reader, "task_graphs", ask.id), helpers(reader))

    return {
        TEMPLATES.name: lambda _reader, _ask: TemplatePage(tuple(_template(one) for one in templates.all())),
        GRAPHS.name: graph_page,
        GRAPH.name: graph,
    }


def plan_view(plan: Plan, text: str, notes: tuple[str, ...]) -> GraphView:
    """A plan before it is submitted.

    Args:
        plan: what would become tasks.
        text: what it is submitted with, where it comes from no template.
        notes: what an operator should know.
    """
    from ...queries import GraphView

    steps = ordered(plan)
    deep = depths({step.id: step.needs for step in steps})
    return GraphView(
        id="",
        title=plan.title,
        origin=plan.origin,
        state="planned",
        steps=tuple(_planned(step, deep[step.id]) for step in steps),
        parameters=tuple(plan.parameters.items()),
        plan=text,
        notes=notes,
    )


def graph_view(reader: Reader, graph_id: str, helpers: Sequence[Helper]) -> GraphView:
    """A goal and how far each of its steps is.

    Raises:
        TaskError: there is no such graph.
    """
    from ...queries import GraphView

    graph = get_graph(reader, graph_id)
    members = graph_tasks(reader, graph_id)
    names = {task.id: member.step for member, task in members}
    needs = {
        member.step: tuple(names[other] for other in dependencies_of(reader, task.id) if other in names)
        for member, task in members
    }
    deep = depths(needs)
    steps = tuple(
        _step(member, task, needs[member.step], deep[member.step], blocker_of(reader, task, helpers))
        for member, task in sorted(members, key=lambda pair: deep[pair[0].step])
    )
    return GraphView(
        id=graph.id,
        title=graph.title,
        origin=graph.origin,
        state=state_of([task.state for _, task in members], stopped=any(_stopped(task) for _, task in members)),
        steps=steps,
        parameters=tuple(graph.parameters.items()),
        actor=graph.actor,
        created_at=graph.created_at,
    )


def graph_page(reader: Reader, ask: AskGraphs) -> GraphPage:
    """Some goals, the newest first."""
    from ...queries import GraphPage

    found = list_graphs(reader, ask.limit + 1, ask.after)
    rows = tuple(_row(reader, graph) for graph in found[: ask.limit])
    return GraphPage(rows, rows[-1].id if len(found) > ask.limit else "")


def state_of(states: Collection[TaskState], *, stopped: bool) -> str:
    """What a goal is, by what its tasks are; ``stopped``: somebody cancelled one, rather than it not being needed."""
    if any(not state.terminal for state in states):
        return "open"
    if any(state in {TaskState.FAILED, TaskState.DEAD} for state in states):
        return "failed"
    return "cancelled" if stopped else "done"


def _stopped(task: Task) -> bool:
    return task.state is TaskState.CANCELLED and not task.error.startswith(SKIPPED)


def helper_of(agent: AgentView, paused: Collection[str]) -> Helper:
    """An agent, as far as it matters to what it could take."""
    state = "paused" if agent.id in paused and agent.state != "lost" else agent.state
    shut = frozenset(one.name for one in agent.breakers if one.state == "open")
    return Helper(agent.id, state, frozenset(agent.capabilities), shut)


def _planned(step: Step, depth: int) -> StepView:
    from ...queries import StepView

    asks = with_results(step.asks, {}) if step.asks is not None else None
    return StepView(
        id=step.id,
        title=step.title,
        type=step.type,
        needs=step.needs,
        depth=depth,
        asks=f"{asks.kind} with {asks.tool}" if asks is not None else "",
        on_failure=step.on_failure.value,
        capabilities=step.capabilities,
        priority=step.priority,
        payload=step.payload if asks is None else "",
    )


def _step(member: GraphTask, task: Task, needs: tuple[str, ...], depth: int, blocker: Blocker | None) -> StepView:
    from ...queries import StepView

    return StepView(
        id=member.step,
        title=task.title,
        type=task.type,
        needs=needs,
        depth=depth,
        asks=f"{member.asks.kind} with {member.asks.tool}" if member.asks is not None else "",
        on_failure=member.on_failure.value,
        capabilities=task.capabilities,
        priority=task.priority,
        task=task.id,
        state=task.state.value,
        agent=task.agent,
        why=blocker.why if blocker is not None else task.error[:_RESULT],
        action=member.action_id,
        result=task.result[:_RESULT],
    )


def _row(reader: Reader, graph: Graph) -> GraphRow:
    from ...queries import GraphRow

    rows = reader.rows(
        "SELECT t.state, count(*) AS number, sum(t.error NOT LIKE ?) AS other FROM graph_tasks g"
        " JOIN tasks t ON t.id = g.task_id WHERE g.graph_id = ? GROUP BY t.state",
        (f"{SKIPPED}%", graph.id),
    )
    found = {TaskState(row["state"]): int(row["number"]) for row in rows}
    return GraphRow(
        id=graph.id,
        title=graph.title,
        origin=graph.origin,
        state=state_of(list(found), stopped=any(row["other"] for row in rows if row["state"] == "cancelled")),
        done=found.get(TaskState.DONE, 0),
        total=sum(found.values()),
        actor=graph.actor,
        created_at=graph.created_at,
    )


def _template(template: Template) -> TemplateView:
    from ...queries import ParameterView, TemplateView

    document = template.document
    if document is None:
        fault = template.fault.sentence() if template.fault is not None else "it cannot be used"
        return TemplateView(template.name, template.name, "", template.own, fault=fault)
    parameters = tuple(
        ParameterView(name, one.about, None if one.default is None else str(one.default), one.choices)
        for name, one in document.parameters.items()
    )
    return TemplateView(template.name, document.title, document.about, template.own, parameters, len(document.steps))
