"""Personas and their inboxes, as an operator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HoldView:
    """A message that its persona does not take up before another persona is done with the same one.

    Attributes:
        message_id: the held message.
        persona: whose it is.
        waits_for: the id of the persona that is to answer first.
        name: how that one is shown.
        since: when it began.
        until: when it ends at the latest.
        text: what the message says, cut.
    """

    message_id: str
    persona: str
    waits_for: str
    name: str
    since: datetime
    until: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class PersonaView:
    """One persona.

    Attributes:
        id: its id in the settings.
        name: how it is shown.
        mode: off, sync, shadow or autonomous.
        energy, attention, budget: 0 to 100 points.
        mood: overwhelmed, tired, active or idle.
        waiting: messages in its inbox.
        overloaded: the inbox is past its healthy depth.
        paused: an operator paused it.
        circuit_open: it failed too often in a row and rests.
        last_reply: when it last answered.
        doing: what it is at, in a few words; empty when nothing.
        emotions: name and 0 to 100 points, the strongest first; at most nine.
        spent: each budget that binds it: measure, how much is used in its window, and the limit.
        trend: the strongest emotion over the last while in points, -1 where nobody looked.
        dead: messages that it gave up on.
        waits_for: ids of the personas that it lets answer first.
        held: what it holds back for them now, the oldest first; at most five.
    """

    id: str
    name: str
    role: str
    mode: str
    energy: int
    attention: int
    budget: int
    mood: str
    waiting: int
    overloaded: bool = False
    paused: bool = False
    circuit_open: bool = False
    last_reply: datetime | None = None
    doing: str = ""
    emotions: tuple[tuple[str, int], ...] = ()
    spent: tuple[tuple[str, int, int], ...] = ()
    trend: tuple[int, ...] = ()
    dead: int = 0
    waits_for: tuple[str, ...] = ()
    held: tuple[HoldView, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message that waits in an inbox, or was just handled.

    Attributes:
        priority: effective now, 0 to 100, operator's boost included.
        rising: waiting still lifts it.
        attempts: how often handling it was begun.
        sent_at: when it was written; its age counts from then, its waiting from its arrival.
        moved: points that operators added, negative where they lowered it.
        pinned: an operator put it to the top.
        merged: how many others were folded into it.
        error: what the last attempt failed with.
        ended_at: when it came into its state, for one that no longer waits.
        held_for: names of the personas that are to answer first, for one that waits for them.
    """

    id: str
    persona: str
    sender: str
    sender_kind: str
    channel: str
    text: str
    priority: int
    rising: bool
    arrived_at: datetime
    state: str
    attempts: int = 0
    sent_at: datetime | None = None
    moved: int = 0
    pinned: bool = False
    merged: int = 0
    error: str = ""
    ended_at: datetime | None = None
    held_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InboxView:
    """All inboxes together, the most urgent first."""

    items: tuple[MessageView, ...] = ()
    total: int = 0
    dropped: int = 0
    merged: int = 0
    dead: int = 0
