"""What operators do to messages and personas. Each is one change in the unit of work that the command runs in."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from ..storage import Transaction
from . import repository as messages
from .model import FULL, POINT, IllegalTransition, MessageStatus, PersonaError
from .runtime import count

STEP: Final = 10 * POINT
"""How far one raise or lower moves a message."""


class Change(StrEnum):
    """Which way a message is moved."""

    RAISE = "raise"
    LOWER = "lower"
    SET = "set"
    TOP = "top"


def reprioritise(
    tx: Transaction, message_id: str, change: Change, actor: str, points: int | None = None, *, after: int = 0
) -> int:
    """Move a waiting message.

    Args:
        tx: the unit of work.
        message_id: which one.
        change: by ``STEP`` up or down, to ``points``, or to the top (before everything, the latest first).
        actor: who does it, as the journal names people.
        points: with ``SET`` the priority that counts from now on, 0 to 100, before what waiting adds.
        after: with ``TOP``, how many were put to the top before it in the same unit of work.

    Returns:
        the priority before what waiting adds, in hundredths of a point.

    Raises:
        PersonaError: there is no such message, or ``points`` is missing or out of range.
        IllegalTransition: it does not wait.
    """
    message = messages.get_message(tx, message_id)
    if message.status is not MessageStatus.PENDING:
        raise IllegalTransition(f"message {message_id} is {message.status.value}", why="only a waiting one moves")
    ranked = min(FULL, max(0, message.priority + message.boost))
    if change is Change.SET and (points is None or not 0 <= points <= FULL // POINT):
        raise PersonaError("no priority to set", remedy="Give a number from 0 to 100.")
    wanted = {
        Change.RAISE: ranked + STEP,
        Change.LOWER: ranked - STEP,
        Change.SET: (points or 0) * POINT,
        Change.TOP: FULL,
    }[change]
    settled = min(FULL, max(0, wanted))
    top = tx.now + timedelta(microseconds=after)
    pinned_at = {Change.TOP: top, Change.RAISE: message.pinned_at}.get(change)
    messages.set_rank(tx, message, settled - message.priority, pinned_at)
    told = {"persona": message.persona_id, "change": change.value, "from": ranked, "to": settled}
    tx.record("message.reprioritised", message_id, told, actor)
    return settled


def drop(tx: Transaction, message_id: str, actor: str, reason: str) -> None:
    """Drop a message that waits or is dead.

    Raises:
        PersonaError: there is no such message.
        IllegalTransition: it neither waits nor is dead.
    """
    message = messages.get_message(tx, message_id)
    messages.move(tx, message, MessageStatus.DROPPED, outcome="dropped", reason=reason, error=message.last_error)
    count(tx, message.persona_id, dropped=1)
    tx.record("message.dropped", message_id, {"persona": message.persona_id, "reason": reason}, actor)


def retry(tx: Transaction, message_id: str, actor: str) -> str:
    """Give a dead message all its attempts again.

    Returns:
        the persona to wake.

    Raises:
        PersonaError: there is no such message.
        IllegalTransition: it is not dead.
    """
    message = messages.get_message(tx, message_id)
    if message.status is not MessageStatus.DEAD:
        raise IllegalTransition(f"message {message_id} is {message.status.value}", why="only a dead one is retried")
    messages.move(tx, message, MessageStatus.PENDING, attempts=0, error=message.last_error)
    tx.record("message.retried", message_id, {"persona": message.persona_id}, actor)
    return message.persona_id
