"""New goals and tasks, and other particulars for a goal: what is asked, and what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from pydantic import ValidationError

from engine.clock import Clock
from engine.commands import AddGoal, Arguments, EditGoal, GoalTarget, SubmitTask
from engine.view import GoalView

from ..widgets.document import paragraph
from ..widgets.tones import run
from .choose import Choice, Choose
from .confirm import Confirm, Question
from .form import Field, Form, Sheet

if TYPE_CHECKING:
    from engine.view import View

    from ..app import ConsoleApp

_KINDS: Final = {
    "t": ("task", "work for the agents"),
    "s": ("steps", "a goal split into tasks by a template"),
    "r": ("revenue", "a goal: value of what is won in its window"),
    "p": ("pipeline", "a goal: value of what is open at its end"),
    "a": ("activity", "a goal: interactions in its window"),
    "q": ("quality", "a goal: won among what is closed in its window"),
}
_TARGETS: Final = {
    "revenue": "money, at most two decimals",
    "pipeline": "money, at most two decimals",
    "activity": "a whole number of interactions",
    "quality": "a percentage, at most 100",
}
_DAYS: Final = 90


class Place(Protocol):
    """A screen from which goals can be changed."""

    clock: Clock
    view: View | None

    @property
    def console(self) -> ConsoleApp:
        """The application that it belongs to."""


def new(screen: Place) -> None:
    """Ask what to begin: a task, or a goal of some type."""
    choices = tuple(Choice(key, name, about) for key, (name, about) in _KINDS.items())

    def chosen(key: str | None) -> None:
        if key == "t":
            _new_task(screen)
        elif key == "s":
            from .graph_forms import new_graph

            new_graph(screen)
        elif key is not None:
            _new_goal(screen, _KINDS[key][0])

    screen.console.push_screen(Choose((run("New", "strong"),), choices), chosen)


def edit(screen: Place, goal: GoalView) -> None:
    """Ask for other particulars of a goal."""
    before = {"title": goal.title, "target": _number(goal), "start": goal.start, "end": goal.end}

    def changed(values: Mapping[str, str]) -> dict[str, Any]:
        return {name: text for name, text in values.items() if text != before[name]}

    def check(values: Mapping[str, str]) -> tuple[str, str]:
        problem = _wrong_goal(goal.type, values)
        return problem if problem[0] or changed(values) else ("nothing is different", "title")

    def deliver(values: dict[str, str] | None) -> None:
        if values is not None:
            screen.console.send("goal.edit", EditGoal(id=goal.id, **changed(values)))

    title = (run("Change the goal ", "strong"), run(goal.title, "accent", limit=60))
    screen.console.push_screen(Form(Sheet(title, _fields(goal.type, before), check), screen.clock), deliver)


def toggle(screen: Place, goal: GoalView) -> None:
    """Pause a goal, or let it go on."""
    screen.console.send(f"goal.{'resume' if goal.state == 'paused' else 'pause'}", GoalTarget(id=goal.id))


def put_away(screen: Place, goal: GoalView) -> None:
    """Ask once, then put a goal away."""
    body = (
        paragraph(goal.title, "goal"),
        paragraph("no list shows it any more; `watchfloor goals restore` brings it back", "then"),
    )
    question = Question((run("Put this goal away?", "strong"),), body, yes="put away", no="leave it")

    def deliver(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        if yes:
            screen.console.send("goal.archive", GoalTarget(id=goal.id))

    screen.console.push_screen(Confirm(question, screen.clock, screen.view), deliver)


def _new_goal(screen: Place, kind: str) -> None:
    today = screen.clock.now().date()
    initial = {"title": "", "target": "", "start": today.isoformat()}
    initial["end"] = (today + timedelta(days=_DAYS)).isoformat()

    def deliver(values: dict[str, str] | None) -> None:
        if values is not None:
            screen.console.send("goal.add", AddGoal.model_validate({"type": kind, **values}))

    sheet = Sheet(
        (run("New goal: ", "strong"), run(kind, "accent")),
        _fields(kind, initial),
        lambda values: _wrong_goal(kind, values),
    )
    screen.console.push_screen(Form(sheet, screen.clock), deliver)


def _new_task(screen: Place) -> None:
    fields = (
        Field("title", "title", "what to do, in a line", limit=500),
        Field("type", "type", "echo, word_count, or NAME of [agents.commands.NAME]", "echo", 100),
        Field("payload", "payload", "what the executor gets: a JSON object", "{}", 10_000),
        Field("priority", "priority", "1 is first, 10 is last", "5", 2),
    )

    def deliver(values: dict[str, str] | None) -> None:
        if values is not None:
            screen.console.send("task.submit", SubmitTask.model_validate(values))

    sheet = Sheet((run("New task", "strong"),), fields, lambda values: _wrong(SubmitTask, values))
    screen.console.push_screen(Form(sheet, screen.clock), deliver)


def _fields(kind: str, initial: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        Field("title", "title", "its name", initial["title"]),
        Field("target", "target", _TARGETS[kind], initial["target"], 18),
        Field("start", "first day", "YYYY-MM-DD, included", initial["start"], 10),
        Field("end", "last day", "YYYY-MM-DD, included, after the first", initial["end"], 10),
    )


def _wrong_goal(kind: str, values: Mapping[str, str]) -> tuple[str, str]:
    for name in ("start", "end"):
        try:
            day = date.fromisoformat(values[name])
        except ValueError:
            day = None
        # The standard library also takes week dates and dates without dashes.
        if day is None or day.isoformat() != values[name]:
            return "a day is written YYYY-MM-DD", name
    problem = _wrong(AddGoal, {"type": kind, **values})
    if problem[0]:
        return problem
    if not values["target"].strip("0."):
        return "it must be more than 0", "target"
    return ("it must come after the first day", "end") if values["end"] <= values["start"] else ("", "")


def _wrong(model: type[Arguments], values: Mapping[str, str]) -> tuple[str, str]:
    try:
        model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = str(first["loc"][0]) if first["loc"] else ""
        return f"{where}: {first['msg'].lower()}", where
    return "", ""


def _number(goal: GoalView) -> str:
    """The target as one types it."""
    if goal.unit == "count":
        return str(goal.target)
    whole, part = divmod(goal.target, 100)
    return f"{whole}.{part:02d}" if part else str(whole)
