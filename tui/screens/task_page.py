"""A task in words, for its screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from engine.queries import OutputPiece, TaskReport
from engine.view import TaskView

from ..panels.agents import TASK_MARKS
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import clock

_DIFF_LINES: Final = 2_000
_SOURCES: Final = {"stderr": "warn", "note": "accent"}


def page(report: TaskReport, pieces: Sequence[OutputPiece]) -> tuple[Paragraph, ...]:
    """A task in words: first what an operator has to do about it, then what it does, then the rest."""
    task = report.task
    lines = [_state(task)]
    if report.why:
        lines.append(paragraph(report.why, "in its way", "warn"))
    if report.action:
        lines.append(paragraph(report.action, "approval", "accent"))
    lines += [
        paragraph(", ".join((task.type, *task.capabilities)), "needs"),
        paragraph(f"{task.attempts} of {report.max_attempts}", "attempts"),
        paragraph(str(task.priority), "priority"),
    ]
    if task.agent:
        lines.append(paragraph(task.agent, "agent"))
    if times := _times(report):
        lines.append(paragraph(times, "took"))
    if report.graph:
        lines.append(paragraph(f"{report.graph_title}, step {report.step}", "goal", "accent"))
    lines += [*_around(report), *_output(pieces), *_result(report), *_changes(report)]
    lines += [GAP, heading("Payload"), paragraph(report.payload)]
    if report.description:
        lines += [GAP, heading("Description"), paragraph(report.description)]
    lines += [GAP, heading("History")]
    lines += [paragraph(f"{event.text}  ({event.actor})", f"{clock(event.at)}Z") for event in report.events]
    return tuple(lines)


def _state(task: TaskView) -> Paragraph:
    glyph, tone = TASK_MARKS.get(task.state, ("·", "dim"))
    return paragraph(f"{glyph} {task.state}", "state", tone)


def _times(report: TaskReport) -> str:
    parts = []
    if report.queue_seconds is not None:
        parts.append(f"{report.queue_seconds:.1f} s in the queue")
    if report.run_seconds is not None:
        parts.append(f"{report.run_seconds:.1f} s at work")
    if report.timeout_seconds is not None:
        parts.append(f"at most {report.timeout_seconds:g} s")
    return ", ".join(parts)


def _around(report: TaskReport) -> Iterable[Paragraph]:
    if not report.before and not report.after:
        return
    yield GAP
    yield heading("Around it")
    for label, tasks in (("waits for", report.before), ("awaited by", report.after)):
        for one in tasks:
            glyph, tone = TASK_MARKS.get(one.state, ("·", "dim"))
            yield paragraph(f"{glyph} {one.state}  {one.title}", label, tone)


def _output(pieces: Sequence[OutputPiece]) -> Iterable[Paragraph]:
    if not pieces:
        return
    yield GAP
    yield heading("Output")
    for source, text in _joined(pieces):
        yield paragraph(text.rstrip("\n"), source if source != "stdout" else "", _SOURCES.get(source, "text"))


def _joined(pieces: Sequence[OutputPiece]) -> Iterable[tuple[str, str]]:
    source, text = pieces[0].source, ""
    for piece in pieces:
        if piece.source != source:
            yield source, text
            source, text = piece.source, ""
        text += piece.text
    yield source, text


def _result(report: TaskReport) -> Iterable[Paragraph]:
    text = report.task.error or report.task.result
    if text:
        yield GAP
        yield heading("Error" if report.task.error else "Result")
        yield paragraph(text.rstrip("\n"), tone="bad" if report.task.error else "text")


def _changes(report: TaskReport) -> Iterable[Paragraph]:
    where = report.worktree
    if where is None:
        return
    yield GAP
    yield heading("Changes")
    yield paragraph(where.repository, "repository")
    yield paragraph(where.branch, "branch", "accent")
    yield paragraph(where.commit or "nothing was changed", "commit")
    for line in report.diff.split("\n")[:_DIFF_LINES]:
        yield paragraph(line, tone=_tone(line))


def _tone(line: str) -> str:
    if line.startswith(("+++", "---", "diff ", "index ")):
        return "dim"
    if line.startswith("@@"):
        return "accent"
    return {"+": "good", "-": "bad"}.get(line[:1], "text")
