"""A dead letter in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from engine.queries import DeadView, OutputPage, OutputPiece, TaskReport

from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import ago, clock

OUTPUT_PAGES: Final = 20
"""So many pages of output are passed over at most on the way to its end."""
KEPT: Final = 60
"""So many of the last pieces of output are shown; the task's own screen has more."""
_LINES: Final = 40
_EVENTS: Final = 20
_SOURCES: Final = {"stderr": "warn", "note": "accent"}


@dataclass(frozen=True, slots=True)
class Letter:
    """What is known of a dead task besides its row.

    Attributes:
        ended_at: when it died; it may have died again since.
        after: where its output goes on.
    """

    id: str
    ended_at: datetime
    report: TaskReport
    pieces: tuple[OutputPiece, ...] = ()
    after: int = 0

    def with_output(self, written: OutputPage) -> Letter:
        """The same with more of what the task wrote."""
        return replace(self, pieces=(*self.pieces, *written.items)[-KEPT:], after=written.next)


def in_short(item: DeadView, now: datetime) -> tuple[Paragraph, ...]:
    """What its row knows."""
    return tuple(_head(item, item.error, str(item.attempts), now))


def whole(item: DeadView, letter: Letter, now: datetime) -> tuple[Paragraph, ...]:
    """The whole reason, what it wrote last, and what happened to it, the newest first."""
    report = letter.report
    lines = list(_head(item, report.task.error or item.error, f"{item.attempts} of {report.max_attempts}", now))
    if report.graph:
        lines.append(paragraph(f"{report.graph_title}, step {report.step}", "goal", "accent"))
    if report.after:
        lines.append(paragraph(", ".join(one.title for one in report.after[:3]), "waited for by", "warn"))
    lines += _output(letter.pieces)
    lines += [GAP, heading("History, the newest first")]
    newest = sorted(report.events, key=lambda event: -event.seq)[:_EVENTS]
    lines += [paragraph(f"{event.text}  ({event.actor})", f"{clock(event.at)}Z") for event in newest]
    lines += [GAP, heading("Payload"), paragraph(report.payload)]
    return tuple(lines)


def _head(item: DeadView, error: str, attempts: str, now: datetime) -> Iterable[Paragraph]:
    yield paragraph(error.rstrip("\n") or "it does not say why", "reason", "bad")
    yield paragraph(item.title, "task", "strong")
    yield paragraph(item.id, "id", "dim")
    yield paragraph(item.type, "type")
    yield paragraph(attempts, "attempts")
    yield paragraph(item.agent or "none", "last agent")
    yield paragraph(f"{item.ended_at:%Y-%m-%d %H:%M:%S} UTC, {ago(item.ended_at, now)} ago", "given up")


def _output(pieces: tuple[OutputPiece, ...]) -> Iterable[Paragraph]:
    if not pieces:
        return
    yield GAP
    yield heading("What it wrote last")
    lines: list[tuple[str, str]] = []
    open_end = ""
    for piece in pieces:
        # A piece may end within a line, which the next one of the same source goes on with.
        parts = piece.text.split("\n")
        if lines and open_end == piece.source:
            lines[-1] = (piece.source, lines[-1][1] + parts.pop(0))
        lines += [(piece.source, part) for part in parts]
        open_end = piece.source
        if lines and not lines[-1][1]:
            lines.pop()
            open_end = ""
    for source, text in lines[-_LINES:]:
        yield paragraph(text, "" if source == "stdout" else source, _SOURCES.get(source, "text"))
