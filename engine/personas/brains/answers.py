"""Short answers to plain questions, made of the facts alone; what the facts do not say is not known, and said so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from ..model import POINT
from .facts import LINES, AccountFact, DoneFact, Facts, GoalFact, JobFact, PersonaFact
from .intent import Intent
from .protocol import BrainRequest
from .wording import TEXT_LIMIT, cut, facts_text, goal_line

CAN_TELL: Final = (
    "goals, tasks, accounts, approvals, inboxes, the schedule, what happened today, risks, findings, budgets, and who"
    " waits for what"
)
_FEW: Final = 5
_WORD: Final = re.compile(r"\w+")
_COMMON: Final = frozenset({"the", "and", "for", "our", "how", "what", "goal", "goals", "are", "with", "new", "this"})
"""Words of a goal's title that do not tell which goal is meant."""
_DONE_WORDS: Final = {"executed": "done", "pending": "waiting for an operator", "blocked": "blocked by a hard stop"}


def answer(intent: Intent, request: BrainRequest, facts: Facts, topic: str) -> str:
    """The answer to one question.

    Args:
        intent: what it is about.
        request: who is asked, and how they are.
        facts: what is known.
        topic: the question in one line.
    """
    if intent is Intent.SELF:
        return f"I am {request.mood.value}, with {request.energy // POINT} of 100 energy."
    if intent is Intent.HELP:
        return f"I am {request.persona.name}: {request.persona.role}. Ask me about {CAN_TELL}."
    named = _about_what_is_named(intent, facts, topic)
    if named:
        return cut("\n".join(named), TEXT_LIMIT)
    if intent is Intent.UNKNOWN:
        return f"I do not know that. I can tell you about {CAN_TELL}."
    maker = _MAKERS.get(intent)
    return facts_text(intent, facts) if maker is None else cut(maker(facts, topic.casefold()), TEXT_LIMIT)


def _about_what_is_named(intent: Intent, facts: Facts, topic: str) -> list[str]:
    """Lines about the accounts, the persona or the goals that a question names, where it asks about such."""
    asked = topic.casefold()
    accounts = [account for account in facts.accounts if account.name.casefold() in asked]
    if accounts and intent is Intent.DONE:
        return [line for account in accounts[:_FEW] for line in _done_about(facts, account)]
    if accounts and intent in _ABOUT_ACCOUNTS:
        return [_account(account) for account in accounts[:LINES]]
    persona = _named_persona(facts, asked)
    if persona is not None and intent in _ABOUT_PERSONAS:
        return [_persona(persona)]
    return [_goal(goal) for goal in _named_goals(facts, asked)] if intent in _ABOUT_GOALS else []


_ABOUT_ACCOUNTS: Final = frozenset({Intent.ACCOUNT, Intent.UNKNOWN, Intent.STATUS, Intent.GOALS, Intent.DEADLINES})

_ABOUT_PERSONAS: Final = frozenset(
    {Intent.UNKNOWN, Intent.STATUS, Intent.PERSONAS, Intent.PAUSED, Intent.INBOX, Intent.BUDGET}
)
_ABOUT_GOALS: Final = frozenset({Intent.UNKNOWN, Intent.GOALS, Intent.DEADLINES, Intent.STATUS})


def _clock(facts: Facts, _topic: str) -> str:
    return f"It is {facts.now:%A, %Y-%m-%d %H:%M} UTC." if facts.now is not None else "I do not know."


def _waits(facts: Facts, _topic: str) -> str:
    lines = [f"an operator's yes: {item.kind} of {item.proposer}" for item in facts.approvals[:_FEW]]
    if facts.approvals_total > len(lines):
        lines.append(f"an operator's yes: {facts.approvals_total - len(lines)} more")
    lines += [*facts.held[:_FEW], *facts.blocked[:_FEW]]
    return "\n".join(["Waiting for:", *lines]) if lines else "Nobody waits for anybody."


def _paused(facts: Facts, _topic: str) -> str:
    stopped = [*facts.paused, *(f"{one.name} is off" for one in facts.personas if one.mode == "off")]
    return "\n".join(stopped[:LINES]) if stopped else "Nothing is paused."


