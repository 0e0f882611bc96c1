"""The daily digest as Markdown: what happened, what waits, which goals slip, what autonomy did by itself. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from .digest_facts import ActionFact, DigestFacts, GoalFact
from .repository import Found

MOST: Final = 50_000
"""Most characters of a digest."""
_LINE: Final = 300
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~!])")


def digest_text(facts: DigestFacts, workspace: str) -> str:
    """The digest.

    Everything in it that somebody else wrote is told as plain text: no markup of theirs, no line of their making.

    Args:
        facts: what to tell.
        workspace: the workspace's name.
    """
    text = "\n".join(_lines(facts, workspace))
    return f"{text if len(text) <= MOST else f'{text[:MOST]}…'}\n"


def headline(facts: DigestFacts) -> str:
    """The digest in one line."""
    waiting = facts.waiting[1] + bool(facts.rollout)
    slipping = sum(not goal.on_track for goal in facts.goals)
    return (
        f"{waiting} waiting for a decision, {slipping} goals behind, {facts.by_itself[1]} actions done by"
        f" themselves, {facts.troubles[1]} failed or uncertain, {facts.patterns[1]} patterns"
    )


def _lines(facts: DigestFacts, workspace: str) -> Iterator[str]:
    yield f"# Digest of {facts.until:%A, %Y-%m-%d}: {_plain(workspace)}"
    yield ""
    yield f"From {facts.since:%Y-%m-%d %H:%M} to {facts.until:%Y-%m-%d %H:%M} UTC. In short: {headline(facts)}."
    yield from _section("What waits for you", *facts.waiting, _waits, _of_rollout(facts.rollout))
    yield from _section("What failed or is uncertain", *facts.troubles, _ended)
    yield "\n## Goals\n"
    yield from (f"- {_goal(goal)}" for goal in facts.goals)
    if not facts.goals:
        yield "No active goal."
    yield from _section("What autonomy did by itself", *facts.by_itself, _ended)
    yield "\n## Patterns in accounts\n"
    yield from _patterns(*facts.patterns)
    yield "\n## What happened\n"
    yield from (f"- {count:,} {words}" for words, count in facts.counts.items())
    if not facts.counts:
        yield "Nothing."


def _section(
    title: str, items: Sequence[ActionFact], total: int, tell: Callable[[ActionFact], str], first: str = ""
) -> Iterator[str]:
    yield f"\n## {title}\n"
    if first:
        yield f"- {first}"
    yield from (f"- {tell(item)}" for item in items)
    if not total and not first:
        yield "Nothing."
    elif total > len(items):
        yield f"- and {total - len(items):,} more"


def _of_rollout(stage: str) -> str:
    return (
        f"**the rollout**: its stage {_plain(stage)} has soaked; the next one begins when you say so" if stage else ""
    )


def _waits(item: ActionFact) -> str:
    return f"{_named(item)}: answer by {item.at:%Y-%m-%d %H:%M} UTC. {_plain(item.text)}"


def _ended(item: ActionFact) -> str:
    return f"{item.at:%H:%M} {_named(item)}: {_plain(item.text)}"


def _named(item: ActionFact) -> str:
    about = f" about {_plain(item.account)}" if item.account else ""
    return f"**{_plain(item.kind)}** by {_plain(item.proposer)}{about}"


def _goal(goal: GoalFact) -> str:
    standing = "on track" if goal.on_track else "**behind**"
    projected = f", heading for {goal.projected} by {goal.end.isoformat()}" if goal.projected else ""
    return (
        f"{_plain(goal.title)}: {standing}, {goal.value} of {goal.target} ({goal.progress} %; {goal.expected} % of its"
        f" time has passed){projected}"
    )


def _patterns(items: Sequence[tuple[str, Found]], total: int) -> Iterator[str]:
    for name, found in items:
        pattern = found.pattern
        title = pattern.type.value.replace("_", " ")
        yield f"- {_plain(name)}: **{title}**, confidence {pattern.confidence} %"
        yield from (f"  - {_plain(item.text)}" for item in pattern.evidence)
    if not total:
        yield "None."
    elif total > len(items):
        yield f"- and {total - len(items):,} more"


def _plain(text: str) -> str:
    """A text from anywhere on one line, without controls and without markup."""
    visible = "".join(
        char if unicodedata.category(char)[0] != "C" else " " if char.isspace() else "\ufffd" for char in text
    )
    line = " ".join(visible.split())
    return _SPECIAL.sub(r"\\\1", line if len(line) <= _LINE else f"{line[: _LINE - 1]}…")
