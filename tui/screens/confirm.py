"""Asks once more before something that cannot be taken back, and lets no stray key answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer

from engine.clock import Clock
from engine.view import View

from ..widgets.arming import ARM_SECONDS, Arming
from ..widgets.document import Document, Paragraph
from ..widgets.line import Line
from ..widgets.tones import COMPONENTS, Cell, Run, run

SETTLE_SECONDS: Final = 0.05
"""A yes waits this long for a second key; one that comes shows that a paste was at work."""
FRAME: Final = 7
"""Lines of the dialog around its text."""
LONGEST: Final = 4
"""Most characters that are typed for a yes."""
_DIGITS: Final = "0123456789abcdef"
_NO: Final = frozenset({"n", "N", "escape", "enter", "ctrl+c", "q"})
_SCROLL: Final = {"j": 1, "down": 1, "J": 1, "k": -1, "up": -1, "K": -1}
_PAGE: Final = {"ctrl+d": 1, "pagedown": 1, "space": 1, "ctrl+u": -1, "pageup": -1}


def always(_view: View | None, _now: datetime) -> str:
    """Nothing that changes meanwhile makes the question void."""
    return ""


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask.

    Attributes:
        title: the question.
        body: all there is to know before answering.
        yes, no: what the two answers do, in a few words.
        typed: what must be typed for a yes; empty where the key ``y`` is enough.
        asks: what it is that must be typed, in words.
        wrong: what is said where something else was typed.
        void: says why the question no longer stands, from the newest view and the time; empty while it does.
    """

    title: Cell
    body: tuple[Paragraph, ...]
    yes: str
    no: str
    typed: str = ""
    asks: str = "type the last four of the digest"
    wrong: str = "that is not what the digest ends in"
    void: Callable[[View | None, datetime], str] = always


class Confirm(ModalScreen[bool]):
    """The question with its two answers. *No* works at once and is the one that ``enter`` gives."""

    COMPONENT_CLASSES = COMPONENTS

    def __init__(self, question: Question, clock: Clock, view: View | None) -> None:
        super().__init__()
        self._question = question
        self._clock = clock
        self._view = view
        self._arming = Arming(clock)
        self._read = False
        self._buffer = ""
        self._settling: Timer | None = None
        self._complaint = ""
        self.body = Document(question.body)
        self._hint = Line(id="hint")

    @property
    def settling(self) -> bool:
        """A yes was given and waits whether a second key shows it to be a paste."""
        return self._settling is not None

    def compose(self) -> ComposeResult:
        """Title, everything to read, the answers."""
        with Vertical(id="dialog"):
            yield Line(self._question.title, id="title")
            yield self.body
            yield self._hint

    def on_mount(self) -> None:
        """Count from the first moment that somebody could read it."""
        self._fit()
        self._tell()
        self.call_after_refresh(self._painted)

    def on_resize(self) -> None:
        """The answers always stay in sight."""
        self._fit()

    def show(self, view: View | None) -> None:
        """The engine has news: the question may no longer stand."""
        self._view = view
        self._tell()

    def on_paste(self, event: events.Paste) -> None:
        """A paste answers nothing."""
        event.stop()

    def on_key(self, event: events.Key) -> None:
        """The answers and the scrolling; every other key does nothing."""
        event.stop()
        event.prevent_default()
        key = event.key
        if self._settling is not None:
            self._settling.stop()
            self._settling = None
        if key in _NO and not (key == "enter" and self._question.typed and self._buffer):
            self.dismiss(result=False)
            return
        deliberate = self._arming.deliberate()
        if key in _SCROLL:
            self.body.move(_SCROLL[key])
        elif key in _PAGE:
            self.body.page(_PAGE[key])
        elif key in {"G", "end"}:
            self.body.move_to_end()
        elif self._question.typed:
            self._type(key, event.character)
        elif key == "y" and deliberate:
            self._settling = self.set_timer(SETTLE_SECONDS, self._answer)
        self._tell()

    def _type(self, key: str, character: str | None) -> None:
        self._complaint = ""
        if key == "backspace":
            self._buffer = self._buffer[:-1]
        elif key == "enter":
            if self._buffer == self._question.typed:
                self._answer()
            else:
                self._buffer, self._complaint = "", self._question.wrong
        elif self._arming.armed and character and character in _DIGITS and len(self._buffer) < LONGEST:
            self._buffer += character

    def _answer(self) -> None:
        self._settling = None
        if not self._read:
            self._complaint = ""
        elif not self._void() and self._arming.armed:
            self.dismiss(result=True)
            return
        self._tell()

    def _fit(self) -> None:
        self.body.styles.max_height = max(3, self.app.size.height * 4 // 5 - FRAME)

    def _void(self) -> str:
        return self._question.void(self._view, self._clock.now())

    def _painted(self) -> None:
        self._arming.painted()
        self._tell()
        self.set_timer(ARM_SECONDS + 0.01, self._tell)

    def _tell(self) -> None:
        self._read = self._read or self.body.at_end
        safe: Run = run(f" n {self._question.no} ", "accent")
        if problem := self._void() or self._complaint:
            self._hint.show((safe, run(f"  ✕ {problem}", "bad")))
            return
        if not self._read:
            self._hint.show((safe, run("  ↓ ", "warn"), run("read to the end first: j or space scrolls", "warn")))
            return
        tone = "text" if self._arming.armed else "dim"
        if self._question.typed:
            blanks = len(self._question.typed)
            entry = (run(self._buffer.ljust(blanks, "_"), "strong"), run("  then ⏎", "dim"))
            self._hint.show((safe, run(f"  {self._question.asks}: ", tone), *entry))
        else:
            self._hint.show((safe, run(f"   y {self._question.yes}", tone)))
