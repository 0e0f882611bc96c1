"""Decisions about an action: each binds to the id, revision and digest that were on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from engine.clock import Clock
from engine.commands import ApproveAction, RejectAction, UndoApproval
from engine.view import ApprovalView, Risk, View

from ..panels.approvals import RISKS, who
from ..panels.payload import cautions, cut, explain, hidden_marks
from ..widgets.document import GAP, Paragraph, paragraph
from ..widgets.figures import left
from ..widgets.tones import Cell, run
from .ask import Ask, Prompt
from .confirm import Confirm, Question

if TYPE_CHECKING:
    from ..app import ConsoleApp

TYPED: Final = 4
"""How many characters of the digest are typed where the risk is high."""


class Asker(Protocol):
    """A screen that questions come from."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def view(self) -> View | None:
        """What the engine told last."""

    @property
    def console(self) -> ConsoleApp:
        """The application that it belongs to."""


class Desk(Asker, Protocol):
    """A screen that shows an action to decide about."""

    @property
    def selected(self) -> object | None:
        """What is shown."""

    @property
    def marked(self) -> Sequence[object]:
        """What was marked, to be decided together."""

    def unmark(self) -> None:
        """Take all marks away."""

    def hold(self) -> None:
        """Let what is shown hold still while the decision is open."""

    def release(self) -> None:
        """The decision is made."""

    def once_quiet(self, action: ApprovalView, then: Callable[[], None]) -> bool:
        """Go on where the last key may answer for this action by itself, and no other key follows at once.

        Returns:
            whether it may; where not, the question has to be asked.
        """


def still_open(action: ApprovalView) -> Callable[[View | None, datetime], str]:
    """Says why a decision about what was shown can no longer be made; empty while it can."""

    def void(view: View | None, now: datetime) -> str:
        if action.expires_at is not None and action.expires_at <= now:
            return "it has expired: the answer was no"
        if view is None:
            return ""
        newest = next((item for item in view.approvals.items if item.id == action.id), None)
        if newest is None:
            return "" if _beyond(view) else "it is no longer there"
        if newest.status != "pending":
            by = f" by {newest.decided_by}" if newest.decided_by else ""
            return f"it is {newest.status}{by} already"
        if (newest.revision, newest.digest) != (action.revision, action.digest):
            return f"it changed while you read: now revision {newest.revision}. Go back and look again"
        return ""

    return void


def _beyond(view: View) -> bool:
    """More waits than the view holds: what is not in it may still be open, and the engine checks that anyway."""
    return view.approvals.pending > sum(item.status == "pending" for item in view.approvals.items)


def approve(screen: Desk) -> None:
    """Say yes to exactly what is shown: by this one key where that is enough, else after a question."""
    action = pending(screen)
    if action is None:
        return
    if simple(screen, action) and screen.once_quiet(action, lambda: _yes(screen, action)):
        return
    if cut(action):
        screen.console.fetch_action(action, lambda whole: ask(screen, whole))
        return
    ask(screen, action)


def simple(screen: Desk, action: ApprovalView) -> bool:
    """One key may approve it: the engine says so, nothing in it can fool a reader, nobody else looks, no hurry."""
    suspicious = hidden_marks(action) or cautions(action)
    watched = others_look(action, screen.console.client.operator.name)
    return action.simple and not suspicious and not watched and not hurry(screen)


def others_look(action: ApprovalView, operator: str) -> str:
    """Who else said that they look at it."""
    names = action.claimed_by.split(", ") if action.claimed_by else []
    return ", ".join(name for name in names if name != operator)


def hurry(screen: Desk) -> str:
    """Why this operator is asked once more: too many yeses too quickly; empty where there is nothing to say."""
    fatigue = dict(screen.view.approvals.fatigue) if screen.view else {}
    return fatigue.get(screen.console.client.operator.name, "")


def _yes(screen: Desk, action: ApprovalView) -> None:
    arguments = ApproveAction(id=action.id, revision=action.revision, digest=action.digest)
    screen.console.send("action.approve", arguments)


def ask(screen: Desk, action: ApprovalView, *, before: Sequence[Paragraph] = ()) -> None:
    """Ask for a yes to exactly this.

    Args:
        screen: where the question comes from.
        action: the whole action.
        before: what is said first.
    """
    if cut(action):
        screen.console.notify(
            "This payload is too long to be read here, so it cannot be approved here.", markup=False, severity="warning"
        )
        return
    if screen.console.client.operator.name in action.granted_by:
        screen.console.notify("You said yes already; it needs another operator.", markup=False, severity="warning")
        return
    warnings = _warnings(screen, action)
    hasty = bool(hurry(screen)) and not action.simple
    grave = action.risk is Risk.HIGH or hidden_marks(action) or cautions(action) or hasty
    question = Question(
        title=title("Approve", action, screen.clock.now()),
        body=(*before, *warnings, *([GAP] if before or warnings else []), *explain(action)),
        yes="approve exactly this" if action.quorum == 1 else f"be one of the {action.quorum} who approve this",
        no="leave it",
        typed=action.digest[-TYPED:] if grave else "",
        void=still_open(action),
    )

    def decide(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        screen.release()
        if yes:
            _yes(screen, action)

    screen.hold()
    screen.console.push_screen(Confirm(question, screen.clock, screen.view), decide)


def _warnings(screen: Desk, action: ApprovalView) -> list[Paragraph]:
    found: list[Paragraph] = []
    if others := others_look(action, screen.console.client.operator.name):
        verb = "are" if "," in others else "is"
        found.append(paragraph(f"{others} {verb} looking at this too", "◉ claimed", tone="warn"))
    if reason := hurry(screen):
        found.append(paragraph(reason, "▲ hurry", tone="warn", label_tone="warn"))
    return found


def reject(screen: Desk) -> None:
    """Ask for the reason of a no."""
    action = pending(screen)
    if action is None:
        return
    prompt = Prompt(
        title("Reject", action, screen.clock.now()), "the reason; the proposer reads it", void=still_open(action)
    )

    def decide(reason: str | None) -> None:
        screen.release()
        if reason:
            arguments = RejectAction(id=action.id, revision=action.revision, digest=action.digest, reason=reason)
            screen.console.send("action.reject", arguments)

    screen.hold()
    screen.console.push_screen(Ask(prompt, screen.clock, screen.view), decide)


def undo(screen: Desk) -> None:
    """Take an approval back before it launches, or one's own yes while more are needed."""
    action = screen.selected
    mine = isinstance(action, ApprovalView) and screen.console.client.operator.name in action.granted_by
    if isinstance(action, ApprovalView) and (action.status == "approved" or (action.status == "pending" and mine)):
        screen.console.send("action.undo", UndoApproval(id=action.id))
    else:
        screen.console.notify(
            "Only an approval in its grace period can be taken back.", markup=False, severity="warning"
        )


def pending(screen: Desk) -> ApprovalView | None:
    """The action that is shown, where it still waits for an answer."""
    action = screen.selected
    if not isinstance(action, ApprovalView):
        return None
    if action.status != "pending":
        screen.console.notify("This one has been decided already.", markup=False, severity="warning")
        return None
    return action


def title(verb: str, action: ApprovalView, now: datetime) -> Cell:
    """What is asked about which action, and how long there is for it."""
    word, tone = RISKS[action.risk]
    runs = (run(f"{verb}  ", "strong"), run(word, tone), run(f"  {action.kind}", "strong"))
    limit = (run(f"  {left(action.expires_at, now)} left", "dim"),) if action.expires_at else ()
    return (*runs, run(f"  for {who(action.proposer)}", "dim"), *limit)
