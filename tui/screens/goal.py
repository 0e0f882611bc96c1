"""One goal: what was reached against the pace, where it is heading, what to do about it, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.worker import Worker, WorkerState

from engine.errors import WatchfloorError
from engine.queries import GOAL, AskGoal, GoalReport
from engine.view import GoalView, View

from ..keymap import BY_ID
from ..panels.goals import standing
from ..safe import SafeText, display
from ..widgets.chart import Chart, Plot, curve
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import amount, clock, day
from ..widgets.notices import broken
from ..widgets.tones import cell, run
from .applies import applies
from .goal_forms import edit, put_away, toggle
from .reading import Reading

if TYPE_CHECKING:
    from ..app import ConsoleApp

_VERBS: Final[Mapping[str, Callable[[GoalScreen, GoalView], None]]] = {
    "goal.edit": edit,
    "pause": toggle,
    "goal.archive": put_away,
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


class GoalScreen(Reading):
    """The plot above, the words below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(BY_ID[name].keys), f"change('{name}')", show=False, id=f"goal_screen.{name}")
        for name in _VERBS
    ]

    def __init__(self, goal_id: str, console: ConsoleApp) -> None:
        super().__init__((run("goal ", "dim"), run(goal_id, "strong")))
        self.chart = Chart(id="chart")
        self.clock = console.clock
        self.view: View | None = console.client.view
        self.selected: GoalView | None = None
        self._goal_id = goal_id
        self._seq = -1
        self._asking = False

    def compose(self) -> ComposeResult:
        """Title, plot, text, keys."""
        head, *rest = super().compose()
        yield head
        yield self.chart
        yield from rest

    def on_mount(self) -> None:
        """Ask."""
        self.read((paragraph("asking the engine…", tone="dim"),))
        self._seq = self.view.seq if self.view else -1
        self._ask()

    def show(self, view: View | None) -> None:
        """Ask again when the journal has grown, one question at a time."""
        self.view = view
        if view is not None and view.seq != self._seq and not self._asking:
            self._seq = view.seq
            self._ask()

    @property
    def console(self) -> ConsoleApp:
        """The application that this screen belongs to."""
        return cast("ConsoleApp", self.app)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Changing needs a goal that can change, and the role."""
        if action != "change":
            return True
        key = BY_ID[str(parameters[0])]
        return applies(key.id, self.selected) and key.allows(self.console.client.operator.role)

    def action_change(self, id: str) -> None:  # noqa: A002  # the key's own word
        """Do what a key of the goals panel does, to this goal."""
        if self.selected is not None:
            _VERBS[id](self, self.selected)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error that nobody foresaw is shown in place of the goal."""
        if event.state is WorkerState.ERROR:
            self._fail(broken(event.worker.error))

    @work(exit_on_error=False, group="goal")
    async def _ask(self) -> None:
        self._asking = True
        try:
            report = await self.console.client.query(GOAL, AskGoal(id=self._goal_id))
        except WatchfloorError as error:
            self._fail(error)
        else:
            self._tell(report)
        finally:
            self._asking = False

    def _tell(self, report: GoalReport) -> None:
        goal = self.selected = report.goal
        self.head.show((run("goal  ", "dim"), *cell(goal.title, "strong"), run("  "), *standing(goal)))
        self.chart.show(plot_of(report))
        self.read(page(report))
        usable = (BY_ID[name] for name in _VERBS if self.check_action("change", (name,)))
        self.offer((key.shown, key.title) for key in usable)

    def _fail(self, error: WatchfloorError) -> None:
        self.chart.show(None)
        parts = (("failed", error.what), ("because", error.why), ("do", error.remedy))
        tones = {"failed": "bad"}
        self.read(tuple(paragraph(text, label, tones.get(label, "text")) for label, text in parts if text))


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
