"""HEARTBEAT.md: the file, with the live state of each line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.commands import RunJob, Target
from engine.queries import HEARTBEAT, AskNothing, HeartbeatLine, HeartbeatView

from ..keymap import Scope
from ..widgets.document import Paragraph, paragraph
from ..widgets.figures import ago, left
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell
from .editor import edit_file
from .page import PageScreen

if TYPE_CHECKING:
    from ..app import ConsoleApp

_STATES: Final = {
    "waiting": ("○ next beat", "text"),
    "asked": ("▲ asked", "warn"),
    "done": ("✓ done", "good"),
    "resting": ("◌ rests", "dim"),
    "refused": ("✕ refused", "bad"),
    "stopped": ("✕ stopped", "bad"),
}
_TONES: Final = {"heading": "strong", "task": "text", "plain": "text", "error": "bad"}
_TASK: Final = "heartbeat"


def _state(line: HeartbeatLine) -> Cell:
    if line.sort == "error":
        return cell("✕ wrong", "bad")
    if line.state == "asked" and line.action_status not in {"", "pending"}:
        return cell(f"▸ {line.action_status}", "accent")
    if not line.state:
        return cell("", "dim")
    word, tone = _STATES.get(line.state, (line.state, "text"))
    return cell(f"{word} ×{line.attempts}" if line.attempts else word, tone)


def _cells(line: HeartbeatLine, _now: datetime) -> tuple[Cell, ...]:
    tone = "dim" if line.state == "done" else _TONES.get(line.sort, "dim")
    return (cell(str(line.number), "dim"), _state(line), cell(line.text, tone), cell(line.note, "dim"))


class HeartbeatScreen(PageScreen[HeartbeatLine]):
    """The file."""

    SCOPE = Scope.HEARTBEAT
    NAME = "HEARTBEAT.md"
    SHAPE = Shape(
        columns=(
            Column(4, right=True),
            Column(11, most=14),
            Column(20, flex=3),
            Column(12, flex=2, wide=96),
        ),
        key=lambda line: str(line.number),
        cells=_cells,
        empty="There is no HEARTBEAT.md, or nothing is in it.",
    )

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__(console)
        self._file: HeartbeatView | None = None

    async def load(self) -> Sequence[HeartbeatLine]:
        """The file as it is now."""
        self._file = await self.console.client.query(HEARTBEAT, AskNothing())
        return self._file.lines

    def heading(self, items: Sequence[HeartbeatLine]) -> tuple[str, ...]:
        """How much is open, and when the next beat comes."""
        file = self._file
        if file is None:
            return ()
        parts = [f"{file.pending} open"]
        if file.errors:
            parts.append(f"{file.errors} wrong")
        if file.held:
            parts.append(f"no beats: {file.held}")
        elif file.next_beat is not None:
            parts.append(f"next beat in {left(file.next_beat, self.now)}")
        if file.cut:
            parts.append(f"{file.cut} more lines")
        return tuple(parts)

    def explain(self, item: HeartbeatLine | None) -> tuple[Paragraph, ...]:
        """What the selected line means, and how the last beat went."""
        file = self._file
        if file is None:
            return ()
        lines = [] if item is None else self._about(item)
        if file.trouble:
            lines.append(paragraph(file.trouble, "trouble", tone="bad"))
        if file.last_beat is not None:
            lines.append(paragraph(f"{ago(file.last_beat, self.now)} ago: {file.last_note}", "last beat"))
        lines.append(paragraph(file.path, "file", tone="dim"))
        return tuple(lines)

    def fits(self, id: str, item: HeartbeatLine | None) -> bool:  # noqa: A002  # the key's own word
        """Editing is for whoever sits at the engine itself."""
        del item
        return id != "heartbeat.edit" or not self.console.client.attached

    def edit(self) -> None:
        """Open the operator's editor on the file; what it saves counts at the next beat."""
        if self._file is not None:
            edit_file(self.console, self._file.path)
            self.refresh_rows()

    def beat(self) -> None:
        """Beat now."""
        self.console.send("job.run", RunJob(name=_TASK))

    def pause(self) -> None:
        """Let no beat happen, or let them happen again."""
        held = self._file is not None and self._file.held.startswith("paused")
        target = Target(scope="heartbeat", id="*")
        self.console.send("target.resume" if held else "target.pause", target)

    def _about(self, item: HeartbeatLine) -> list[Paragraph]:
        lines = [paragraph(item.text.strip() or "(empty)", f"line {item.number}", tone="strong")]
        if item.sort == "error":
            lines.append(paragraph(item.note, "wrong", tone="bad"))
        elif item.sort == "plain":
            lines.append(paragraph("a task in words: it only counts as open", "is", tone="dim"))
        elif item.sort == "task":
            state = "".join(part.text.text for part in _state(replace(item, attempts=0))) or "not read yet"
            lines.append(paragraph(state, "state"))
            if item.note:
                lines.append(paragraph(item.note, "what happened"))
            if item.attempts:
                lines.append(paragraph(f"{item.attempts} in a row", "failures", tone="warn"))
            if item.retry_at is not None:
                lines.append(paragraph(f"in {left(item.retry_at, self.now)}", "tried again"))
            if item.action:
                lines.append(paragraph(f"{item.action}, {item.action_status or 'gone'}", "action"))
        return lines

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "heartbeat.edit": edit,
        "heartbeat.beat": beat,
        "heartbeat.pause": pause,
    }