def _done(facts: Facts, topic: str) -> str:
    if not facts.today:
        return "No action was proposed today."
    counted = ", ".join(f"{number} {_DONE_WORDS.get(state, state)}" for state, number in sorted(facts.today.items()))
    wanted = next((state for word, state in _ASKED_STATES if word in topic), "")
    about = _words(topic) & _KIND_WORDS
    waiting = [
        f"waiting for an operator: {item.kind} of {item.proposer}"
        for item in facts.approvals
        if about & set(item.kind.split("_")) and not wanted
    ]
    lines = waiting + [
        _ended(one)
        for one in facts.done
        if (not wanted or one.status == wanted) and (not about or about & set(one.kind.split("_")))
    ]
    lines = lines[:_FEW]
    if about and not lines:
        return f"No such action today. Today: {counted}."
    if wanted and not lines:
        none = {"failed": "failed", "expired": "expired", "executed": "was done"}.get(wanted, f"was {wanted}")
        return f"Nothing {none} today. Today: {counted}."
    return "\n".join([f"Today: {counted}.", *lines])


_KIND_WORDS: Final = frozenset({"proposal", "pricing", "briefing", "email", "meeting", "contract", "discount", "chat"})
"""Words of a question that tell which kind of action it means."""
_ASKED_STATES: Final = (
    ("reject", "rejected"),
    ("fail", "failed"),
    ("wrong", "failed"),
    ("block", "blocked"),
    ("expire", "expired"),
    ("sent", "executed"),
)


def _schedule(facts: Facts, topic: str) -> str:
    words = _words(topic)
    named = [job for job in facts.jobs if any(word in words for word in job.name.split("_") if len(word) > 3)]
    shown = named or facts.jobs
    return "\n".join(_job(job, facts.now) for job in shown[:LINES]) if shown else "No job is scheduled."


def _deadlines(facts: Facts, _topic: str) -> str:
    ending = sorted((goal for goal in facts.goals if goal.days_left is not None), key=lambda goal: goal.days_left or 0)
    lines = [f"{goal.title} ends in {_days(goal.days_left or 0)}, {_track(goal)}" for goal in ending[:_FEW]]
    lines += [
        f"{item.kind} of {item.proposer} expires in {item.minutes} min"
        for item in facts.approvals[:_FEW]
        if item.minutes is not None
    ]
    return "\n".join(lines) if lines else "Nothing has a deadline."


def _findings(facts: Facts, _topic: str) -> str:
    return "\n".join(["Open findings:", *facts.findings]) if facts.findings else "The scanners have nothing open."


def _risks(facts: Facts, topic: str) -> str:
    wanted = [line for line in facts.patterns if "risk" in line] if "risk" in topic or "churn" in topic else []
    lines = wanted or ([] if "risk" in topic else list(facts.patterns))
    return "\n".join(lines) if lines else "The accounts show nothing of the kind."


def _budget(facts: Facts, _topic: str) -> str:
    if not facts.personas:
        return "I know of no budgets."
    low = sorted(facts.personas, key=lambda one: one.budget)
    if low[0].budget == 100:
        return "Nobody has spent a noticeable share of today's budget."
    return "Left of today's budget: " + ", ".join(f"{one.name} {one.budget} %" for one in low[:_FEW]) + "."


def _personas(facts: Facts, topic: str) -> str:
    wanted = next((mood for mood in ("tired", "overwhelmed", "active", "idle") if mood in topic), "")
    if not facts.personas:
        return "I know of no personas."
    shown = [one for one in facts.personas if not wanted or one.mood == wanted]
    return "\n".join(map(_persona, shown[:LINES])) if shown else f"Nobody is {wanted}."


def _tasks(facts: Facts, topic: str) -> str:
    counted = [f"{number} {state.lower()}" for state, number in sorted(facts.tasks.items()) if number]
    if not counted:
        return "There are no tasks."
    wanted = {"failed", "dead"} if "fail" in topic else {"active", "assigned"} if "running" in topic else set()
    lines = [
        f"{one.state.lower()}: {cut(one.title, 80)}" + (f" ({cut(one.note, 120)})" if one.note else "")
        for one in facts.task_list
        if not wanted or one.state.lower() in wanted
    ][: LINES if wanted else _FEW]
    return "\n".join([f"Tasks: {', '.join(counted)}.", *lines])


def _accounts(facts: Facts, topic: str) -> str:
    stage = next((name for name in facts.stages if name.replace("_", " ") in topic.replace("_", " ")), "")
    if stage:
        return f"{facts.stages[stage]} accounts are in {stage.replace('_', ' ')}."
    counted = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in facts.stages.items())
    return f"I know {facts.accounts_total} accounts{f': {counted}' if counted else ''}. Name one and I will look it up."


