"""Taking messages in: durable before the sender is told, and never more than an inbox holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ..canonical import check
from ..settings.personas import AutonomyMode
from ..storage import Reader, Transaction
from . import conversations, posts
from . import repository as messages
from .control import text_digest, why_muted
from .dependencies_waiting import hold_back
from .handling import PauseCheck
from .inbox import Entry, victim
from .mentions import uses_word
from .model import (
    NAME_LIMIT,
    TEXT_LIMIT,
    Accepted,
    Answer,
    Dropped,
    Incoming,
    Merged,
    MessageRefused,
    MessageStatus,
    SenderKind,
    message_id,
)
from .priority import Arrival, priority_on_arrival
from .roster import Roster
from .runtime import count, introduce, mode_of
from .shadow import repository as shadows
from .turned_away import turn_away

PREVIEW: Final = 160
"""Characters of a message that the journal repeats; the whole text is kept with the post."""
_ACTORS: Final = {SenderKind.HUMAN: "operator", SenderKind.PERSONA: "persona", SenderKind.SYSTEM: "system"}


@dataclass(frozen=True, slots=True)
class _Arriving:
    """What is the same for everybody who hears a post."""

    incoming: Incoming
    root: str
    named: Collection[str]
    at: datetime
    sent_at: datetime
    quiet: timedelta | None


@dataclass(slots=True)
class _Inbox:
    """One persona's inbox, as far as taking in needs it; looked up once for all messages of a unit of work."""

    mode: AutonomyMode
    depth: int
    accepted: int = 0
    merged: int = 0
    dropped: int = 0


def never_paused(_: Reader, __: str) -> str | None:
    """Where nobody is ever stopped."""
    return None


def post(
    tx: Transaction, incoming: Incoming, roster: Roster, is_paused: PauseCheck = never_paused
) -> tuple[Answer, ...]:
    """Take a message in for everyone whom it reaches: those it is addressed to, those it names, its channel's hearers.

    A persona's message may be muted (too much talk among personas, or the same words again); then nothing is kept and
    everyone's answer says why.

    Returns:
        an answer for each persona reached; none where nobody hears it: then it is only kept as said in its channel.

    Raises:
        MessageRefused: the message is not acceptable at all.
        UnknownPersona: it is addressed to a persona that is not configured.
    """
    intake = Intake(tx, roster, is_paused)
    answers = intake.post(incoming)
    intake.close()
    return answers


