"""The rollout: its stages, every gate against its limit, its personas, and what happened, in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.commands import StepRollout
from engine.queries import (
    ROLLOUT,
    AskRollout,
    GateView,
    MemberView,
    RolloutStageView,
    RolloutStepView,
    RolloutView,
)

from ..keymap import Scope
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import ago, bar, count, lasts
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from . import rolling
from .page import PageScreen
from .pages import open_page

if TYPE_CHECKING:
    from ..app import ConsoleApp

_STEPS: Final = 100
_STATES: Final = {
    "none": ("none yet", "dim"),
    "planned": ("○ planned", "text"),
    "soaking": ("▸ soaking", "accent"),
    "ready": ("● ready, an operator says when", "warn"),
    "held": ("‖ held", "warn"),
    "complete": ("✓ complete", "good"),
    "rolled_back": ("◂ rolled back", "bad"),
    "aborted": ("✕ given up", "warn"),
}
_STAGES: Final = {
    "done": ("✓ done", "good"),
    "now": ("▸ now", "accent"),
    "ahead": ("○ ahead", "dim"),
    "ended": ("◂ ended", "bad"),
}
_HEALTH: Final = {"ok": ("✓ ok", "good"), "few": ("· too few", "dim"), "breach": ("✕ breach", "alarm")}
_GATES: Final = {
    "answers": "answer time",
    "depth": "inbox depth",
    "failures": "failures",
    "rejections": "rejected",
    "starvation": "oldest wait",
}
_MODES: Final = {"autonomous": "good", "sync": "text", "shadow": "accent", "off": "dim"}
_STEP_TONES: Final = {"breach": "bad", "back": "bad", "hold": "warn", "abort": "warn"}
_FITS: Final[Mapping[str, frozenset[str]]] = {
    "rollout.start": frozenset({"none", "planned", "complete", "rolled_back", "aborted"}),
    "rollout.advance": frozenset({"soaking", "ready"}),
    "rollout.hold": frozenset({"soaking", "ready", "held"}),
    "rollout.abort": frozenset({"planned", "soaking", "ready", "held"}),
}
"""States in which a key has something to do; every other key always has."""


@dataclass(frozen=True, slots=True)
class RolloutRow:
    """One line of the list: a stage, a gate, a persona or a step."""

    key: str
    item: RolloutStageView | GateView | MemberView | RolloutStepView


def _cells(row: RolloutRow, now: datetime) -> tuple[Cell, ...]:
    match row.item:
        case RolloutStageView() as stage:
            word, tone = _STAGES[stage.state]
            done = 100 if not stage.soak_seconds else stage.soaked_seconds * 100 // stage.soak_seconds
            full, empty = bar(done if stage.state != "ahead" else 0)
            soak = f" {lasts(stage.soaked_seconds)} of {lasts(stage.soak_seconds)}"
            return (
                cell("stage", "dim"),
                cell(stage.share, "strong"),
                cell(word, tone),
                (run(full, tone), run(empty, "dim"), run(soak, "dim")),
                cell(", ".join(stage.personas[:20])),
            )
        case GateView() as gate:
            word, tone = _HEALTH[gate.health]
            value = f"{gate.samples} of {gate.least} cases" if gate.health == "few" else _figure(gate.value, gate.unit)
            limit = f"{'below' if gate.gate == 'depth' else 'at most'} {_figure(gate.limit, gate.unit)}"
            return (
                cell("gate", "dim"),
                cell(_GATES[gate.gate], "strong"),
                cell(word, tone),
                (run(value, "bad" if gate.health == "breach" else "text"), run(f"  {limit}", "dim")),
                cell(gate.text, "dim"),
            )
        case MemberView() as one:
            joined = f"joined {ago(one.joined_at, now)} ago, was {one.before}" if one.joined_at else ""
            return (
                cell("persona", "dim"),
                cell(one.name, "strong"),
                cell(one.mode, _MODES.get(one.mode, "text")),
                cell(f"{one.waiting} in", "dim" if not one.waiting else "text"),
                cell(joined or ("takes no part" if not one.place else f"joins as number {one.place}"), "dim"),
            )
        case RolloutStepView() as step:
            return (
                cell("history", "dim"),
                cell(f"{ago(step.at, now)} ago", "dim"),
                cell(step.step, _STEP_TONES.get(step.step, "text")),
                cell(step.actor.removeprefix("operator:"), "dim"),
                cell(step.figures or step.reason, "bad" if step.figures else "text"),
            )


class RolloutScreen(PageScreen[RolloutRow]):
    """The rollout."""

    SCOPE = Scope.ROLLOUT
    NAME = "Rollout"
    SHAPE = Shape(
        columns=(
            Column(7),
            Column(9, most=18),
            Column(9, most=12),
            Column(16, most=28),
            Column(10, flex=1, wide=70),
        ),
        key=lambda row: row.key,
        cells=_cells,
        empty="There is nobody to roll out to: no persona is configured.",
    )

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__(console)
        self._shown: RolloutView | None = None

    async def load(self) -> Sequence[RolloutRow]:
        """The rollout as it is now."""
        found = await self.console.client.query(ROLLOUT, AskRollout(steps=_STEPS))
        self._shown = found
        return [
            *(RolloutRow(f"stage {one.stage}", one) for one in found.stages),
            *(RolloutRow(f"gate {one.gate}", one) for one in found.gates),
            *(RolloutRow(f"persona {one.persona}", one) for one in found.personas),
            *(RolloutRow(f"step {one.id}", one) for one in found.steps),
        ]

    def heading(self, items: Sequence[RolloutRow]) -> tuple[str, ...]:
        """Where it is, and how long it soaks yet."""
        del items
        shown = self._shown
        if shown is None:
            return ()
        parts = [_STATES[shown.state][0]]
        if shown.state in {"soaking", "held", "ready"}:
            share = next((one.share for one in shown.stages if one.stage == shown.stage), shown.stage)
            parts.append(share)
            parts.append(f"soak {lasts(shown.soak_left_seconds)} left" if shown.soak_left_seconds else "soaked")
        broken = sum(gate.health == "breach" for gate in shown.gates)
        if broken:
            parts.append(f"{count(broken, 'gate')} breached")
        return tuple(parts)

    def fits(self, id: str, item: RolloutRow | None) -> bool:  # noqa: A002  # the key's own word
        """Steps fit the state that the rollout is in."""
        del item
        state = self._shown.state if self._shown else ""
        return id not in _FITS or state in _FITS[id]

    def explain(self, item: RolloutRow | None) -> tuple[Paragraph, ...]:
        """What the selected line means, then what happens next."""
        shown = self._shown
        if shown is None:
            return ()
        about = [] if item is None else [*self._about(item), GAP]
        word, tone = _STATES[shown.state]
        about.append(paragraph(word, "rollout", tone=tone))
        if shown.next:
            about.append(paragraph(shown.next, "next"))
        elif shown.state == "none":
            about.append(paragraph("s starts one; the cursor on a persona makes it the first", "next"))
        if shown.why:
            about.append(paragraph(shown.why, "why", tone="bad" if shown.state == "rolled_back" else "text"))
        if shown.missing:
            about.append(paragraph(f"{count(shown.missing, 'more message')} until its health can be told", "too few"))
        about.append(paragraph("R puts every persona on sync at once, from every screen", "way back", tone="dim"))
        return tuple(about)

    def start(self) -> None:
        """Begin: the planned one, an ended one again, or a new one with the selected persona first."""
        if self._shown is not None:
            chosen = self.selected.item if self.selected else None
            rolling.start(self, self._shown, chosen.persona if isinstance(chosen, MemberView) else "")

    def advance(self) -> None:
        """Begin the next stage."""
        if self._shown is not None:
            rolling.advance(self, self._shown)

    def hold(self) -> None:
        """Hold it at once; where it is held, ask whether it may go on."""
        shown = self._shown
        if shown is None:
            return
        if shown.state == "held":
            rolling.resume(self, shown)
        else:
            self.console.send("rollout.hold", StepRollout())

    def abort(self) -> None:
        """Give it up."""
        if self._shown is not None:
            rolling.abort(self, self._shown)

    def compare(self) -> None:
        """Open the shadow report."""
        open_page("page.shadow", self.console)

    def _about(self, row: RolloutRow) -> list[Paragraph]:
        match row.item:
            case RolloutStageView() as stage:
                return [
                    paragraph(stage.share, "stage", tone="strong"),
                    paragraph(f"{lasts(stage.soaked_seconds)} of {lasts(stage.soak_seconds)} healthy work", "soak"),
                    paragraph(", ".join(stage.personas), "personas"),
                ]
            case GateView() as gate:
                return self._gate(gate)
            case MemberView() as one:
                return [
                    paragraph(f"{one.name} ({one.persona})", "persona", tone="strong"),
                    paragraph(one.mode, "works"),
                    paragraph(one.before or "it has not joined", "before"),
                    paragraph(str(one.place) if one.place else "takes no part", "place"),
                    paragraph(count(one.waiting, "message"), "waiting"),
                ]
            case RolloutStepView() as step:
                return [
                    paragraph(f"{step.step}, at the stage {step.stage}", "step", tone="strong"),
                    paragraph(f"{step.at:%Y-%m-%d %H:%M:%S} UTC, rollout {step.rollout}", "at"),
                    paragraph(step.actor, "by"),
                    paragraph(f"{step.before or 'nothing'} → {step.after}".replace("_", " "), "state"),
                    paragraph(step.figures or step.reason or "nobody said", "why"),
                ]

    def _gate(self, gate: GateView) -> list[Paragraph]:
        shown = self._shown
        others = [one for one in shown.all_gates if one.gate == gate.gate] if shown else []
        word, tone = _HEALTH[gate.health]
        return [
            paragraph(_GATES[gate.gate], "gate", tone="strong"),
            paragraph(f"{word}: {gate.text}", "worst", tone=tone),
            GAP,
            heading("Every persona on trial"),
            *(paragraph(one.text, f"{_HEALTH[one.health][0]}") for one in others[:200]),
        ]

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "rollout.start": start,
        "rollout.advance": advance,
        "rollout.hold": hold,
        "rollout.abort": abort,
        "rollout.compare": compare,
        "rollout.all": rolling.roll_back,
    }


def _figure(value: float, unit: str) -> str:
    """A measured figure with its unit."""
    number = f"{value:.1f}" if value % 1 else f"{value:.0f}"
    return f"{number} {unit}"
