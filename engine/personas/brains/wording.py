"""Texts that the rules brain writes: short, plain, and made of the facts alone."""

from __future__ import annotations

import unicodedata
from typing import Final

from ..mood import Mood
from .facts import LINES, AccountFact, Facts, GoalFact
from .intent import Intent

SUBJECT_LIMIT: Final = 150
TEXT_LIMIT: Final = 4_000


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, with a mark where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def quoted(text: str, limit: int = TEXT_LIMIT) -> str:
    """Somebody's words as they may stand in what a tool is given: control characters are spelled out."""
    plain = text.replace("\r\n", "\n")
    shown = "".join(character if _is_plain(character) else f"<U+{ord(character):04X}>" for character in plain)
    return cut(shown, limit)


def _is_plain(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"}


def subject_line(text: str) -> str:
    """A mail's subject: one line without control characters."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return cut(" ".join(plain.split()), SUBJECT_LIMIT)


def goal_line(goal: GoalFact) -> str:
    """How one goal stands."""
    track = "on track" if goal.on_track else "behind"
    return f"{goal.title}: {goal.value} of {goal.target} ({goal.progress} %), {track}"


def goals_text(facts: Facts) -> str:
    """How the goals stand."""
    if not facts.goals:
        return "No goals are set. Add one with: watchfloor goals add"
    behind = sum(1 for goal in facts.goals if not goal.on_track)
    lines = [goal_line(goal) for goal in facts.goals[:LINES]]
    head = "All goals are on track." if not behind else f"{behind} of {len(facts.goals)} goals are behind."
    return "\n".join([head, *lines])


def tasks_text(facts: Facts) -> str:
    """How many tasks are where."""
    counted = [f"{number} {state.lower()}" for state, number in sorted(facts.tasks.items()) if number]
    return f"Tasks: {', '.join(counted)}." if counted else "There are no tasks."


def approvals_text(facts: Facts) -> str:
    """What waits for an operator."""
    if not facts.approvals_total:
        return "Nothing waits for your approval."
    lines = [f"{item.kind} asked by {item.proposer}" for item in facts.approvals[:LINES]]
    more = facts.approvals_total - len(lines)
    if more > 0:
        lines.append(f"and {more} more")
    return "\n".join([f"{facts.approvals_total} wait for your approval:", *lines])


def inbox_text(facts: Facts) -> str:
    """How full the inboxes are."""
    full = [f"{name} {number}" for name, number in facts.inbox.items() if number]
    return f"Waiting messages: {', '.join(full)}." if full else "No messages are waiting."


def account_text(account: AccountFact) -> str:
    """What is known of an account."""
    stage = account.stage or "unknown"
    contact = f", contact {account.contact}" if account.contact else ""
    return f"{account.name}: stage {stage}{contact}."


def facts_text(intent: Intent, facts: Facts) -> str:
    """The answer to a question about the workspace."""
    single = {
        Intent.GOALS: goals_text,
        Intent.TASKS: tasks_text,
        Intent.APPROVALS: approvals_text,
        Intent.INBOX: inbox_text,
    }.get(intent)
    if single is not None:
        return cut(single(facts), TEXT_LIMIT)
    if intent is Intent.ACCOUNT:
        if facts.accounts:
            return cut("\n".join(account_text(account) for account in facts.accounts[:LINES]), TEXT_LIMIT)
        return f"I know {facts.accounts_total} accounts; name one and I will look it up."
    parts = (goals_text(facts), tasks_text(facts), approvals_text(facts), inbox_text(facts))
    return cut("\n".join(parts), TEXT_LIMIT)


def greeting_text(name: str, sender: str) -> str:
    """A short word back to somebody who only greets or thanks."""
    return f"Hello {cut(sender, 60)}. {name} here; ask me whenever you need something."


def routine_text(name: str, sender: str, mood: Mood) -> str:
    """A friendly answer to what fits no rule."""
    busy = {Mood.OVERWHELMED: " I have a lot on my desk just now.", Mood.TIRED: " I am taking things slowly just now."}
    return (
        f"Thank you, {cut(sender, 60)}. {name} here, I have read it.{busy.get(mood, '')} "
        "Ask me for status, goals, tasks or approvals, or for a follow-up, a proposal or a briefing."
    )
