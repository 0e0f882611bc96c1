"""Always allow, or always deny, what is like an example: what has to be equal is chosen, then tried on the past."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from engine.errors import WatchfloorError
from engine.queries import BACKTEST, AskBacktest, Backtest
from engine.view import ApprovalView, View

from ..widgets.document import GAP, Document, paragraph
from ..widgets.figures import span
from ..widgets.line import Line
from ..widgets.notices import broken
from ..widgets.rows import Column, Shape
from ..widgets.table import RowTable
from ..widgets.tones import COMPONENTS, Cell, cell, run
from .ask import Ask, Prompt
from .confirm import Confirm, Question
from .decide import TYPED, Desk, title
from .scope import DAYS, Draft, Part, against, draft_of, told

if TYPE_CHECKING:
    from ..app import ConsoleApp

Made = tuple[Draft, Backtest]


def allow(screen: Desk) -> None:
    """Make a rule that always allows what is like the shown action."""
    _begin(screen, deny=False)


def deny(screen: Desk) -> None:
    """Make a rule that always denies it."""
    _begin(screen, deny=True)


def _begin(screen: Desk, *, deny: bool) -> None:
    action = screen.selected
    if not isinstance(action, ApprovalView):
        return

    def choose(whole: ApprovalView) -> None:
        screen.hold()
        screen.console.push_screen(RuleScreen(draft_of(whole, deny=deny), screen.console), done)

    def done(made: Made | None) -> None:
        if made is None:
            screen.release()
        elif deny:
            _why(screen, made)
        else:
            _confirm(screen, made, "")

    screen.console.fetch_action(action, choose)


def _why(screen: Desk, made: Made) -> None:
    def decide(reason: str | None) -> None:
        if reason:
            _confirm(screen, made, reason)
        else:
            screen.release()

    prompt = Prompt(title("Always deny", made[0].action, screen.clock.now()), "the reason; every proposer reads it")
    screen.console.push_screen(Ask(prompt, screen.clock, screen.view), decide)


def _confirm(screen: Desk, made: Made, reason: str) -> None:
    draft, answer = made
    times = f"{draft.uses} times at most, for {span(draft.lasts)}"
    effect = "is denied at once, and nobody is asked" if draft.deny else "runs without a question"
    question = Question(
        title=title("Always deny what is like" if draft.deny else "Always allow what is like", draft.action,
                    screen.clock.now()),
        body=(
            paragraph(f"what is like this {effect}", "effect", tone="warn"),
            paragraph(times, "limits"),
            *([paragraph(reason, "reason")] if reason else []),
            paragraph("the example itself is still asked", "note", tone="dim"),
            GAP,
            *told(draft, answer),
        ),
        yes="make this rule",
        no="make none",
        typed=draft.action.digest[-TYPED:] if against(draft, answer) else "",
    )  # fmt: skip

    def decide(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        screen.release()
        if yes:
            screen.console.send("rule.deny" if draft.deny else "rule.allow", draft.rule(reason))

    screen.console.push_screen(Confirm(question, screen.clock, screen.view), decide)


def _cells(part: Part, _now: datetime) -> tuple[Cell, ...]:
    if part.number:
        return (cell("  ±", "accent"), cell(part.name, "strong"), cell("limit", "dim"), cell(part.value, "accent"))
    mark = cell("[x]", "accent") if part.fast else cell("[ ]", "warn")
    word = cell("must be equal", "text") if part.fast else cell("any", "warn")
    return (mark, cell(part.name, "strong"), word, cell(part.value, "dim"))


SHAPE: Final = Shape(
    columns=(Column(3), Column(8, most=24), Column(13), Column(10, flex=1)),
    key=lambda part: part.id,
    cells=_cells,
)


class RuleScreen(Screen[Made | None], inherit_bindings=False):
    """What the rule holds fast, and what it would have answered. ``ctrl+s`` goes on, ``esc`` leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "turn", "equal or any", show=False),
        Binding("plus,equals_sign,right", "limit(1)", "more", show=False),
        Binding("minus,left", "limit(-1)", "less", show=False),
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("J,shift+down", "scroll(1)", "scroll", show=False),
        Binding("K,shift+up", "scroll(-1)", "scroll up", show=False),
        Binding("ctrl+s,f2", "done", "go on", show=False),
        Binding("escape,q,ctrl+c", "leave", "back", show=False),
    ]
    AUTO_FOCUS = ""
    COMPONENT_CLASSES = COMPONENTS

    def __init__(self, draft: Draft, console: ConsoleApp) -> None:
        super().__init__()
        self._client = console.client
        self._draft = draft
        self._clock = console.clock
        self._answer: Backtest | None = None
        self._trouble = ""
        self._table: RowTable[Part] = RowTable(SHAPE)
        self._told = Document(label_width=14, id="about")
        self._head = Line(id="title")
        self._hint = Line(id="hint")
        self._keys = Line(id="keys")

    @property
    def draft(self) -> Draft:
        """The rule as it is chosen now."""
        return self._draft

    def compose(self) -> ComposeResult:
        """Title, the parts, what the past says, keys."""
        yield self._head
        yield self._table
        yield self._told
        yield self._hint
        yield self._keys

    def on_mount(self) -> None:
        """Try the narrowest rule."""
        self._table.focus(scroll_visible=False)
        keys = (("space", "equal or any"), ("+ -", "limit"), ("J K", "scroll"), ("ctrl+s", "go on"), ("esc", "back"))
        self._keys.show(tuple(part for key, what in keys for part in (run(key, "accent"), run(f" {what}  ", "dim"))))
        self._try()

    def show(self, view: View | None) -> None:
        """News of the engine change nothing here; the engine checks the example when the rule is made."""

    def action_turn(self) -> None:
        """Hold the part fast, or no longer."""
        part = self._table.current
        if part is not None:
            self._choose(self._draft.turned(part.id))

    def action_limit(self, by: int) -> None:
        """A larger or smaller limit."""
        part = self._table.current
        if part is not None:
            self._choose(self._draft.stepped(part.id, by))

    def action_move(self, by: int) -> None:
        """Another part."""
        self._table.move(by)

    def action_scroll(self, by: int) -> None:
        """Scroll the text."""
        self._told.move(by)

    def action_done(self) -> None:
        """Go on with this rule, once the past has been asked."""
        if self._answer is not None and not self._answer.refused:
            self.dismiss((self._draft, self._answer))

    def action_leave(self) -> None:
        """No rule."""
        self.dismiss(None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error that nobody foresaw is shown."""
        if event.state is WorkerState.ERROR:
            self._trouble = broken(event.worker.error).sentence()
            self._tell()

    def _choose(self, draft: Draft) -> None:
        if draft != self._draft:
            self._draft = draft
            self._try()

    def _try(self) -> None:
        self._answer, self._trouble = None, ""
        self._tell()
        self._ask()

    @work(exclusive=True, exit_on_error=False, group="backtest")
    async def _ask(self) -> None:
        draft = self._draft
        try:
            answer = await self._client.query(BACKTEST, AskBacktest(rule=draft.rule(), days=DAYS))
        except WatchfloorError as error:
            self._trouble = error.sentence()
        else:
            self._answer = answer
        self._tell()

    def _tell(self) -> None:
        now, draft = self._clock.now(), self._draft
        self._head.show(title("Always deny like" if draft.deny else "Always allow like", draft.action, now))
        parts = draft.parts()
        self._table.styles.height = max(3, min(len(parts), self.app.size.height // 2 - 2))
        self._table.show(parts, now)
        answer = self._answer
        if self._trouble:
            self._hint.show((run(f"✕ {self._trouble}", "bad"),))
        elif answer is None:
            self._hint.show((run("asking what such a rule would have answered…", "dim"),))
        elif answer.refused:
            self._hint.show((run(f"✕ {answer.refused}", "bad"),))
        else:
            self._hint.show((run("nothing is made before you confirm it", "dim"),))
        if answer is not None:
            self._told.show(told(draft, answer))
