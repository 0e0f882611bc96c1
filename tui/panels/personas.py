"""Panel 1: who acts by itself here, how each is doing, and what it is at."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engine.view import PersonaView, View

from ..keymap import Scope
from ..widgets.figures import ago, bar, left, sparkline
from ..widgets.order import Order
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, Run, cell, run
from .base import Panel

_MODES: Final = {"autonomous": "accent", "sync": "text", "shadow": "dim", "off": "dim"}
_MOODS: Final = {"overwhelmed": "bad", "tired": "warn", "active": "good", "idle": "dim"}


def _mode(persona: PersonaView) -> Cell:
    if persona.circuit_open:
        return cell("✕ resting", "bad")
    if persona.paused:
        return cell("■ paused", "warn")
    if persona.held:
        # Whom it waits for stands in the next column, so that the name has room in a narrow panel too.
        return cell("waits for", "warn")
    return cell(persona.mode, _MODES.get(persona.mode, "text"))


def _energy(persona: PersonaView) -> Cell:
    if _shows_hold(persona):
        return (run(persona.held[0].name, "strong", limit=60),)
    filled, rest = bar(persona.energy, 6)
    tone = "good" if persona.energy >= 50 else "warn" if persona.energy >= 30 else "bad"
    return (run(filled, tone), run(rest, "dim"))


def _shows_hold(persona: PersonaView) -> bool:
    return bool(persona.held) and not persona.circuit_open and not persona.paused


def _waiting(persona: PersonaView) -> Cell:
    if persona.overloaded:
        return cell(f"▲{min(persona.waiting, 9_999)}", "bad")
    return cell(f"{persona.waiting} in", "text" if persona.waiting else "dim")


def _spent(persona: PersonaView) -> list[Run]:
    """The budget that is nearest to its end, once something of it is used."""
    tight = max(persona.spent, key=lambda one: one[1] * 1_000 // max(1, one[2]), default=("", 0, 0))
    measure, used, limit = tight
    if not used:
        return []
    share = used * 100 // max(1, limit)
    tone = "bad" if share >= 100 else "warn" if share >= 80 else "text"
    figures = f"{used // 100}/{limit // 100}" if measure.startswith("cents") else f"{used}/{limit}"
    what, _, window = measure.partition("_per_")
    return [run(figures, tone), run(f" {'money' if what == 'cents' else what} a {window}", "dim")]


def _scarce(persona: PersonaView) -> bool:
    """A budget is nearly used up: then it is told before what is merely good to know."""
    return any(used * 100 >= 80 * max(1, limit) for _, used, limit in persona.spent)


def _cells(persona: PersonaView, now: datetime) -> tuple[Cell, ...]:
    return (
        cell(persona.name, "strong"),
        _mode(persona),
        _energy(persona),
        cell(str(persona.energy)),
        cell(persona.mood, _MOODS.get(persona.mood, "text")),
        cell(persona.doing, "dim"),
        cell(f"att {persona.attention}", "dim"),
        cell(f"bud {persona.budget}", "dim"),
        _waiting(persona),
    )


SHAPE: Final[Shape[PersonaView]] = Shape(
    columns=(
        Column(10, flex=2),
        Column(10),
        Column(6, most=12),
        Column(3, right=True),
        Column(11),
        Column(12, flex=5, wide=70),
        Column(7, wide=92),
        Column(7, wide=92),
        Column(5, right=True),
    ),
    key=lambda persona: persona.id,
    cells=_cells,
    empty='No personas yet. Add one to watchfloor.toml:  [personas.helper]  name = "Helper"',
    orders=(
        Order("most waiting", lambda persona: (-persona.waiting,)),
        Order("least energy", lambda persona: (persona.energy,)),
        Order("name", lambda persona: (persona.name.casefold(),)),
    ),
)


class PersonasPanel(Panel[PersonaView]):
    """The personas."""

    SCOPE = Scope.PERSONAS
    NUMBER = 1
    NAME = "Personas"

    def __init__(self) -> None:
        super().__init__(SHAPE)

    def items(self, view: View) -> tuple[PersonaView, ...]:
        """All of them, in the order of the settings."""
        return view.personas

    def heading(self, view: View, now: datetime) -> tuple[str, ...]:
        """How many work by themselves."""
        if not view.personas:
            return ()
        return (f"{_autonomous(view)} of {len(view.personas)} autonomous",)

    def footnote(self, view: View, now: datetime) -> Cell:
        """The selected persona's strongest feeling over the last while, its last reply, and what else it feels."""
        persona = self.table.current
        if persona is None:
            return ()
        runs: list[Run] = []
        if persona.held:
            hold = persona.held[0]
            runs += (run("waits for "), run(hold.name, "strong", limit=60))
            runs += (run(f" {left(hold.until, now)} at most", "dim"), run(" · ", "dim"))
        if persona.emotions:
            name, points = persona.emotions[0]
            past = sparkline(persona.trend, 100).lstrip() or sparkline([points], 100)
            runs += (run(f"{name} "), run(f"{past} ", "accent"), run(str(points)), run(" · ", "dim"))
        spent = _spent(persona)
        if spent and _scarce(persona):
            runs += (*spent, run(" · ", "dim"))
        runs.append(
            run(f"last: reply {ago(persona.last_reply, now)} ago" if persona.last_reply else "no reply yet", "dim")
        )
        if persona.dead:
            runs.append(run(f" · ✕ {persona.dead} dead", "bad"))
        if spent and not _scarce(persona):
            runs += (run(" · ", "dim"), *spent)
        for name, points in persona.emotions[1:3]:
            runs += (run(" · ", "dim"), run(f"{name} {points}", "dim"))
        return tuple(runs)

    def summary(self, view: View, now: datetime) -> Cell:
        """Counts."""
        waiting = sum(persona.waiting for persona in view.personas)
        overloaded = sum(persona.overloaded for persona in view.personas)
        runs = [run(f"{len(view.personas)} · {_autonomous(view)} autonomous · {waiting} waiting")]
        if overloaded:
            runs.append(run(f" · ▲ {overloaded} overloaded", "bad"))
        return tuple(runs)


def _autonomous(view: View) -> int:
    return sum(persona.mode == "autonomous" and not persona.paused for persona in view.personas)
