"""The scanner for stalled work: tasks that nobody gets on with, and people whom nobody answers; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..settings.triggers import StalledWorkSettings
from .findings import Finding
from .scanners import MAX_TEXT
from .wording import plain

STALLED: Final = "stalled_work"
"""The scanner's name."""
TASKS: Final = "tasks"
"""The place of findings about tasks."""
_NAMED: Final = 3
_QUOTE: Final = 80


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """A task that is meant to get on.

    Attributes:
        moved_at: its last progress.
        agent: who is at it; empty where nobody is.
    """

    id: str
    title: str
    state: str
    agent: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingTalk:
    """A message of a person, or of another persona, that has no answer.

    Attributes:
        persona: who should answer.
        name: how people call them.
        moved_at: when it came, or was taken up last.
    """

    id: str
    persona: str
    name: str
    sender: str
    text: str
    moved_at: datetime


def stalled_findings(
    tasks: Sequence[WaitingTask], talks: Sequence[WaitingTalk], now: datetime, rules: StalledWorkSettings
) -> list[Finding]:
    """What has made no progress for too long: one finding for the tasks of each state, one for each persona's talks."""
    limit = timedelta(seconds=rules.after_seconds)
    still = sorted((task for task in tasks if now - task.moved_at >= limit), key=lambda task: (task.moved_at, task.id))
    states = dict.fromkeys(task.state for task in still)
    found = [_tasks(state, [task for task in still if task.state == state], now, rules.max_details) for state in states]
    quiet = sorted((talk for talk in talks if now - talk.moved_at >= limit), key=lambda talk: (talk.moved_at, talk.id))
    found += [
        _talks(persona, [talk for talk in quiet if talk.persona == persona], now, rules.max_details)
        for persona in dict.fromkeys(talk.persona for talk in quiet)
    ]
    return found


def _tasks(state: str, group: Sequence[WaitingTask], now: datetime, limit: int) -> Finding:
    noun = "1 task has" if len(group) == 1 else f"{len(group)} tasks have"
    names = ", ".join(plain(task.title, _QUOTE) for task in group[:_NAMED]) + (", …" if len(group) > _NAMED else "")
    text = f"{noun} made no progress for {_span(now - group[0].moved_at)} while {state}: {names}"
    details = [
        f"{task.id} {plain(task.title, _QUOTE)}{f' at {task.agent}' if task.agent else ''}:"
        f" since {task.moved_at:%Y-%m-%d %H:%M} UTC"
        for task in group[:limit]
    ]
    return Finding(STALLED, TASKS, f"stalled_{state}", text[:MAX_TEXT], _cut(details, len(group)), _digest(group))


def _talks(persona: str, group: Sequence[WaitingTalk], now: datetime, limit: int) -> Finding:
    name = group[0].name
    noun = "1 message waits" if len(group) == 1 else f"{len(group)} messages wait"
    text = f"{noun} for {name} without an answer, the oldest for {_span(now - group[0].moved_at)}"
    details = [
        f"{plain(talk.sender, _QUOTE)}, {talk.moved_at:%Y-%m-%d %H:%M} UTC: {plain(talk.text, _QUOTE)}"
        for talk in group[:limit]
    ]
    # Being told of its own backlog would only make it longer.
    return Finding(
        STALLED, persona, "stalled_conversation", text, _cut(details, len(group)), _digest(group), caused_by=persona
    )


def _span(waited: timedelta) -> str:
    minutes = int(waited.total_seconds()) // 60
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2_880 else f"{minutes // 1_440} d"


def _cut(details: list[str], number: int) -> tuple[str, ...]:
    return (*details, f"… and {number - len(details)} more") if number > len(details) else tuple(details)


def _digest(group: Sequence[WaitingTask] | Sequence[WaitingTalk]) -> str:
    return hashlib.sha256("\0".join(sorted(one.id for one in group)).encode()).hexdigest()
