"""What the engine says about itself: structured logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..lazy import lazily

if TYPE_CHECKING:
    from .logs import close_log, open_log

__all__ = ["close_log", "open_log"]

_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "logs": ("close_log", "open_log"),
}

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
