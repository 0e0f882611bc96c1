"""Decisions about an action: each binds to the id, revision and digest that were on the screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from engine.clock import Clock
from engine.commands import ApproveAction, RejectAction, UndoApproval
from engine.view import ApprovalView, Risk, View

from ..panels.approvals import RISKS, who
from ..panels.payload import cautions, cut, explain, hidden_marks
from ..widgets.figures import left
from ..widgets.tones import Cell, run
from .ask import Ask, Prompt
from .confirm import Confirm, Question

if TYPE_CHECKING:
    from ..app import ConsoleApp

TYPED: Final = 4
"""How many characters of the digest are typed where the risk is high."""


class Desk(Protocol):
    """A screen that shows an action to decide about."""

    clock: Clock
    view: View | None

    @property
    def selected(self) -> object | None:
        """What is shown."""

    @property
    def console(self) -> ConsoleApp:
        """The application that it belongs to."""

    def hold(self) -> None:
        """Let what is shown hold still while the decision is open."""

    def release(self) -> None:
        """The decision is made."""


def still_open(action: ApprovalView) -> Callable[[View | None, datetime], str]:
    """Says why a decision about what was shown can no longer be made; empty while it can."""

    def void(view: View | None, now: datetime) -> str:
        if action.expires_at is not None and action.expires_at <= now:
            return "it has expired: the answer was no"
        if view is None:
            return ""
        newest = next((item for item in view.approvals.items if item.id == action.id), None)
        if newest is None:
            return "it is no longer there"
        if newest.status != "pending":
            by = f" by {newest.decided_by}" if newest.decided_by else ""
            return f"it is {newest.status}{by} already"
        if (newest.revision, newest.digest) != (action.revision, action.digest):
            return f"it changed while you read: now revision {newest.revision}. Go back and look again"
        return ""

    return void


def approve(screen: Desk) -> None:
    """Ask for a yes to exactly what is shown."""
    action = _pending(screen)
    if action is None:
        return
    if cut(action):
        screen.console.fetch_action(action, lambda whole: _ask(screen, whole))
        return
    _ask(screen, action)


def _ask(screen: Desk, action: ApprovalView) -> None:
    if cut(action):
        screen.console.notify(
            "This payload is too long to be read here, so it cannot be approved here.", markup=False, severity="warning"
        )
        return
    grave = action.risk is Risk.HIGH or hidden_marks(action) or cautions(action)
    question = Question(
        title=_title("Approve", action, screen.clock.now()),
        body=explain(action),
        yes="approve exactly this",
        no="leave it",
        typed=action.digest[-TYPED:] if grave else "",
        void=still_open(action),
    )

    def decide(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        screen.release()
        if yes:
            arguments = ApproveAction(id=action.id, revision=action.revision, digest=action.digest)
            screen.console.send("action.approve", arguments)

    screen.hold()
    screen.console.push_screen(Confirm(question, screen.clock, screen.view), decide)


def reject(screen: Desk) -> None:
    """Ask for the reason of a no."""
    action = _pending(screen)
    if action is None:
        return
    prompt = Prompt(
        _title("Reject", action, screen.clock.now()), "the reason; the proposer reads it", void=still_open(action)
    )

    def decide(reason: str | None) -> None:
        screen.release()
        if reason:
            arguments = RejectAction(id=action.id, revision=action.revision, digest=action.digest, reason=reason)
            screen.console.send("action.reject", arguments)

    screen.hold()
    screen.console.push_screen(Ask(prompt, screen.clock, screen.view), decide)


def undo(screen: Desk) -> None:
    """Take an approval back before it launches."""
    action = screen.selected
    if isinstance(action, ApprovalView) and action.status == "approved":
        screen.console.send("action.undo", UndoApproval(id=action.id))
    else:
        screen.console.notify(
            "Only an approval in its grace period can be taken back.", markup=False, severity="warning"
        )


def _pending(screen: Desk) -> ApprovalView | None:
    action = screen.selected
    if not isinstance(action, ApprovalView):
        return None
    if action.status != "pending":
        screen.console.notify("This one has been decided already.", markup=False, severity="warning")
        return None
    return action


def _title(verb: str, action: ApprovalView, now: datetime) -> Cell:
    word, tone = RISKS[action.risk]
    runs = (run(f"{verb}  ", "strong"), run(word, tone), run(f"  {action.kind}", "strong"))
    limit = (run(f"  {left(action.expires_at, now)} left", "dim"),) if action.expires_at else ()
    return (*runs, run(f"  for {who(action.proposer)}", "dim"), *limit)


DECISIONS: Final[dict[str, Callable[[Desk], None]]] = {"approve": approve, "reject": reject, "undo": undo}
"""What each key that decides about an action does."""
