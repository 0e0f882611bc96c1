"""Personas and messages as an operator asks about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ...clock import Clock
from ...governance import repository as actions
from ...personas import PersonaService, Roster
from ...personas.dependencies_views import held_for
from ...personas.history_keeper import HistoryKeeper
from ...personas.inbox_views import inbox_page, message_row, message_view
from ...personas.model import POINT
from ...personas.reports import persona_history, persona_report
from ...personas.repository import get_message
from ...personas.why import last_messages, why_of, why_turned_away
from ...storage import Reader, from_us
from ...view import MessageView, PersonaView
from ..find import find_id
from ..rooms import why_paused
from .activity import history_of

if TYPE_CHECKING:
    from ...queries import (
        AskInbox,
        AskMessage,
        AskPersona,
        AskWhy,
        ChatLineView,
        MessageReport,
        PersonaReport,
        SaidView,
        WhyPage,
        WhyView,
    )

_CHAT_LINES: Final = 10
_CHAT_LIMIT: Final = 1_000
Shown = Callable[[Reader, datetime], tuple[PersonaView, ...]]


def persona_readers(
    clock: Clock, personas: PersonaService, shown: Shown
) -> Mapping[str, Callable[[Reader, Any], object]]:
    """What answers the questions about personas and inboxes, by the name of the query.

    Args:
        clock: the moment.
        personas: who there is.
        shown: all personas as the first screen shows them.
    """
    from ...queries import INBOX, MESSAGE, PERSONA, PERSONA_HISTORY, PERSONA_WHY, PERSONAS, PersonaPage, WhyPage

    def report(reader: Reader, ask: AskPersona) -> PersonaReport:
        return persona_report(reader, ask, personas.roster, clock.now(), why_paused, shown)

    def why(reader: Reader, ask: AskWhy) -> WhyPage:
        return WhyPage(ask.id, last_messages(reader, personas.roster, ask.id, clock.now(), why_paused, ask.limit))

    def page(reader: Reader, ask: AskInbox) -> object:
        return inbox_page(reader, ask, personas.roster, clock.now())

    def message(reader: Reader, ask: AskMessage) -> MessageReport:
        away = why_turned_away(reader, ask.id)
        if away is not None:
            return _away_report(reader, *away)
        return message_report(reader, find_id(reader, "messages", ask.id), personas.roster, clock.now())

    return {
        PERSONAS.name: lambda reader, _: PersonaPage(shown(reader, clock.now())),
        PERSONA.name: report,
        PERSONA_HISTORY.name: lambda reader, ask: persona_history(reader, ask, personas.roster, clock.now()),
        PERSONA_WHY.name: why,
        INBOX.name: page,
        MESSAGE.name: message,
    }


def message_report(reader: Reader, message_id: str, roster: Roster, now: datetime) -> MessageReport:
    """Everything about one message.

    Raises:
        PersonaError: there is no such message, or its persona is not configured any more.
    """
    from ...queries import MessageReport

    message = get_message(reader, message_id)
    why = why_of(reader, roster, message_id, now, why_paused)
    held = held_for(reader, [message_id], roster, now).get(message_id, ())
    return MessageReport(
        message=message_view(message_row(reader, message_id), roster, now, held),
        text=message.text,
        payload="" if message.payload is None else json.dumps(message.payload, indent=2, ensure_ascii=False),
        why=why,
        priority_on_arrival=message.priority // POINT,
        moved=message.boost // POINT,
        last_error=message.last_error,
        not_before=message.not_before,
        said=_said(reader, why.action_ids),
        events=history_of(reader, message_id),
        channel=channel_said(reader, message.channel),
    )


def _away_report(reader: Reader, why: WhyView, text: str, sent_at: datetime) -> MessageReport:
    """A message that no inbox took in."""
    from ...queries import MessageReport

    view = MessageView(
        id=why.id,
        persona=why.id.partition(":")[0],
        sender=why.sender,
        sender_kind=why.sender_kind,
        channel=why.channel,
        text=why.text,
        priority=why.priority,
        rising=False,
        arrived_at=why.arrived_at,
        state=why.state,
        sent_at=sent_at,
        ended_at=why.ended_at,
    )
    return MessageReport(
        message=view,
        text=text,
        payload="",
        why=why,
        priority_on_arrival=why.priority,
        moved=0,
        last_error="",
        not_before=None,
        said=(),
        events=history_of(reader, why.id),
    )


def channel_said(reader: Reader, name: str) -> tuple[ChatLineView, ...]:
    """What personas said last in a channel, oldest first."""
    from ...queries import ChatLineView

    rows = reader.rows(
        "SELECT sender, substr(text, 1, ?) AS text, at_us FROM chat_messages WHERE channel = ? "
        "ORDER BY id DESC LIMIT ?",
        (_CHAT_LIMIT, name, _CHAT_LINES),
    )
    return tuple(ChatLineView(row["sender"], row["text"], from_us(row["at_us"])) for row in reversed(rows))


def _said(reader: Reader, action_ids: tuple[str, ...]) -> tuple[SaidView, ...]:
    from ...queries import SaidView

    found = [action for action_id in action_ids if (action := actions.get(reader, action_id)) is not None]
    return tuple(
        SaidView(
            action_id=action.id,
            kind=action.kind,
            tool=action.tool,
            status=action.status.value,
            text=str(action.arguments.get("text", "")) if action.tool == "chat" else "",
        )
        for action in found
    )


def with_trends(shown: tuple[PersonaView, ...], history: HistoryKeeper) -> tuple[PersonaView, ...]:
    """The same personas, each with how its strongest emotion was over the last while."""
    return tuple(
        replace(one, trend=history.trend(one.id, one.emotions[0][0])) if one.emotions else one for one in shown
    )
