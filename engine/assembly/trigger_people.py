"""Whom a persona may write to by itself, and where each of them can be reached now."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..governance.halt import EVERYTHING, Scope, find_pause, platform_of
from ..personas import SenderKind
from ..schedule.active_hours import is_active
from ..settings import Settings
from ..settings.schedule import ActiveHours
from ..settings.triggers import RecipientSettings
from ..storage import Reader, from_us
from ..triggers import Place

LOCAL: Final = "local"
TELEGRAM: Final = "telegram"
TOOLS: Final = {LOCAL: "chat", TELEGRAM: "telegram_send"}
"""The tool that says something on each platform."""
DIRECT: Final = "direct"
"""The channel of talks that belong to none."""
_OUTSIDE: Final = "telegram:"
_LAST: Final = (
    "SELECT p.sender, p.channel, p.payload, p.arrived_us FROM messages m JOIN posts p ON p.id = m.post_id"
    " WHERE m.persona_id = ? AND m.sender_kind = ? ORDER BY m.arrived_us DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Somebody's last words to a persona.

    Attributes:
        sender: the name they wrote under.
        channel: where; empty where to the persona alone.
        chat: the number of the chat that they used outside; nothing where they wrote here.
        at: when.
    """

    sender: str
    channel: str
    chat: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody, whatever the platform.

    Attributes:
        name: who they are everywhere.
        places: where they can be reached, the best first.
        hours: when they are awake.
    """

    name: str
    places: tuple[Place, ...]
    hours: ActiveHours

    def awake(self, now: datetime) -> bool:
        """Whether they are awake, by their own clock."""
        return is_active(self.hours, now)


def last_words(reader: Reader, persona_id: str) -> Spoken | None:
    """The last that a human said to a persona; nothing where none ever did."""
    row = reader.row(_LAST, (persona_id, SenderKind.HUMAN.value))
    if row is None:
        return None
    return spoken(row["sender"], row["channel"], row["payload"], from_us(row["arrived_us"]))


def spoken(sender: str, channel: str, payload: str | None, at: datetime) -> Spoken:
    """A human's post as what it says of its sender."""
    if not sender.startswith(_OUTSIDE):
        return Spoken(sender, channel, None, at)
    chat = json.loads(payload).get("chat") if payload else None
    return Spoken(sender.split(" ", 1)[0], channel, chat if isinstance(chat, int) else None, at)


class People:
    """Finds recipients.

    Args:
        settings: the settings in force.
        tools: the names of the tools that there are.
    """

    def __init__(self, settings: Callable[[], Settings], tools: Callable[[], Collection[str]]) -> None:
        self._settings = settings
        self._tools = tools

    def of(self, reader: Reader, persona_id: str, said: Spoken | None, now: datetime) -> Recipient | None:
        """Whom a persona would write to: whoever spoke last, else the first channel that it hears; nothing for none."""
        settings = self._settings()
        usual = settings.triggers.initiations.waking_hours
        if said is None:
            persona = settings.personas.get(persona_id)
            if persona is None or not persona.channels:
                return None
            channel = persona.channels[0]
            return Recipient(f"#{channel}", (self._local(reader, channel),), usual)
        name, person = self._known(said.sender)
        hours = person.waking_hours or usual
        return Recipient(name, self._places(reader, said, person, hours, now), hours)

    def refreshed(self, reader: Reader, place: Place, hours: ActiveHours | None, now: datetime) -> Place:
        """A place as it is now; without ``hours`` the usual ones count."""
        if place.platform == LOCAL:
            return self._local(reader, place.name)
        usual = self._settings().triggers.initiations.waking_hours
        return self._telegram(reader, place.name, hours or usual, now)

    def _known(self, sender: str) -> tuple[str, RecipientSettings]:
        for key, person in self._settings().triggers.recipients.items():
            if sender.casefold() in {key.casefold(), *(name.casefold() for name in person.known_as)}:
                return key, person
        return sender, RecipientSettings()

    def _places(
        self, reader: Reader, said: Spoken, person: RecipientSettings, hours: ActiveHours, now: datetime
    ) -> tuple[Place, ...]:
        places = []
        outside = said.chat is not None or said.sender.startswith(_OUTSIDE)
        chat = person.telegram or self._chat_of(said)
        if chat or outside:
            places.append(self._telegram(reader, chat, hours, now))
        if person.channel or not outside:
            places.append(self._local(reader, person.channel or said.channel or DIRECT))
        # Where they last wrote comes first.
        return tuple(places if outside else reversed(places))

    def _chat_of(self, said: Spoken) -> str:
        chats = self._settings().tools.telegram.chats
        return next((name for name, number in chats.items() if number == said.chat), "")

    def _local(self, reader: Reader, channel: str) -> Place:
        return Place(LOCAL, channel, self._stopped(reader, LOCAL))

    def _telegram(self, reader: Reader, chat: str, hours: ActiveHours, now: datetime) -> Place:
        closed = self._stopped(reader, TELEGRAM)
        if not closed and chat not in self._settings().tools.telegram.chats:
            closed = "the settings do not allow their chat"
        if not closed and not is_active(hours, now):
            closed = f"they are awake {hours.start}–{hours.end} {hours.zone}"
        return Place(TELEGRAM, chat, closed)

    def _stopped(self, reader: Reader, platform: str) -> str:
        tool = TOOLS[platform]
        if tool not in self._tools():
            return f"{platform} is not set up"
        target = platform_of(tool)
        pause = find_pause(reader, Scope.PLATFORM, target) or find_pause(reader, Scope.PLATFORM, EVERYTHING)
        return f"{pause.operator} paused {target}" if pause is not None else ""
