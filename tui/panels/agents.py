"""Panel 5: the agents, then the tasks that they share."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engine.view import AgentsView, AgentView, TaskView, View

from ..keymap import Scope, shown
from ..widgets.figures import ago, count, short, span, sparkline
from ..widgets.order import Order
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .base import Panel

Worker = AgentView | TaskView

AGENT_MARKS: Final = {
    "busy": ("● busy", "good"),
    "idle": ("○ idle", "dim"),
    "draining": ("◐ leaving", "warn"),
    "paused": ("■ paused", "warn"),
}
"""How an agent's state is written; a state that is not here is bad."""
TASK_MARKS: Final = {
    "active": ("▸", "good"),
    "assigned": ("▸", "text"),
    "done": ("✓", "good"),
    "failed": ("✕", "bad"),
    "dead": ("✕", "bad"),
    "paused": ("■", "warn"),
    "cancelled": ("–", "dim"),
}
"""How a task's state is marked."""


def _agent(agent: AgentView, now: datetime) -> tuple[Cell, ...]:
    word, tone = AGENT_MARKS.get(agent.state, (f"▲ {agent.state}", "bad"))
    if agent.state == "lost":
        word = f"▲ lost {ago(agent.seen_at, now)}"
    lease = f"lease {span(max(0, agent.lease_left))}" if agent.lease_left is not None else ""
    title = agent.task_title or agent.task or ("waits for work" if agent.state == "idle" else "")
    return (
        cell(agent.id, "strong"),
        cell(word, tone),
        cell(title, "text" if agent.task else "dim"),
        cell(" ".join(agent.capabilities), "dim"),
        cell(lease, "warn" if (agent.lease_left or 99) < 5 else "dim"),
        (run(f"✓{short(agent.done)} ", "dim"), run(f"✕{short(agent.failed)}", "bad" if agent.failed else "dim")),
    )


def _short(id: str) -> str:  # noqa: A002  # the task's own word
    # Identifiers begin with the time; those of one minute differ only towards their end.
    return f"…{id[-7:]}" if len(id) > 9 else id


def _task(task: TaskView, now: datetime) -> tuple[Cell, ...]:
    state = task.state.lower()
    glyph, tone = TASK_MARKS.get(state, ("·", "dim"))
    where = f" @{task.agent}" if task.agent else ""
    outcome = task.error or task.result
    return (
        cell(f" {_short(task.id)}", "dim"),
        cell(f"{glyph} {state}", tone),
        (run(task.title), run(f" {outcome}" if outcome else where, "bad" if task.error else "dim")),
        cell(task.type, "dim"),
        cell(f"×{task.attempts}" if task.attempts > 1 else "", "warn"),
        cell(f"p{task.priority} {ago(task.updated_at, now)}", "dim"),
    )


def _cells(item: Worker, now: datetime) -> tuple[Cell, ...]:
    return _agent(item, now) if isinstance(item, AgentView) else _task(item, now)


def _first(item: Worker) -> tuple[int]:
    """However they are sorted, agents come before tasks."""
    return (0 if isinstance(item, AgentView) else 1,)


def _since(item: Worker) -> datetime:
    return item.seen_at if isinstance(item, AgentView) else item.updated_at


def _key(item: Worker) -> str:
    return f"agent:{item.id}" if isinstance(item, AgentView) else f"task:{item.id}"


SHAPE: Final[Shape[Worker]] = Shape(
    columns=(
        Column(7, most=14),
        Column(6, most=11),
        Column(16, flex=1),
        Column(0, most=24, wide=84),
        Column(0, most=9, fleeting=True),
        Column(5, most=14, right=True, fleeting=True),
    ),
    key=_key,
    cells=_cells,
    empty="No agent is here yet. Start one, on this machine or another:  watchfloor agent\n"
    'Give the agents work:  watchfloor tasks submit "count words" --type word_count',
    orders=(
        Order("priority", lambda item: (*_first(item), 0 if isinstance(item, AgentView) else -item.priority)),
        Order("newest", lambda item: (*_first(item), -_since(item).timestamp())),
        Order("oldest", lambda item: (*_first(item), _since(item).timestamp())),
    ),
)


class AgentsPanel(Panel[Worker]):
    """Agents and tasks."""

    SCOPE = Scope.AGENTS
    NUMBER = 5
    NAME = "Agents & tasks"

    def __init__(self) -> None:
        super().__init__(SHAPE)

    def items(self, view: View) -> tuple[Worker, ...]:
        """Agents first."""
        return (*view.agents.agents, *view.agents.tasks)

    def heading(self, view: View, now: datetime) -> tuple[str, ...]:
        """How many are here, and how many of them are lost."""
        here, lost = _here(view.agents)
        parts = [count(here, "agent")] if here else []
        if here > len(view.agents.agents):
            parts.append(f"{len(view.agents.agents)} shown, {shown('page.agents')} shows all")
        if lost:
            parts.append(f"{lost} lost")
        if view.agents.queue_paused:
            parts.append("queue paused")
        elif view.agents.paused:
            parts.append(f"■ {', '.join(view.agents.paused)} paused")
        return tuple(parts)

    def footnote(self, view: View, now: datetime) -> Cell:
        """Counts and the last twenty minutes."""
        counts = _counts(view.agents)
        if view.agents.throughput:
            counts += (
                run("  "),
                run(sparkline(view.agents.throughput[-10:]), "accent"),
                run(f" {view.agents.throughput[-1]}/min", "dim"),
            )
        return counts

    def summary(self, view: View, now: datetime) -> Cell:
        """Counts."""
        here, lost = _here(view.agents)
        runs = (run(f"{count(here, 'agent')} · "), *_counts(view.agents))
        return (*runs, run(f" · ▲ {lost} lost", "bad")) if lost else runs


def _here(agents: AgentsView) -> tuple[int, int]:
    """How many agents there are, and how many of them are lost."""
    shown = sum(agent.state == "lost" for agent in agents.agents)
    return max(agents.here, len(agents.agents)), max(agents.lost, shown)


def _counts(agents: AgentsView) -> Cell:
    return (
        run(f"pending {short(agents.pending)} · active {short(agents.active)} · done {short(agents.done)} · ", "dim"),
        run(f"dead {short(agents.dead)}", "bad" if agents.dead else "dim"),
    )
