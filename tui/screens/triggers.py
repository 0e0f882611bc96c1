"""What has personas start work by themselves: each emotional trigger, each scanner, and what keeps it from that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.commands import FireTrigger, ResetTrigger, RunJob, Target
from engine.queries import (
    FINDINGS,
    TRIGGERS,
    AskFindings,
    AskTriggers,
    FindingPage,
    PersonaTriggers,
    ScannerView,
    TriggersView,
    TriggerView,
)

from ..keymap import Scope
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import ago, count, left
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell
from .confirm import Confirm, Question, always
from .page import PageScreen

if TYPE_CHECKING:
    from ..app import ConsoleApp

_STATES: Final = {
    "armed": ("○ armed", "text"),
    "queued": ("▸ under way", "accent"),
    "backing_off": ("↻ backs off", "warn"),
    "spent": ("· spent", "dim"),
    "disarmed": ("✕ disarmed", "bad"),
    "waiting": ("○ looking", "text"),
    "running": ("▸ looking", "accent"),
    "failing": ("✕ failing", "bad"),
    "paused": ("‖ paused", "warn"),
    "off": ("· off", "dim"),
}
_BAR: Final = 20
_SHOWN: Final = 8
_FINDINGS: Final = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a trigger, or a scanner."""

    trigger: TriggerView | None = None
    scanner: ScannerView | None = None

    @property
    def key(self) -> str:
        """What it is, however it changes."""
        if self.trigger is not None:
            return f"{self.trigger.persona} {self.trigger.emotion}"
        return f"scanner {self.scanner.name}" if self.scanner is not None else ""


def _cells(row: Row, now: datetime) -> tuple[Cell, ...]:
    if row.trigger is not None:
        return _trigger_cells(row.trigger, now)
    assert row.scanner is not None  # noqa: S101  # a row is one of the two
    return _scanner_cells(row.scanner, now)


def _trigger_cells(one: TriggerView, now: datetime) -> tuple[Cell, ...]:
    past = one.value >= one.threshold
    return (
        cell(*_STATES.get(one.state, (one.state, "text"))),
        cell(one.persona_name, "strong"),
        cell(one.emotion, "text"),
        cell(f"{one.value}/{one.threshold}", "warn" if past else "text"),
        cell(one.waits_for, "dim"),
        cell(ago(one.fired_at, now) if one.fired_at else "", "dim"),
    )


def _scanner_cells(one: ScannerView, now: datetime) -> tuple[Cell, ...]:
    heard = f"heard by {', '.join(one.heard_by)}" if one.heard_by else "nobody hears it"
    return (
        cell(*_STATES.get(one.state, (one.state, "text"))),
        cell("scanner", "dim"),
        cell(one.name, "text"),
        cell(f"{one.open} open" if one.open else "nothing", "warn" if one.open else "dim"),
        cell(one.held or heard, "warn" if one.held or not one.heard_by else "dim"),
        cell(ago(one.last_at, now) if one.last_at else "", "dim"),
    )


