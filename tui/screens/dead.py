"""Dead letters: tasks that are not tried again by themselves, why each was given up, and what it did last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import work

from engine.errors import WatchfloorError
from engine.queries import DEAD, OUTPUT, TASK, AskDead, AskOutput, AskTask, DeadPage, DeadView

from ..keymap import Scope
from ..widgets.document import Paragraph, paragraph
from ..widgets.figures import ago, count, short
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell
from .dead_text import OUTPUT_PAGES, Letter, in_short, whole
from .dead_verbs import purge, replay
from .paged import PagedScreen

if TYPE_CHECKING:
    from ..app import ConsoleApp

PAGE: Final = 200
_TYPES: Final = 4
"""So many types are counted in the title."""


def _cells(item: DeadView, now: datetime) -> tuple[Cell, ...]:
    return (
        cell(item.type, "strong"),
        cell(f"×{item.attempts}", "warn"),
        cell(item.title),
        cell(item.error or "it does not say why", "bad"),
        cell(item.agent, "dim"),
        cell(ago(item.ended_at, now), "dim"),
    )


class DeadScreen(PagedScreen[DeadView, AskDead, DeadPage]):
    """The dead letters, the newest task first."""

    SCOPE = Scope.DEAD
    NAME = "Dead letters"
    SHAPE = Shape(
        columns=(
            Column(6, most=18),
            Column(2, most=4, right=True),
            Column(10, flex=1),
            Column(10, flex=2, wide=56),
            Column(0, most=16, wide=100),
            Column(4, right=True, fleeting=True),
        ),
        key=lambda item: item.id,
        cells=_cells,
        empty="No task was given up.  One comes here once all of its attempts have failed.",
    )
    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "dead.open": lambda page: page.open(),
        "dead.replay": replay,
        "dead.purge": purge,
        "dead.type": lambda page: page.narrow_to_type(),
        "dead.next": lambda page: page.turn(further=True),
        "dead.previous": lambda page: page.turn(further=False),
        "mark": lambda page: page.table.mark(),
        "mark.range": lambda page: page.mark_range(),
    }

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__(console, AskDead(limit=PAGE))
        self._letter: Letter | None = None
        self._fetching = ""
        self._failed: tuple[str, str] = ("", "")

    def fits(self, id: str, item: DeadView | None) -> bool:  # noqa: A002  # the key's own word
        """A page only where there is one, one type only where there is something to choose."""
        special = {
            "dead.next": self.further,
            "dead.previous": self.back,
            "dead.type": item is not None or bool(self.ask.type),
        }
        return special[id] if id in special else super().fits(id, item)

    async def load(self) -> Sequence[DeadView]:
        """One page."""
        self.answer = await self.console.client.query(DEAD, self.ask)
        return self.answer.items

    def heading(self, items: Sequence[DeadView]) -> tuple[str, ...]:
        """How many there are, and of which types; which of them these are."""
        kinds = sorted(self.answer.by_type, key=lambda kind: -kind[1]) if self.answer is not None else []
        parts = [short(sum(number for _, number in kinds))]
        if self.ask.type:
            parts.append(f"only {self.ask.type}")
        parts += self.place()
        if not self.ask.after and self.answer is not None and self.answer.next:
            parts.append(f"the first {len(items)}")
        if self.table.rows.marks:
            parts.append(f"✓ {len(self.marked)} marked")
        if len(kinds) > 1:
            named = [f"{name} {short(number)}" for name, number in kinds[:_TYPES]]
            rest = len(kinds) - _TYPES
            parts.append(", ".join(named + ([f"and {count(rest, 'type')} more"] if rest > 0 else [])))
        return tuple(parts)

    def explain(self, item: DeadView | None) -> tuple[Paragraph, ...]:
        """The whole reason, then what it wrote last, then what happened to it."""
        if item is None:
            return ()
        letter = self._letter
        if letter is not None and letter.id == item.id and letter.ended_at == item.ended_at:
            return whole(item, letter, self.now)
        if self._failed[0] == item.id:
            return (*in_short(item, self.now), paragraph(self._failed[1], "more", "bad"))
        if self._fetching != item.id:
            self._fetching = item.id
            self._fetch(item)
        return in_short(item, self.now)

    def words(self, item: DeadView) -> str:
        """A dead letter as text, for the clipboard."""
        return f"{item.id} {item.type} {item.title}: {item.error}"

    def widen(self) -> bool:
        """Show tasks of all types again."""
        if not self.ask.type:
            return False
        self.go(type="", after="")
        return True

    def open(self) -> None:
        """Open the selected task."""
        from .task import TaskScreen

        if self.selected is not None:
            self.console.push_screen(TaskScreen(self.selected.id, self.console))

    def narrow_to_type(self) -> None:
        """Show only tasks of the selected one's type, or all again."""
        if self.ask.type:
            self.go(type="", after="")
        elif self.selected is not None:
            self.go(type=self.selected.type, after="")

    @work(exclusive=True, exit_on_error=False, group="explain")
    async def _fetch(self, item: DeadView) -> None:
        client = self.console.client
        try:
            report = await client.query(TASK, AskTask(id=item.id))
            letter = Letter(item.id, item.ended_at, report)
            for _ in range(OUTPUT_PAGES):
                written = await client.query(OUTPUT, AskOutput(id=item.id, after=letter.after))
                letter = letter.with_output(written)
                if written.ended or not written.items:
                    break
        except WatchfloorError as error:
            self._failed = (item.id, error.sentence())
        else:
            # Only what is looked at is kept.
            self._letter = letter
            self._failed = ("", "")
        finally:
            if self._fetching == item.id:
                self._fetching = ""
        if self._loaded and self.selected is not None and self.selected.id == item.id:
            self._tell()