class Intake:
    """Takes messages in, one after the other, within one unit of work; nothing else may change inboxes meanwhile.

    Args:
        tx: the unit of work.
        roster: who there is.
        is_paused: asks why a persona is stopped; nobody waits for one that is.
    """

    def __init__(self, tx: Transaction, roster: Roster, is_paused: PauseCheck = never_paused) -> None:
        self._tx = tx
        self._roster = roster
        self._is_paused = is_paused
        self._inboxes: dict[str, _Inbox] = {}
        self._taken = 0

    def post(self, incoming: Incoming) -> tuple[Answer, ...]:
        """Take one in; see :func:`post`. Of one that is refused, or for an unknown persona, nothing is kept."""
        tx, roster = self._tx, self._roster
        checked = _checked(incoming)
        named = roster.mentioned(checked.text)
        reached = _reached(checked, named, roster)
        digest = text_digest(checked.text)
        if checked.sender_kind is SenderKind.PERSONA and not posts.post_exists(tx, checked.id):
            why = _why_muted(tx, checked, digest, roster)
            if why is not None:
                tx.record("message.muted", checked.id, _said(checked, reason=why), _actor(checked))
                return tuple(Dropped(persona_id, why) for persona_id in reached) or (Dropped("", why),)
        # A microsecond apart, so that those that came first stay first.
        at = tx.now + timedelta(microseconds=self._taken)
        self._taken += 1
        sent_at = min(checked.sent_at or tx.now, tx.now)
        spoke_at = posts.channel_spoke_at(tx, checked.channel) if checked.channel else None
        root = conversations.root_of(tx, checked)
        if not posts.insert_post(tx, checked, root, digest, sent_at, at):
            return tuple(_repeated(persona_id, checked.id) for persona_id in reached)
        quiet = None if spoke_at is None else max(timedelta(), tx.now - spoke_at)
        arriving = _Arriving(checked, root, named, at, sent_at, quiet)
        answers = tuple([self._deliver(persona_id, arriving) for persona_id in reached])
        hold_back(tx, answers, checked.id, roster, self._is_paused)
        if not answers:
            tx.record("message.posted", checked.id, _said(checked), _actor(checked))
        return answers

    def close(self) -> None:
        """Count what became of the messages; to be called once, at the end."""
        for persona_id, inbox in self._inboxes.items():
            count(self._tx, persona_id, accepted=inbox.accepted, merged=inbox.merged, dropped=inbox.dropped)

    def _inbox(self, persona_id: str) -> _Inbox:
        known = self._inboxes.get(persona_id)
        if known is None:
            mode = mode_of(self._tx, persona_id)
            if mode is None:
                mode = self._roster.get(persona_id).mode
                introduce(self._tx, persona_id, mode, self._roster.rules.emotions)
            known = self._inboxes[persona_id] = _Inbox(mode, messages.depth(self._tx, persona_id))
        return known

    def _deliver(self, persona_id: str, arriving: _Arriving) -> Answer:
        tx, rules, incoming = self._tx, self._roster.rules, arriving.incoming
        persona, inbox = self._roster.get(persona_id), self._inbox(persona_id)
        if inbox.mode is AutonomyMode.OFF:
            return self._drop_newcomer(persona_id, incoming, "the persona is off")
        mentioned = persona_id in arriving.named or persona_id in incoming.to
        arrival = Arrival(
            age=tx.now - arriving.sent_at,
            mentions=mentioned,
            human=incoming.sender_kind is SenderKind.HUMAN,
            expert=uses_word(incoming.text, persona.expertise),
            channel_quiet=arriving.quiet,
        )
        priority = priority_on_arrival(arrival, rules.priority)
        new_id = message_id(persona_id, incoming.id)
        place = messages.Place(new_id, persona_id, mentioned, priority, arriving.at)
        if incoming.sender_kind is SenderKind.PERSONA:
            spoken = conversations.why_not_woken(tx, persona_id, arriving.root, rules.control.turns)
            if spoken is not None:
                conversations.insert_unheard(tx, place, incoming, spoken)
                return Dropped(persona_id, spoken)
        twin = None if incoming.dedupe_key is None else messages.waiting_with_key(tx, persona_id, incoming.dedupe_key)
        if twin is not None:
            messages.insert(tx, place, incoming, merged_into=twin.id)
            messages.fold(tx, twin, incoming.id, priority, mentioned=mentioned)
            inbox.merged += 1
            told = _said(incoming, persona=persona_id, into=twin.id)
            tx.record("message.merged", new_id, told, _actor(incoming))
            return Merged(persona_id, new_id, twin.id)
        newcomer = Entry(new_id, incoming.sender_kind, mentioned, priority, 0, None, arriving.at)
        if not self._make_room(persona_id, inbox, newcomer):
            return self._drop_newcomer(persona_id, incoming, f"the inbox is full ({rules.inbox.capacity})", priority)
        messages.insert(tx, place, incoming)
        if inbox.mode is AutonomyMode.SHADOW:
            shadows.begin(tx, new_id, persona_id)
        inbox.accepted += 1
        inbox.depth += 1
        told = _said(incoming, persona=persona_id, priority=priority)
        tx.record("message.accepted", new_id, told, _actor(incoming))
        return Accepted(persona_id, new_id)

    def _make_room(self, persona_id: str, inbox: _Inbox, newcomer: Entry) -> bool:
        """Drop until the newcomer fits; whether it still may come in."""
        tx, capacity = self._tx, self._roster.rules.inbox.capacity
        while inbox.depth >= capacity:
            going = victim(messages.droppable(tx, persona_id), newcomer, tx.now, self._roster.rules)
            if going.id == newcomer.id:
                return False
            reason = f"made room in a full inbox ({capacity})"
            leaving = messages.get_message(tx, going.id)
            messages.move(tx, leaving, MessageStatus.DROPPED, outcome="dropped", reason=reason)
            inbox.depth -= 1
            inbox.dropped += 1
            tx.record("message.dropped", going.id, {"persona": persona_id, "reason": reason})
        return True

    def _drop_newcomer(self, persona_id: str, incoming: Incoming, reason: str, priority: int = 0) -> Dropped:
        self._inbox(persona_id).dropped += 1
        turn_away(self._tx, message_id(persona_id, incoming.id), persona_id, incoming.id, priority, reason)
        told = _said(incoming, persona=persona_id, reason=reason)
        self._tx.record("message.dropped", message_id(persona_id, incoming.id), told, _actor(incoming))
        return Dropped(persona_id, reason)


