"""What can be done about a question besides answering it: put it off, claim it, take it back, settle it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from engine.commands import ClaimAction, SettleAction, SnoozeAction, WithdrawAction
from engine.view import ApprovalView, View

from ..widgets.figures import left
from ..widgets.tones import cell, run
from .ask import Ask, Prompt
from .choose import Choice, Choose
from .decide import Desk, pending, still_open, title

LONGEST: Final = 86_400
"""The longest snooze. Seconds."""
UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SPANS: Final = {"1": (300, "5 minutes"), "2": (900, "15 minutes"), "3": (3_600, "1 hour")}


def seconds_of(text: str) -> int:
    """A length of time such as ``90s``, ``10m``, ``2h`` or ``1d`` in seconds; a bare number counts minutes, 0 is none.

    Returns:
        the seconds; -1 where it is no length of time.
    """
    found = re.fullmatch(r"([0-9]{1,7}) ?([smhd]?)[a-z]*", text.strip().lower())
    return int(found[1]) * UNITS[found[2] or "m"] if found else -1


def snooze(screen: Desk) -> None:
    """Put a question out of sight for a while; its deadline stays."""
    action = pending(screen)
    if action is None:
        return
    now = screen.clock.now()

    def send(seconds: int) -> None:
        screen.console.send("action.snooze", SnoozeAction(id=action.id, seconds=seconds))

    def custom(text: str | None) -> None:
        screen.release()
        if text:
            send(seconds_of(text))

    def choose(key: str | None) -> None:
        if key == "4":
            prompt = Prompt(
                title("Snooze", action, now),
                "how long: 90s, 10m, 2h; a day at most",
                check=lambda text: "" if 0 < seconds_of(text) <= LONGEST else "a time up to a day: 90s, 10m, 2h",
                void=still_open(action),
                limit=12,
            )
            screen.console.push_screen(Ask(prompt, screen.clock, screen.view), custom)
            return
        screen.release()
        if key is not None:
            send(_SPANS[key][0] if key in _SPANS else 0)

    choices = [Choice(key, name) for key, (_, name) in _SPANS.items()]
    choices.append(Choice("4", "other", "another time, up to a day"))
    if action.snoozed_until is not None and action.snoozed_until > now:
        choices.append(
            Choice("0", "back", f"bring it back now; it would come back in {left(action.snoozed_until, now)}")
        )
    note = f" · {left(action.expires_at, now)} until the answer is no" if action.expires_at else ""
    heading = (run("Snooze  ", "strong"), run(action.kind, "strong"), run(note, "warn"))
    screen.hold()
    screen.console.push_screen(Choose(heading, tuple(choices)), choose)


def claim(screen: Desk) -> None:
    """Tell the others that one looks at it, or no longer does."""
    action = pending(screen)
    if action is not None:
        mine = screen.console.client.operator.name in action.claimed_by.split(", ")
        screen.console.send("action.claim", ClaimAction(id=action.id, release=mine))


def own(action: ApprovalView, operator: str) -> bool:
    """The operator asked for this."""
    return action.proposer == f"operator:{operator}"


def withdraw(screen: Desk) -> None:
    """Take one's own proposal back, with a word why."""
    action = screen.selected
    if not isinstance(action, ApprovalView) or action.status not in {"pending", "approved"}:
        return
    if not own(action, screen.console.client.operator.name):
        screen.console.notify(
            "Only its proposer takes a proposal back. x rejects it.", markup=False, severity="warning"
        )
        return

    def decide(reason: str | None) -> None:
        screen.release()
        if reason is not None:
            screen.console.send("action.withdraw", WithdrawAction(id=action.id, reason=reason))

    prompt = Prompt(title("Withdraw", action, screen.clock.now()), "why, for the journal; may be empty", needed=False)
    screen.hold()
    screen.console.push_screen(Ask(prompt, screen.clock, screen.view), decide)


def settle(screen: Desk) -> None:
    """Say what became of an uncertain action."""
    action = screen.selected
    if not isinstance(action, ApprovalView) or action.status != "uncertain":
        return

    def note(happened: bool) -> None:  # noqa: FBT001  # what was chosen before
        def decide(text: str | None) -> None:
            screen.release()
            if text is not None:
                screen.console.send("action.settle", SettleAction(id=action.id, happened=happened, note=text))

        word = ("it happened", "good") if happened else ("it did not happen", "bad")
        prompt = Prompt(
            (run(f"Settle {action.kind}: ", "strong"), run(*word)),
            "what you found; may be empty. For good",
            needed=False,
            void=_still_uncertain(action),
        )
        screen.console.push_screen(Ask(prompt, screen.clock, screen.view), decide)

    def choose(key: str | None) -> None:
        if key is None:
            screen.release()
        else:
            note(key == "h")

    choices = (
        Choice("h", "happened", "its effect is there; counts as executed"),
        Choice("f", "failed", "no effect; counts as failed, not tried again"),
    )
    screen.hold()
    screen.console.push_screen(Choose(cell(f"What became of {action.kind}? Look first.", "strong"), choices), choose)


def _still_uncertain(action: ApprovalView) -> Callable[[View | None, datetime], str]:
    def void(view: View | None, _now: datetime) -> str:
        items = view.approvals.items if view else ()
        newest = next((item for item in items if item.id == action.id), action)
        return "" if newest.status == "uncertain" else f"it is {newest.status} already"

    return void
