"""The journal: filtered by the engine, followed as it grows, proven, and written to a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import work

from engine.client import export_journal
from engine.errors import WatchfloorError
from engine.queries import AUDIT, JOURNAL, JOURNAL_ROWS, AskAudit, AskJournal, AskRows, AuditView, RowView
from engine.view import ActivityView, View

from ..keymap import Scope
from ..widgets.document import GAP, Paragraph, paragraph
from ..widgets.figures import clock, count
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, Run, cell, run
from .ask import Ask, Prompt
from .journal_filter import HINT, read_filter
from .page import PageScreen

if TYPE_CHECKING:
    from ..app import ConsoleApp

PAGE: Final = 200
"""Rows on a page."""
ROUNDS: Final = 20
"""Most questions behind one page; each looks at some ten thousand rows."""
REMEMBERED: Final = 400
"""Whole rows that are kept for reading again."""
_GLYPHS: Final = {"good": "✓", "bad": "✕", "warn": "▲"}


def _cells(event: ActivityView, _now: datetime) -> tuple[Cell, ...]:
    tone = event.tone if event.tone in _GLYPHS else "text"
    return (
        cell(str(event.seq), "dim"),
        cell(f"{event.at:%m-%d} {clock(event.at)}", "dim"),
        cell(_GLYPHS.get(event.tone, "·"), tone if tone != "text" else "dim"),
        cell(event.text, "bad" if tone == "bad" else "text"),
        cell(event.kind, "dim"),
        cell(event.actor, "dim"),
    )


class JournalScreen(PageScreen[ActivityView]):
    """Every event, newest first."""

    SCOPE = Scope.JOURNAL
    NAME = "Journal"
    SHAPE = Shape(
        columns=(
            Column(5, right=True, most=9),
            Column(14),
            Column(1),
            Column(10, flex=1),
            Column(22, wide=92),
            Column(16, wide=110),
        ),
        key=lambda event: str(event.seq),
        cells=_cells,
        empty="No event fits.",
    )
    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "journal.follow": lambda page: page.toggle_follow(),
        "journal.older": lambda page: page.turn(older=True),
        "journal.newer": lambda page: page.turn(older=False),
        "journal.verify": lambda page: page.verify(),
        "journal.export": lambda page: page.ask_export(),
    }
    LABELS = 10

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__(console)
        self.line = ""
        self.ask = AskJournal(limit=PAGE)
        self.following = True
        self.proof = AuditView("none")
        self._after = ""
        self._turned: list[str] = []
        self._next = ""
        self._rows: dict[int, RowView] = {}
        self._asked = 0
        self._status: Cell = ()

    def fits(self, id: str, item: ActivityView | None) -> bool:  # noqa: A002  # the key's own word
        """Older and newer pages only where there are any."""
        match id:
            case "journal.older":
                return bool(self._next)
            case "journal.newer":
                return bool(self._turned)
            case _:
                return True

    async def load(self) -> Sequence[ActivityView]:
        """One page of what the filter lets through."""
        client = self.console.client
        found: list[ActivityView] = []
        position = self._after
        for _ in range(ROUNDS):
            asked = {"after": position, "limit": PAGE - len(found)}
            page = await client.query(JOURNAL, self.ask.model_copy(update=asked))
            found += page.items
            position = page.next
            if not position or len(found) >= PAGE:
                break
        self._next = position
        return found

    def show(self, view: View | None) -> None:
        """News are let in while they are followed; a proof under way is looked after."""
        if self.proof.state == "running":
            self._prove(start=False)
        if self.following and not self._after:
            super().show(view)
            return
        self.view = view
        if self._loaded:
            self._tell()

    def heading(self, items: Sequence[ActivityView]) -> tuple[str, ...]:
        """Which rows, and whether the newest come in by themselves."""
        parts = [f"{items[-1].seq} to {items[0].seq}" if items else "no rows"]
        if self.line:
            parts.append(f"/{self.line}")
        newest = self.view.seq if self.view else 0
        seen = items[0].seq if items else newest
        if self._after:
            parts.append("an older page")
        elif self.following:
            parts.append("following")
        else:
            parts.append(f"standing still, {newest - seen} newer" if newest > seen else "standing still")
        return tuple(parts)

    def explain(self, item: ActivityView | None) -> tuple[Paragraph, ...]:
        """The whole event: what was hashed, its hash, and the one before."""
        if item is None:
            return (paragraph("esc shows all again" if self.line else "", tone="dim"),)
        facts = [
            paragraph(item.text, f"{item.seq}", tone="strong"),
            paragraph(f"{item.at:%Y-%m-%d %H:%M:%S.%f} UTC", "at"),
            paragraph(f"{item.kind}  ·  {item.subject}", "event"),
            paragraph(item.actor, "by"),
        ]
        row = self._rows.get(item.seq)
        if row is None:
            self._fetch(item.seq)
            return tuple(facts)
        return (
            *facts,
            paragraph(row.hash, "hash", tone="accent"),
            paragraph(row.prev_hash, "previous", tone="dim"),
            GAP,
            paragraph(_pretty(row.data)),
        )

    def ask_filter(self) -> None:
        """Ask which rows to show; the engine looks for them."""

        def check(text: str) -> str:
            found = read_filter(text, self.now)
            return found if isinstance(found, str) else ""

        title = cell("Filter the journal", "strong")
        prompt = Prompt(title, HINT, self.line, needed=False, limit=600, check=check, at_once=True)
        self.console.push_screen(Ask(prompt, self.clock, self.view), self._look_for)

    def leave(self) -> None:
        """End the filter, then the older page, then the screen."""
        if self.line:
            self._look_for("")
        elif self._after:
            self._go("")
        else:
            self.dismiss(None)

    def toggle_follow(self) -> None:
        """Let the newest rows in by themselves, or keep the list as it stands."""
        self.following = not self.following
        if self.following:
            self._go("")
        else:
            self._tell()

    def turn(self, *, older: bool) -> None:
        """Go to the next page of older rows, or back."""
        if older and self._next:
            self._turned.append(self._after)
            self._go(self._next, turned=self._turned)
        elif not older and self._turned:
            self._go(self._turned[-1], turned=self._turned[:-1])

    def verify(self) -> None:
        """Have the engine prove the whole journal."""
        self._prove(start=True)

    def ask_export(self) -> None:
        """Ask for a file to write what the filter lets through to."""

        def check(text: str) -> str:
            path = Path(text).expanduser()
            return "there is such a file already" if path.exists() else "" if path.parent.is_dir() else "no such folder"

        name = f"journal-{self.now:%Y%m%d-%H%M%S}.jsonl"
        hint = "a file on this machine; `watchfloor audit verify FILE` proves it"
        prompt = Prompt(cell("Write these rows to", "strong"), hint, name, limit=400, check=check)
        self.console.push_screen(Ask(prompt, self.clock, self.view), self._export_to)

    def _look_for(self, line: str | None) -> None:
        if line is None:
            return
        found = read_filter(line, self.now)
        if isinstance(found, AskJournal):
            self.line, self.ask = line, found
            self._go("")

    def _go(self, after: str, turned: Sequence[str] = ()) -> None:
        self._after, self._turned = after, list(turned)
        self.table.move_to_top()
        self.refresh_rows()

    def _export_to(self, name: str | None) -> None:
        if name:
            self._export(Path(name).expanduser())

    @work(exclusive=True, exit_on_error=False, group="row")
    async def _fetch(self, seq: int) -> None:
        try:
            page = await self.console.client.query(JOURNAL_ROWS, AskRows(after=str(seq + 1), limit=1))
        except WatchfloorError as error:
            self._fail(error)
            return
        if len(self._rows) >= REMEMBERED:
            self._rows.clear()
        self._rows.update((row.seq, row) for row in page.items)
        if self.selected is not None and self.selected.seq in self._rows:
            self._tell()

    @work(exclusive=True, exit_on_error=False, group="proof")
    async def _prove(self, *, start: bool) -> None:
        try:
            self.proof = await self.console.client.query(AUDIT, AskAudit(start=start))
        except WatchfloorError as error:
            self._fail(error)
            return
        self.trouble.show(_told(self.proof))

    @work(exclusive=True, exit_on_error=False, group="export")
    async def _export(self, path: Path) -> None:
        def progress(rows: int) -> None:
            self.trouble.show((run("… ", "accent"), run(f"{count(rows, 'row')} written", "text")))

        try:
            done = await export_journal(self.console.client, AskRows(**self.ask.model_dump()), path, progress)
        except WatchfloorError as error:
            self._fail(error)
            return
        said = f"{count(done.rows, 'row')} written to {path}; the last has hash {done.head[:16]}…"
        self.trouble.show((run("✓ ", "good"), run(said, "text")))


def _told(proof: AuditView) -> tuple[Run, ...]:
    match proof.state:
        case "running":
            share = f"{100 * proof.rows // proof.total} %" if proof.total else "…"
            return (run("… ", "accent"), run(f"proving the journal: {share} of {count(proof.total, 'row')}", "text"))
        case "holds":
            return (run("✓ ", "good"), run(f"the journal holds: {count(proof.rows, 'row')}, head {proof.head}", "good"))
        case "broken":
            said = f"THE JOURNAL DOES NOT HOLD · row {proof.seq}: {proof.reason}"
            return (run("✕ ", "bad"), run(said, "bad"))
        case _:
            return (run("✕ ", "bad"), run(f"the journal could not be proven: {proof.reason}", "bad"))


def _pretty(data: str) -> str:
    try:
        return json.dumps(json.loads(data), indent=2, ensure_ascii=False, sort_keys=True)
    except ValueError:
        return data
