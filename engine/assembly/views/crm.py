"""Accounts and opportunities as an operator sees them, and what an import would do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from ...client.protocol import CommandRefused
from ...crm import StageChange, account_stage, account_stages, preview_crm, stage_history
from ...queries import (
    ACCOUNT,
    ACCOUNTS,
    OPPORTUNITIES,
    AccountPage,
    AccountReport,
    AccountView,
    AskAccount,
    AskAccounts,
    AskOpportunities,
    AskPreview,
    FilePreview,
    ImportPreview,
    InteractionView,
    LinePreview,
    OpportunityPage,
    OpportunityView,
    StageView,
)
from ...settings import Settings
from ...storage import Database, Reader, from_us
from ...view import Detail, Section
from .activity import history_of
from .insights import account_insights

_SHOWN = 30
_ACCOUNT = "id, name, sector, location, parent, contact_email"
_STAGE_THEN = (
    "CASE WHEN :day = '' THEN stage ELSE (SELECT h.stage FROM stage_history AS h WHERE h.subject = 'opportunity'"
    " AND h.id = opportunities.id AND (h.day IS NULL OR h.day <= :day)"
    " ORDER BY h.number DESC LIMIT 1) END"
)


def crm_readers() -> Mapping[str, Callable[[Reader, Any], object]]:
    """What answers the questions about the CRM, by the name of the query."""
    return {ACCOUNTS.name: account_page, ACCOUNT.name: account_report, OPPORTUNITIES.name: opportunity_page}


def preview_import(
    database: Database, settings: Callable[[], Settings]
) -> Callable[[AskPreview], Awaitable[ImportPreview]]:
    """What answers the question what an import would do."""

    async def answer(ask: AskPreview) -> ImportPreview:
        found = await preview_crm(database, Path(ask.directory), settings().goals.crm)
        files = tuple(
            FilePreview(file, change.imported, change.updated, change.unchanged, found.rejected[file])
            for file, change in found.changes.items()
        )
        lines = tuple(LinePreview(line.file, line.line, line.verdict, line.id, line.why) for line in found.lines)
        return ImportPreview(files, lines)

    return answer


def account_page(reader: Reader, ask: AskAccounts) -> AccountPage:
    """Some accounts, by id."""
    stages = account_stages(reader)
    rows = reader.rows(
        f"SELECT {_ACCOUNT} FROM accounts WHERE id > :after AND (:text = ''"  # noqa: S608  # constant columns
        " OR instr(lower(id || ' ' || name || ' ' || sector || ' ' || location), :text)) ORDER BY id",
        {"after": ask.after, "text": ask.text.lower()},
    )
    wanted = [row for row in rows if not ask.stage or _stage(stages, row["id"]) == ask.stage]
    items = tuple(_account_view(reader, row) for row in wanted[: ask.limit])
    return AccountPage(items, items[-1].id if len(wanted) > ask.limit else "")


def account_report(reader: Reader, ask: AskAccount) -> AccountReport:
    """One account.

    Raises:
        CommandRefused: there is no such account.
    """
    row = reader.row(f"SELECT {_ACCOUNT} FROM accounts WHERE id = ?", (ask.id,))  # noqa: S608  # constant columns
    if row is None:
        remedy = "See `watchfloor crm accounts list`."
        raise CommandRefused(f"no account {ask.id[:60]}", remedy=remedy, code="unknown")
    deals = reader.rows(
        "SELECT * FROM opportunities WHERE account_id = ?"
        " ORDER BY stage IN ('closed_won', 'closed_lost'), coalesce(close_date, engage_date) DESC, id LIMIT ?",
        (ask.id, _SHOWN),
    )
    contacts = reader.rows(
        "SELECT at_us, kind, summary, actor FROM interactions WHERE account_id = ? ORDER BY at_us DESC LIMIT ?",
        (ask.id, _SHOWN),
    )
    return AccountReport(
        _account_view(reader, row),
        row["parent"],
        stages=tuple(_stage_view(change) for change in stage_history(reader, "account", ask.id)),
        opportunities=tuple(_opportunity_view(deal, deal["stage"]) for deal in deals),
        interactions=tuple(
            InteractionView(from_us(one["at_us"]), one["kind"], one["summary"], one["actor"]) for one in contacts
        ),
    )


def opportunity_page(reader: Reader, ask: AskOpportunities) -> OpportunityPage:
    """Some opportunities, by id, each in the stage of the day asked about."""
    rows = reader.rows(
        f"SELECT * FROM (SELECT *, {_STAGE_THEN} AS stage_then FROM opportunities"  # noqa: S608  # constants
        " WHERE id > :after AND (:account = '' OR account_id = :account))"
        " WHERE stage_then IS NOT NULL AND (:stage = '' OR stage_then = :stage) ORDER BY id LIMIT :limit",
        {
            "day": ask.as_of.isoformat() if ask.as_of else "",
            "after": ask.after,
            "account": ask.account,
            "stage": ask.stage,
            "limit": ask.limit + 1,
        },
    )
    items = tuple(_opportunity_view(row, row["stage_then"]) for row in rows[: ask.limit])
    return OpportunityPage(items, items[-1].id if len(rows) > ask.limit else "")


def account_detail(reader: Reader, account_id: str) -> Detail:
    """One account in words.

    Raises:
        CommandRefused: there is no such account.
    """
    report = account_report(reader, AskAccount(id=account_id))
    account = report.account
    stage = account.stage.replace("_", " ")
    if account.set_by:
        stage += f", set by {account.set_by}; its opportunities say {account.derived.replace('_', ' ')}"
    facts = (
        ("name", account.name),
        ("stage", stage),
        ("sector", account.sector),
        ("location", account.location),
        ("parent", report.parent),
        ("contact", account.contact_email),
        ("open", f"{account.open}, worth {_money(account.open_value)}"),
        ("won", f"{account.won}, worth {_money(account.won_value)}"),
        ("lost", str(account.lost)),
    )
    deals = tuple(
        (deal.stage, " ".join((deal.id, deal.product, "" if deal.value is None else _money(deal.value), deal.closed)))
        for deal in report.opportunities
    )
    contacts = tuple((f"{one.at:%Y-%m-%d}", f"{one.kind}: {one.summary}") for one in report.interactions)
    stages = tuple((one.day or "unknown day", f"{one.stage} ({one.source}, {one.actor})") for one in report.stages)
    sections = (
        Section("Account", tuple((name, text) for name, text in facts if text)),
        *account_insights(reader, account_id),
        Section("Stages", stages[::-1]),
        Section("Opportunities", deals),
        Section("Interactions", contacts),
        Section("History", events=history_of(reader, account_id)),
    )
    return Detail(account_id, account.name, sections)


def _stage(stages: Mapping[str, str], account_id: str) -> str:
    return stages.get(account_id, "unknown")


def _account_view(reader: Reader, row: Any) -> AccountView:
    stage = account_stage(reader, row["id"])
    sums = reader.rows(
        "SELECT CASE WHEN stage IN ('closed_won', 'closed_lost') THEN stage ELSE 'open' END AS sort, count(*) AS n,"
        " coalesce(sum(value_cents), 0) AS cents FROM opportunities WHERE account_id = ? GROUP BY sort",
        (row["id"],),
    )
    counts = {one["sort"]: (one["n"], one["cents"]) for one in sums}
    last = reader.row("SELECT max(at_us) AS at_us FROM interactions WHERE account_id = ?", (row["id"],))
    nothing = (0, 0)
    return AccountView(
        id=row["id"],
        name=row["name"],
        stage=stage.stage.value,
        derived=stage.derived.value,
        set_by=stage.set_by.partition(":")[2] or stage.set_by,
        sector=row["sector"],
        location=row["location"],
        contact_email=row["contact_email"],
        open=counts.get("open", nothing)[0],
        won=counts.get("closed_won", nothing)[0],
        lost=counts.get("closed_lost", nothing)[0],
        open_value=counts.get("open", nothing)[1],
        won_value=counts.get("closed_won", nothing)[1],
        last_contact=from_us(last["at_us"]) if last and last["at_us"] is not None else None,
    )


def _opportunity_view(row: Any, stage: str) -> OpportunityView:
    return OpportunityView(
        id=row["id"],
        account=row["account_id"] or "",
        product=row["product"],
        agent=row["agent"],
        stage=stage,
        source_stage=row["source_stage"],
        engaged=row["engage_date"] or "",
        closed=row["close_date"] or "",
        value=row["value_cents"],
    )


def _stage_view(change: StageChange) -> StageView:
    day = change.day.isoformat() if change.day else ""
    return StageView(change.stage.value, day, change.at, change.source, change.actor)


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"