def _status(facts: Facts, _topic: str) -> str:
    today = ", ".join(f"{number} {_DONE_WORDS.get(state, state)}" for state, number in sorted(facts.today.items()))
    lines = [
        facts_text(Intent.STATUS, facts),
        *([f"Actions today: {today}."] if today else []),
        *([f"{len(facts.findings)} findings are open."] if facts.findings else []),
        *facts.paused[:_FEW],
    ]
    return "\n".join(lines)


_MAKERS: Final[Mapping[Intent, Callable[[Facts, str], str]]] = {
    Intent.CLOCK: _clock,
    Intent.WAITS: _waits,
    Intent.PAUSED: _paused,
    Intent.DONE: _done,
    Intent.SCHEDULE: _schedule,
    Intent.DEADLINES: _deadlines,
    Intent.FINDINGS: _findings,
    Intent.RISKS: _risks,
    Intent.BUDGET: _budget,
    Intent.PERSONAS: _personas,
    Intent.TASKS: _tasks,
    Intent.ACCOUNT: _accounts,
    Intent.STATUS: _status,
}


def _account(account: AccountFact) -> str:
    parts = [f"stage {account.stage.replace('_', ' ') or 'unknown'}"]
    if account.open_deals:
        parts.append(f"{account.open_deals} open deals worth {account.open_value}")
    parts.append(f"contact {account.contact}" if account.contact else "no contact on record")
    parts.append(f"last: {cut(account.last, 120)}" if account.last else "nothing noted yet")
    return f"{account.name}: {', '.join(parts)}."


def _done_about(facts: Facts, account: AccountFact) -> list[str]:
    lines = [
        f"waiting for an operator: {item.kind} of {item.proposer}"
        for item in facts.approvals
        if item.account == account.id
    ]
    lines += [_ended(one) for one in facts.done if one.account == account.id]
    return lines[:_FEW] or [f"No action about {account.name} today; {_account(account)}"]


def _ended(one: DoneFact) -> str:
    by, note = f", by {one.by}" if one.by else "", f": {one.note}" if one.note else ""
    return f"{_DONE_WORDS.get(one.status, one.status)}: {one.kind} of {one.proposer}{by}{note}"


def _persona(one: PersonaFact) -> str:
    stopped = f", {one.stopped}" if one.stopped else ""
    waiting = f"{one.waiting} waiting" if one.waiting else "nothing waiting"
    return f"{one.name}: {one.mode}, {one.mood}, energy {one.energy}, {waiting}{stopped}."


def _goal(goal: GoalFact) -> str:
    left = f"; {_days(goal.days_left)} left" if goal.days_left is not None else ""
    ending = f"; at this pace {goal.projected} at the end" if goal.projected else ""
    return f"{goal_line(goal)}{left}{ending}."


def _job(job: JobFact, now: datetime | None) -> str:
    name = job.name.replace("_", " ")
    if job.held:
        return f"{name}: {job.held}"
    when = f"next {_when(job.next, now)}" if job.next is not None else "no next run"
    last = f", last {_when(job.last, now)} ({job.note})" if job.last is not None else ", not run yet"
    return f"{name}: {when}{last}"


def _when(at: datetime, now: datetime | None) -> str:
    same_day = now is not None and at.date() == now.date()
    return f"{at:%H:%M} UTC" if same_day else f"{at:%Y-%m-%d %H:%M} UTC"


def _named_persona(facts: Facts, topic: str) -> PersonaFact | None:
    words = f" {topic.rstrip('?.!')} "
    return next((one for one in facts.personas if f" {one.name.casefold()} " in words or f" {one.id} " in words), None)


def _named_goals(facts: Facts, topic: str) -> list[GoalFact]:
    """Goals of whose title two words, or the only telling one, are in the question."""
    words = _words(topic)
    found = []
    for goal in facts.goals:
        title = {word for word in goal.title.casefold().split() if len(word) > 1}
        telling = title - _COMMON - {goal.type}
        if (telling and telling <= words) or (len(title & words) >= 2 and telling & words):
            found.append(goal)
    return found


def _words(topic: str) -> set[str]:
    return set(_WORD.findall(topic.casefold()))


def _track(goal: GoalFact) -> str:
    return "on track" if goal.on_track else "behind"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
