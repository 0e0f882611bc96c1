"""CRM tables and goals in the database: import, metrics, stages and the recurring look at goals."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.crm import CrmImportError, Interaction, import_crm, stage_of, write_rows
from engine.goals import (
    Goal,
    GoalError,
    GoalRepository,
    GoalState,
    GoalType,
    evaluate,
    update_goals,
)
from engine.governance.proposal import Proposal
from engine.settings.goals import CrmSettings, GoalSettings
from engine.storage import Database

ACCOUNTS = "account,sector\nAcme,retail\nBeta,medical\nGamma,medical\nDelta,none\n"
PIPELINE = """opportunity_id,account,deal_stage,engage_date,close_date,close_value
1,Acme,Won,2025-12-01,2026-01-01,100.10
2,Acme,Won,2026-01-01,2026-01-31,200.05
3,Acme,Won,2026-01-01,2026-02-01,400
4,Acme,Lost,2026-01-01,2026-01-31,0
5,Beta,Engaging,2026-01-10,,50
6,Beta,Prospecting,,,7
7,Gamma,Lost,2026-01-01,2026-02-02,0
8,Gamma,Won,2026-01-01,2026-02-02,1
9,,Engaging,2026-02-01,,1000
"""


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    directory = tmp_path / "crm"
    directory.mkdir()
    (directory / "accounts.csv").write_text(ACCOUNTS)
    (directory / "sales_pipeline.csv").write_text(PIPELINE)
    return directory


async def test_importing_again_changes_nothing_and_edits_are_updates(database: Database, crm: Path) -> None:
    settings = CrmSettings(batch_rows=2)
    first = await import_crm(database, crm, settings, "operator:ana")
    assert (first.imported, first.updated, first.unchanged, first.rejected_total) == (13, 0, 0, 0)
    seq = database.head.seq
    again = await import_crm(database, crm, settings, "operator:ana")
    assert (again.imported, again.updated, again.unchanged) == (0, 0, 13)
    assert database.head.seq == seq + 1
    (crm / "sales_pipeline.csv").write_text(PIPELINE.replace("200.05", "200.06"))
    edited = await import_crm(database, crm, settings, "operator:ana")
    assert (edited.imported, edited.updated, edited.unchanged) == (0, 1, 12)


async def test_rejected_rows_are_all_counted_and_listed_within_a_bound(database: Database, crm: Path) -> None:
    with (crm / "sales_pipeline.csv").open("a") as file:
        file.writelines(f"bad{number},Acme,Nope,,,\n" for number in range(7))
    report = await import_crm(database, crm, CrmSettings(shown_problems=3), "operator:ana")
    assert (report.imported, report.rejected_total) == (13, 7)
    assert [problem.line for problem in report.rejected] == [11, 12, 13]


async def test_a_missing_file_is_named_and_nothing_is_imported(database: Database, crm: Path) -> None:
    (crm / "sales_pipeline.csv").unlink()
    with pytest.raises(CrmImportError, match=r"missing file: sales_pipeline\.csv"):
        await import_crm(database, crm, CrmSettings(), "operator:ana")
    assert await database.read(lambda reader: reader.rows("SELECT * FROM accounts")) == []


async def test_accounts_of_earlier_imports_are_known(database: Database, crm: Path) -> None:
    await import_crm(database, crm, CrmSettings(), "operator:ana")
    (crm / "accounts.csv").write_text("account\nNew\n")
    report = await import_crm(database, crm, CrmSettings(), "operator:ana")
    assert (report.imported, report.rejected_total) == (1, 0)


@pytest.mark.parametrize(
    ("account", "stage"),
    [("Acme", "closed_won"), ("Beta", "qualification"), ("Gamma", "closed_won"), ("Delta", None), ("Nobody", None)],
)
async def test_the_stage_of_an_account(database: Database, crm: Path, account: str, stage: str | None) -> None:
    await import_crm(database, crm, CrmSettings(), "operator:ana")
    assert await database.read(lambda reader: stage_of(reader, account)) == stage


def january(goal_type: GoalType, target: int = 1) -> Goal:
    return Goal("g", "January", goal_type, target, date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.parametrize(
    ("goal_type", "as_of", "value"),
    [
        (GoalType.REVENUE, date(2025, 12, 31), Fraction(0)),
        (GoalType.REVENUE, date(2026, 1, 1), Fraction(100_10)),
        (GoalType.REVENUE, date(2026, 1, 30), Fraction(100_10)),
        (GoalType.REVENUE, date(2026, 1, 31), Fraction(300_15)),
        (GoalType.REVENUE, date(2026, 6, 1), Fraction(300_15)),
        (GoalType.QUALITY, date(2026, 1, 31), Fraction(200_00, 3)),
        (GoalType.QUALITY, date(2026, 1, 1), Fraction(100_00)),
        # Open on the ninth: 2, 3, 4 (0), 6, 7 (0) and 8; the tenth adds 5.
        (GoalType.PIPELINE, date(2026, 1, 9), Fraction(200_05 + 400_00 + 7_00 + 1_00)),
        (GoalType.PIPELINE, date(2026, 1, 10), Fraction(200_05 + 400_00 + 7_00 + 1_00 + 50_00)),
        # Closed on the thirty-first means not open at the end of it.
        (GoalType.PIPELINE, date(2026, 1, 31), Fraction(400_00 + 7_00 + 1_00 + 50_00)),
        (GoalType.ACTIVITY, date(2026, 1, 30), Fraction(1)),
        (GoalType.ACTIVITY, date(2026, 1, 31), Fraction(2)),
    ],
)
async def test_metrics_count_whole_days_with_both_ends(
    database: Database, crm: Path, goal_type: GoalType, as_of: date, value: Fraction
) -> None:
    await import_crm(database, crm, CrmSettings(), "operator:ana")
    moments = [
        datetime(2025, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 31, 23, 59, 59, 999_999, UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
    ]
    rows = [Interaction(str(number), "Acme", "call", "", at, "ana") for number, at in enumerate(moments)]
    await database.write(lambda tx: write_rows(tx, rows))
    found = await database.read(lambda reader: evaluate(reader, january(goal_type), as_of))
    assert found.value == value


async def add(database: Database, goal: Goal) -> None:
    await database.write(lambda tx: GoalRepository().add(tx, goal, actor="operator:ana", limit=10))


async def state(database: Database, goal_id: str = "g") -> GoalState:
    return (await database.read(lambda reader: GoalRepository().get(reader, goal_id))).state


class Gate:
    def __init__(self) -> None:
        self.proposals: list[Proposal] = []
        self.fails = False

    async def __call__(self, proposal: Proposal) -> str:
        if self.fails:
            raise ConnectionError
        self.proposals.append(proposal)
        return f"action-{len(self.proposals)}"


@pytest.mark.parametrize(
    ("goal_type", "tool"),
    [
        (GoalType.REVENUE, "email"),
        (GoalType.PIPELINE, "email"),
        (GoalType.ACTIVITY, "chat"),
        (GoalType.QUALITY, "briefing"),
    ],
)
async def test_a_gap_becomes_one_proposal(
    database: Database, clock: SimulatedClock, goal_type: GoalType, tool: str
) -> None:
    await add(database, Goal("g", "Spring", goal_type, 1_000, date(2026, 3, 1), date(2026, 5, 31)))
    gate = Gate()
    for _ in range(3):
        await update_goals(database, GoalSettings(), gate)
        await clock.advance(86_400)
    assert [(proposal.tool, proposal.dedupe_key, proposal.proposer) for proposal in gate.proposals] == [
        (tool, "gap:1:0", "goal:g")
    ]


async def test_a_new_gap_becomes_a_new_proposal(database: Database, clock: SimulatedClock) -> None:
    await add(database, Goal("g", "Spring", GoalType.ACTIVITY, 92, date(2026, 3, 1), date(2026, 5, 31)))
    gate = Gate()
    await update_goals(database, GoalSettings(), gate)
    rows = [Interaction(str(number), "Acme", "call", "", clock.now(), "ana") for number in range(20)]
    await database.write(lambda tx: write_rows(tx, rows))
    await update_goals(database, GoalSettings(), gate)
    await clock.advance(86_400 * 30)
    await update_goals(database, GoalSettings(), gate)
    assert [proposal.dedupe_key for proposal in gate.proposals] == ["gap:1:0", "gap:2:0"]


async def test_a_proposal_that_did_not_reach_the_gate_is_made_again(database: Database) -> None:
    await add(database, Goal("g", "Spring", GoalType.ACTIVITY, 92, date(2026, 3, 1), date(2026, 5, 31)))
    gate = Gate()
    gate.fails = True
    with pytest.raises(ConnectionError):
        await update_goals(database, GoalSettings(), gate)
    gate.fails = False
    await update_goals(database, GoalSettings(), gate)
    assert len(gate.proposals) == 1


async def test_goals_end_as_completed_or_missed_and_stay_so(database: Database, crm: Path) -> None:
    await import_crm(database, crm, CrmSettings(), "operator:ana")
    await add(database, january(GoalType.REVENUE, 300_15))
    await add(database, Goal("m", "Too much", GoalType.REVENUE, 300_16, date(2026, 1, 1), date(2026, 1, 31)))
    gate = Gate()
    found = await update_goals(database, GoalSettings(), gate)
    assert (found.measured, found.completed, found.missed, gate.proposals) == (2, 1, 1, [])
    assert await state(database, "g") is GoalState.COMPLETED
    assert await state(database, "m") is GoalState.MISSED
    with pytest.raises(GoalError, match="completed"):
        await database.write(lambda tx: GoalRepository().pause(tx, "g", actor="operator:ana"))


async def test_a_paused_goal_is_not_measured(database: Database) -> None:
    await add(database, Goal("g", "Spring", GoalType.ACTIVITY, 92, date(2026, 3, 1), date(2026, 5, 31)))
    await database.write(lambda tx: GoalRepository().pause(tx, "g", actor="operator:ana"))
    gate = Gate()
    assert (await update_goals(database, GoalSettings(), gate)).measured == 0
    await database.write(lambda tx: GoalRepository().resume(tx, "g", actor="operator:ana"))
    assert (await update_goals(database, GoalSettings(), gate)).measured == 1
    history = await database.read(lambda reader: GoalRepository().history(reader, "g"))
    assert history == [(date(2026, 3, 10), 0, False)]


async def test_there_are_only_so_many_goals(database: Database) -> None:
    for number in range(10):
        await add(database, Goal(str(number), "x", GoalType.ACTIVITY, 1, date(2026, 3, 1), date(2026, 5, 31)))
    with pytest.raises(GoalError, match="10 already"):
        await add(database, january(GoalType.REVENUE))
