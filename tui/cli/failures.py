"""How failures are told: one line on standard error, what, why and the remedy; never a traceback."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .exits import Exit

if TYPE_CHECKING:
    from engine.errors import WatchfloorError

    from .session import Session


def complain(what: str, *, why: str = "", remedy: str = "") -> None:
    """One line on standard error: ``watchfloor: what: why. remedy``."""
    from ..safe import display

    parts = ": ".join(part for part in ("watchfloor", what, why) if part)
    line = f"{parts}. {remedy}" if remedy else parts
    click.echo(display(line, multiline=False).text, err=True)


def exit_for(error: WatchfloorError) -> Exit:
    """The exit code that tells this failure to a script."""
    from engine.client import EngineUnreachable

    return Exit.UNREACHABLE if isinstance(error, EngineUnreachable) else Exit.FAILED


def report_crash(error: Exception, session: Session) -> None:
    """Say in one line that this should not have happened, and put the traceback, without secrets, into a log."""
    log = _write_log(error, session)
    place = f"the details are in {log}" if log is not None else "no log could be written"
    complain("internal error", why=f"{type(error).__name__}; {place}", remedy="Please report it, with that file.")


def _write_log(error: Exception, session: Session) -> Path | None:
    from engine.clock import SystemClock
    from engine.redaction import Redactor
    from engine.telemetry import close_log, open_log
    from engine.workspace import find_workspace

    workspace = find_workspace(session.folder)
    # Not the engine's own log: two processes must not turn over one file.
    candidates = [_user_state() / "crash.log"]
    if workspace is not None:
        candidates.insert(0, workspace.state / "crash.log")
    for path in candidates:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.open("a").close()
        except OSError:
            continue
        open_log(path, SystemClock(), Redactor()).error("crash", exc_info=error)
        close_log(path)
        return path
    return None


def _user_state() -> Path:
    home = os.environ.get("XDG_STATE_HOME", "")
    return (Path(home) if home.startswith("/") else Path.home() / ".local" / "state") / "watchfloor"
