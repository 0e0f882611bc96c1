"""What an action rests on, by the engine's own records: a message, a pattern, a goal, its account, its files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ...crm import stage_of
from ...goals import GoalRepository, evaluate, format_value
from ...governance.action import Action
from ...governance.drift import FILES
from ...insights import of_account
from ...storage import Reader, from_us
from ...view import Section

_TEXT: Final = 2_000
_PATTERNS: Final = 5
_RECORDED: Final = "('action.proposed', 'action.revised', 'action.undone', 'action.edited')"


def evidence_sections(reader: Reader, action: Action, now: datetime) -> Iterator[Section]:
    """The files that it names, with their hashes; then everything on record that speaks for or about it."""
    files = _files(reader, action)
    if files:
        yield Section("Files", files)
    facts = (*_message(reader, action), *_goal(reader, action, now), *_account(reader, action))
    if facts:
        yield Section("Evidence", facts)


def _files(reader: Reader, action: Action) -> tuple[tuple[str, str], ...]:
    row = reader.row(
        f"SELECT data FROM journal WHERE subject = ? AND kind IN {_RECORDED} ORDER BY seq DESC LIMIT 1",  # noqa: S608  # fixed kinds
        (action.id,),
    )
    named = json.loads(row["data"]).get(FILES, {}) if row else {}
    return tuple((str(name), f"SHA-256 {digest}") for name, digest in sorted(named.items()))


def _message(reader: Reader, action: Action) -> Iterator[tuple[str, str]]:
    if action.origin is None:
        return
    row = reader.row(
        "SELECT p.sender, p.sender_kind, p.channel, p.text, m.arrived_us FROM messages m"
        " JOIN posts p ON p.id = m.post_id WHERE m.id = ?",
        (action.origin,),
    )
    if row is not None:
        where = f" in {row['channel']}" if row["channel"] else ""
        yield "answers", f"{row['sender']} ({row['sender_kind']}){where}, {_at(from_us(row['arrived_us']))}"
        yield "which said", row["text"][:_TEXT]


def _goal(reader: Reader, action: Action, now: datetime) -> Iterator[tuple[str, str]]:
    scope, _, goal_id = action.proposer.partition(":")
    goal = (
        next((goal for goal in GoalRepository().all(reader) if goal.id == goal_id), None) if scope == "goal" else None
    )
    if goal is not None:
        found = evaluate(reader, goal, now.date())
        standing = "on track" if found.on_track else "behind"
        value = format_value(goal.type, found.whole_value)
        yield "goal", f"{goal.title}: {standing}, {value} of {format_value(goal.type, goal.target)}, {found.progress} %"


def _account(reader: Reader, action: Action) -> Iterator[tuple[str, str]]:
    if action.account_id is None:
        return
    yield "stage now", stage_of(reader, action.account_id) or "unknown"
    row = reader.row("SELECT text FROM account_contexts WHERE account_id = ?", (action.account_id,))
    if row is not None:
        yield "account", row["text"][:_TEXT]
    for found in of_account(reader, action.account_id, _PATTERNS):
        if found.closed is None or found.action_id == action.id:
            title = f"{found.pattern.type.value.replace('_', ' ')} {found.pattern.confidence} %"
            yield title, "; ".join(item.text for item in found.pattern.evidence)


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%SZ")
