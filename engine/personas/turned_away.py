"""Messages that no inbox took in: they are in no inbox, so it is noted here that they were meant for one."""

from __future__ import annotations

from ..storage import Transaction, to_us


def turn_away(tx: Transaction, message_id: str, persona_id: str, post_id: str, priority: int, reason: str) -> None:
    """Note that an inbox did not take a post in, and why."""
    tx.execute(
        "INSERT OR IGNORE INTO turned_away (message_id, persona_id, post_id, at_us, priority, reason)"
        " VALUES (?,?,?,?,?,?)",
        (message_id, persona_id, post_id, to_us(tx.now), priority, reason),
    )
