"""The queues: tasks by what they ask for, how long they wait, how fast they are done, and who can do them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.commands import Target
from engine.queries import AGENTS, AgentsReport, AskNothing, QueueView

from ..keymap import Scope
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import count, lasts, short, sparkline
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell
from .choose import Choice, Choose
from .page import PageScreen
from .pages import open_page

if TYPE_CHECKING:
    from ..app import ConsoleApp

_NAMED: Final = 20
"""So many names are told; of the rest the number is."""
_DIGITS: Final = "123456789"


def _cells(queue: QueueView, _now: datetime) -> tuple[Cell, ...]:
    nobody = queue.pending and not queue.agents
    if queue.paused:
        last = cell("■ paused" if len(queue.needs) == 1 else f"■ {', '.join(queue.paused)} paused", "warn")
    else:
        last = cell("▲ no agent can do it" if nobody else count(queue.agents, "agent"), "bad" if nobody else "dim")
    return (
        cell("+".join(queue.needs), "strong"),
        cell(f"{short(queue.pending)} wait", "text" if queue.pending else "dim"),
        cell(f"{short(queue.active)} run", "good" if queue.active else "dim"),
        cell(f"{short(queue.backlog)} later", "dim"),
        cell(lasts(queue.oldest_seconds) if queue.pending else "", "dim"),
        cell(sparkline(queue.throughput), "accent"),
        cell(f"{sum(queue.throughput)} done", "dim"),
        last,
    )


def _names(agents: Sequence[str]) -> str:
    more = len(agents) - _NAMED
    return ", ".join(agents[:_NAMED]) + (f" and {more} more" if more > 0 else "")


class QueuesScreen(PageScreen[QueueView]):
    """The queues."""

    SCOPE = Scope.QUEUES
    NAME = "Queues"
    SHAPE = Shape(
        columns=(
            Column(10, flex=1),
            Column(7, most=12, right=True),
            Column(5, most=10, right=True),
            Column(0, most=12, right=True, wide=90),
            Column(4, most=8, right=True, fleeting=True),
            Column(20, wide=90),
            Column(6, most=12, right=True),
            Column(8, most=22),
        ),
        key=lambda queue: "+".join(queue.needs),
        cells=_cells,
        empty="No task waits, and none was done in the last twenty minutes.",
    )

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__(console)
        self._report: AgentsReport | None = None

    async def load(self) -> Sequence[QueueView]:
        """The queues as they are now."""
        self._report = await self.console.client.query(AGENTS, AskNothing())
        return self._report.queues

    def heading(self, items: Sequence[QueueView]) -> tuple[str, ...]:
        """How much waits, and whether anything is handed out."""
        parts = [count(len(items), "queue"), f"{short(sum(one.pending for one in items))} wait"]
        if self._report is not None and self._report.queue_paused:
            parts.append("■ paused: nothing is handed out")
        elif self._report is not None and self._report.paused:
            parts.append(f"■ paused: {_names(self._report.paused)}")
        return tuple(parts)

    def fits(self, id: str, item: QueueView | None) -> bool:  # noqa: A002  # the key's own word
        """All can be paused, and the dead letters be read, also while nothing waits."""
        return id in {"queues.all", "page.dead"} or super().fits(id, item)

    def explain(self, item: QueueView | None) -> tuple[Paragraph, ...]:
        """What its tasks ask for, what stands in their way, and who could do them."""
        report = self._report
        if item is None or report is None:
            return ()
        able = [agent.id for agent in report.agents if set(item.needs) <= set(agent.capabilities)]
        lines = [
            paragraph(", ".join(item.needs), "needs", "strong"),
            paragraph(f"{item.pending} wait, {item.active} run, {item.backlog} wait for others", "tasks"),
            paragraph(f"{sparkline(item.throughput)}  {sum(item.throughput)} in 20 min", "done"),
            paragraph(_names(able) or "nobody here", "can be done by", "text" if able else "bad"),
        ]
        if item.paused:
            held = "nothing that asks for it is handed out; what agents hold already goes on"
            lines.append(paragraph(f"{', '.join(item.paused)}: {held}", "paused", "warn"))
        if report.blockers:
            lines += [GAP, heading("Held up")]
            lines += [paragraph(f"{one.title}: {one.why}", tone="warn") for one in report.blockers]
        return tuple(lines)

    def pause(self) -> None:
        """Hand out nothing more that asks for what this queue asks for, or let all of that go on."""
        queue = self.selected
        if queue is None:
            return
        if queue.paused:
            for name in queue.paused:
                self.console.send("target.resume", Target(scope="queue", id=name))
        elif len(queue.needs) == 1:
            self.console.send("target.pause", Target(scope="queue", id=queue.needs[0]))
        else:
            # What several queues ask for stops in all of them, so whoever pauses says which of these is meant.
            named = dict(zip(_DIGITS, queue.needs, strict=False))
            choices = tuple(Choice(key, name, "whatever asks for it") for key, name in named.items())

            def deliver(key: str | None) -> None:
                if key is not None:
                    self.console.send("target.pause", Target(scope="queue", id=named[key]))

            self.console.push_screen(Choose(cell("Hand out nothing more that asks for", "strong"), choices), deliver)

    def pause_all(self) -> None:
        """Hand out nothing more, or go on."""
        paused = self._report is not None and self._report.queue_paused
        self.console.send(f"target.{'resume' if paused else 'pause'}", Target(scope="queue", id="tasks"))

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "queues.pause": pause,
        "queues.all": pause_all,
        "page.dead": lambda page: open_page("page.dead", page.console),
    }
