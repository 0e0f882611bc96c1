"""Patterns in accounts, as an operator sees them."""

from __future__ import annotations

from typing import Final

from ...governance import repository as actions
from ...insights import Found, listed, of_account
from ...queries.insights import AskPatterns, PatternPage, PatternView
from ...storage import Reader, from_us
from ...view import Section

_SHOWN: Final = 10


def pattern_page(reader: Reader, ask: AskPatterns) -> PatternPage:
    """One page of patterns; ``after`` counts those of the pages before."""
    skip = int(ask.after) if ask.after.isdigit() else 0
    if ask.account:
        everything = of_account(reader, ask.account, skip + ask.limit + 1)
        found = [item for item in everything if ask.ended or item.closed is None][skip:]
    else:
        found = listed(reader, ended=ask.ended, skip=skip, limit=ask.limit + 1)
    items = tuple(_view(reader, item) for item in found[: ask.limit])
    return PatternPage(items, str(skip + ask.limit) if len(found) > ask.limit else "")


def account_insights(reader: Reader, account_id: str) -> tuple[Section, ...]:
    """What is known about an account: its summary, where there is one, and the patterns that it shows or showed."""
    summary = reader.row("SELECT text, method, made_us FROM account_contexts WHERE account_id = ?", (account_id,))
    sections = []
    if summary is not None:
        made = f"{from_us(summary['made_us']):%Y-%m-%d %H:%M} UTC, {summary['method']}"
        sections.append(Section("Summary", (("made", made),), text=summary["text"]))
    shown = [
        (
            f"{found.pattern.type.value.replace('_', ' ')} {found.pattern.confidence} %",
            "; ".join(item.text for item in found.pattern.evidence)
            + (f" (gone {found.closed:%Y-%m-%d})" if found.closed else ""),
        )
        for found in of_account(reader, account_id, _SHOWN)
    ]
    if shown:
        sections.append(Section("Patterns", tuple(shown)))
    return tuple(sections)


def _view(reader: Reader, found: Found) -> PatternView:
    pattern = found.pattern
    account = reader.row("SELECT name FROM accounts WHERE id = ?", (pattern.account_id,))
    action = actions.get(reader, found.action_id) if found.action_id else None
    return PatternView(
        id=found.id,
        account=pattern.account_id,
        account_name=str(account["name"]) if account else pattern.account_id,
        type=pattern.type.value,
        confidence=pattern.confidence,
        evidence=tuple((item.weight, item.text) for item in pattern.evidence),
        found_at=found.found,
        seen_at=found.seen,
        gone_at=found.closed,
        action=found.action_id or "",
        action_status=action.status.value if action else "",
    )
