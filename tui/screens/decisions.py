"""What each key that concerns a proposed action does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from .allow import allow, deny
from .asides import claim, settle, snooze, withdraw
from .batch import decide_marked, marked
from .decide import Desk, approve, reject, undo
from .editing import edit


def _approve(screen: Desk) -> None:
    if marked(screen):
        decide_marked(screen, "approve")
    else:
        approve(screen)


def _reject(screen: Desk) -> None:
    if marked(screen):
        decide_marked(screen, "reject")
    else:
        reject(screen)


DECISIONS: Final[dict[str, Callable[[Desk], None]]] = {
    "approve": _approve,
    "reject": _reject,
    "edit": edit,
    "snooze": snooze,
    "undo": undo,
    "claim": claim,
    "always.allow": allow,
    "always.deny": deny,
    "withdraw": withdraw,
    "settle": settle,
}
"""By the key's id."""
