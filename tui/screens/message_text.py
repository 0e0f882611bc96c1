"""A message in words: what it says, what became of it and why, and what happened to it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engine.queries import MessageReport, WhyView
from engine.view import MessageView

from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import ago, clock, count, span

FATES: Final[dict[str, tuple[str, str]]] = {
    "answered": ("✓ answered", "good"),
    "declined": ("– declined", "warn"),
    "refused": ("✕ refused", "warn"),
    "waiting": ("○ waits", "text"),
    "in_progress": ("▸ at it", "accent"),
    "dead": ("✕ dead", "bad"),
    "dropped": ("▼ dropped", "warn"),
    "merged": ("= merged", "dim"),
}
"""What became of a message, as a mark and a word, and how it is meant."""


def outcome(why: WhyView, now: datetime) -> str:
    """What became of a message, in a line."""
    word, _ = FATES.get(why.state, (why.state, "text"))
    match why.state:
        case "answered":
            thought = f" ({why.thought_seconds:.1f} s of thinking)" if why.thought_seconds is not None else ""
            made = f" → {count(len(why.action_ids), 'proposal')}" if why.action_ids else ", nothing proposed"
            return f"{word} after {seconds(why.seconds)}{thought}{made}"
        case "waiting":
            told = any(block.startswith("priority ") for block in why.blocks)
            rank = "" if told else f", priority {why.priority}{f', needs {why.gate}' if why.gate is not None else ''}"
            return f"{word} {span(int(why.seconds))}{rank}: {'; '.join(why.blocks) or why.why}"
        case "in_progress":
            return f"{word} for {seconds(why.thought_seconds or 0)}, attempt {why.attempts}"
        case _:
            when = f" {ago(why.ended_at, now)} ago" if why.ended_at else ""
            return f"{word}{when}: {why.why}" if why.why else f"{word}{when}"


def seconds(value: float) -> str:
    """A length of time, exact where it is short."""
    return f"{value:.1f} s" if value < 100 else span(int(value))


def short(message: MessageView, now: datetime) -> tuple[Paragraph, ...]:
    """What a list knows of a message."""
    moved = f", moved by {message.moved:+d}" if message.moved else ""
    top = ", put to the top" if message.pinned else ""
    lines = [
        paragraph(f"{message.sender} ({message.sender_kind}) to {message.persona}", "from", tone="strong"),
        paragraph(f"{message.priority}{' and rising' if message.rising else ''}{moved}{top}", "priority"),
        paragraph(f"waits {ago(message.arrived_at, now)}" if message.state == "pending" else message.state, "state"),
    ]
    if message.channel:
        lines.insert(1, paragraph(f"#{message.channel}", "channel"))
    return (*lines, GAP, paragraph(message.text))


def whole(report: MessageReport, now: datetime) -> tuple[Paragraph, ...]:
    """Everything about a message."""
    one, why = report.message, report.why
    tone = FATES.get(why.state, ("", "text"))[1]
    lines = [
        paragraph(f"{one.sender} ({one.sender_kind}) to {one.persona}", "from", tone="strong"),
        paragraph(f"#{one.channel}" if one.channel else "straight to the persona", "where"),
        paragraph(_state(why, now), "state", tone=tone),
        *(paragraph(block, " " if number else "kept by") for number, block in enumerate(why.blocks)),
        paragraph(_priority(report), "priority"),
        paragraph(_times(report, now), "written"),
    ]
    if why.attempts:
        error = f"; the last failed: {report.last_error}" if report.last_error else ""
        lines.append(paragraph(f"{why.attempts}{error}", "attempts", tone="warn" if error else "text"))
    if one.merged:
        lines.append(paragraph(f"{one.merged} others say the same", "folded in"))
    if why.into:
        lines.append(paragraph(why.into, "folded into"))
    lines += [GAP, heading("Text"), paragraph(report.text)]
    if report.said:
        lines += [GAP, heading("Answer")]
        for said in report.said:
            text = said.text or f"{said.kind} by {said.tool}"
            lines.append(paragraph(text, said.status, label_tone="good" if said.status == "executed" else "warn"))
            lines.append(paragraph(said.action_id, "action", tone="dim"))
    if report.channel:
        lines += [GAP, heading(f"Last said in #{one.channel}")]
        for line in report.channel:
            lines.append(paragraph(line.text, f"{clock(line.at)}Z {line.sender.rpartition(':')[2]}"))
    if report.payload:
        lines += [GAP, heading("Particulars"), paragraph(report.payload)]
    lines += [GAP, heading("History")]
    lines += [paragraph(f"{event.text}  ({event.actor})", f"{clock(event.at)}Z") for event in report.events]
    return tuple(lines)


def _state(why: WhyView, now: datetime) -> str:
    """What became of it; what keeps one that waits stands below, a line each."""
    if why.state != "waiting" or not why.blocks:
        return outcome(why, now)
    gate = f", needs {why.gate}" if why.gate is not None else ""
    return f"{FATES['waiting'][0]} {span(int(why.seconds))}, priority {why.priority}{gate}"


def _priority(report: MessageReport) -> str:
    one = report.message
    parts = [
        f"{one.priority} now{' and rising' if one.rising else ''}" if one.state == "pending" else f"{one.priority}"
    ]
    parts.append(f"{report.priority_on_arrival} on arrival")
    if report.moved:
        parts.append(f"{report.moved:+d} by operators")
    if one.pinned:
        parts.append("put to the top")
    return ", ".join(parts)


def _times(report: MessageReport, now: datetime) -> str:
    one = report.message
    written = one.sent_at or one.arrived_at
    text = f"{written:%Y-%m-%d %H:%M:%S}Z, {ago(written, now)} ago"
    late = int((one.arrived_at - written).total_seconds())
    return f"{text}; it came {span(late)} later" if late > 0 else text
