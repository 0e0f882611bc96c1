"""Open topics: talks that ended without an end, and when a persona comes back to them; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..settings.triggers import FollowUpSettings
from .skip import Skip, SkipCode

_WAITING: Final = frozenset({"pending", "approved", "executing"})
_UNDONE: Final = {
    "failed": "did not work",
    "expired": "was not answered in time",
    "uncertain": "may or may not have happened",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What came of a message: one action.

    Attributes:
        kind: its kind.
        status: where it stands, by the gate's record.
        said: what it says to the human, where it says something.
        at: when that changed last.
    """

    kind: str
    status: str
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """A human's last words to a persona, and what came of them.

    Attributes:
        topic: the post's id.
        said: the words.
        said_at: when they came.
        given_up: every attempt at an answer failed.
        deeds: what the persona did about them.
        last_at: when either side spoke last.
    """

    topic: str
    said: str
    said_at: datetime
    given_up: bool
    deeds: Sequence[Deed]
    last_at: datetime


def why_open(talk: Talk) -> str:
    """What is open about a talk, as a sentence; empty where nothing is."""
    if talk.given_up:
        return "I could not answer it: every attempt failed."
    for deed in talk.deeds:
        what = deed.kind.replace("_", " ")
        if deed.status in _WAITING:
            return f"What I wanted to do about it ({what}) still waits."
        if deed.status in _UNDONE:
            return f"What I wanted to do about it ({what}) {_UNDONE[deed.status]}."
    asked = next((deed.said for deed in talk.deeds if deed.status == "executed" and asks(deed.said)), "")
    return f"I asked then: {_question(asked)}" if asked else ""


def asks(text: str) -> bool:
    """Whether a text puts a question."""
    return "?" in text


def why_not_due(talk: Talk, now: datetime, rules: FollowUpSettings) -> Skip | None:
    """Why an open topic is not taken up now, by its silence; nothing where it is."""
    silent = now - talk.last_at
    if silent < timedelta(seconds=rules.after_seconds):
        due = talk.last_at + timedelta(seconds=rules.after_seconds)
        return Skip(SkipCode.NOT_DUE, f"not before {due:%H:%M} UTC: the talk is not silent for long enough")
    if silent > timedelta(seconds=rules.until_seconds):
        return Skip(SkipCode.CLOSED, f"silent for more than {rules.until_seconds / 3_600:g} h; it is left alone")
    return None


def _question(text: str) -> str:
    words = " ".join(text[: text.index("?") + 1].split())
    start = max(words.rfind(mark) for mark in (". ", "! ", ": "))
    return words[start + 2 :] if start >= 0 else words
