"""Questions about HEARTBEAT.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .base import AskNothing, Query

LINE_LIMIT: Final = 2_000
"""Most lines of the file that are told."""


@dataclass(frozen=True, slots=True)
class HeartbeatLine:
    """One line of the file.

    Attributes:
        number: from 1.
        text: as it stands there, cut to 500 characters.
        sort: ``heading``, ``task`` (calls a tool), ``plain`` (a task in words), ``error`` or ``text``.
        state: of a task: done, waiting (for its turn), asked (its action is open), resting (it failed or was
            rejected), refused or stopped; empty for everything else.
        note: what happened last, or what is wrong with it.
        action: the task's open or last action.
        action_status: where that action stands.
        attempts: failures in a row.
        retry_at: not before then.
    """

    number: int
    text: str
    sort: str = "text"
    state: str = ""
    note: str = ""
    action: str = ""
    action_status: str = ""
    attempts: int = 0
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeartbeatView:
    """The file and its beats.

    Attributes:
        path: where it is.
        exists: there is such a file.
        trouble: why it cannot be read; empty while it can.
        held: why no beats happen now; empty while they do.
        pending: boxes that are empty, tasks in plain words included.
        errors: lines that cannot be what they look like.
        next_beat, last_beat: when; nothing where none is due or was.
        last_note: what the last beat did.
        lines: the file, at most ``LINE_LIMIT`` lines.
        cut: lines beyond.
    """

    path: str
    exists: bool
    trouble: str = ""
    held: str = ""
    pending: int = 0
    errors: int = 0
    next_beat: datetime | None = None
    last_beat: datetime | None = None
    last_note: str = ""
    lines: tuple[HeartbeatLine, ...] = ()
    cut: int = 0


HEARTBEAT: Final = Query("heartbeat", AskNothing, HeartbeatView)
