"""What the keys do that change something: each ends in one command to the engine, which checks it again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from engine.commands import (
    Arguments,
    CancelTask,
    DrainAgent,
    Reprioritise,
    RetryTask,
    Target,
)
from engine.view import AgentView, GoalView, MessageView, PersonaView, TaskView

from ..widgets.document import Paragraph, paragraph
from ..widgets.figures import count
from ..widgets.tones import cell, run
from .applies import applies
from .ask import Ask, Prompt
from .confirm import Confirm, Question
from .decisions import DECISIONS
from .goal_forms import edit, new, put_away, toggle
from .halting import halt
from .main import MainScreen
from .message_verbs import chosen, drop, move, put, retry, write
from .persona_mode import mode
from .persona_waits import waits
from .rolling import roll_back

if TYPE_CHECKING:
    from ..app import ConsoleApp

Verb = Callable[[MainScreen], None]


def _send(screen: MainScreen, command: str, arguments: Arguments) -> None:
    screen.console.send(command, arguments)


def _queued(item: object) -> tuple[Literal["message", "task"], str] | None:
    match item:
        case MessageView(id=id):
            return ("message", id)
        case TaskView(id=id):
            return ("task", id)
        case _:
            return None


def _change(change: Literal["raise", "lower", "top"], screen: MainScreen) -> None:
    if chosen(screen):
        move(screen, change)
        return
    for queued in map(_queued, screen.marked or (screen.selected,)):
        if queued is not None:
            scope, id = queued  # noqa: A001  # the argument's own name
            _send(screen, "queue.reprioritise", Reprioritise(scope=scope, id=id, change=change))


def _set(screen: MainScreen) -> None:
    if chosen(screen):
        put(screen)
        return
    queued = _queued(screen.selected)
    if queued is None:
        return
    scope, id = queued  # noqa: A001  # the argument's own name
    least, most, hint = (0, 100, "0 to 100, 100 is first") if scope == "message" else (1, 10, "1 to 10, 1 is first")

    def check(text: str) -> str:
        return (
            ""
            if text.isascii() and text.isdigit() and least <= int(text) <= most
            else f"a number from {least} to {most}"
        )

    def deliver(text: str | None) -> None:
        if text:
            _send(screen, "queue.reprioritise", Reprioritise(scope=scope, id=id, change="set", value=int(text)))

    prompt = Prompt(cell(f"Priority of this {scope}", "strong"), hint, limit=3, check=check)
    screen.app.push_screen(Ask(prompt, screen.clock, screen.view), deliver)


def pause(console: ConsoleApp, item: object) -> None:
    """Pause a persona, or let it go on."""
    if isinstance(item, PersonaView):
        console.send(f"target.{'resume' if item.paused else 'pause'}", Target(scope="persona", id=item.id))


def _pause(screen: MainScreen) -> None:
    match screen.selected:
        case PersonaView() as persona:
            pause(screen.console, persona)
        case AgentView(id=id, state=state):
            _send(screen, f"target.{'resume' if state == 'paused' else 'pause'}", Target(scope="agent", id=id))
        case GoalView() as goal:
            toggle(screen, goal)
        case TaskView():
            screen.app.notify("A task cannot be paused. Pause its agent.", markup=False, severity="warning")
        case _:
            return


def _cancel(screen: MainScreen) -> None:
    for item in screen.marked or (screen.selected,):
        if isinstance(item, TaskView) and applies("task.cancel", item):
            _send(screen, "task.cancel", CancelTask(id=item.id))


def _retry(screen: MainScreen) -> None:
    for item in screen.marked or (screen.selected,):
        if isinstance(item, TaskView) and applies("task.retry", item):
            _send(screen, "task.retry", RetryTask(id=item.id))


def _drain(screen: MainScreen) -> None:
    if isinstance(screen.selected, AgentView) and applies("drain", screen.selected):
        _send(screen, "agent.drain", DrainAgent(id=screen.selected.id))


def _goal_of(screen: MainScreen) -> None:
    if isinstance(screen.selected, TaskView) and screen.selected.goal:
        from .graph import GraphScreen

        screen.app.push_screen(GraphScreen(screen.selected.goal, screen.console))


def _with_goal(change: Callable[[MainScreen, GoalView], None], screen: MainScreen) -> None:
    if isinstance(screen.selected, GoalView):
        change(screen, screen.selected)


def _quit(screen: MainScreen) -> None:
    view = screen.view
    waiting = view.approvals.pending if view else 0
    body: tuple[Paragraph, ...]
    if screen.seat.attached:
        body = (
            paragraph("this console", "stops"),
            paragraph("the engine, in its own process: personas, agents and jobs", "goes on", tone="good"),
        )
    else:
        body = (
            paragraph("this console and the engine in it: personas, jobs and tools", "stops", tone="warn"),
            paragraph("agents in other processes finish what they hold", "goes on"),
            paragraph("messages, tasks, approvals and goals; they are here at the next start", "is kept", tone="good"),
            *(
                [
                    paragraph(
                        f"{count(waiting, 'approval')} {'waits' if waiting == 1 else 'wait'} and may expire meanwhile",
                        "note",
                        tone="warn",
                    )
                ]
                if waiting
                else []
            ),
        )
    question = Question((run("Leave Watchfloor?", "strong"),), body, yes="leave", no="stay")

    def leave(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        if yes:
            screen.app.exit(0)

    screen.app.push_screen(Confirm(question, screen.clock, screen.view), leave)


VERBS: Final[dict[str, Verb]] = {
    **DECISIONS,
    "write": write,
    "drop": drop,
    "retry": retry,
    "mode": mode,
    "waits": waits,
    "raise": partial(_change, "raise"),
    "lower": partial(_change, "lower"),
    "top": partial(_change, "top"),
    "set": _set,
    "pause": _pause,
    "new": new,
    "goal.edit": partial(_with_goal, edit),
    "goal.archive": partial(_with_goal, put_away),
    "task.cancel": _cancel,
    "task.retry": _retry,
    "task.graph": _goal_of,
    "drain": _drain,
    "halt": halt,
    "rollout.back": roll_back,
    "quit": _quit,
}
"""What each key that changes something does."""
