"""Tells a persona what operators made of its questions, so that it does not ask the same again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..canonical import JSON
from ..governance.action import Action
from ..governance.trail import EDITED
from ..personas import Incoming, PersonaService, SenderKind
from ..settings.emotions import Interaction
from ..storage import Transaction
from .trigger_desk import OWN

SENDER: Final = "governance"
"""Who the message is from."""
_PERSONA: Final = "persona:"
_CHANGES: Final = 20
_VALUE: Final = 300


def tell_proposer(
    personas: PersonaService, tx: Transaction, action: Action, event: str, data: Mapping[str, JSON]
) -> None:
    """Put what became of a question into its proposer's inbox, in the unit of work that changed it.

    A proposer that is no persona looks for itself: a heartbeat's line and a goal are settled by the same event, and an
    operator sees it on the screen.
    """
    persona_id = action.proposer.removeprefix(_PERSONA)
    if not action.proposer.startswith(_PERSONA) or persona_id not in personas.roster.personas:
        return
    edited = event == EDITED
    if not edited and not (action.dedupe_key or "").startswith(OWN):
        personas.feel_in(tx, persona_id, Interaction.REJECTION, action.id)
    by = action.edited_by if edited else action.decided_by
    why = str(data.get("edit_reason" if edited else "reason") or "")
    changes = _changes(data.get("changes")) if edited else ()
    payload: dict[str, JSON] = {
        "type": "feedback",
        "verdict": "edited" if edited else "rejected",
        "action": action.id,
        "kind": action.kind,
        "by": by,
        "reason": why,
        "changes": list[JSON](changes),
    }
    personas.post_in(
        tx,
        Incoming(
            id=f"{action.id}:{action.revision}:{event}",
            sender=SENDER,
            sender_kind=SenderKind.SYSTEM,
            text=_text(action, by or "nobody", why, changes, edited=edited),
            to=(persona_id,),
            payload=payload,
            in_reply_to=action.origin,
        ),
    )


def _text(action: Action, by: str, why: str, changes: Sequence[str], *, edited: bool) -> str:
    reason = f": {why}" if why else ""
    if edited:
        lines = (f"Your {action.kind} was changed by {by} before an answer{reason}.", *changes)
        return "\n".join((*lines, "It waits as it is now; asking for the old one again only counts a repeat."))
    return f"Your {action.kind} was rejected by {by}{reason}.\nDo not ask for it again; a repeat is only counted."


def _changes(recorded: JSON) -> tuple[str, ...]:
    rows = recorded if isinstance(recorded, list) else []
    found = [row for row in rows if isinstance(row, list) and len(row) == 3]
    return tuple(f"{pointer}: {_value(before)} → {_value(after)}" for pointer, before, after in found[:_CHANGES])


def _value(value: JSON) -> str:
    text = "(nothing)" if value is None else str(value)
    return text if len(text) <= _VALUE else text[: _VALUE - 1] + "…"
