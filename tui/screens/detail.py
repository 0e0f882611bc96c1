"""All there is to know about one thing, asked of the engine when it is opened and when there is news."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

from textual import work
from textual.worker import Worker, WorkerState

from engine.client import EngineClient
from engine.errors import WatchfloorError
from engine.queries import DETAIL, AskDetail
from engine.view import (
    ActivityView,
    AgentView,
    ApprovalView,
    Detail,
    GoalView,
    MessageView,
    PersonaView,
    Section,
    TaskView,
    View,
)

from ..panels.payload import explain
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import clock
from ..widgets.notices import broken
from ..widgets.tones import cell, run
from .reading import Reading

if TYPE_CHECKING:
    from ..app import ConsoleApp

Kind = Literal["action", "message", "persona", "goal", "task", "agent", "account"]


_SORTS: Final[dict[type, Kind]] = {
    ApprovalView: "action",
    PersonaView: "persona",
    MessageView: "message",
    GoalView: "goal",
    AgentView: "agent",
    TaskView: "task",
}
_KINDS: Final[dict[str, Kind]] = {kind: kind for kind in (*_SORTS.values(), "account")}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a detail is about."""

    kind: Kind
    id: str


def subject_of(item: object) -> Subject | None:
    """What to open for an item of a panel."""
    if isinstance(item, ActivityView):
        kind = _KINDS.get(item.kind.partition(".")[0])
        return Subject(kind, item.subject) if kind and 0 < len(item.subject) <= 200 else None
    if isinstance(item, ApprovalView | PersonaView | MessageView | GoalView | AgentView | TaskView):
        return Subject(_SORTS[type(item)], item.id)
    return None


def page(detail: Detail) -> tuple[Paragraph, ...]:
    """A detail as text."""
    lines: list[Paragraph] = []
    if detail.approval is not None:
        lines += [*explain(detail.approval), GAP]
    for section in detail.sections:
        lines += [*_section(section), GAP]
    return tuple(lines)


def _section(section: Section) -> list[Paragraph]:
    lines = [heading(section.heading)]
    lines += [paragraph(value, name) for name, value in section.facts]
    if section.text:
        lines.append(paragraph(section.text))
    lines += [
        paragraph(f"{event.text}  ({event.actor})", f"{clock(event.at)}Z", tone=_tone(event))
        for event in section.events
    ]
    if len(lines) == 1:
        lines.append(paragraph("nothing", tone="dim"))
    return lines


def _tone(event: ActivityView) -> str:
    return event.tone if event.tone in {"good", "bad", "warn"} else "text"


class DetailScreen(Reading):
    """The detail of one thing; says so while it waits for the engine, and where the engine cannot tell."""

    def __init__(self, subject: Subject) -> None:
        super().__init__((run(f"{subject.kind} ", "dim"), run(subject.id, "strong")))
        self._subject = subject
        self._seq = -1

    def on_mount(self) -> None:
        """Ask."""
        self.read((paragraph("asking the engine…", tone="dim"),))
        client = self._client
        self._seq = client.view.seq if client.view else -1
        self._ask()

    def show(self, view: View | None) -> None:
        """Ask again when the journal has grown."""
        if view is not None and view.seq != self._seq:
            self._seq = view.seq
            self._ask()

    @property
    def _client(self) -> EngineClient:
        return cast("ConsoleApp", self.app).client

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error that nobody foresaw is shown in place of the details."""
        if event.state is WorkerState.ERROR:
            self._fail(broken(event.worker.error))

    def _fail(self, error: WatchfloorError) -> None:
        parts = (("failed", error.what), ("because", error.why), ("do", error.remedy))
        tones = {"failed": "bad"}
        self.read(tuple(paragraph(text, label, tones.get(label, "text")) for label, text in parts if text))

    @work(exclusive=True, exit_on_error=False, group="detail")
    async def _ask(self) -> None:
        subject = self._subject
        try:
            detail = await self._client.query(DETAIL, AskDetail(scope=subject.kind, id=subject.id))
        except WatchfloorError as error:
            self._fail(error)
            return
        self.head.show(
            (run(f"{subject.kind}  ", "dim"), *cell(detail.title, "strong"), run(f"  {detail.subject}", "dim"))
        )
        self.read(page(detail))
