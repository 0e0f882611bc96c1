"""What the engine says about itself: structured logs."""

from .logs import close_log, open_log

__all__ = ["close_log", "open_log"]