def _reached(incoming: Incoming, named: Collection[str], roster: Roster) -> tuple[str, ...]:
    for persona_id in incoming.to:
        roster.get(persona_id)
    everyone = dict.fromkeys((*incoming.to, *sorted(named), *roster.hearing(incoming.channel)))
    if incoming.sender_kind is SenderKind.PERSONA:
        everyone.pop(incoming.sender, None)
    return tuple(everyone)


def _why_muted(tx: Transaction, incoming: Incoming, digest: str, roster: Roster) -> str | None:
    if not incoming.channel:
        return None
    if posts.is_first_answer_to_human(tx, incoming.sender, incoming.in_reply_to):
        return None
    limits = roster.rules.control
    window = max(limits.chatter_seconds, limits.repeat_seconds)
    return why_muted(posts.said_since(tx, incoming.channel, tx.now, window), digest, tx.now, limits)


def _repeated(persona_id: str, post_id: str) -> Merged:
    known = message_id(persona_id, post_id)
    return Merged(persona_id, known, known)


def _checked(incoming: Incoming) -> Incoming:
    """The message with texts that a database can hold: half a surrogate pair becomes a visible mark.

    Raises:
        MessageRefused: too long, without an id, or with particulars that are not JSON.
    """
    text = _whole(incoming.text)
    size = len(text) if text.isascii() else len(text.encode())
    if size > TEXT_LIMIT:
        raise MessageRefused(
            "message refused", why=f"it has {size} bytes, at most {TEXT_LIMIT} are taken", remedy="Send it in parts."
        )
    names = (incoming.id, incoming.sender, incoming.channel, incoming.dedupe_key or "", incoming.in_reply_to or "")
    if max(map(len, names)) > NAME_LIMIT:
        raise MessageRefused("message refused", why=f"id, sender, channel or key is longer than {NAME_LIMIT}")
    if not incoming.id or not incoming.sender:
        raise MessageRefused("message refused", why="it has no id or no sender")
    if incoming.payload is not None:
        check(incoming.payload)
    sender, channel = _whole(incoming.sender), _whole(incoming.channel)
    if (text, sender, channel) == (incoming.text, incoming.sender, incoming.channel):
        return incoming
    return replace(incoming, text=text, sender=sender, channel=channel)


def _whole(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        f"⟨U+{ord(character):04X}⟩" if "\ud800" <= character <= "\udfff" else character for character in text
    )


def _said(incoming: Incoming, **particulars: str | int) -> dict[str, object]:
    return {
        **particulars,
        "sender": incoming.sender,
        "channel": incoming.channel,
        "text": incoming.text if len(incoming.text) <= PREVIEW else incoming.text[: PREVIEW - 1] + "…",
    }


def _actor(incoming: Incoming) -> str:
    return f"{_ACTORS[incoming.sender_kind]}:{incoming.sender}"
