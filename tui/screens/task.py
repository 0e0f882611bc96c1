"""One task: what stands in its way, the tasks around it, what it writes while it runs, its result, and its changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.worker import Worker, WorkerState

from engine.commands import CancelTask, RetryTask
from engine.errors import WatchfloorError
from engine.queries import OUTPUT, TASK, AskOutput, AskTask, OutputPiece, TaskReport
from engine.view import TaskView, View

from ..keymap import BY_ID
from ..widgets.notices import broken
from ..widgets.tones import cell, run
from .applies import applies
from .reading import Reading
from .task_page import FAILED, page

if TYPE_CHECKING:
    from ..app import ConsoleApp

KEPT: Final = 400
"""Most pieces of output that are shown; what came before them is on the command line."""


class TaskScreen(Reading):
    """The task above, its output as it comes, then the rest."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(BY_ID[name].keys), f"change('{name}')", show=False, id=f"task_screen.{name}")
        for name in ("task.cancel", "task.retry", "task.graph")
    ]

    def __init__(self, task_id: str, console: ConsoleApp) -> None:
        super().__init__((run("task ", "dim"), run(task_id, "strong")), label_width=14)
        self.clock = console.clock
        self.view: View | None = console.client.view
        self.selected: TaskView | None = None
        self._task_id = task_id
        self._report: TaskReport | None = None
        self._pieces: tuple[OutputPiece, ...] = ()
        self._after = 0
        self._seq = -1
        self._asking = False
        self._ended = False

    def on_mount(self) -> None:
        """Ask."""
        self.read(FAILED["asking"])
        self._seq = self.view.seq if self.view else -1
        self._ask()

    def show(self, view: View | None) -> None:
        """Ask again when there is news, and while the task runs; one question at a time."""
        self.view = view
        if view is None or self._asking:
            return
        if view.seq != self._seq or not self._ended:
            self._seq = view.seq
            self._ask()

    @property
    def console(self) -> ConsoleApp:
        """The application that this screen belongs to."""
        return cast("ConsoleApp", self.app)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key needs a task that it fits, and the role."""
        if action != "change":
            return True
        key = BY_ID[str(parameters[0])]
        if key.id == "task.graph":
            return self._report is not None and bool(self._report.graph)
        return applies(key.id, self.selected) and key.allows(self.console.client.operator.role)

    def action_change(self, id: str) -> None:  # noqa: A002  # the key's own word
        """Do what a key of the agents panel does, to this task."""
        _VERBS[id](self)

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

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error that nobody foresaw is shown in place of the task."""
        if event.state is WorkerState.ERROR:
            self.fail(broken(event.worker.error))

    def fail(self, error: WatchfloorError) -> None:
        """Say what failed in place of the task."""
        from .task_page import failure

        self.read(failure(error))

    @work(exit_on_error=False, group="task")
    async def _ask(self) -> None:
        self._asking = True
        client = self.console.client
        try:
            report = await client.query(TASK, AskTask(id=self._task_id))
            written = await client.query(OUTPUT, AskOutput(id=self._task_id, after=self._after))
        except WatchfloorError as error:
            self.fail(error)
        else:
            self._report, self.selected = report, report.task
            self._after = written.next
            self._pieces = (*self._pieces, *written.items)[-KEPT:]
            self._ended = written.ended
            self._tell(report)
        finally:
            self._asking = False

    def _tell(self, report: TaskReport) -> None:
        self.head.show((run("task  ", "dim"), *cell(report.task.title, "strong"), run(f"  {report.task.id}", "dim")))
        self.read(page(report, self._pieces))
        usable = (BY_ID[name] for name in _VERBS if self.check_action("change", (name,)))
        self.offer((key.shown, key.title) for key in usable)


_VERBS: Final[Mapping[str, Callable[[TaskScreen], None]]] = {
    "task.cancel": TaskScreen.cancel,
    "task.retry": TaskScreen.retry,
    "task.graph": TaskScreen.graph,
}
