"""The console's own way to and from the terminal.

Importing this package does not import Textual: ``prepare()`` must be able to run before that.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .environment import prepare

if TYPE_CHECKING:
    from .app_mixin import TerminalApp
    from .clipboard import MAX_ENCODED
    from .driver import TerminalDriver
    from .shutdown import ExitReason

__all__ = ["MAX_ENCODED", "ExitReason", "TerminalApp", "TerminalDriver", "prepare"]


_HOMES = {"MAX_ENCODED": "clipboard", "ExitReason": "shutdown", "TerminalApp": "app_mixin", "TerminalDriver": "driver"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
