"""A goal that was split into tasks: each step below what it needs, with its state and what stands in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.worker import Worker, WorkerState

from engine.commands import CancelGraph
from engine.errors import WatchfloorError
from engine.queries import GRAPH, AskGraph, GraphView, StepView
from engine.view import View

from ..keymap import BY_ID
from ..panels.agents import TASK_MARKS
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.notices import broken
from ..widgets.tones import cell, run
from .confirm import Confirm, Question
from .reading import Reading
from .task_page import FAILED, failure

if TYPE_CHECKING:
    from ..app import ConsoleApp

_STATES = {"done": "good", "failed": "bad", "open": "accent", "cancelled": "dim"}


def page(graph: GraphView) -> tuple[Paragraph, ...]:
    """A goal in words."""
    done = sum(step.state == "done" for step in graph.steps)
    lines = [
        paragraph(f"{graph.state}, {done} of {len(graph.steps)} steps done", "state", _STATES.get(graph.state, "text")),
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


class GraphScreen(Reading):
    """The steps of a goal."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(BY_ID["task.cancel"].keys), "stop", show=False, id="graph_screen.cancel")
    ]

    def __init__(self, graph_id: str, console: ConsoleApp) -> None:
        super().__init__((run("goal ", "dim"), run(graph_id, "strong")), label_width=14)
        self._graph_id = graph_id
        self._graph: GraphView | None = None
        self._seq = -1
        self._asking = False

    def on_mount(self) -> None:
        """Ask."""
        self.read(FAILED["asking"])
        self._ask()

    def show(self, view: View | None) -> None:
        """Ask again when the journal has grown, one question at a time."""
        if view is not None and view.seq != self._seq and not self._asking:
            self._seq = view.seq
            self._ask()

    @property
    def console(self) -> ConsoleApp:
        """The application that this screen belongs to."""
        return cast("ConsoleApp", self.app)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Stopping needs something to stop, and the role."""
        if action != "stop":
            return True
        running = self._graph is not None and self._graph.state == "open"
        return running and BY_ID["task.cancel"].allows(self.console.client.operator.role)

    def action_stop(self) -> None:
        """Stop every task of the goal; asks."""
        graph = self._graph
        if graph is None:
            return
        left = sum(step.state not in {"done", "failed", "dead", "cancelled"} for step in graph.steps)
        question = Question(
            (run("Cancel this goal?", "strong"),),
            (paragraph(graph.title, "goal"), paragraph(f"{left} tasks, at once and for good", "stops", "warn")),
            yes="cancel the goal",
            no="let it go on",
        )

        def stop(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
            if yes:
                self.console.send("graph.cancel", CancelGraph(id=graph.id))

        self.console.push_screen(Confirm(question, self.console.clock, self.console.client.view), stop)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error that nobody foresaw is shown in place of the goal."""
        if event.state is WorkerState.ERROR:
            self.read(failure(broken(event.worker.error)))

    @work(exit_on_error=False, group="graph")
    async def _ask(self) -> None:
        self._asking = True
        try:
            graph = self._graph = await self.console.client.query(GRAPH, AskGraph(id=self._graph_id))
        except WatchfloorError as error:
            self.read(failure(error))
        else:
            self.head.show((run("goal  ", "dim"), *cell(graph.title, "strong"), run(f"  {graph.id}", "dim")))
            self.read(page(graph))
            key = BY_ID["task.cancel"]
            self.offer(((key.shown, "cancel the goal"),) if self.check_action("stop", ()) else ())
        finally:
            self._asking = False
