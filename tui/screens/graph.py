"""A goal that was split into tasks: each step below what it needs, with its state and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType

from engine.commands import CancelGraph
from engine.queries import GRAPH, AskGraph, GraphView, StepView

from ..keymap import BY_ID
from ..panels.agents import TASK_MARKS
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import count
from ..widgets.tones import cell, run
from .confirm import Confirm, Question
from .subject import Subject, verb_keys

if TYPE_CHECKING:
    from ..app import ConsoleApp

_STATES = {"done": "good", "failed": "bad", "open": "accent", "cancelled": "dim"}


def page(graph: GraphView) -> tuple[Paragraph, ...]:
    """A goal in words."""
    done = sum(step.state == "done" for step in graph.steps)
    lines = [
        paragraph(
            f"{graph.state}, {done} of {count(len(graph.steps), 'step')} done",
            "state",
            _STATES.get(graph.state, "text"),
        ),
        paragraph(f"{graph.origin}, by {graph.actor}" if graph.actor else graph.origin, "from"),
        *(paragraph(value, name) for name, value in graph.parameters),
        *(paragraph(note, "note", "warn") for note in graph.notes),
        GAP,
        heading("Steps"),
    ]
    for step in graph.steps:
        lines += _step(step)
    return tuple(lines)


def _step(step: StepView) -> list[Paragraph]:
    glyph, tone = TASK_MARKS.get(step.state, ("·", "dim"))
    deep = "   " * step.depth
    what = f"asks: {step.asks}" if step.asks else step.type
    where = f" @{step.agent}" if step.agent and not step.asks else ""
    lines = [paragraph(f"{deep}{glyph} {step.title}  [{what}]{where}", step.id, tone)]
    if step.needs:
        policy = "" if step.on_failure == "fail" else f"; if that fails: {step.on_failure}"
        lines.append(paragraph(f"{deep}  needs {', '.join(step.needs)}{policy}", " ", "dim"))
    if step.why:
        bad = step.state in {"failed", "dead"}
        lines.append(paragraph(f"{deep}  {step.why}", " ", "bad" if bad else "warn"))
    if step.result:
        lines.append(paragraph(f"{deep}  {step.result}", " ", "dim"))
    return lines


class GraphScreen(Subject[GraphView]):
    """The steps of a goal."""

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {"task.cancel": lambda screen: screen.stop()}
    BINDINGS: ClassVar[list[BindingType]] = [*verb_keys(VERBS, "graph_screen")]

    def __init__(self, graph_id: str, console: ConsoleApp) -> None:
        super().__init__((run("goal ", "dim"), run(graph_id, "strong")), console, label_width=14)
        self._graph_id = graph_id

    def fits(self, id: str) -> bool:  # noqa: A002  # the key's own word
        """Stopping needs something to stop."""
        return self.selected is not None and self.selected.state == "open"

    def stop(self) -> None:
        """Stop every task of the goal; asks."""
        graph = self.selected
        if graph is None:
            return
        left = sum(step.state not in {"done", "failed", "dead", "cancelled"} for step in graph.steps)
        question = Question(
            (run("Cancel this goal?", "strong"),),
            (
                paragraph(graph.title, "goal"),
                paragraph(f"{count(left, 'task')}, at once and for good", "stops", "warn"),
            ),
            yes="cancel the goal",
            no="let it go on",
        )

        def stop(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
            if yes:
                self.console.send("graph.cancel", CancelGraph(id=graph.id))

        self.console.push_screen(Confirm(question, self.console.clock, self.console.client.view), stop)

    async def load(self) -> None:
        """Its steps."""
        graph = self.selected = await self.console.client.query(GRAPH, AskGraph(id=self._graph_id))
        self.head.show((run("goal  ", "dim"), *cell(graph.title, "strong"), run(f"  {graph.id}", "dim")))
        self.read(page(graph))
        key = BY_ID["task.cancel"]
        self.offer(((key.shown, "cancel the goal"),) if self.check_action("change", (key.id,)) else ())
