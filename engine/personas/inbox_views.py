"""Inboxes as the console sees them: the head of everything that waits, and any page of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import TYPE_CHECKING, Final

from ..storage import Reader, from_us, to_us
from ..view import MESSAGE_LIMIT, InboxView, MessageView
from .dependencies_views import held_for
from .model import POINT, MessageStatus, PersonaError
from .priority import effective_priority, is_rising
from .queue import Place, most_urgent
from .roster import Roster

if TYPE_CHECKING:
    from ..queries.inbox import AskInbox, InboxPage

TEXT_LIMIT: Final = 400
"""Characters of a message that a list shows; the report shows all of it."""
_ROW: Final = (
    "SELECT m.id, m.persona_id, m.sender_kind, m.priority, m.boost, m.pinned_us, m.arrived_us, m.changed_us, m.status,"
    " m.attempts, m.merged, m.last_error, p.sender, p.channel, p.sent_us, substr(p.text, 1, ?) AS text"
    " FROM messages m JOIN posts p ON p.id = m.post_id"
)
_AT_HAND: Final = "in_progress"


def inbox_view(reader: Reader, roster: Roster, now: datetime, limit: int = MESSAGE_LIMIT) -> InboxView:
    """All inboxes together: what is being handled, then what waits, the most urgent first, then dead letters."""
    at_hand = _changed(reader, _AT_HAND, limit)
    waiting = _by_id(reader, [one.id for one in most_urgent(reader, now, roster.rules.priority, limit - len(at_hand))])
    dead = _changed(reader, "dead", limit - len(at_hand) - len(waiting))
    held = held_for(reader, [row["id"] for row in waiting], roster, now)
    counters = reader.row("SELECT sum(dropped) AS dropped, sum(merged) AS merged FROM personas")
    return InboxView(
        items=tuple(message_view(row, roster, now, held.get(row["id"], ())) for row in (*at_hand, *waiting, *dead)),
        total=_count(reader, "pending"),
        dropped=(counters["dropped"] or 0) if counters else 0,
        merged=(counters["merged"] or 0) if counters else 0,
        dead=_count(reader, "dead"),
    )


def inbox_page(reader: Reader, ask: AskInbox, roster: Roster, now: datetime) -> InboxPage:
    """One page of messages in one state.

    Raises:
        PersonaError: ``after`` is not what a page before said.
        UnknownPersona: no such persona is configured.
    """
    from ..queries.inbox import InboxPage

    if ask.persona:
        roster.get(ask.persona)
    rows, following = _page(reader, ask, roster, now)
    held = held_for(reader, [row["id"] for row in rows], roster, now)
    narrowed = " WHERE id = ?" if ask.persona else ""
    counters = reader.row(
        f"SELECT sum(dropped) AS dropped, sum(merged) AS merged FROM personas{narrowed}",  # noqa: S608  # constants
        (ask.persona,) if ask.persona else (),
    )
    return InboxPage(
        items=tuple(message_view(row, roster, now, held.get(row["id"], ())) for row in rows),
        waiting=_count(reader, "pending", ask.persona),
        at_hand=_count(reader, _AT_HAND, ask.persona),
        dead=_count(reader, "dead", ask.persona),
        dropped=(counters["dropped"] or 0) if counters else 0,
        merged=(counters["merged"] or 0) if counters else 0,
        next=following,
    )


def message_view(row: Row, roster: Roster, now: datetime, held: tuple[str, ...] = ()) -> MessageView:
    """One message as lists show it; ``held`` names those whom it waits for."""
    arrived = from_us(row["arrived_us"])
    rules, waited = roster.rules.priority, max(timedelta(), now - arrived)
    waits = row["status"] == MessageStatus.PENDING.value
    counts = (
        row["priority"] + row["boost"]
        if not waits
        else effective_priority(row["priority"], row["boost"], waited, rules)
    )
    return MessageView(
        id=row["id"],
        persona=row["persona_id"],
        sender=row["sender"],
        sender_kind=row["sender_kind"],
        channel=row["channel"],
        text=row["text"],
        priority=min(100, max(0, counts) // POINT),
        rising=waits and is_rising(row["priority"], row["boost"], arrived, now, rules),
        arrived_at=arrived,
        state=row["status"],
        attempts=row["attempts"],
        sent_at=from_us(row["sent_us"]),
        moved=row["boost"] // POINT,
        pinned=row["pinned_us"] is not None and waits,
        merged=row["merged"],
        error=row["last_error"],
        ended_at=None if waits or row["status"] == _AT_HAND else from_us(row["changed_us"]),
        held_for=held if waits else (),
    )


def message_row(reader: Reader, message_id: str) -> Row:
    """One message's row, for :func:`message_view`.

    Raises:
        PersonaError: there is none.
    """
    row = reader.row(f"{_ROW} WHERE m.id = ?", (TEXT_LIMIT, message_id))
    if row is None:
        raise PersonaError(f"no message {message_id[:80]!r}", remedy="List the inbox to see the ids.")
    return row


def counts(reader: Reader, status: MessageStatus) -> Mapping[str, int]:
    """How many messages each persona has in a state; quick for those that are indexed: pending and dead."""
    rows = reader.rows(
        f"SELECT persona_id, count(*) AS n FROM messages m WHERE {_is(status.value)} GROUP BY persona_id"  # noqa: S608  # constants
    )
    return {row["persona_id"]: row["n"] for row in rows}


def _page(reader: Reader, ask: AskInbox, roster: Roster, now: datetime) -> tuple[Sequence[Row], str]:
    if ask.state == "waiting" and ask.order == "urgent":
        return _urgent(reader, ask, roster, now)
    column, direction = (
        ("arrived_us", "ASC" if ask.order == "oldest" else "DESC") if ask.state == "waiting" else ("changed_us", "DESC")
    )
    wanted = ["1" if ask.state == "all" else _is(ask.state)]
    parameters: list[str | int] = [TEXT_LIMIT]
    if ask.persona:
        wanted.append("m.persona_id = ?")
        parameters.append(ask.persona)
    if ask.after:
        at_us, message_id = _cursor(ask.after)
        wanted.append(f"(m.{column}, m.id) {'>' if direction == 'ASC' else '<'} (?, ?)")
        parameters += [at_us, message_id]
    rows = reader.rows(
        f"{_ROW} WHERE {' AND '.join(wanted)} ORDER BY m.{column} {direction}, m.id {direction} LIMIT ?",
        (*parameters, ask.limit + 1),
    )
    return rows[: ask.limit], f"{rows[ask.limit - 1][column]}:{rows[ask.limit - 1]['id']}" if len(
        rows
    ) > ask.limit else ""


def _urgent(reader: Reader, ask: AskInbox, roster: Roster, now: datetime) -> tuple[Sequence[Row], str]:
    """A page in the order of its first page's moment, so that aging moves nothing from one page to another."""
    moment, after = now, None
    if ask.after:
        at_us, rest = _cursor(ask.after)
        parts = rest.split(":", 3)
        if len(parts) != 4 or not all(part.isdigit() for part in parts[:3]):
            raise _no_cursor()
        moment = from_us(at_us)
        after = Place(int(parts[0]), int(parts[1]), int(parts[2]), parts[3])
    places = most_urgent(reader, moment, roster.rules.priority, ask.limit + 1, after=after, persona_id=ask.persona)
    following = ""
    if len(places) > ask.limit:
        last = places[ask.limit - 1]
        following = f"{to_us(moment)}:{last.pinned_us}:{last.effective}:{last.arrived_us}:{last.id}"
    return _by_id(reader, [place.id for place in places[: ask.limit]]), following


