"""The first line: where this is, how the engine is doing, how many things need somebody, who is looking, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from textual.strip import Strip

from engine.operators import Operator
from engine.view import Dependency, Health, RolloutLine, View

from .figures import clock, lasts, span
from .tones import Cell, Toned, cell, fit, run, width_of

STALE_SECONDS: Final = 2.0
"""Older data is called old. The engine makes a view at least once a second."""

_HEALTH: Final = {Health.OK: "dim", Health.STARTING: "warn", Health.LOST: "bad", Health.FAILED: "bad"}


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose console this is, and on which workspace."""

    workspace: str
    operator: Operator
    attached: bool


def age(view: View, now: datetime) -> int:
    """How old the data is, in whole seconds; 0 while it is fresh."""
    seconds = (now - view.at).total_seconds()
    return int(seconds) if seconds > STALE_SECONDS else 0


def needs_you(view: View | None) -> str:
    """The one number, as the header and the terminal's title write it."""
    needs = view.needs if view else 0
    return f"▲ {needs} need{'s' if needs == 1 else ''} you" if needs else ""


class Header(Toned):
    """The first line. Where room is short, the less important parts go first; who, when and what needs you stay."""

    PLAIN = "header"
    DEFAULT_CSS = """
    Header { height: 1; dock: top; }
    """

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self._seat = seat
        self._left: tuple[tuple[int, Cell], ...] = ()
        self._right: tuple[tuple[int, Cell], ...] = ()

    def take(self, seat: Seat) -> None:
        """Whose console it is, from the next :meth:`show` on."""
        self._seat = seat

    def show(self, view: View | None, now: datetime) -> None:
        """Show the state of a moment."""
        left, right = self._parts(view), self._who(view, now)
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line: parts on the left and on the right, as many as there is room for."""
        width = self.size.width
        left, right = list(self._left), list(self._right)
        while _width(left) + _width(right) + 1 > width and (left or right):
            side = min((part for part in (left, right) if part), key=lambda parts: min(rank for rank, _ in parts))
            side.remove(min(side, key=lambda part: part[0]))
        room = max(0, width - _width(right))
        spaced = [one for _, part in left for one in (run("  "), *part)]
        tail = [one for _, part in right for one in (*part, run("  "))]
        return self.strip_of(
            [*fit(spaced[1:] and [run(" "), *spaced[1:]], room), *fit([*tail[:-1], run(" ")], width - room)], width
        )

    def _parts(self, view: View | None) -> tuple[tuple[int, Cell], ...]:
        seat = self._seat
        parts: list[tuple[int, Cell]] = [
            (1, cell("watchfloor", "accent")),
            # A simulated workspace is told by its alarm; its name says nothing more.
            (2 if view is not None and view.engine.simulated else 9, cell(seat.workspace, "strong", limit=24)),
        ]
        if view is None:
            return (*parts, (8, cell("starting…", "warn")))
        engine = view.engine
        if engine.simulated:
            parts.append((9, cell("DEMO · simulated traffic", "alarm")))
        if engine.halted:
            parts.append((9, cell("■ PAUSED", "bad")))
        else:
            leading = f"◇ attached #{engine.epoch}" if seat.attached else f"● leading #{engine.epoch}"
            parts.append((3, cell(leading, "text" if seat.attached else "good")))
        parts.append((5 if engine.redis.health is Health.OK else 8, _dependency("redis", engine.redis)))
        parts.append((4 if engine.database.health is Health.OK else 8, _dependency("db", engine.database)))
        if view.rollout is not None:
            back = view.rollout.state == "rolled_back"
            parts += [(8 if back else 6, one) for one in (_rollout(view.rollout),) if one]
        return tuple(parts)

    def _who(self, view: View | None, now: datetime) -> tuple[tuple[int, Cell], ...]:
        operator = self._seat.operator
        name = f"{operator.name}@{operator.session} ({operator.role.title})"
        parts: list[tuple[int, Cell]] = []
        if view is not None and (old := age(view, now)):
            parts.append((9, cell(f"data {span(old)} old", "bad")))
        if needs := needs_you(view):
            parts.append((10, cell(f" {needs} ", "alarm")))
        return (*parts, (6, cell(name, "dim", limit=40)), (7, cell(f"{clock(now)}Z")))


def _dependency(name: str, state: Dependency) -> Cell:
    tone = _HEALTH[state.health]
    if state.health is not Health.OK:
        return cell(f"✕ {name} {state.health.value}" if tone == "bad" else f"{name} {state.health.value}", tone)
    latency = f"{state.latency_ms:.1f}ms" if state.latency_ms is not None else "ok"
    return (run(f"{name} ", "dim"), run(latency))


def _rollout(line: RolloutLine) -> Cell:
    """Where the rollout is, in a few words; nothing where none is under way."""
    match line.state:
        case "soaking":
            soak = f"soak {lasts(line.soak_left_seconds)} left" if line.soak_left_seconds else "soaked"
            return (run("rollout ▸ ", "dim"), run(line.share, "accent"), run(f" {soak}", "dim"))
        case "ready":
            return cell(f"rollout ● {line.share} soaked: r", "warn")
        case "held":
            return cell(f"rollout ‖ {line.share} held", "warn")
        case "rolled_back":
            return cell("rollout ◂ rolled back", "bad")
        case _:
            return ()


def _width(parts: list[tuple[int, Cell]]) -> int:
    return sum(width_of(part) + 2 for _, part in parts)
