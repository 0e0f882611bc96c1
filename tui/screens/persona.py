"""One persona: its state over time, what it feels, what it may begin, and why it did or did not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from engine.errors import WatchfloorError
from engine.queries import PERSONA, TRIGGERS, AskPersona, AskTriggers, PersonaReport, TriggersView
from engine.view import PersonaView, View

from ..keymap import BY_ID, Scope
from ..widgets.chart import Chart
from ..widgets.tones import Run, cell, run
from .message_verbs import write
from .persona_mode import mode
from .persona_plot import DAY, RANGES, STATE, plot_of
from .persona_text import page
from .subject import Subject, verb_keys

if TYPE_CHECKING:
    from ..app import ConsoleApp

POINTS: Final = 120
"""Parts of the time that is shown."""
_LEAST_SECONDS: Final = 0.9
"""Least time between two questions that nobody asked for."""
_LABELS: Final = 14
_BESIDE: Final = 22
"""Columns beside the little charts."""


def _pause(screen: PersonaScreen) -> None:
    from .verbs import pause

    pause(screen.console, screen.selected)


_VERBS: Final[Mapping[str, Callable[[PersonaScreen], None]]] = {"write": write, "pause": _pause, "mode": mode}
LOOKS: Final = {
    "persona.plot": "plot",
    "persona.shorter": "range(-1)",
    "persona.longer": "range(1)",
    "zoom": "hide",
}
"""What each key does here that only looks."""


class PersonaScreen(Subject[PersonaView]):
    """The plot above, the words below; told anew whenever there is news."""

    VERBS = _VERBS
    BINDINGS: ClassVar[list[BindingType]] = [
        *verb_keys(_VERBS, "persona_screen"),
        *(
            Binding(",".join(BY_ID[name].keys), action, show=False, id=f"persona_screen.{name}")
            for name, action in LOOKS.items()
        ),
        *(Binding(str(number), f"message({number})", show=False) for number in range(10)),
    ]

    SCOPE = Scope.PERSONA

    def __init__(self, persona_id: str, console: ConsoleApp) -> None:
        super().__init__((run("persona ", "dim"), run(persona_id, "strong")), console, label_width=_LABELS)
        self.chart = Chart(id="chart")
        self.which = STATE
        self.range = DAY
        self._persona_id = persona_id
        self._report: PersonaReport | None = None
        self._triggers: TriggersView | None = None
        self._asked = float("-inf")

    def compose(self) -> ComposeResult:
        """Title, plot, text, keys."""
        head, *rest = super().compose()
        yield head
        yield self.chart
        yield from rest

    def on_resize(self) -> None:
        """The little charts are as wide as there is room."""
        self._tell()

    def due(self, view: View) -> bool:
        """Its state moves with the time, be there news or not."""
        return self.clock.monotonic() - self._asked >= _LEAST_SECONDS

    def action_plot(self) -> None:
        """The next plot: the state, then one emotion after the other, the strongest first."""
        if self.selected is None:
            return
        names = (STATE, *(name for name, _ in self.selected.emotions))
        place = names.index(self.which) if self.which in names else -1
        self.which = names[(place + 1) % len(names)]
        self._tell()

    def action_range(self, by: int) -> None:
        """A shorter or a longer time."""
        wanted = max(0, min(len(RANGES) - 1, self.range + by))
        if wanted != self.range:
            self.range = wanted
            self.ask()

    def action_hide(self) -> None:
        """Give the plot's room to the text, or back."""
        self.toggle_class("-plain")

    def action_message(self, number: int) -> None:
        """Open one of the last messages; 0 is the tenth."""
        from .message import MessageScreen

        place = (number or 10) - 1
        found = self._report.messages if self._report is not None else ()
        if place < len(found):
            self.console.push_screen(MessageScreen(found[place].id, self.console))

    async def load(self) -> None:
        """How it is, how it was, and what it may begin."""
        self._asked = self.clock.monotonic()
        hours, _ = RANGES[self.range]
        client = self.console.client
        report = await client.query(PERSONA, AskPersona(id=self._persona_id, hours=hours, points=POINTS))
        triggers = await client.query(TRIGGERS, AskTriggers(persona=self._persona_id, skips=10))
        fresh = self._report is None
        self._report, self._triggers = report, triggers
        if fresh:
            self._narrow(report)
        self.selected = report.persona
        self._tell()

    def _narrow(self, report: PersonaReport) -> None:
        """Begin with the shortest time that holds all there is to see."""
        known = sum(one.known for one in report.history.points)
        hours = known * RANGES[self.range][0] / POINTS
        fitting = next((place for place, (most, _) in enumerate(RANGES) if hours < most), self.range)
        if fitting < self.range:
            self.range, self._again = fitting, True

    def _tell(self) -> None:
        report = self._report
        if report is None:
            return
        _, time = RANGES[self.range]
        one = report.persona
        parts: list[Run] = [run("persona  ", "dim"), *cell(one.name, "strong", limit=60), run(f"  {one.id}  ", "dim")]
        if one.circuit_open:
            parts.append(run("✕ resting  ", "bad"))
        parts += [run(f"{one.mode} · {one.mood}  "), run(f"{self.which} over {time}", "accent")]
        self.head.show(tuple(parts))
        self.chart.show(plot_of(report.history, self.which, self._lines_of(self.which)))
        width = max(10, min(60, self.size.width - _LABELS - _BESIDE))
        self.read(page(report, self._triggers, width))
        self.offer_verbs(("e", "plot"), ("< >", "time"), ("z", "text only"), ("1–0", "open a message"))

    def _lines_of(self, emotion: str) -> tuple[int, int] | None:
        views = (one for persona in (self._triggers.personas if self._triggers else ()) for one in persona.emotions)
        found = next((one for one in views if one.emotion == emotion and one.threshold is not None), None)
        if found is None or found.threshold is None or found.rearm_below is None:
            return None
        return found.threshold, found.rearm_below

    def fail(self, error: WatchfloorError) -> None:
        """Nothing can be done to what cannot be seen; the plot goes with the words."""
        self.selected = None
        self._report = None
        self.chart.show(None)
        super().fail(error)
