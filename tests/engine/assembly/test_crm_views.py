"""What can be asked about the CRM: pages that add up, filters, days of the past, one account with its history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from engine.assembly.views.crm import account_detail, account_page, account_report, opportunity_page
from engine.assembly.views.goals import goal_report
from engine.client import CommandRefused
from engine.clock import SimulatedClock
from engine.crm import Account, Interaction, Opportunity, set_account_stage, settle_accounts, write_rows
from engine.goals import Goal, GoalError, GoalRepository, GoalState, GoalType
from engine.governance.kinds import Stage
from engine.queries import AskAccount, AskAccounts, AskOpportunities
from engine.storage import Database, Transaction

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def fill(tx: Transaction) -> None:
    """Thirty accounts; each has a deal that was won, every third one that is open."""
    accounts = [Account(f"A{n:02}", f"Account {n}", "retail" if n % 2 else "food", "", "", "") for n in range(30)]
    deals = []
    for n in range(30):
        begun = date(2026, 1, 1) + timedelta(days=n)
        deals.append(
            Opportunity(f"W{n:02}", f"A{n:02}", "P", "ana", Stage.CLOSED_WON, "Won", begun, date(2026, 3, 1), 100)
        )
        if n % 3 == 0:
            deals.append(
                Opportunity(f"O{n:02}", f"A{n:02}", "P", "ana", Stage.NEGOTIATION, "", date(2026, 2, 1), None, 50)
            )
    write_rows(tx, accounts)
    write_rows(tx, deals)
    write_rows(tx, [Interaction("i", "A00", "call", "hello", NOW, "ana")])
    settle_accounts(tx, source="import", actor="engine")


@pytest.fixture
async def filled(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(NOW), inline=True) as opened:
        await opened.write(fill)
        yield opened


@pytest.mark.parametrize("limit", [1, 7, 30, 31])
async def test_pages_of_accounts_add_up(filled: Database, limit: int) -> None:
    seen: list[str] = []
    after = ""
    while True:
        page = await filled.read(lambda reader, a=after: account_page(reader, AskAccounts(limit=limit, after=a)))  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
        seen += [item.id for item in page.items]
        assert len(page.items) <= limit
        if not page.next:
            break
        after = page.next
    assert seen == [f"A{n:02}" for n in range(30)]


@pytest.mark.parametrize("limit", [3, 40, 100])
async def test_pages_of_opportunities_add_up(filled: Database, limit: int) -> None:
    seen: list[str] = []
    ask = AskOpportunities(limit=limit)
    while True:
        page = await filled.read(lambda reader, ask=ask: opportunity_page(reader, ask))  # type: ignore[misc]  # as above
        seen += [item.id for item in page.items]
        if not page.next:
            break
        ask = AskOpportunities(limit=limit, after=page.next)
    assert len(seen) == len(set(seen)) == 40
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("ask", "count"),
    [
        (AskAccounts(stage="negotiation"), 10),
        (AskAccounts(stage="closed_won"), 20),
        (AskAccounts(stage="unknown"), 0),
        (AskAccounts(text="RETAIL"), 15),
        (AskAccounts(text="account 2"), 11),
        (AskAccounts(text="%"), 0),
    ],
)
async def test_accounts_are_narrowed(filled: Database, ask: AskAccounts, count: int) -> None:
    assert len((await filled.read(lambda reader: account_page(reader, ask))).items) == count


@pytest.mark.parametrize(
    ("ask", "count"),
    [
        (AskOpportunities(account="A00"), 2),
        (AskOpportunities(stage="closed_won"), 30),
        (AskOpportunities(as_of=date(2025, 12, 31)), 0),
        (AskOpportunities(as_of=date(2026, 1, 10)), 10),
        (AskOpportunities(as_of=date(2026, 2, 28), stage="closed_won"), 0),
        (AskOpportunities(as_of=date(2026, 2, 28), stage="qualification"), 30),
        (AskOpportunities(as_of=date(2026, 3, 1), stage="closed_won"), 30),
    ],
)
async def test_opportunities_are_narrowed_and_shown_as_of_a_day(
    filled: Database, ask: AskOpportunities, count: int
) -> None:
    assert len((await filled.read(lambda reader: opportunity_page(reader, ask))).items) == count


async def test_one_account_tells_its_stages_deals_and_contacts(filled: Database) -> None:
    await filled.write(
        lambda tx: set_account_stage(tx, "A00", Stage.EVALUATION, source="command", actor="operator:ana")
    )
    report = await filled.read(lambda reader: account_report(reader, AskAccount(id="A00")))
    assert (report.account.stage, report.account.derived, report.account.set_by) == ("evaluation", "negotiation", "ana")
    assert [(one.stage, one.source) for one in report.stages] == [("negotiation", "import"), ("evaluation", "command")]
    assert [deal.id for deal in report.opportunities] == ["O00", "W00"]
    assert [one.summary for one in report.interactions] == ["hello"]
    assert (report.account.open_value, report.account.won_value, report.account.last_contact) == (50, 100, NOW)
    detail = await filled.read(lambda reader: account_detail(reader, "A00"))
    assert any("set by ana" in text for section in detail.sections for _, text in section.facts)


async def test_an_account_that_there_is_not(filled: Database) -> None:
    with pytest.raises(CommandRefused, match="no account"):
        await filled.read(lambda reader: account_report(reader, AskAccount(id="nobody")))


async def test_a_goal_tells_its_days_gaps_and_method(filled: Database) -> None:
    goal = Goal("g", "Won", GoalType.REVENUE, 10_000, date(2026, 3, 1), date(2026, 3, 31))
    await filled.write(lambda tx: GoalRepository().add(tx, goal, actor="operator:ana", limit=1))
    report = await filled.read(lambda reader: goal_report(reader, "g", date(2026, 3, 10)))
    assert (report.goal.value, report.goal.progress, report.goal.on_track) == (3_000, 30, True)
    # Thirty hundred cents in nine days.
    assert report.pace == 3_000 * 100 // 9
    assert report.goal.method.startswith("straight line")
    assert (len(report.points), report.points[9].actual, report.points[10].actual) == (31, 3_000, None)
    assert report.points[-1].projected == report.goal.projected == 10_000
    assert report.goal.projected_on == "2026-03-31"
    with pytest.raises(GoalError):
        await filled.read(lambda reader: goal_report(reader, "nobody", date(2026, 3, 10)))


async def test_a_goal_that_is_over_gets_no_suggestions(filled: Database) -> None:
    goal = Goal("g", "Won", GoalType.REVENUE, 10_000, date(2026, 1, 1), date(2026, 1, 31))
    await filled.write(lambda tx: GoalRepository().add(tx, goal, actor="operator:ana", limit=1))
    before = await filled.read(lambda reader: goal_report(reader, "g", NOW.date()))
    assert len(before.goal.suggestions) == 3
    await filled.write(lambda tx: GoalRepository().change(tx, "g", GoalState.MISSED))
    after = await filled.read(lambda reader: goal_report(reader, "g", NOW.date()))
    assert (after.goal.state, after.goal.suggestions, after.goal.projected_on) == ("missed", (), "")
