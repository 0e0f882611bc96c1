"""The agents: what each does now, what is left of its leases, how fast it is, and what of it keeps failing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from engine.commands import DrainAgent, Target
from engine.queries import AGENTS, AgentsReport, AskNothing, BlockerView
from engine.view import AgentView

from ..keymap import Scope
from ..panels.agents import AGENT_MARKS
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import ago, count, short, span, sparkline
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .page import PageScreen

if TYPE_CHECKING:
    from ..app import ConsoleApp

_BREAKERS = {"open": "bad", "half_open": "warn", "closed": "dim"}


def _cells(agent: AgentView, now: datetime) -> tuple[Cell, ...]:
    word, tone = AGENT_MARKS.get(agent.state, (f"▲ {agent.state}", "bad"))
    shut = [one.name for one in agent.breakers if one.state != "closed"]
    least = min((one.lease_left for one in agent.running), default=None)
    return (
        cell(agent.id, "strong"),
        cell(f"{word} {ago(agent.seen_at, now)}" if agent.state == "lost" else word, tone),
        cell(f"{len(agent.running)}/{agent.concurrency}" if agent.concurrency else "", "text"),
        cell(span(least) if least is not None else "", "warn" if least is not None and least < 5 else "dim"),
        cell(f"{agent.rate}/min", "dim"),
        (run(f"✓{short(agent.done)} ", "dim"), run(f"✕{short(agent.failed)}", "bad" if agent.failed else "dim")),
        cell(f"⊘ {' '.join(shut)}" if shut else "", "bad"),
        cell("; ".join(one.title for one in agent.running), "text"),
    )


class AgentsScreen(PageScreen[AgentView]):
    """The agents."""

    SCOPE = Scope.AGENTS_PAGE
    NAME = "Agents"
    SHAPE = Shape(
        columns=(
            Column(8, most=24),
            Column(8, most=16),
            Column(4, right=True),
            Column(5, right=True, fleeting=True),
            Column(6, right=True),
            Column(6, most=14, right=True, fleeting=True),
            Column(0, most=30, wide=70),
            Column(10, flex=1, wide=70),
        ),
        key=lambda agent: agent.id,
        cells=_cells,
        empty="No agent is here.  Start one, on this machine or another:  watchfloor agent",
    )

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__(console)
        self._report: AgentsReport | None = None

    async def load(self) -> Sequence[AgentView]:
        """Who was heard of lately."""
        self._report = await self.console.client.query(AGENTS, AskNothing())
        return self._report.agents

    def heading(self, items: Sequence[AgentView]) -> tuple[str, ...]:
        """How many, how many of them are lost, and how many tasks do not go on."""
        parts = [count(len(items), "agent")]
        lost = sum(agent.state == "lost" for agent in items)
        parts += [f"{lost} lost"] if lost else []
        if self._report is not None:
            stuck = len(self._report.blockers)
            parts += [f"{count(stuck, 'task')} held up"] if stuck else []
            if self._report.queue_paused:
                parts.append("queue paused")
            elif self._report.paused:
                parts.append(f"■ {', '.join(self._report.paused)} paused")
        return tuple(parts)

    def fits(self, id: str, item: AgentView | None) -> bool:  # noqa: A002  # the key's own word
        """An agent that is lost cannot be asked to leave."""
        if id == "agents.drain":
            return item is not None and item.state not in {"lost", "draining"}
        return super().fits(id, item)

    def explain(self, item: AgentView | None) -> tuple[Paragraph, ...]:
        """What it does, what it can, what of it keeps failing; then the work as a whole."""
        lines = [] if item is None else [*_about(item), GAP]
        report = self._report
        if report is not None:
            lines += [heading("The work as a whole"), *_whole(report), *_blockers(report.blockers)]
        return tuple(lines)

    def pause(self) -> None:
        """Hand the selected agent nothing more, or let it go on."""
        agent = self.selected
        if agent is not None:
            verb = "resume" if agent.state == "paused" else "pause"
            self.console.send(f"target.{verb}", Target(scope="agent", id=agent.id))

    def drain(self) -> None:
        """Let the selected agent finish and leave."""
        if self.selected is not None:
            self.console.send("agent.drain", DrainAgent(id=self.selected.id))

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {"agents.pause": pause, "agents.drain": drain}


def _about(agent: AgentView) -> list[Paragraph]:
    word, tone = AGENT_MARKS.get(agent.state, (f"▲ {agent.state}", "bad"))
    others = [name for name in agent.capabilities if name not in agent.executors]
    lines = [
        paragraph(agent.id, "agent", "strong"),
        paragraph(word, "state", tone),
        paragraph(f"process {agent.pid} on {agent.host}" if agent.host else "unknown", "where"),
        paragraph(", ".join(agent.executors) or "nothing", "executors"),
    ]
    if others:
        lines.append(paragraph(", ".join(others), "capabilities"))
    lines.append(paragraph(f"{agent.rate} in the last minute; {agent.done} done, {agent.failed} failed", "rate"))
    lines += [paragraph(f"{one.title}  ({one.id})", f"lease {span(one.lease_left)}") for one in agent.running]
    for one in agent.breakers:
        wait = f", one attempt in {span(one.seconds)}" if one.state == "open" else ""
        state = one.state.replace("_", " ")
        lines.append(
            paragraph(f"{state} after {one.failures} failures{wait}", f"⊘ {one.name}", _BREAKERS.get(one.state, "bad"))
        )
    return lines


def _whole(report: AgentsReport) -> list[Paragraph]:
    states = ", ".join(f"{number} {state}" for state, number in report.by_state if number)
    return [
        paragraph(states or "no tasks", "tasks"),
        paragraph(f"{sparkline(report.throughput)}  {sum(report.throughput)} in 20 min", "done"),
    ]


def _blockers(found: Sequence[BlockerView]) -> list[Paragraph]:
    if not found:
        return []
    return [GAP, heading("Held up"), *(paragraph(f"{one.title}: {one.why}", tone="warn") for one in found)]
