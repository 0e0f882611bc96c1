"""How far personas act by themselves: one change of mode, or everybody's at once, as part of a unit of work.

No change of mode loses a message. What waits in an inbox waits on, and is answered as the new mode says: in sync and
shadow mode at once, one after the other; in autonomous mode by cadence; off, once the persona is on again. A message
that a brain is at is seen through. A persona that is off tells senders so instead of taking new ones.
"""

from __future__ import annotations

from dataclasses import replace

from ..settings.personas import AutonomyMode
from ..storage import Reader, Transaction
from .roster import Roster
from .runtime import introduce, load, save
from .shadow import repository as shadows

AT_ONCE_MODES = frozenset({AutonomyMode.SYNC, AutonomyMode.SHADOW})
"""Modes in which people are answered at once; in shadow mode autonomy then does the same again, for comparison only."""


def set_mode(tx: Transaction, persona_id: str, mode: AutonomyMode, roster: Roster, actor: str) -> AutonomyMode:
    """Change how far a persona acts by itself; it stays so across restarts, whatever the settings say.

    Returns:
        the mode before.

    Raises:
        UnknownPersona: it is not configured.
    """
    persona = roster.get(persona_id)
    introduce(tx, persona_id, persona.mode, roster.rules.emotions)
    runtime = load(tx, persona_id)
    if runtime.mode is not mode:
        save(tx, replace(runtime, mode=mode))
        if runtime.mode is AutonomyMode.SHADOW:
            shadows.leave(tx, persona_id)
        tx.record("persona.mode_changed", persona_id, {"from": runtime.mode.value, "to": mode.value}, actor)
    return runtime.mode


def load_all_modes(reader: Reader) -> dict[str, AutonomyMode]:
    """How each persona that was ever introduced works, by id."""
    return {row["id"]: AutonomyMode(row["mode"]) for row in reader.rows("SELECT id, mode FROM personas")}


def all_to_sync(tx: Transaction, roster: Roster, actor: str) -> tuple[str, ...]:
    """Have every persona answer at once, outside its inbox, except those that are off: somebody stopped them.

    Returns:
        whose mode changed.
    """
    changed = []
    for persona_id, persona in roster.personas.items():
        introduce(tx, persona_id, persona.mode, roster.rules.emotions)
        if load(tx, persona_id).mode not in {AutonomyMode.SYNC, AutonomyMode.OFF}:
            set_mode(tx, persona_id, AutonomyMode.SYNC, roster, actor)
            changed.append(persona_id)
    return tuple(changed)
