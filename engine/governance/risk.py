"""How much an operator should worry before saying yes: a fixed rule over known facts."""

from __future__ import annotations

from typing import Final

from .action import Risk
from .kinds import APPROVAL_KINDS, GATED_STAGES, Stage
from .ports import Effect, PreparedCall, ToolSpec

_WEIGHTY_KINDS: Final = frozenset({"send_proposal", "negotiate_terms", "contact_c_suite", "share_minutes_externally"})
_MANY_RECIPIENTS: Final = 5


def risk_of(kind: str, stage: Stage | None, spec: ToolSpec, call: PreparedCall) -> Risk:
    """The risk of one action.

    High: it reaches outside, cannot be undone, and is weighty by kind, by stage or by the number of recipients.
    Medium: it reaches outside, or its kind asks for approval. Low: everything else.
    """
    outward = spec.effect is Effect.OUTWARD
    weighty = kind in _WEIGHTY_KINDS or stage in GATED_STAGES or call.reach > _MANY_RECIPIENTS
    if outward and not call.undoable and weighty:
        return Risk.HIGH
    return Risk.MEDIUM if outward or kind in APPROVAL_KINDS else Risk.LOW


def effect_of(call: PreparedCall) -> str:
    """What the action would do, and whether that can be taken back."""
    return f"{call.summary} · {'can be undone' if call.undoable else 'cannot be undone'}"
