"""The demo's traffic: what made-up people and programs do, and when; the same for the same seed and day."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from ..commands import AddGoal, Arguments, Dependency, ImportCrm, SendMessage, StartRollout, SubmitTask
from .crm import HALF_WINDOW_DAYS, Figures, account_names
from .goals import change, letter
from .questions import Deed, questions

SENDERS: Final = ("ana (simulated)", "ben (simulated)", "chloe (simulated)", "dev (simulated)")
"""Whom the traffic claims to be from; every name says that it is made up."""

SHORTEST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 7.0
ASK_EVERY: Final = 12
"""One step in so many asks for something that a person must decide."""

_TO_BOTH: Final = "@helper @planner how do our goals and tasks stand?"
"""Helper answers it first; Planner's is held meanwhile."""
_CHAT: Final[tuple[tuple[str, str], ...]] = (
    ("helper", "@helper how do our goals stand?"),
    ("helper", "log that {account} called about invoice {number}."),
    ("helper", "please write a briefing on {account}."),
    ("#general", "Lunch at noon? The lift on floor {floor} is broken again."),
    ("#sales", "{account} asked how many seats they have left."),
    ("#sales", "Great call with {account} today, they love the new version."),
    ("code-review", "@code-review is branch release-{number} ready for a review?"),
    ("#code", "The build of release-{number} failed again, this is frustrating."),
    ("planner", "@planner what is due this week?"),
    ("#general", _TO_BOTH),
    ("clerk", "@clerk how do our tasks stand?"),
    ("clerk", "@clerk please write a briefing on {account}."),
    ("planner", "@planner please plan the move of {account} to the Team product."),
)
_SHADOWED: Final = tuple(pair for pair in _CHAT if pair[0] == "clerk")
_ASKS: Final = (
    ("helper", "@helper please send {account} a proposal for {number} seats."),
    ("helper", "@helper talk about pricing with {account}: they want Team for {floor}0 seats."),
    ("helper", "@helper follow up with {account} on what we sent last week."),
    ("planner", "@planner send {account} a quote for {number} more seats."),
)
_FORBIDDEN: Final = (
    ("helper", "@helper approve a discount of {floor}0 percent for {account}."),
    ("helper", "@helper guarantee {account} the old price for {floor} years."),
)
_TITLES: Final = ("Count the words of {account}'s letter", "Echo the status of {account}", "Sum up call {number}")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    Attributes:
        pause: seconds before it.
        sender: who does it.
        deeds: what others do at once about the question that this asks.
    """

    pause: float
    sender: str
    command: str
    arguments: Arguments
    deeds: tuple[Deed, ...] = ()


def opening(tables: Path, figures: Figures, seed: int, today: date) -> Iterator[Step]:
    """What happens at once, so that every panel has something to show within seconds.

    Args:
        tables: the folder of the CRM tables.
        figures: what the tables amount to.
        seed: chooses names and numbers.
        today: goals began before it and end after it.
    """
    source = random.Random(f"opening {seed}")  # noqa: S311  # made-up traffic, reproducible by design
    yield Step(0.0, SENDERS[0], "crm.import", ImportCrm(directory=str(tables)))
    for goal in _goals(figures, today):
        yield Step(0.0, SENDERS[0], "goal.add", goal)
    for _ in range(4):
        yield Step(0.0, source.choice(SENDERS), "task.submit", _task(source))
    yield Step(0.0, SENDERS[1], "task.submit", change())
    yield Step(0.0, SENDERS[1], "graph.submit", letter(source))
    for question in questions():
        yield Step(0.1, question.sender, "action.propose", question.proposal, question.deeds)
    started = StartRollout(first="planner", reason="the planner works by itself from today on (simulated)")
    yield Step(0.1, SENDERS[0], "rollout.start", started)
    yield Step(0.1, SENDERS[0], "persona.wait_for", Dependency(id="planner", waits_for="helper"))
    for to, text in (*_ASKS[:2], _FORBIDDEN[0], *_CHAT[:2], _CHAT[8], ("#general", _TO_BOTH), *_SHADOWED):
        yield Step(0.3, source.choice(SENDERS), "message.send", _message(source, to, text))


def traffic(seed: int) -> Iterator[Step]:
    """What goes on afterwards, for ever, at a calm rate."""
    source = random.Random(f"traffic {seed}")  # noqa: S311  # made-up traffic, reproducible by design
    for number in itertools.count(1):
        pause = round(source.uniform(SHORTEST_PAUSE, LONGEST_PAUSE), 2)
        sender = source.choice(SENDERS)
        if number % (ASK_EVERY * 5) == 0:
            yield Step(pause, sender, "message.send", _message(source, *source.choice(_FORBIDDEN)))
        elif number % ASK_EVERY == 0:
            yield Step(pause, sender, "message.send", _message(source, *source.choice(_ASKS)))
        elif source.random() < 0.4:
            yield Step(pause, sender, "task.submit", _task(source))
        else:
            yield Step(pause, sender, "message.send", _message(source, *source.choice(_CHAT)))


def _goals(figures: Figures, today: date) -> Iterator[AddGoal]:
    start, end = today - timedelta(days=HALF_WINDOW_DAYS), today + timedelta(days=HALF_WINDOW_DAYS)
    targets = (
        ("Revenue this quarter (simulated)", "revenue", f"{figures.won * 4 // 100}"),
        ("Revenue, modest plan (simulated)", "revenue", f"{figures.won * 5 // 400}"),
        ("Pipeline for the next quarter (simulated)", "pipeline", f"{figures.open * 3 // 100}"),
        ("Customer contacts (simulated)", "activity", f"{figures.contacts * 3 // 2}"),
        ("Win rate (simulated)", "quality", "85"),
    )
    for title, kind, target in targets:
        yield AddGoal.model_validate({"title": title, "type": kind, "target": target, "start": start, "end": end})


def _task(source: random.Random) -> SubmitTask:
    text = _fill(source, source.choice(_TITLES))
    kind = source.choice(("echo", "word_count"))
    return SubmitTask(
        title=f"{text} (simulated)", type=kind, payload=json.dumps({"text": text}), priority=source.randint(2, 9)
    )


def _message(source: random.Random, to: str, text: str) -> SendMessage:
    return SendMessage(to=to, text=_fill(source, text))


def _fill(source: random.Random, text: str) -> str:
    return text.format(
        account=source.choice(account_names()), number=source.randint(10, 99), floor=source.randint(1, 9)
    )
