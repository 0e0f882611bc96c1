"""What happens to personas besides their messages, as far as it moves their emotions."""

from __future__ import annotations

from dataclasses import replace

from ..settings.emotions import Interaction
from ..storage import Transaction
from .emotions import felt, tone_of
from .model import Message, SenderKind
from .roster import Roster
from .runtime import load, mode_of, save


def feel(tx: Transaction, persona_id: str, interaction: Interaction, roster: Roster, cause: str) -> bool:
    """Move a persona's emotions by one incident.

    Args:
        tx: the unit of work.
        persona_id: whose.
        interaction: what happened.
        roster: the rules.
        cause: the id of the action or message behind it, for the journal.

    Returns:
        whether there is such a persona.
    """
    if persona_id not in roster.personas or mode_of(tx, persona_id) is None:
        return False
    before, rules = load(tx, persona_id), roster.rules.emotions
    after = felt(before.feelings, (interaction,), tx.now, rules)
    save(tx, replace(before, feelings=after))
    moved = {emotion.value: after.values[emotion] for emotion in rules.effects.get(interaction, {})}
    tx.record("emotion.moved", persona_id, {"by": interaction.value, "cause": cause, "to": moved})
    return True


def heard(message: Message, roster: Roster) -> Interaction | None:
    """How a message feels to whoever heard it; nothing where no human said it."""
    if message.sender_kind is not SenderKind.HUMAN:
        return None
    if is_passed_over(message, roster):
        return Interaction.PASSED_OVER
    return tone_of(message.text)


def is_passed_over(message: Message, roster: Roster) -> bool:
    """Whether a human asked others for something where this persona listens, and not it."""
    if message.sender_kind is not SenderKind.HUMAN or message.mentioned or not message.channel:
        return False
    return bool(roster.mentioned(message.text) - {message.persona_id})
