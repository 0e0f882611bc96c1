"""Structured logs: one JSON object a line, secrets masked, control characters escaped, the file bounded."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path
from typing import Final

from ..clock import Clock
from ..lazy import without
from ..redaction import Redactor

with without("rich.pretty", "rich.traceback"):
    # The library would load them for logs on a terminal; ours are JSON in a file.
    import structlog

FILE_BYTES: Final = 5_000_000
"""A log file is set aside when it grows past this."""
FILES_KEPT: Final = 3


def open_log(path: Path, clock: Clock, redactor: Redactor) -> structlog.stdlib.BoundLogger:
    """A logger that writes JSON lines to ``path``; several loggers for one file share its handler.

    ``json.dumps`` escapes every control character, so that a log shown with ``cat`` cannot steer a terminal.
    """
    handlers = logging.getLogger(f"watchfloor:{path}")
    if not handlers.handlers:
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter("%(message)s"))
        handlers.addHandler(handler)
        handlers.setLevel(logging.INFO)
        handlers.propagate = False

    def stamp(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["at"] = clock.now().isoformat(timespec="milliseconds")
        return event

    def mask(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        masked = redactor.value(event)
        return masked if isinstance(masked, dict) else event

    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        handlers,
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            stamp,
            structlog.processors.format_exc_info,
            mask,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return logger


def close_log(path: Path) -> None:
    """Close the file behind every logger for ``path``."""
    handlers = logging.getLogger(f"watchfloor:{path}")
    for handler in list(handlers.handlers):
        handlers.removeHandler(handler)
        handler.close()