class TriggersScreen(PageScreen[Row]):
    """The triggers, then the scanners."""

    SCOPE = Scope.TRIGGERS
    NAME = "Triggers and scanners"
    SHAPE = Shape(
        columns=(
            Column(10, most=12),
            Column(8, most=20),
            Column(11, most=22),
            Column(6, most=10, right=True),
            Column(10, flex=1, wide=60),
            Column(4, right=True, fleeting=True),
        ),
        key=lambda row: row.key,
        cells=_cells,
        empty="No emotion has a trigger, and no scanner is there.  Thresholds: [triggers.emotional.thresholds].",
    )

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__(console)
        self._view: TriggersView | None = None
        self._page: FindingPage | None = None

    async def load(self) -> Sequence[Row]:
        """Triggers and scanners as they are now."""
        self._view = await self.console.client.query(TRIGGERS, AskTriggers())
        self._page = await self.console.client.query(FINDINGS, AskFindings(limit=_FINDINGS))
        triggers = [Row(trigger=trigger) for one in self._view.personas for trigger in one.triggers]
        # Those nearest to firing come first.
        triggers.sort(key=lambda row: -(row.trigger.value - row.trigger.threshold) if row.trigger else 0)
        return [*triggers, *(Row(scanner=scanner) for scanner in self._page.scanners)]

    def heading(self, items: Sequence[Row]) -> tuple[str, ...]:
        """When they are evaluated next, and how many findings are open."""
        parts = []
        if self._view is not None and self._view.held:
            parts.append(f"not evaluated: {self._view.held}")
        elif self._view is not None and not self._view.alive:
            parts.append("no engine evaluates them")
        elif self._view is not None and self._view.next_at is not None:
            parts.append(f"evaluated in {left(self._view.next_at, self.now)}")
        found = sum(row.scanner.open for row in items if row.scanner is not None)
        parts.append(f"{found} finding{'' if found == 1 else 's'} open")
        if self._view is not None and self._view.cooldowns:
            parts.append(f"{len(self._view.cooldowns)} resting")
        return tuple(parts)

    def explain(self, item: Row | None) -> tuple[Paragraph, ...]:
        """The persona's emotions, whom it would write to, who rests, and why it did not; or a scanner's findings."""
        if item is None or self._view is None or self._page is None:
            return ()
        if item.scanner is not None:
            return tuple(self._about_scanner(item.scanner, self._page))
        if item.trigger is None:
            return ()
        persona = next(one for one in self._view.personas if one.persona == item.trigger.persona)
        return (
            *self._about(item.trigger, persona),
            GAP,
            *self._feelings(persona),
            *self._rests(),
            *self._refusals(item),
        )

    def fits(self, id: str, item: Row | None) -> bool:  # noqa: A002  # the key's own word
        """Triggers are fired and armed; scanners are run and held."""
        if id in {"trigger.fire", "trigger.arm"}:
            return item is not None and item.trigger is not None
        if id in {"scanner.run", "scanner.pause"}:
            return item is not None and item.scanner is not None
        return super().fits(id, item)

    def fire(self) -> None:
        """Have the selected trigger fire, once that is confirmed."""
        trigger = self.selected.trigger if self.selected is not None else None
        if trigger is None or self._view is None:
            return
        persona = next(one for one in self._view.personas if one.persona == trigger.persona)
        to = f"{persona.recipient} in {persona.place} ({persona.platform})" if persona.recipient else "nobody yet"
        question = Question(
            cell(f"Have {trigger.persona_name} begin a talk now?", "strong"),
            (
                paragraph(to, "writes to", tone="strong"),
                paragraph(f"{trigger.emotion} {trigger.value} of {trigger.threshold}", "because of"),
                paragraph("Modes, pauses, cooldowns and the limit per hour hold all the same."),
            ),
            yes="write now",
            no="leave it",
            void=always,
        )
        self.hold()

        def decide(yes: bool | None) -> None:  # noqa: FBT001  # the dialog's own answer
            self.release()
            if yes:
                self.console.send("trigger.fire", FireTrigger(persona=trigger.persona, emotion=trigger.emotion))

        self.console.push_screen(Confirm(question, self.clock, self.view), decide)

    def arm(self) -> None:
        """Arm the selected trigger again."""
        trigger = self.selected.trigger if self.selected is not None else None
        if trigger is not None:
            self.console.send("trigger.reset", ResetTrigger(persona=trigger.persona, emotion=trigger.emotion))

    def run_now(self) -> None:
        """Have the selected scanner look now."""
        scanner = self.selected.scanner if self.selected is not None else None
        if scanner is not None:
            self.console.send("job.run", RunJob(name=scanner.name))

    def pause(self) -> None:
        """Hold the selected scanner, or let it go on."""
        scanner = self.selected.scanner if self.selected is not None else None
        if scanner is not None:
            verb = "target.resume" if scanner.held else "target.pause"
            self.console.send(verb, Target(scope="job", id=scanner.name))

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "trigger.fire": fire,
        "trigger.arm": arm,
        "scanner.run": run_now,
        "scanner.pause": pause,
    }

    def _about(self, one: TriggerView, persona: PersonaTriggers) -> list[Paragraph]:
        word, tone = _STATES.get(one.state, (one.state, "text"))
        to = f"{persona.recipient} in {persona.place} ({persona.platform})" if persona.recipient else "nobody yet"
        lines = [
            paragraph(f"{one.emotion} of {one.persona_name} ({one.persona}, {persona.mode})", "trigger", tone="strong"),
            paragraph(f"{word}: {one.waits_for}" if one.waits_for else word, "state", tone=tone),
            paragraph(f"from {one.threshold} on, armed again below {one.rearm_below} or at rest", "fires"),
            paragraph(to, "would write to"),
            paragraph(f"{persona.this_hour} of {persona.per_hour}", "talks this hour"),
        ]
        if one.fired_at is not None:
            lines.append(paragraph(f"{count(one.fired, 'time')}, the last {ago(one.fired_at, self.now)} ago", "fired"))
        if one.retry_at is not None:
            lines.append(paragraph(f"in {left(one.retry_at, self.now)}, failure {one.failures}", "tries again"))
        return lines

    def _feelings(self, persona: PersonaTriggers) -> list[Paragraph]:
        lines = [heading("Emotions: █ now, ▏ armed again below, ▎ fires")]
        for feeling in persona.emotions:
            bar = ["█" if place * 100 < feeling.value * _BAR else "·" for place in range(_BAR)]
            for mark, points in (("▏", feeling.rearm_below), ("▎", feeling.threshold)):
                if points is not None:
                    bar[min(_BAR - 1, points * _BAR // 100)] = mark
            tone = "warn" if feeling.threshold is not None and feeling.value >= feeling.threshold else "text"
            lines.append(paragraph(f"{''.join(bar)} {feeling.value:>3}", feeling.emotion, tone=tone))
        return lines

    def _rests(self) -> list[Paragraph]:
        if self._view is None or not self._view.cooldowns:
            return []
        return [
            GAP,
            heading("Resting: nobody begins a talk with them"),
            *(
                paragraph(f"{left(one.until, self.now)} more; {one.persona} wrote on {one.platform}", one.recipient)
                for one in self._view.cooldowns[:_SHOWN]
            ),
        ]

    def _refusals(self, row: Row) -> list[Paragraph]:
        if self._view is None or row.trigger is None:
            return []
        found = [one for one in self._view.skips if one.persona == row.trigger.persona][:_SHOWN]
        if not found:
            return []
        lines = [GAP, heading("Why it did not, the latest first")]
        for one in found:
            times = f" ×{one.times}" if one.times > 1 else ""
            lines.append(paragraph(f"{one.source}{times}: {one.reason}", f"{ago(one.last_at, self.now)} ago"))
        return lines

    def _about_scanner(self, one: ScannerView, page: FindingPage) -> list[Paragraph]:
        word, tone = _STATES.get(one.state, (one.state, "text"))
        lines = [
            paragraph(one.name, "scanner", tone="strong"),
            paragraph(one.about or "its maker does not say", "looks at"),
            paragraph(f"{word}: {one.held}" if one.held else word, "state", tone=tone),
            paragraph(", ".join(one.heard_by) or "nobody: name it in a persona's scanners", "heard by"),
            paragraph(one.source, "from"),
        ]
        if one.last_at is not None:
            lines.append(paragraph(f"{ago(one.last_at, self.now)} ago: {one.last_note}", "last look"))
        if one.next_at is not None:
            lines.append(paragraph(f"in {left(one.next_at, self.now)}", "next look"))
        for finding in page.items:
            if finding.scanner == one.name:
                told = f"told {ago(finding.told_at, self.now)} ago" if finding.told_at else "told to nobody yet"
                lines += [
                    GAP,
                    heading(finding.summary),
                    paragraph(f"{ago(finding.opened_at, self.now)}, {told}", "open"),
                ]
                lines += [paragraph(detail) for detail in finding.details]
        return lines
