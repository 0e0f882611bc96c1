"""What overshadows everything else: all is paused, the data is old, something the engine leans on is lost."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from textual.strip import Strip

from engine.view import Dependency, Health, View

from .figures import clock
from .header import age
from .tones import Cell, Toned, fit, run

MOST: Final = 3
"""Most lines; what is left is counted in the last one."""


def notices(view: View, now: datetime) -> tuple[Cell, ...]:
    """What must be said, the gravest first."""
    lines: list[Cell] = []
    engine = view.engine
    if age(view, now):
        lines.append(
            (
                run("▲ OLD DATA", "alarm"),
                run(f"  no news since {clock(view.at)}Z; every decision is checked again", "warn"),
            )
        )
    if engine.halted:
        by = f" · paused by {engine.halted_by}" if engine.halted_by else ""
        lines.append(
            (
                run("■ PAUSED", "alarm"),
                run("  P", "accent"),
                run(f" lets everything go on{by}", "warn"),
            )
        )
    if engine.halted and engine.in_flight:
        lines.append((run("■ in flight then", "warn"), run(f"  {' · '.join(engine.in_flight)}", "text")))
    lines += _lost("redis", engine.redis, "agents get no work; everything else goes on")
    lines += _lost("database", engine.database, "nothing can be decided until it is back")
    lines += [(run("▲ notice", "warn"), run(f"  {text}", "text")) for text in engine.notices]
    if len(lines) <= MOST:
        return tuple(lines)
    more = len(lines) - MOST
    return (*lines[: MOST - 1], (*lines[MOST - 1], run(f"  and {more} more", "dim")))


def _lost(name: str, state: Dependency, meanwhile: str) -> list[Cell]:
    if state.health not in {Health.LOST, Health.FAILED}:
        return []
    since = f" since {clock(state.since)}Z" if state.since else ""
    detail = f": {state.detail}" if state.detail else ""
    return [
        (run(f"✕ {name.upper()} {state.health.value.upper()}", "alarm"), run(f"{since}{detail} · {meanwhile}", "warn"))
    ]


class Banner(Toned):
    """No lines while all is well."""

    DEFAULT_CSS = """
    Banner { height: auto; max-height: 3; display: none; dock: top; margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Cell, ...] = ()

    def show(self, lines: tuple[Cell, ...]) -> None:
        """Show these lines."""
        if lines == self._lines:
            return
        resized = len(lines) != len(self._lines)
        self._lines = lines
        if resized:
            self.display = bool(lines)
            self.styles.height = len(lines)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line."""
        width = self.size.width
        runs = self._lines[y] if y < len(self._lines) else ()
        return self.strip_of(fit((run(" "), *runs), width), width)
