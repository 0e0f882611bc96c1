"""One task: what stands in its way, the tasks around it, what it writes while it runs, its result, and its changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.binding import BindingType

from engine.commands import CancelTask, RetryTask
from engine.queries import OUTPUT, TASK, AskOutput, AskTask, OutputPiece, TaskReport
from engine.view import TaskView, View

from ..widgets.tones import cell, run
from .subject import Subject, verb_keys
from .task_page import page

if TYPE_CHECKING:
    from ..app import ConsoleApp

KEPT: Final = 400
"""Most pieces of output that are shown; what came before them is on the command line."""


class TaskScreen(Subject[TaskView]):
    """The task above, its output as it comes, then the rest."""

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "task.cancel": lambda screen: screen.cancel(),
        "task.retry": lambda screen: screen.retry(),
        "task.graph": lambda screen: screen.graph(),
    }
    BINDINGS: ClassVar[list[BindingType]] = [*verb_keys(VERBS, "task_screen")]

    def __init__(self, task_id: str, console: ConsoleApp) -> None:
        super().__init__((run("task ", "dim"), run(task_id, "strong")), console, label_width=14)
        self._task_id = task_id
        self._report: TaskReport | None = None
        self._pieces: tuple[OutputPiece, ...] = ()
        self._after = 0
        self._ended = False

    def due(self, view: View) -> bool:
        """While it runs, it writes."""
        return not self._ended or super().due(view)

    def fits(self, id: str) -> bool:  # noqa: A002  # the key's own word
        """Its goal opens where it has one; the rest as everywhere."""
        if id == "task.graph":
            return self._report is not None and bool(self._report.graph)
        return super().fits(id)

    def cancel(self) -> None:
        """Stop the task; an agent that works on it is told at once."""
        if self.selected is not None:
            self.console.send("task.cancel", CancelTask(id=self.selected.id))

    def retry(self) -> None:
        """Try it again, and what failed because of it."""
        if self.selected is not None:
            self.console.send("task.retry", RetryTask(id=self.selected.id))

    def graph(self) -> None:
        """Open the goal that it belongs to."""
        if self._report is not None and self._report.graph:
            from .graph import GraphScreen

            self.console.push_screen(GraphScreen(self._report.graph, self.console))

    async def load(self) -> None:
        """The task, and what it wrote since it was last asked for."""
        client = self.console.client
        report = await client.query(TASK, AskTask(id=self._task_id))
        written = await client.query(OUTPUT, AskOutput(id=self._task_id, after=self._after))
        self._report, self.selected = report, report.task
        self._after = written.next
        self._pieces = (*self._pieces, *written.items)[-KEPT:]
        self._ended = written.ended
        self.head.show((run("task  ", "dim"), *cell(report.task.title, "strong"), run(f"  {report.task.id}", "dim")))
        self.read(page(report, self._pieces))
        self.offer_verbs()
