"""One answer to several marked questions of one kind: all are read first, the count is typed, each is told after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from engine.client import Reply
from engine.commands import ApproveAction, DecideMany
from engine.view import ApprovalView, Risk, View

from ..panels.approvals import RISKS, who
from ..panels.payload import cautions, cut, essence, hidden_marks
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.tones import cell, run
from .ask import Ask, Prompt
from .confirm import Confirm, Question
from .decide import Desk, still_open
from .reading import Reading

Verdict = Literal["approve", "reject"]

MOST: Final = 200
"""Most actions that one answer reaches."""
_NAMED: Final = 3


def marked(screen: Desk) -> tuple[ApprovalView, ...]:
    """The marked actions."""
    return tuple(item for item in screen.marked if isinstance(item, ApprovalView))


def decide_marked(screen: Desk, verdict: Verdict) -> None:
    """Ask about all marked actions together, where they may be answered together."""
    actions = marked(screen)
    if problem := refused(actions, verdict, screen.console.client.operator.name):
        screen.console.notify(problem, markup=False, severity="warning")
        return
    screen.hold()
    if verdict == "approve":
        _count(screen, actions, verdict, "")
        return

    def reason(text: str | None) -> None:
        if text:
            _count(screen, actions, verdict, text)
        else:
            screen.release()

    prompt = Prompt(
        cell(f"Reject {len(actions)} {actions[0].kind}", "strong"),
        "the reason; every proposer reads it",
        void=_Open(actions),
    )
    screen.console.push_screen(Ask(prompt, screen.clock, screen.view), reason)


def refused(actions: Sequence[ApprovalView], verdict: Verdict, operator: str) -> str:
    """Why these cannot be answered together; empty where they can."""
    kinds = sorted({action.kind for action in actions})
    if len(kinds) > 1:
        more = f" and {len(kinds) - _NAMED} more" if len(kinds) > _NAMED else ""
        return f"The marked rows are of several kinds: {', '.join(kinds[:_NAMED])}{more}. Mark rows of one kind."
    if closed := sum(action.status != "pending" for action in actions):
        return f"{closed} of the marked rows {'has' if closed == 1 else 'have'} been decided already. Unmark them."
    if len(actions) > MOST:
        return f"{len(actions)} rows are marked; at most {MOST} are answered at once."
    return "" if verdict == "reject" else _not_together(actions, operator)


def _not_together(actions: Sequence[ApprovalView], operator: str) -> str:
    """Why these cannot be approved together though they could be rejected together."""
    alone = [
        action
        for action in actions
        if action.risk is Risk.HIGH or hidden_marks(action) or cautions(action) or cut(action)
    ]
    if alone:
        return (
            f"{len(alone)} of the marked rows {'is' if len(alone) == 1 else 'are'} of high risk, suspicious or too"
            " long: approve those one by one."
        )
    if mine := sum(operator in action.granted_by for action in actions):
        return f"You said yes to {mine} of the marked rows already. Unmark them."
    return ""


class _Open:
    """Says why several questions no longer stand as they were shown."""

    def __init__(self, actions: Sequence[ApprovalView]) -> None:
        self._checks = [(action, still_open(action)) for action in actions]

    def __call__(self, view: View | None, now: datetime) -> str:
        gone = [(action, why) for action, check in self._checks if (why := check(view, now))]
        if not gone:
            return ""
        first, why = gone[0]
        more = f", and {len(gone) - 1} more" if len(gone) > 1 else ""
        return f"{first.id[:8]} for {who(first.proposer)}: {why}{more}"


def _count(screen: Desk, actions: tuple[ApprovalView, ...], verdict: Verdict, reason: str) -> None:
    count = str(len(actions))
    question = Question(
        title=(run(f"{verdict.title()} ", "strong"), run(f"{count} × {actions[0].kind}", "warn")),
        body=_body(actions, reason),
        yes=f"{verdict} all {count}",
        no="leave them",
        typed=count,
        asks=f"type how many you {verdict}",
        wrong="that is not how many there are",
        void=_Open(actions),
    )

    def decide(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        if yes:
            screen.unmark()
        screen.release()
        if yes:
            items = tuple(
                ApproveAction(id=action.id, revision=action.revision, digest=action.digest) for action in actions
            )
            arguments = DecideMany(verdict=verdict, items=items, reason=reason)
            screen.console.send("action.decide_many", arguments, lambda reply: _results(screen, actions, reply))

    screen.console.push_screen(Confirm(question, screen.clock, screen.view), decide)


def _body(actions: Sequence[ApprovalView], reason: str) -> tuple[Paragraph, ...]:
    lines: list[Paragraph] = [paragraph(reason, "reason"), GAP] if reason else []
    for number, action in enumerate(actions, 1):
        word, _ = RISKS[action.risk]
        about = " · ".join(part for part in (who(action.proposer), action.account, action.stage) if part)
        lines += [heading(f"{number} of {len(actions)}  {word}  {about}"), *essence(action)[1:], GAP]
    return tuple(lines[:-1])


def _results(screen: Desk, actions: tuple[ApprovalView, ...], reply: Reply) -> None:
    """A line for each: what became of it, and why where the engine said no."""
    for_each = results_of(reply)
    lines = [paragraph(reply.text, tone="strong"), GAP]
    for action in actions:
        done, text = for_each.get(action.id, (False, "no word about it; look at the list"))
        about = " · ".join(part for part in (who(action.proposer), action.account) if part)
        mark, tone = ("✓", "good") if done else ("✕", "bad")
        lines.append(paragraph(f"{about}: {text}", f"{mark} {action.id[:8]}", tone="text", label_tone=tone))
    page = Reading(cell("What became of the marked rows", "strong"), label_width=12)
    screen.console.push_screen(page)
    page.read(tuple(lines))


def results_of(reply: Reply) -> dict[str, tuple[bool, str]]:
    """What the engine says of each action, by its id: whether it was done, and in words."""
    found: dict[str, tuple[bool, str]] = {}
    results = reply.data.get("results")
    for one in results if isinstance(results, list) else []:
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            done = one.get("done") is True
            found[one["id"]] = (done, str(one.get("status" if done else "why", "")))
    return found
