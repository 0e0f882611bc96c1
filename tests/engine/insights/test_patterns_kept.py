"""Patterns on record: found once, kept while they last, gone when they are, and acted upon once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.clock import SimulatedClock
from engine.governance import Proposal, ProposalError, Stage
from engine.insights import Family, PatternType, listed, reach_out, scan_patterns
from engine.settings.goals import GoalSettings
from engine.settings.insights import InsightSettings, PatternSettings
from engine.storage import Database

from .crm import add_account, add_deals, log

RULES = PatternSettings()
DAY = timedelta(days=1)


class Gate:
    """Takes proposals and keeps what it was given, once for each dedupe key."""

    def __init__(self) -> None:
        self.taken: dict[str, Proposal] = {}
        self.refuses = False

    async def propose(self, proposal: Proposal) -> str:
        if self.refuses:
            raise ProposalError("proposal refused", why="too much is open")
        assert proposal.dedupe_key
        self.taken.setdefault(proposal.dedupe_key, proposal)
        return f"action-{list(self.taken).index(proposal.dedupe_key)}"


async def losing(database: Database, today: date, account: str = "acme", contact: str = "") -> None:
    """An account that lost three deals two months ago and is silent since, with a deal still open."""
    await add_account(database, account, contact)
    lost = [(today - 100 * DAY, today - days * DAY, Stage.CLOSED_LOST, 0) for days in (63, 62, 61)]
    await add_deals(database, account, [*lost, (today - 90 * DAY, None, Stage.QUALIFICATION, None)])


async def test_a_pattern_is_found_once_kept_and_gone(database: Database, clock: SimulatedClock) -> None:
    await losing(database, clock.now().date())
    looked, noted = await scan_patterns(database, clock, RULES)
    assert (looked, noted.found, noted.kept, noted.gone) == (1, 1, 0, 0)
    _, noted = await scan_patterns(database, clock, RULES)
    assert (noted.found, noted.kept, noted.gone) == (0, 1, 0)
    (found,) = await database.read(lambda reader: listed(reader, ended=False, skip=0, limit=10))
    assert found.pattern.type is PatternType.MEDIUM_RISK
    assert [item.text for item in found.pattern.evidence] == [
        "nothing happened for 61 days while 1 deals are open",
        "the last 3 deals were lost",
    ]
    await log(database, "acme", [clock.now() - DAY])
    _, noted = await scan_patterns(database, clock, RULES)
    assert (noted.found, noted.kept, noted.gone) == (0, 0, 1)
    assert await database.read(lambda reader: listed(reader, ended=False, skip=0, limit=10)) == []
    (ended,) = await database.read(lambda reader: listed(reader, ended=True, skip=0, limit=10))
    assert ended.closed == clock.now()


async def test_what_comes_back_soon_is_still_the_same(database: Database, clock: SimulatedClock) -> None:
    today = clock.now().date()
    await losing(database, today)
    await scan_patterns(database, clock, RULES)
    (first,) = await database.read(lambda reader: listed(reader, ended=False, skip=0, limit=10))
    # A win makes the streak end; taking it back (the CRM was wrong) makes it return.
    await add_deals(database, "acme", [(today - 5 * DAY, today - DAY, Stage.CLOSED_WON, 5)])
    await scan_patterns(database, clock, RULES)
    await database.write(lambda tx: tx.execute("DELETE FROM opportunities WHERE stage = 'closed_won'"))
    _, noted = await scan_patterns(database, clock, RULES)
    (again,) = await database.read(lambda reader: listed(reader, ended=False, skip=0, limit=10))
    assert again.id == first.id
    assert noted.found == 0


async def test_one_pattern_becomes_one_proposal(database: Database, clock: SimulatedClock) -> None:
    await losing(database, clock.now().date())
    gate = Gate()
    for _ in range(3):
        await scan_patterns(database, clock, RULES)
        await reach_out(database, clock, InsightSettings(), GoalSettings(), gate.propose)
        await clock.advance(3_600)
    (proposal,) = gate.taken.values()
    assert (proposal.kind, proposal.tool, proposal.account_id) == ("send_follow_up_email", "email", "acme")
    assert "nothing happened for 61 days" in proposal.reason
    assert "the last 3 deals were lost" in proposal.reason


@pytest.mark.parametrize("contact", ["", "jo@acme.example"])
async def test_the_account_is_written_to_where_its_address_is_known(
    database: Database, clock: SimulatedClock, contact: str
) -> None:
    await losing(database, clock.now().date(), contact=contact)
    await scan_patterns(database, clock, RULES)
    gate = Gate()
    await reach_out(database, clock, InsightSettings(), GoalSettings(), gate.propose)
    (proposal,) = gate.taken.values()
    assert isinstance(proposal.arguments, dict)
    assert proposal.arguments["to"] == [contact or GoalSettings().sales_owner_address]
    # What is meant for colleagues never goes to the customer.
    assert ("lost" in str(proposal.arguments["body"])) is not bool(contact)


async def test_a_new_pattern_of_the_same_sort_waits(database: Database, clock: SimulatedClock) -> None:
    today = clock.now().date()
    await losing(database, today)
    gate = Gate()
    await scan_patterns(database, clock, RULES)
    await reach_out(database, clock, InsightSettings(), GoalSettings(), gate.propose)
    more = [(today - 100 * DAY, today - days * DAY, Stage.CLOSED_LOST, 0) for days in (65, 64)]
    await add_deals(database, "acme", more)
    _, noted = await scan_patterns(database, clock, RULES)
    assert noted.found == 1
    await reach_out(database, clock, InsightSettings(), GoalSettings(), gate.propose)
    assert len(gate.taken) == 1
    await clock.advance(RULES.repeat_days * 86_400)
    await scan_patterns(database, clock, RULES)
    await reach_out(database, clock, InsightSettings(), GoalSettings(), gate.propose)
    assert len(gate.taken) == 2


async def test_the_gravest_come_first_and_no_more_than_a_few_at_a_time(
    database: Database, clock: SimulatedClock
) -> None:
    today = clock.now().date()
    for number in range(4):
        await losing(database, today, f"account-{number}")
    grave = [(today - 200 * DAY, today - days * DAY, Stage.CLOSED_LOST, 0) for days in (66, 65, 64)]
    await add_deals(database, "account-3", grave)
    await scan_patterns(database, clock, RULES)
    gate = Gate()
    done = await reach_out(database, clock, InsightSettings(proposals_per_run=2), GoalSettings(), gate.propose)
    assert done.proposed == 2
    first = next(iter(gate.taken.values()))
    assert (first.kind, first.account_id) == ("escalate_to_management", "account-3")
    await reach_out(database, clock, InsightSettings(proposals_per_run=2), GoalSettings(), gate.propose)
    assert {proposal.account_id for proposal in gate.taken.values()} == {f"account-{number}" for number in range(4)}


async def test_what_the_gate_refuses_is_told_and_tried_again(database: Database, clock: SimulatedClock) -> None:
    await losing(database, clock.now().date())
    await scan_patterns(database, clock, RULES)
    gate = Gate()
    gate.refuses = True
    done = await reach_out(database, clock, InsightSettings(), GoalSettings(), gate.propose)
    assert done.proposed == 0
    assert "too much is open" in done.refused[0]
    gate.refuses = False
    assert (await reach_out(database, clock, InsightSettings(), GoalSettings(), gate.propose)).proposed == 1


async def test_what_is_not_known_yet_on_that_day_does_not_count(database: Database, clock: SimulatedClock) -> None:
    today = clock.now().date()
    await add_account(database, "acme")
    later = [(today - 30 * DAY, today + days * DAY, Stage.CLOSED_LOST, 0) for days in (1, 2, 3, 4, 5)]
    future = [(today + 10 * DAY, None, Stage.QUALIFICATION, None)]
    await add_deals(database, "acme", [*later, *future])
    await scan_patterns(database, clock, RULES)
    assert await database.read(lambda reader: listed(reader, ended=True, skip=0, limit=10)) == []


async def test_more_accounts_than_one_batch_holds(database: Database, clock: SimulatedClock) -> None:
    for number in range(101):
        await add_account(database, f"account-{number:03}")
    looked, _ = await scan_patterns(database, clock, RULES)
    assert looked == 101


async def test_families_stand_side_by_side(database: Database, clock: SimulatedClock) -> None:
    today = clock.now().date()
    await losing(database, today)
    begun = [(today - days * DAY, None, Stage.QUALIFICATION, 1) for days in (62, 63, 64, 65, 92, 93, 94)]
    closed = [(today - 150 * DAY, today - days * DAY, Stage.CLOSED_LOST, 0) for days in (64, 65, 92, 93, 94)]
    await add_deals(database, "acme", [*begun, *closed])
    await scan_patterns(database, clock, RULES)
    found = await database.read(lambda reader: listed(reader, ended=False, skip=0, limit=10))
    assert {item.pattern.family for item in found} == {Family.RISK, Family.ENGAGEMENT}
