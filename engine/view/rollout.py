"""The rollout, as the first line of the console shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RolloutLine:
    """Where the rollout is.

    Attributes:
        state: planned, soaking, ready, held, complete, rolled_back or aborted.
        stage: one, half or all.
        share: the stage in a word: ``1 persona``, ``50%``, ``100%``.
        soak_left_seconds: healthy work that the stage still has to show.
        why: for one that was rolled back: the breach, or the operator's reason.
        breached_at: when a gate sent it back; nothing where none did.
    """

    state: str
    stage: str
    share: str
    soak_left_seconds: int = 0
    why: str = ""
    breached_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """An operator has to let the next stage begin."""
        return self.state == "ready"
