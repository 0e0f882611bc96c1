"""One goal: what was reached against the pace, where it is heading, what to do about it, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType

from engine.errors import WatchfloorError
from engine.queries import GOAL, AskGoal, GoalReport
from engine.view import GoalView

from ..panels.goals import standing
from ..safe import SafeText, display
from ..widgets.chart import Chart, Plot, curve
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import amount, clock, day
from ..widgets.tones import cell, run
from .goal_forms import edit, put_away, toggle
from .subject import Subject, verb_keys

if TYPE_CHECKING:
    from ..app import ConsoleApp


def _to_it(verb: Callable[[GoalScreen, GoalView], None]) -> Callable[[GoalScreen], None]:
    def act(screen: GoalScreen) -> None:
        if screen.selected is not None:
            verb(screen, screen.selected)

    return act


_VERBS: Final[Mapping[str, Callable[[GoalScreen], None]]] = {
    "goal.edit": _to_it(edit),
    "pause": _to_it(toggle),
    "goal.archive": _to_it(put_away),
}
_MEASURED: Final = 30


def plot_of(report: GoalReport) -> Plot:
    """The days of a goal as three lines: solid what was reached, dashed the projection, dotted the pace."""
    goal, points = report.goal, report.points
    reached = [point.actual for point in points]
    highest = max([goal.target, *(value for value in reached if value is not None)])
    projected = [point.projected for point in points]
    # A goal that is far ahead would press everything else against the lower edge.
    top = min(max([highest, *(value for value in projected if value is not None)]), 2 * highest)
    present = max((number for number, value in enumerate(reached) if value is not None), default=0)
    curves = (
        curve("reached", reached, "good" if goal.on_track else "warn"),
        curve("projected", projected, "accent", 3, 3),
        curve("pace", [point.pace for point in points], "dim", 1, 2),
    )
    heights = [(amount(0, goal.unit), 0), (amount(goal.target, goal.unit), goal.target)]
    # Within one year the day says enough.
    told = day if goal.start[:4] == goal.end[:4] else str
    places = [(told(goal.start), 0), (told(goal.end), len(points) - 1)]
    if 0 < present < len(points) - 1:
        places.append((told(points[present].day), present))
    return Plot(curves, top, _labels(heights), _labels(places))


def page(report: GoalReport) -> tuple[Paragraph, ...]:
    """A goal in words."""
    goal = report.goal
    lines = [
        paragraph(f"{amount(goal.value, goal.unit)} of {amount(goal.target, goal.unit)}, {goal.progress}%", "reached"),
        _standing(goal),
        paragraph(_pace(report), "pace"),
        paragraph(_outlook(report), "projected"),
        paragraph(goal.method, "projection"),
        paragraph(f"{goal.start} to {goal.end}, {max(0, goal.days_left)} days left", "window"),
        GAP,
    ]
    if goal.suggestions:
        lines.append(heading("Suggestions"))
        lines += [paragraph(text, str(number)) for number, text in enumerate(goal.suggestions, start=1)]
        lines.append(GAP)
    lines += _gaps(report)
    lines.append(heading("Measured"))
    lines += [
        paragraph(
            f"{amount(one.value, goal.unit)}  {'on track' if one.on_track else '▼ behind'}",
            one.day,
            "text" if one.on_track else "warn",
        )
        for one in reversed(report.history[-_MEASURED:])
    ] or [paragraph("not yet; the job goal_progress_update does it", tone="dim")]
    lines += [GAP, heading("History")]
    lines += [paragraph(f"{event.text}  ({event.actor})", f"{clock(event.at)}Z") for event in report.events]
    return tuple(lines)


class GoalScreen(Subject[GoalView]):
    """The plot above, the words below."""

    VERBS = _VERBS
    BINDINGS: ClassVar[list[BindingType]] = [*verb_keys(_VERBS, "goal_screen")]

    def __init__(self, goal_id: str, console: ConsoleApp) -> None:
        super().__init__((run("goal ", "dim"), run(goal_id, "strong")), console)
        self.chart = Chart(id="chart")
        self._goal_id = goal_id

    def compose(self) -> ComposeResult:
        """Title, plot, text, keys."""
        head, *rest = super().compose()
        yield head
        yield self.chart
        yield from rest

    async def load(self) -> None:
        """All there is to say about it."""
        report = await self.console.client.query(GOAL, AskGoal(id=self._goal_id))
        goal = self.selected = report.goal
        self.head.show((run("goal  ", "dim"), *cell(goal.title, "strong"), run("  "), *standing(goal)))
        self.chart.show(plot_of(report))
        self.read(page(report))
        self.offer_verbs()

    def fail(self, error: WatchfloorError) -> None:
        """The plot goes with the words."""
        self.chart.show(None)
        super().fail(error)


def _standing(goal: GoalView) -> Paragraph:
    state = standing(goal)[0]
    return paragraph(f"{state.text.text}, {goal.expected}% expected by now", "state", state.tone)


def _pace(report: GoalReport) -> str:
    if report.pace is None:
        return "none"
    if report.goal.unit == "money":
        return f"{amount(report.pace // 100, 'money')} a day"
    return f"{report.pace // 100:,}.{report.pace % 100:02d} a day"


def _outlook(report: GoalReport) -> str:
    goal = report.goal
    if goal.projected is None:
        return "nothing yet"
    ending = f"{amount(goal.projected, goal.unit)} by {goal.end}"
    return f"{ending}; {f'the target on {goal.projected_on}' if goal.projected_on else 'the target never at this pace'}"


def _gaps(report: GoalReport) -> Sequence[Paragraph]:
    if not report.gaps:
        return ()
    lines = [heading("Times behind")]
    for gap in reversed(report.gaps):
        until = f"to {gap.closed:%Y-%m-%d}" if gap.closed else "and still"
        answer = f"answered by action {gap.action_id}" if gap.action_id else "no action proposed yet"
        lines.append(paragraph(f"from {gap.opened:%Y-%m-%d} {until}; {answer}", str(gap.number)))
    return [*lines, GAP]


def _labels(places: Sequence[tuple[str, int]]) -> tuple[tuple[SafeText, int], ...]:
    return tuple((display(text, limit=20, multiline=False), at) for text, at in places)
