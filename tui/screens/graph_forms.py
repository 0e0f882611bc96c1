"""A goal split into tasks, from the console: choose a template, fill it in, read the steps, then submit them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from engine.clock import Clock
from engine.commands import SubmitGraph
from engine.errors import WatchfloorError
from engine.queries import PLAN, TEMPLATES, AskNothing, AskPlan, GraphView, TemplateView

from ..widgets.figures import count
from ..widgets.tones import cell, run
from .choose import Choice, Choose
from .confirm import Confirm, Question
from .form import Field, Form, Sheet
from .graph import page

if TYPE_CHECKING:
    from engine.view import View

    from ..app import ConsoleApp

T = TypeVar("T")

_KEYS: Final = "123456789abcdefghijklmnop"
_LONGEST: Final = 4_000


class Place(Protocol):
    """A screen from which goals can be begun."""

    clock: Clock
    view: View | None

    @property
    def console(self) -> ConsoleApp:
        """The application that it belongs to."""


def new_graph(screen: Place) -> None:
    """Ask by which template."""

    def choose(found: tuple[TemplateView, ...]) -> None:
        usable = dict(zip(_KEYS, (one for one in found if not one.fault), strict=False))
        choices = tuple(Choice(key, one.name, f"{one.about or one.title} ") for key, one in usable.items())

        def chosen(key: str | None) -> None:
            if key is not None:
                _fill(screen, usable[key])

        screen.console.push_screen(Choose((run("By which template?", "strong"),), choices), chosen)

    async def ask() -> tuple[TemplateView, ...]:
        return (await screen.console.client.query(TEMPLATES, AskNothing())).items

    _then(screen, ask, choose)


def _fill(screen: Place, template: TemplateView) -> None:
    fields = tuple(
        Field(
            one.name,
            one.name,
            " · ".join(filter(None, (one.about, " or ".join(one.choices)))),
            one.default or "",
            _LONGEST,
        )
        for one in template.parameters
    )
    needed = [one.name for one in template.parameters if one.default is None]

    def check(values: Mapping[str, str]) -> tuple[str, str]:
        missing = next((name for name in needed if not values[name].strip()), "")
        return (f"{missing} has to be given", missing) if missing else ("", "")

    def filled(values: dict[str, str] | None) -> None:
        if values is not None:
            _read(screen, template, values)

    if not fields:
        _read(screen, template, {})
        return
    sheet = Sheet((run("Goal by ", "strong"), run(template.name, "accent")), fields, check)
    screen.console.push_screen(Form(sheet, screen.clock), filled)


def _read(screen: Place, template: TemplateView, values: dict[str, str]) -> None:
    """Show the steps that it would become; nothing is submitted before an answer."""

    def confirm(plan: GraphView) -> None:
        number = len(plan.steps)
        question = Question(
            (run("Submit these steps? ", "strong"), *cell(plan.title, "accent")),
            page(plan),
            yes=f"submit {count(number, 'task')}",
            no="leave it",
        )

        def deliver(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
            if yes:
                screen.console.send("graph.submit", SubmitGraph(template=template.name, parameters=values))

        screen.console.push_screen(Confirm(question, screen.clock, screen.view), deliver)

    async def ask() -> GraphView:
        return await screen.console.client.query(PLAN, AskPlan(template=template.name, parameters=values))

    _then(screen, ask, confirm)


def _then(screen: Place, ask: Callable[[], Awaitable[T]], go_on: Callable[[T], None]) -> None:
    """Ask the engine, and go on with the answer; a no is told."""

    async def work() -> None:
        try:
            answer = await ask()
        except WatchfloorError as error:
            screen.console.complain(error)
        else:
            go_on(answer)

    screen.console.run_worker(work(), group="graph", exit_on_error=False)
