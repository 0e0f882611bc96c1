"""What a message to a persona is, and the states that it passes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from ..canonical import JSON
from ..errors import WatchfloorError

POINT: Final = 100
"""Scores are integers in hundredths of a point: this many make a point."""
FULL: Final = 100 * POINT
"""The highest score."""
TEXT_LIMIT: Final = 1_048_576
"""Most bytes (UTF-8) of a message's text. Longer ones are refused whole: what is accepted is never cut."""
NAME_LIMIT: Final = 200
"""Most characters of a sender, a channel or a dedupe key."""


class SenderKind(StrEnum):
    """Who wrote a message."""

    HUMAN = "human"
    PERSONA = "persona"
    SYSTEM = "system"


class MessageStatus(StrEnum):
    """Where a message is."""

    PENDING = "pending"
    """It waits in the inbox."""
    IN_PROGRESS = "in_progress"
    """The persona is at it."""
    DONE = "done"
    """It was answered."""
    DECLINED = "declined"
    """The persona looked at it and said no, with a reason, or what another persona said does not wake it."""
    DEAD = "dead"
    """Every attempt failed; an operator can give it another."""
    DROPPED = "dropped"
    """It had to make room, or an operator dropped it."""
    MERGED = "merged"
    """It was folded into one that waited already."""


TRANSITIONS: Final[Mapping[MessageStatus, frozenset[MessageStatus]]] = {
    MessageStatus.PENDING: frozenset({MessageStatus.IN_PROGRESS, MessageStatus.DROPPED, MessageStatus.DECLINED}),
    MessageStatus.IN_PROGRESS: frozenset(
        {MessageStatus.DONE, MessageStatus.DECLINED, MessageStatus.PENDING, MessageStatus.DEAD}
    ),
    MessageStatus.DEAD: frozenset({MessageStatus.PENDING, MessageStatus.DROPPED}),
    MessageStatus.DONE: frozenset(),
    MessageStatus.DECLINED: frozenset(),
    MessageStatus.DROPPED: frozenset(),
    MessageStatus.MERGED: frozenset(),
}
"""Every legal change of a message's state. New ones begin as pending or merged."""


class PersonaError(WatchfloorError):
    """A persona or a message cannot do what was asked."""


class UnknownPersona(PersonaError):
    """No persona of that id is configured."""

    def __init__(self, persona_id: str, known: tuple[str, ...] = ()) -> None:
        names = ", ".join(sorted(known)[:10])
        super().__init__(
            f"no persona {persona_id[:60]!r}", remedy=f"There are: {names}." if names else "None are configured."
        )


class MessageRefused(PersonaError):
    """A message is not acceptable at all; nothing of it was kept."""


class IllegalTransition(PersonaError):
    """A message is not in a state from which this is possible."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message on its way in.

    Attributes:
        id: chosen by the sender; posting the same id again changes nothing.
        sender: who wrote it: a name, or a persona's id.
        sender_kind: what sort of sender.
        text: what it says, at most ``TEXT_LIMIT`` bytes.
        channel: where it was said; empty for a message straight to a persona.
        to: personas that it goes to whatever they hear.
        sent_at: when it was written; nothing means now. Never later than its arrival.
        payload: the particulars for machines, as a JSON object.
        dedupe_key: while one with this key waits, this one is folded into it.
        in_reply_to: the post that it answers.
    """

    id: str
    sender: str
    sender_kind: SenderKind
    text: str
    channel: str = ""
    to: tuple[str, ...] = ()
    sent_at: datetime | None = None
    payload: dict[str, JSON] | None = None
    dedupe_key: str | None = None
    in_reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """It waits in the inbox, durably once the transaction is."""

    persona_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Merged:
    """It was folded into a message that waited already, or was already posted."""

    persona_id: str
    message_id: str
    into: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """It was not taken, for a reason that the sender is told."""

    persona_id: str
    reason: str


Answer: TypeAlias = Accepted | Merged | Dropped
"""What a sender is told, once per persona addressed."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message in one persona's inbox.

    Attributes:
        id: ``persona:post``.
        post_id: what was said, shared by all personas that heard it.
        mentioned: it names this persona.
        priority: fixed on arrival, in hundredths of a point.
        boost: an operator's addition or subtraction, in hundredths of a point.
        pinned_at: when an operator put it to the top.
        arrived_at: when it was accepted.
        attempts: how often handling it was begun.
        not_before: not tried again before this.
        merged: how many others were folded into it.
    """

    id: str
    persona_id: str
    post_id: str
    sender: str
    sender_kind: SenderKind
    channel: str
    text: str
    payload: dict[str, JSON] | None
    mentioned: bool
    priority: int
    boost: int
    pinned_at: datetime | None
    dedupe_key: str | None
    arrived_at: datetime
    status: MessageStatus
    attempts: int
    not_before: datetime | None
    last_error: str
    merged: int


def message_id(persona_id: str, post_id: str) -> str:
    """The id of a post in a persona's inbox: the same for the same two, so that posting twice is seen."""
    return f"{persona_id}:{post_id}"
