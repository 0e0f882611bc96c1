"""The job ``context_summarization``: keep what is known about each account in a few sentences."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from ..clock import Clock
from ..crm import stage_of
from ..errors import WatchfloorError
from ..governance.proposal import Proposal
from ..settings.insights import ContextSettings
from ..storage import Database, Reader, Transaction, from_us, to_us
from .outreach import Propose
from .repository import of_account
from .summary import Note, extract

_NOTES: Final = 100
_PATTERNS: Final = 3
EXTRACTIVE: Final = "extractive"


@dataclass(frozen=True, slots=True)
class Brief:
    """What a summary is made from.

    Attributes:
        account_id: the account.
        facts: what the tables say, a sentence each.
        notes: what was logged, oldest first.
    """

    account_id: str
    facts: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary, and how it was made (``extractive``, or a model's name)."""

    text: str
    method: str


Summarise: TypeAlias = Callable[[Brief, int], Awaitable[Summary]]
"""Makes a summary of about so many sentences. Raises a WatchfloorError where it cannot."""


@dataclass(frozen=True, slots=True)
class Summaries:
    """What one run did: summaries proposed, and for each account that failed, why."""

    proposed: int
    failed: tuple[str, ...]


async def extractive(brief: Brief, sentences: int) -> Summary:
    """The default: the facts, and the sentences of the record that say most. Deterministic, no network."""
    lines = [*brief.facts, *extract(brief.notes, sentences)]
    return Summary("\n".join(lines), EXTRACTIVE)


async def summarise_stale(
    database: Database, clock: Clock, rules: ContextSettings, propose: Propose, summarise: Summarise = extractive
) -> Summaries:
    """Propose new summaries for the accounts whose own are the stalest, at most ``accounts_per_run``.

    An account whose summary fails is told, and tried again at the next run.
    """
    now = clock.now()
    before = now - timedelta(days=rules.stale_days)
    briefs = await database.read(
        lambda reader: [read_brief(reader, name, now) for name in stale(reader, before, rules.accounts_per_run)]
    )
    proposed, failed = 0, []
    for brief in briefs:
        try:
            summary = await summarise(brief, rules.sentences)
            action_id = await propose(proposal_of(brief, summary))
        except WatchfloorError as error:
            failed.append(f"{brief.account_id}: {error.sentence()}")
            continue
        await database.write(
            lambda tx, brief=brief, action_id=action_id: _asked(tx, brief.account_id, action_id)  # type: ignore[misc]  # mypy cannot infer a lambda with bound defaults
        )
        proposed += 1
    return Summaries(proposed, tuple(failed))


def stale(reader: Reader, before: datetime, limit: int) -> list[str]:
    """Accounts without a summary, then those with news since a summary that was asked for before a moment."""
    rows = reader.rows(
        "SELECT a.id FROM accounts a LEFT JOIN context_requests c ON c.account_id = a.id"
        " WHERE c.asked_us IS NULL OR (c.asked_us < ? AND c.asked_us < max(a.changed_us,"
        " coalesce((SELECT max(changed_us) FROM opportunities o WHERE o.account_id = a.id), 0),"
        " coalesce((SELECT max(at_us) FROM interactions i WHERE i.account_id = a.id), 0)))"
        " ORDER BY c.asked_us IS NOT NULL, c.asked_us, a.id LIMIT ?",
        (to_us(before), limit),
    )
    return [str(row["id"]) for row in rows]


def read_brief(reader: Reader, account_id: str, now: datetime) -> Brief:
    """What is on record about an account."""
    rows = reader.rows(
        "SELECT at_us, kind, summary FROM interactions WHERE account_id = ? ORDER BY at_us DESC LIMIT ?",
        (account_id, _NOTES),
    )
    notes = tuple(Note(from_us(row["at_us"]).date(), row["summary"] or row["kind"]) for row in reversed(rows))
    return Brief(account_id, tuple(_facts(reader, account_id, now.date(), notes)), notes)


def proposal_of(brief: Brief, summary: Summary) -> Proposal:
    """The proposal that puts a summary on record."""
    return Proposal(
        kind="update_account_context",
        tool="account_context",
        arguments={"account_id": brief.account_id, "text": summary.text, "method": summary.method},
        proposer="insights",
        reason="Its summary is missing or older than what happened since.",
        account_id=brief.account_id,
    )


def _facts(reader: Reader, account_id: str, day: date, notes: tuple[Note, ...]) -> list[str]:
    account = reader.row("SELECT name, sector, location FROM accounts WHERE id = ?", (account_id,))
    figures = reader.row(
        "SELECT count(*) FILTER (WHERE stage NOT IN ('closed_won', 'closed_lost')) AS open,"
        " coalesce(sum(value_cents) FILTER (WHERE stage NOT IN ('closed_won', 'closed_lost')), 0) AS open_cents,"
        " count(*) FILTER (WHERE stage = 'closed_won') AS won,"
        " coalesce(sum(value_cents) FILTER (WHERE stage = 'closed_won'), 0) AS won_cents,"
        " count(*) FILTER (WHERE stage = 'closed_lost') AS lost, max(close_date) AS closed"
        " FROM opportunities WHERE account_id = ?",
        (account_id,),
    )
    if account is None or figures is None:
        return []
    described = ", ".join(part for part in (account["sector"], account["location"]) if part)
    stage = stage_of(reader, account_id)
    facts = [f"{account['name']}{f' ({described})' if described else ''}, stage {stage or 'unknown'}, {day}."]
    facts.append(
        f"Open: {figures['open']} deals worth {_money(figures['open_cents'])}. Won: {figures['won']} worth"
        f" {_money(figures['won_cents'])}. Lost: {figures['lost']}."
    )
    if figures["closed"]:
        facts.append(f"Last deal closed on {figures['closed']}.")
    facts.append(f"Last contact on {notes[-1].day}." if notes else "No contact is on record.")
    for found in of_account(reader, account_id, _PATTERNS):
        if found.closed is None:
            seen = "; ".join(item.text for item in found.pattern.evidence)
            facts.append(f"{found.pattern.type.value.replace('_', ' ').capitalize()}: {seen}.")
    return facts


def _asked(tx: Transaction, account_id: str, action_id: str) -> None:
    tx.execute(
        "INSERT INTO context_requests (account_id, action_id, asked_us) VALUES (?,?,?) ON CONFLICT (account_id)"
        " DO UPDATE SET action_id = excluded.action_id, asked_us = excluded.asked_us",
        (account_id, action_id, to_us(tx.now)),
    )


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"
