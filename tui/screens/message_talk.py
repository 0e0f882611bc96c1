"""One message of an operator and what comes of it, step by step, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from engine.client import Reply
from engine.errors import WatchfloorError
from engine.queries import MessageReport

from ..widgets.document import GAP, Paragraph, paragraph
from ..widgets.figures import clock, span

PATIENCE_SECONDS: Final = 180
"""How long an answer is waited for; the message goes on waiting in the inbox after that."""


class Step(StrEnum):
    """How far it is."""

    SENDING = "sending"
    WAITING = "waiting"
    THINKING = "thinking"
    ANSWERED = "answered"
    REFUSED = "refused"
    LOST = "lost"
    """Nobody waits for its answer here any more."""


OPEN: Final = frozenset({Step.WAITING, Step.THINKING})
"""It has been taken in and is not answered."""
_SETTLED: Final[Mapping[str, Step]] = {
    "done": Step.ANSWERED,
    "answered": Step.ANSWERED,
    "declined": Step.REFUSED,
    "refused": Step.REFUSED,
    "dead": Step.REFUSED,
    "dropped": Step.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and its answer.

    Attributes:
        text: what the operator wrote.
        sent_at: when.
        step: how far it is.
        message_id: once it was taken in.
        about: what is going on, or why not, in a sentence.
        answers: what the persona says, and what else it proposes.
        seconds: how long the answer took.
    """

    text: str
    sent_at: datetime
    step: Step = Step.SENDING
    message_id: str = ""
    about: str = ""
    answers: tuple[str, ...] = ()
    seconds: float | None = None

    def taken_in(self, persona: str, reply: Reply) -> Turn:
        """The engine has answered the sending."""
        given = reply.data.get("answers")
        mine = (
            next((one for one in given if isinstance(one, dict) and one.get("persona") == persona), None)
            if isinstance(given, list)
            else None
        )
        said = reply.data.get("said")
        text = said.get(persona) if isinstance(said, dict) else None
        id = str(mine.get("id", "")) if mine else ""  # noqa: A001  # the message's
        if isinstance(text, str):
            return replace(self, step=Step.ANSWERED, message_id=id, answers=(text,))
        if mine is None or not id:
            return replace(self, step=Step.LOST, about=reply.text)
        folded = "the same was waiting already" if mine.get("answer") == "merged" else ""
        return replace(self, step=Step.WAITING, message_id=id, about=folded)

    def failed(self, error: WatchfloorError) -> Turn:
        """It was not taken in."""
        return replace(self, step=Step.REFUSED, about=error.sentence())

    def seen(self, report: MessageReport) -> Turn:
        """The engine tells how it stands."""
        why = report.why
        step = _SETTLED.get(why.state)
        if step is None:
            step = Step.THINKING if why.state == "in_progress" else Step.WAITING
            return replace(self, step=step, about="; ".join(why.blocks) or why.why)
        answers = []
        for one in report.said:
            done = "" if one.status == "executed" else f" ({one.status})"
            answers.append(f"{one.text}{done}" if one.text else f"proposes {one.kind} by {one.tool}{done}")
        return replace(self, step=step, about=why.why, answers=tuple(answers), seconds=why.seconds)

    def given_up(self) -> Turn:
        """Nobody waits any longer."""
        return replace(
            self, step=Step.LOST, about=f"no answer within {PATIENCE_SECONDS} s; it goes on waiting in the inbox"
        )


def told(turn: Turn, me: str, name: str, now: datetime) -> tuple[Paragraph, ...]:
    """A turn as paragraphs."""
    lines = [paragraph(turn.text, f"{me} {clock(turn.sent_at)}", label_tone="dim")]
    waited = span(max(0, int((now - turn.sent_at).total_seconds())))
    match turn.step:
        case Step.SENDING:
            lines.append(paragraph("sending…", name, tone="dim"))
        case Step.WAITING:
            about = f": {turn.about}" if turn.about else ""
            lines.append(paragraph(f"○ waits, {waited}{about}", name, tone="dim"))
        case Step.THINKING:
            lines.append(paragraph(f"▸ thinking… {waited}", name, tone="accent"))
        case Step.ANSWERED:
            took = f"{turn.seconds:.1f} s" if turn.seconds is not None else ""
            texts = turn.answers or (turn.about or "answered without a word",)
            lines += [paragraph(text, name if first else "", label_tone="accent") for first, text in _first(texts)]
            if took:
                lines.append(paragraph(f"✓ answered after {took}", " ", tone="dim"))
        case Step.REFUSED:
            lines.append(paragraph(f"✕ {turn.about}", name, tone="bad"))
        case Step.LOST:
            lines.append(paragraph(f"… {turn.about}", name, tone="warn"))
    return (*lines, GAP)


def _first(texts: tuple[str, ...]) -> list[tuple[bool, str]]:
    return [(number == 0, text) for number, text in enumerate(texts)]
