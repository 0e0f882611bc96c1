"""Edit, then approve: other arguments make a new revision, which is judged again and then asked about."""

from __future__ import annotations

from engine.client import Reply
from engine.commands import EditAction
from engine.view import ApprovalView

from ..widgets.document import Paragraph, heading
from .confirm import Confirm, Question
from .decide import Desk, ask, pending, still_open, title
from .draft import difference
from .edit import Edited, EditScreen


def edit(screen: Desk) -> None:
    """Let the operator change the arguments of the question that is shown."""
    action = pending(screen)
    if action is not None:
        screen.console.fetch_action(action, lambda whole: _open(screen, whole, None))


def _open(screen: Desk, action: ApprovalView, draft: Edited | None) -> None:
    if not action.arguments:
        screen.console.notify("Its arguments cannot be read, so not edited.", markup=False, severity="warning")
        return

    def done(edited: Edited | None) -> None:
        if edited is None:
            screen.release()
        else:
            _compare(screen, action, edited)

    screen.hold()
    screen.console.push_screen(EditScreen(action, screen.console, draft), done)


def _compare(screen: Desk, action: ApprovalView, edited: Edited) -> None:
    changes = difference(action.arguments, edited.arguments)
    question = Question(
        title=title("Change", action, screen.clock.now()),
        body=changes,
        yes="make this the new revision",
        no="back to the text",
        void=still_open(action),
    )

    def decide(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        if not yes:
            _open(screen, action, edited)
            return
        arguments = EditAction(
            id=action.id,
            revision=action.revision,
            digest=action.digest,
            arguments=edited.arguments,
            reason=edited.reason,
        )
        screen.release()
        screen.console.send("action.edit", arguments, lambda reply: _ask_again(screen, action, reply, changes))

    screen.console.push_screen(Confirm(question, screen.clock, screen.view), decide)


def _ask_again(screen: Desk, action: ApprovalView, reply: Reply, changes: tuple[Paragraph, ...]) -> None:
    """The yes is asked for by what the engine made of the edit, not by what was typed."""

    def again(whole: ApprovalView) -> None:
        if whole.status == "pending":
            ask(screen, whole, before=(heading("Changed by you"), *changes))
        else:
            screen.console.tell(reply.text)

    screen.console.fetch_action(action, again, changed=True)
