"""Takes back what somebody asked a persona for, as the persona: it is the proposer, and only a proposer withdraws."""

from __future__ import annotations

from typing import Final

from ..governance import repository
from ..governance.action import Action, ActionStatus
from ..governance.gate import Gate
from ..personas import find_message
from ..storage import Transaction

_LOOKED_AT: Final = 500


def withdraw_last(gate: Gate, tx: Transaction, persona_id: str, sender: str) -> None:
    """Withdraw the newest action of a persona that answers a message of this sender and has not started."""
    proposer = f"persona:{persona_id}"
    waiting = [
        action
        for status in (ActionStatus.PENDING, ActionStatus.APPROVED)
        for action in repository.with_status(tx, status, limit=_LOOKED_AT)
        if action.proposer == proposer and _asked_by(tx, action, sender)
    ]
    if waiting:
        newest = max(waiting, key=lambda action: (action.created, action.id))
        gate.withdraw(tx, newest.id, proposer, f"{sender} took the request back")


def _asked_by(tx: Transaction, action: Action, sender: str) -> bool:
    message = find_message(tx, action.origin) if action.origin is not None else None
    return message is not None and message.sender == sender
