"""The background jobs: when each runs next, how it did, and every run that matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.commands import RunJob, Target
from engine.queries import SCHEDULE, AskSchedule, SchedulePage
from engine.view import JobRunView, JobView

from ..keymap import Scope
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import ago, count, left
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell
from .page import PageScreen

if TYPE_CHECKING:
    from ..app import ConsoleApp

_RUNS: Final = 20
_HEARTBEAT: Final = "heartbeat"
_BY_NAME: Final = "it was"
"""How the engine says that a job itself is paused."""
_STATES: Final = {
    "running": ("▸ running", "accent"),
    "waiting": ("○ waiting", "text"),
    "paused": ("‖ paused", "warn"),
    "failing": ("✕ failing", "bad"),
    "stuck": ("✕ stuck", "alarm"),
    "off": ("· off", "dim"),
}
_OUTCOMES: Final = {
    "ok": ("✓", "good"),
    "failed": ("✕ failed", "bad"),
    "timeout": ("✕ too long", "bad"),
    "cut_off": ("‖ cut off", "warn"),
    "running": ("▸ running", "accent"),
}
_CAUSES: Final = {"slot": "on time", "retry": "tried again", "hand": "by hand"}


def _state(job: JobView) -> Cell:
    word, tone = _STATES.get(job.state, (job.state, "text"))
    return cell(f"{word} ×{job.failures}" if job.failures else word, tone)


def _next(job: JobView, now: datetime) -> str:
    if job.state in {"off", "paused"} or not job.next:
        return "–"
    if job.asked or job.next[0] <= now:
        return "now"
    return left(job.next[0], now)


def _last(job: JobView) -> Cell:
    if not job.last_outcome:
        return cell("not yet", "dim")
    word, tone = _OUTCOMES.get(job.last_outcome, (job.last_outcome, "text"))
    return cell(f"{word} {job.last_count}" if job.last_outcome == "ok" else word, tone)


def _cells(job: JobView, now: datetime) -> tuple[Cell, ...]:
    resting = job.state in {"off", "paused"}
    return (
        _state(job),
        cell(job.name, "dim" if resting else "strong"),
        cell(_next(job, now), "dim" if resting else "text"),
        cell(job.plan, "dim"),
        _last(job),
        cell(ago(job.last_at, now) if job.last_at else "", "dim"),
        cell(job.held or job.last_note, "warn" if job.held else "dim"),
    )


class ScheduleScreen(PageScreen[JobView]):
    """The jobs."""

    SCOPE = Scope.SCHEDULE
    NAME = "Schedule"
    SHAPE = Shape(
        columns=(
            Column(9, most=12),
            Column(16, most=26),
            Column(5, most=6, right=True),
            Column(10, most=30, wide=100),
            Column(6, most=10),
            Column(4, right=True, fleeting=True),
            Column(10, flex=1, wide=70),
        ),
        key=lambda job: job.name,
        cells=_cells,
        empty="There are no jobs.",
    )

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__(console)
        self._page: SchedulePage | None = None

    async def load(self) -> Sequence[JobView]:
        """The jobs as they are now."""
        self._page = await self.console.client.query(SCHEDULE, AskSchedule(runs=_RUNS))
        return self._page.items

    def heading(self, items: Sequence[JobView]) -> tuple[str, ...]:
        """How many there are, and how many of them want a look."""
        parts = [count(len(items), "job")]
        for word in ("running", "paused", "failing", "stuck"):
            number = sum(job.state == word for job in items)
            if number:
                parts.append(f"{number} {word}")
        if self._page is not None and self._page.held:
            parts.append(self._page.held)
        elif self._page is not None and not self._page.alive:
            parts.append("no engine runs them")
        return tuple(parts)

    def explain(self, item: JobView | None) -> tuple[Paragraph, ...]:
        """What it does, its plan, its next runs, and its last ones."""
        if item is None:
            return ()
        return (*self._about(item), GAP, *self._ahead(item), GAP, *self._behind(item))

    def run_now(self) -> None:
        """Run the selected job."""
        if self.selected is not None:
            self.console.send("job.run", RunJob(name=self.selected.name))

    def pause(self) -> None:
        """Hold the selected job, or let it go on."""
        job = self.selected
        if job is not None:
            self.console.send("target.resume" if job.held else "target.pause", _target(job))

    def _about(self, job: JobView) -> list[Paragraph]:
        word, tone = _STATES.get(job.state, (job.state, "text"))
        lines = [
            paragraph(job.name, "job", tone="strong"),
            paragraph(job.about or "its maker does not say", "does"),
            paragraph(f"{word}: {job.held}" if job.held else word, "state", tone=tone),
            paragraph(_plan(job), "plan"),
        ]
        if job.running_since is not None:
            lines.append(paragraph(f"for {ago(job.running_since, self.now)}", "runs"))
        if job.failures:
            lines.append(paragraph(f"{job.failures} in a row; it is tried again in {_next(job, self.now)}", "failures"))
        if job.last_note:
            lines.append(paragraph(job.last_note, "last note", tone="bad" if job.failures else "text"))
        made_up = f"{count(job.merged, 'missed slot')} made up for by another's run, {job.skipped} let go"
        lines += [paragraph(f"{job.runs} so far; {made_up}", "runs"), paragraph(job.source, "from", tone="dim")]
        return lines

    def _ahead(self, job: JobView) -> list[Paragraph]:
        lines = [heading("Next runs (UTC)")]
        if not job.next:
            return [*lines, paragraph("none: it is switched off in the settings", tone="dim")]
        return [*lines, *(paragraph(f"{at:%a %Y-%m-%d %H:%M:%S}", f"in {left(at, self.now)}") for at in job.next)]

    def _behind(self, job: JobView) -> list[Paragraph]:
        lines = [heading("Last runs")]
        if not job.recent:
            return [*lines, paragraph("none yet", tone="dim")]
        return [*lines, *(_run(one) for one in job.recent)]

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "schedule.run": run_now,
        "schedule.pause": pause,
    }


def _target(job: JobView) -> Target:
    """What pausing and resuming a job means: beats have a scope of their own, which their screen shows too."""
    if job.name == _HEARTBEAT and not job.held.startswith(_BY_NAME):
        return Target(scope="heartbeat", id="*")
    return Target(scope="job", id=job.name)


def _plan(job: JobView) -> str:
    parts = [job.plan]
    if job.hours:
        parts.append(f"between {job.hours} ({job.zone})")
    if job.jitter_seconds:
        parts.append(f"up to {job.jitter_seconds} s later by chance")
    parts.append(f"at most {job.timeout_seconds:g} s")
    if job.overlap == "queue":
        parts.append("once more where a slot comes during a run")
    return "; ".join(parts)


def _run(one: JobRunView) -> Paragraph:
    word, tone = _OUTCOMES.get(one.outcome, (one.outcome, "text"))
    made_up = f" for {one.merged + 1} slots" if one.merged else ""
    done = f" {one.count} done" if one.outcome == "ok" else ""
    note = f"; {one.note}" if one.note else ""
    text = f"{word}{done}, {_CAUSES.get(one.cause, one.cause)}{made_up}{note}"
    return paragraph(text, f"{one.began_at:%m-%d %H:%M:%S}", tone="text" if tone == "good" else tone)
