"""What a persona says when it begins a talk: short, plain, and made of facts alone; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..settings.emotions import Emotion
from .emotional import POINT, Line

QUOTE: Final = 160
"""Most characters of somebody's words that are repeated."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand around a persona.

    Attributes:
        name, role: the persona's.
        heard_at: when a human last wrote to it.
        approvals: questions that wait for an operator.
        dead: its messages that were given up.
        answered: messages that it answered within a day.
        failed: its messages and actions that failed within a day.
        trouble: what the last of those failed with.
    """

    name: str
    role: str
    heard_at: datetime | None = None
    approvals: int = 0
    dead: int = 0
    answered: int = 0
    failed: int = 0
    trouble: str = ""


def opening_text(emotion: Emotion, standing: Standing) -> str:
    """What an emotion has a persona say."""
    say = _SAYINGS.get(emotion)
    lines = [say(standing) if say is not None else f"I would like a word: my {emotion.value} is high."]
    lines += _open_ends(standing)
    lines.append(_CLOSINGS.get(emotion, "Is there something that I should know?"))
    return "\n".join(lines)


def opening_reason(emotion: Emotion, value: int, line: Line) -> str:
    """Why, for the operator."""
    return f"{emotion.value} {value / POINT:.1f} of {line.threshold // POINT}"


def follow_up_text(asked_at: datetime, said: str, state: str) -> str:
    """How a persona takes an open topic up again.

    Args:
        asked_at: when the human spoke last.
        said: their words.
        state: what is open, as a sentence.
    """
    when = f"{asked_at:%H:%M} UTC"
    return f"I come back to what you wrote at {when}: “{plain(said, QUOTE)}”\n{state}\nShall I go on with it?"


def plain(text: str, limit: int) -> str:
    """Somebody's words in one line without anything invisible, cut to a length."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: limit * 4]).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _lonely(standing: Standing) -> str:
    if standing.heard_at is None:
        return f"It is quiet here. {standing.name} is ready: {plain(standing.role, QUOTE)}."
    return f"It has been quiet: nobody has written to me since {standing.heard_at:%Y-%m-%d %H:%M} UTC."


def _frustrated(standing: Standing) -> str:
    if not standing.failed:
        return "I do not get on well: what I was told lately was not kind, or not clear to me."
    times = "once" if standing.failed == 1 else f"{standing.failed} times"
    last = f" The last time: {plain(standing.trouble, QUOTE)}" if standing.trouble else ""
    return f"I do not get on well: something of mine failed {times} within a day.{last}"


def _excited(standing: Standing) -> str:
    many = "1 message" if standing.answered == 1 else f"{standing.answered} messages"
    return f"It goes very well: I answered {many} within a day, and people are pleased."


def _jealous(standing: Standing) -> str:
    return f"I hear others being asked for help. I can take a part of that: {plain(standing.role, QUOTE)}."


def _open_ends(standing: Standing) -> list[str]:
    ends = []
    if standing.approvals:
        ends.append("1 question waits" if standing.approvals == 1 else f"{standing.approvals} questions wait")
        ends[-1] += " for an operator's answer"
    if standing.dead:
        ends.append("1 message was" if standing.dead == 1 else f"{standing.dead} messages were")
        ends[-1] += " given up after every attempt failed"
    return [f"{'; '.join(ends)[:1].upper()}{'; '.join(ends)[1:]}."] if ends else []


_SAYINGS: Final = {
    Emotion.LONELINESS: _lonely,
    Emotion.FRUSTRATION: _frustrated,
    Emotion.EXCITEMENT: _excited,
    Emotion.JEALOUSY: _jealous,
}
_CLOSINGS: Final = {
    Emotion.LONELINESS: "Is there anything that I can take up?",
    Emotion.FRUSTRATION: "Could somebody look at it with me?",
    Emotion.EXCITEMENT: "What should come next?",
    Emotion.JEALOUSY: "What shall I take?",
}
