"""A screen whose list comes in pages: pages are turned, rows are marked, and a later page stands still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from engine.view import View

from ..widgets.figures import count
from .page import PageScreen

if TYPE_CHECKING:
    from ..app import ConsoleApp


class PagedAsk(Protocol):
    """Asks for one page."""

    @property
    def after(self) -> str:
        """Where the page begins; empty for the first."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self:
        """The same with changes."""


class PagedAnswer(Protocol):
    """One page."""

    @property
    def next(self) -> str:
        """Where the next page begins; empty on the last."""


T = TypeVar("T")
AskT = TypeVar("AskT", bound=PagedAsk)
AnswerT = TypeVar("AnswerT", bound=PagedAnswer)


class PagedScreen(PageScreen[T], Generic[T, AskT, AnswerT], inherit_bindings=False):
    """Like :class:`PageScreen`; subclasses keep the ``answer`` to ``ask`` when they ``load``.

    Args:
        console: the application.
        ask: what to ask for at first.
    """

    def __init__(self, console: ConsoleApp, ask: AskT) -> None:
        super().__init__(console)
        self.ask = ask
        self.answer: AnswerT | None = None
        self._turned: list[str] = []

    @property
    def marked(self) -> Sequence[T]:
        """The marked rows."""
        return self.table.rows.marked

    def unmark(self) -> None:
        """Take all marks away."""
        self.table.unmark()

    @property
    def further(self) -> bool:
        """There is a next page."""
        return self.answer is not None and bool(self.answer.next)

    @property
    def back(self) -> bool:
        """There is a page before this one."""
        return bool(self._turned)

    def place(self) -> list[str]:
        """Which page this is, for the title; nothing on the first."""
        return [f"page {len(self._turned) + 1}, standing still"] if self.ask.after else []

    def show(self, view: View | None) -> None:
        """News are let in on the first page; on another the rows stand still, so that nothing is passed over."""
        if not self.ask.after:
            super().show(view)
            return
        self.view = view
        if self._loaded:
            self._tell()

    def turn(self, *, further: bool) -> None:
        """Go a page further, or back."""
        if further and self.answer is not None and self.answer.next:
            self._turned.append(self.ask.after)
            self.go(after=self.answer.next)
        elif not further and self._turned:
            self.go(after=self._turned.pop())

    def go(self, **changes: object) -> None:
        """Ask for something else."""
        self.ask = self.ask.model_copy(update=changes)
        if not self.ask.after:
            self._turned = []
        self.unmark()
        self.refresh_rows()

    def widen(self) -> bool:
        """Take back what narrows the list, one thing at a time; whether there was anything."""
        return False

    def leave(self) -> None:
        """End the marks, the filter, the later page, what narrows the list; then the screen."""
        if self.table.rows.marks:
            self.unmark()
        elif self.table.rows.expression:
            super().leave()
        elif self.ask.after:
            self.go(after="")
        elif not self.widen():
            self.dismiss(None)

    def mark_range(self) -> None:
        """Mark all rows from the last mark to the cursor that were on the screen."""
        if unseen := self.table.mark_range():
            self.console.notify(
                f"{count(unseen, 'row')} not on the screen yet: not marked.", markup=False, severity="warning"
            )
