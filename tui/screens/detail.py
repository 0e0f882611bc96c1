"""All there is to know about one thing, asked of the engine when it is opened and when there is news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal, cast

from textual import work
from textual.binding import Binding, BindingType
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

from ..keymap import BY_ID
from ..panels.payload import explain
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import clock
from ..widgets.notices import broken
from ..widgets.tones import cell, run
from .applies import applies
from .decisions import DECISIONS
from .reading import Reading

if TYPE_CHECKING:
    from ..app import ConsoleApp

Kind = Literal["action", "message", "persona", "goal", "task", "agent", "account", "rule"]


CHANGES: Final = "Changes"
"""The heading under which the engine tells what edits changed."""
_SORTS: Final[dict[type, Kind]] = {
    ApprovalView: "action",
    PersonaView: "persona",
    MessageView: "message",
    GoalView: "goal",
    AgentView: "agent",
    TaskView: "task",
}
_KINDS: Final[dict[str, Kind]] = {kind: kind for kind in (*_SORTS.values(), "account", "rule")}


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
    """A detail as text; what an approval shows of itself is not told a second time."""
    action = detail.approval
    if action is None:
        return tuple(line for section in detail.sections for line in (*_section(section), GAP))
    told = [section for section in detail.sections if not _told(section, action)]
    # What is different from what the reader knows comes before what was always so.
    told.sort(key=lambda section: section.heading != CHANGES)
    return (*explain(action), GAP, *(line for section in told for line in (*_section(section), GAP)))


def _told(section: Section, action: ApprovalView) -> bool:
    """The approval itself says it already."""
    if section.text and not section.facts and not section.events:
        return section.text == action.why
    return bool(action.payload) and section.facts == action.payload


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

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(BY_ID[name].keys), f"decide('{name}')", show=False, id=f"detail.{name}") for name in DECISIONS
    ]

    def __init__(self, subject: Subject, console: ConsoleApp) -> None:
        super().__init__((run(f"{subject.kind} ", "dim"), run(subject.id, "strong")))
        self._subject = subject
        self._seq = -1
        self._held = False
        self.clock = console.clock
        self.view = console.client.view
        self.selected: ApprovalView | None = None

    def on_mount(self) -> None:
        """Ask."""
        self.read((paragraph("asking the engine…", tone="dim"),))
        client = self._client
        self._seq = client.view.seq if client.view else -1
        self._ask()

    def show(self, view: View | None) -> None:
        """Ask again when the journal has grown."""
        self.view = view
        if view is not None and view.seq != self._seq and not self._held:
            self._seq = view.seq
            self._ask()

    @property
    def console(self) -> ConsoleApp:
        """The application that this screen belongs to."""
        return cast("ConsoleApp", self.app)

    @property
    def marked(self) -> tuple[object, ...]:
        """Nothing is marked here."""
        return ()

    def unmark(self) -> None:
        """As above."""

    def once_quiet(self, action: ApprovalView, then: Callable[[], None]) -> bool:
        """Here every yes is asked for."""
        return False

    def hold(self) -> None:
        """Let the text hold still while a decision is open."""
        self._held = True

    def release(self) -> None:
        """The decision is made: ask what there is to know now."""
        self._held = False
        self._ask()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Deciding needs an action on the screen, and the role."""
        if action != "decide":
            return True
        id = str(parameters[0])  # noqa: A001  # the key's own word
        me = self.console.client.operator
        return applies(id, self.selected, me.name) and BY_ID[id].allows(me.role)

    def action_decide(self, id: str) -> None:  # noqa: A002  # the key's own word
        """Decide about the action that is shown, with the same questions as from the list."""
        DECISIONS[id](self)

    @property
    def _client(self) -> EngineClient:
        return self.console.client

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
        self.selected = detail.approval
        self.read(page(detail))
        usable = (BY_ID[name] for name in DECISIONS if self.check_action("decide", (name,)))
        self.offer((key.shown, key.title) for key in usable)