def _cursor(text: str) -> tuple[int, str]:
    number, _, rest = text.partition(":")
    if not (number.isascii() and number.isdigit()) or len(number) > 18 or not rest:
        raise _no_cursor()
    return int(number), rest


def _no_cursor() -> PersonaError:
    return PersonaError("no such page", why="that is not what the page before said", remedy="Begin with the first.")


def _by_id(reader: Reader, ids: Sequence[str]) -> list[Row]:
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    rows = {row["id"]: row for row in reader.rows(f"{_ROW} WHERE m.id IN ({marks})", (TEXT_LIMIT, *ids))}
    return [rows[one] for one in ids]


def _changed(reader: Reader, status: str, limit: int) -> list[Row]:
    order = "m.arrived_us" if status == _AT_HAND else "m.changed_us DESC"
    return reader.rows(f"{_ROW} WHERE {_is(status)} ORDER BY {order}, m.id LIMIT ?", (TEXT_LIMIT, max(0, limit)))


def _count(reader: Reader, status: str, persona_id: str = "") -> int:
    narrowed = " AND m.persona_id = ?" if persona_id else ""
    row = reader.row(
        f"SELECT count(*) AS n FROM messages m WHERE {_is(status)}{narrowed}",  # noqa: S608  # constants
        (persona_id,) if persona_id else (),
    )
    return 0 if row is None else int(row["n"])


def _is(status: str) -> str:
    # Spelt out, because SQLite uses a partial index only for a condition that it can read.
    return f"m.status = '{_STATUSES[status]}'"


_STATUSES: Final = {"waiting": MessageStatus.PENDING.value, **{status.value: status.value for status in MessageStatus}}
