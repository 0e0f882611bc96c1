"""What the keys do that only move about: nothing here reaches the engine, except to ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from engine.view import ActivityView, AgentView, ApprovalView, GoalView, MessageView, PersonaView, TaskView

from ..panels.approvals import ApprovalsPanel
from ..safe import display
from ..widgets.figures import count
from ..widgets.tones import cell
from .ask import Ask, Prompt
from .main import MainScreen
from .pages import PAGES, open_page

if TYPE_CHECKING:
    from ..app import ConsoleApp

Move = Callable[[MainScreen], None]

COPY_LIMIT: Final = 1_000_000
"""Most characters that are looked at; a terminal takes far fewer."""


def _focus(number: int, screen: MainScreen) -> None:
    screen.focus_panel(screen.panels[number - 1])


def _cycle(by: int, screen: MainScreen) -> None:
    place = screen.panels.index(screen.current)
    screen.focus_panel(screen.panels[(place + by) % len(screen.panels)])


def _zoom(screen: MainScreen) -> None:
    screen.toggle_class("-zoomed")


def _back(screen: MainScreen) -> None:
    if screen.console.away.close():
        return
    if screen.current.table.rows.marks:
        screen.current.table.unmark()
        screen.tick()
    elif screen.current.table.rows.expression:
        screen.current.table.narrow("")
        screen.tick()
    else:
        screen.remove_class("-zoomed")


def _step(by: int, screen: MainScreen) -> None:
    screen.current.table.move(by)


def _page(by: int, screen: MainScreen) -> None:
    screen.current.table.move(by * max(1, screen.current.table.size.height // 2))


def _match(by: int, screen: MainScreen) -> None:
    screen.current.table.move(by, wrap=True)


def _payload(by: int, screen: MainScreen) -> None:
    if isinstance(screen.current, ApprovalsPanel):
        screen.current.payload.move(by)


def _mark(screen: MainScreen) -> None:
    screen.current.table.mark()


def _mark_range(screen: MainScreen) -> None:
    unseen = screen.current.table.mark_range()
    if unseen:
        text = (
            f"{count(unseen, 'row')} in between {'was' if unseen == 1 else 'were'} not on the screen yet: not marked."
        )
        screen.console.notify(text, markup=False, severity="warning")


def _filter(screen: MainScreen) -> None:
    table = screen.current.table
    prompt = Prompt(
        title=cell(f"Filter {screen.current.NAME.lower()}", "strong"),
        hint="words · !not · field:value · empty shows all",
        initial=table.rows.expression,
        needed=False,
        limit=200,
        at_once=True,
    )

    def narrow(text: str | None) -> None:
        if text is not None:
            table.narrow(text)
            screen.tick()

    screen.app.push_screen(Ask(prompt, screen.clock, screen.view), narrow)


def _sort(screen: MainScreen) -> None:
    screen.current.table.turn()
    screen.tick()


def _open(screen: MainScreen) -> None:
    from .detail import DetailScreen, subject_of

    subject = subject_of(screen.selected)
    if subject is None:
        return
    if subject.kind == "goal":
        from .goal import GoalScreen

        screen.app.push_screen(GoalScreen(subject.id, screen.console))
    elif subject.kind == "task":
        from .task import TaskScreen

        screen.app.push_screen(TaskScreen(subject.id, screen.console))
    elif subject.kind == "persona":
        from .persona import PersonaScreen

        screen.app.push_screen(PersonaScreen(subject.id, screen.console))
    elif subject.kind == "message":
        from .message import MessageScreen

        screen.app.push_screen(MessageScreen(subject.id, screen.console))
    else:
        screen.app.push_screen(DetailScreen(subject, screen.console))


def words_of(item: object) -> str:
    """An item as text, for the clipboard."""
    match item:
        case ApprovalView():
            lines = [f"{item.kind} {item.id} rev {item.revision} {item.digest}"]
            return "\n".join(lines + [f"{name}: {value}" for name, value in item.payload])
        case MessageView():
            return f"{item.sender}: {item.text}"
        case ActivityView():
            return f"{item.at.isoformat()} {item.actor} {item.text}"
        case PersonaView() | AgentView():
            return item.id
        case GoalView() | TaskView():
            return f"{item.id} {item.title}"
        case _:
            return ""


def send_to_clipboard(console: ConsoleApp, words: str) -> None:
    """Send a text to the terminal's clipboard, cleaned, and tell how that went."""
    text = display(words, limit=COPY_LIMIT, lines=10_000, tab=None)
    if not text.text:
        return
    if console.copy(text):
        console.notify(f"Sent {count(len(text), 'character')} to the terminal's clipboard.", markup=False, timeout=3)
    else:
        console.notify("Too long for the terminal's clipboard.", markup=False, severity="warning")


def _copy(screen: MainScreen) -> None:
    send_to_clipboard(screen.console, words_of(screen.selected))


def _page_of(id: str, screen: MainScreen) -> None:  # noqa: A002  # the key's own word
    open_page(id, screen.console)


def _repaint(screen: MainScreen) -> None:
    screen.console.action_repaint()


def _save(screen: MainScreen) -> None:
    from .save import save

    save(screen)


def _help(screen: MainScreen) -> None:
    from .help import HelpScreen

    screen.app.push_screen(HelpScreen(screen.seat.operator.role, screen.scope))


def _palette(screen: MainScreen) -> None:
    screen.app.action_command_palette()


MOVES: Final[dict[str, Move]] = {
    "focus.personas": partial(_focus, 1),
    "focus.approvals": partial(_focus, 2),
    "focus.inbox": partial(_focus, 3),
    "focus.goals": partial(_focus, 4),
    "focus.agents": partial(_focus, 5),
    "focus.activity": partial(_focus, 6),
    "panel.next": partial(_cycle, 1),
    "panel.previous": partial(_cycle, -1),
    "zoom": _zoom,
    "back": _back,
    "down": partial(_step, 1),
    "up": partial(_step, -1),
    "first": lambda screen: screen.current.table.move_to_top(),
    "last": lambda screen: screen.current.table.move_to(-1),
    "page.down": partial(_page, 1),
    "page.up": partial(_page, -1),
    "match.next": partial(_match, 1),
    "match.previous": partial(_match, -1),
    "payload.down": partial(_payload, 1),
    "payload.up": partial(_payload, -1),
    "filter": _filter,
    "sort": _sort,
    "mark": _mark,
    "mark.range": _mark_range,
    "open": _open,
    "copy": _copy,
    "save": _save,
    "repaint": _repaint,
    "help": _help,
    "palette": _palette,
    **{name: partial(_page_of, name) for name in PAGES},
}
"""What each key that only moves about does."""
