"""Stages: what they were when, who said so, and what a stage set by hand is worth."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.crm import (
    Account,
    CrmError,
    Opportunity,
    account_stage,
    import_crm,
    set_account_stage,
    settle_accounts,
    stage_history,
    stage_of,
    stage_on,
    write_rows,
)
from engine.governance.kinds import Stage
from engine.settings.goals import CrmSettings
from engine.storage import Database

from .conftest import PIPELINE

SETTINGS = CrmSettings()


async def load(database: Database, folder: Path, text: str = PIPELINE) -> None:
    (folder / "sales_pipeline.csv").write_text(text)
    await import_crm(database, folder, SETTINGS, "operator:ana")


async def told(database: Database, opportunity: str) -> list[tuple[str, str | None]]:
    changes = await database.read(lambda reader: stage_history(reader, "opportunity", opportunity))
    return [(change.stage.value, change.day.isoformat() if change.day else None) for change in changes]


async def account_told(database: Database, account: str) -> list[tuple[str, str]]:
    changes = await database.read(lambda reader: stage_history(reader, "account", account))
    return [(change.stage.value, change.source) for change in changes]


@pytest.mark.parametrize(
    ("opportunity", "day", "stage"),
    [
        ("5", date(2025, 12, 31), None),
        ("5", date(2026, 1, 1), "qualification"),
        ("5", date(2026, 3, 1), "qualification"),
        ("5", date(2026, 3, 2), "closed_won"),
        ("4", date(2016, 1, 1), "prospecting"),
        ("3", date(2026, 1, 9), None),
        ("3", date(2026, 1, 10), "qualification"),
        ("nobody", date(2026, 1, 10), None),
    ],
)
async def test_what_closes_in_march_is_open_in_january(
    database: Database, folder: Path, opportunity: str, day: date, stage: str | None
) -> None:
    await load(database, folder)
    found = await database.read(lambda reader: stage_on(reader, opportunity, day))
    assert (found.value if found else None) == stage


async def test_a_close_in_a_later_import_is_added_with_its_own_day(
    database: Database, folder: Path, clock: SimulatedClock
) -> None:
    await load(database, folder)
    await clock.advance(86_400 * 30)
    await load(database, folder, PIPELINE.replace("Engaging,2026-01-10,,50", "Won,2026-01-10,2026-04-02,50"))
    assert await told(database, "3") == [("qualification", "2026-01-10"), ("closed_won", "2026-04-02")]


async def test_an_opportunity_that_is_opened_again_is_open_from_the_day_of_the_news(
    database: Database, folder: Path
) -> None:
    await load(database, folder)
    await load(database, folder, PIPELINE.replace("Lost,2026-01-01,2026-01-31,0", "Negotiation,2026-01-01,,0"))
    assert await told(database, "2") == [
        ("qualification", "2026-01-01"),
        ("closed_lost", "2026-01-31"),
        ("negotiation", "2026-03-10"),
    ]
    found = await database.read(lambda reader: stage_on(reader, "2", date(2026, 2, 15)))
    assert found is Stage.CLOSED_LOST


async def test_another_date_is_a_correction_and_not_a_change(database: Database, folder: Path) -> None:
    await load(database, folder)
    await load(database, folder, PIPELINE.replace("2026-03-02,1", "2026-03-01,1").replace("2026-01-10", "2026-01-09"))
    assert await told(database, "5") == [("qualification", "2026-01-01"), ("closed_won", "2026-03-01")]
    assert await told(database, "3") == [("qualification", "2026-01-09")]


async def test_an_engagement_that_is_learned_late_still_counts_from_its_day(database: Database, folder: Path) -> None:
    await load(database, folder, PIPELINE.replace("Won,2026-01-01,2026-03-02", "Won,,2026-03-02"))
    assert await told(database, "5") == [("closed_won", "2026-03-02")]
    await load(database, folder)
    for day, stage in ((date(2026, 1, 5), Stage.QUALIFICATION), (date(2026, 3, 5), Stage.CLOSED_WON)):
        found = await database.read(lambda reader, day=day: stage_on(reader, "5", day))  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
        assert found is stage


async def test_importing_again_adds_nothing_to_the_history(database: Database, folder: Path) -> None:
    await load(database, folder)
    rows = await database.read(lambda reader: reader.rows("SELECT * FROM stage_history"))
    await load(database, folder)
    again = await database.read(lambda reader: reader.rows("SELECT * FROM stage_history"))
    assert [tuple(row) for row in again] == [tuple(row) for row in rows]


async def test_a_stage_set_by_hand_holds_until_the_opportunities_have_news(database: Database, folder: Path) -> None:
    await load(database, folder)
    before = await database.write(
        lambda tx: set_account_stage(tx, "Beta", Stage.NEGOTIATION, source="command", actor="operator:ana")
    )
    assert before is Stage.QUALIFICATION
    await load(database, folder)
    found = await database.read(lambda reader: account_stage(reader, "Beta"))
    assert (found.stage, found.derived, found.set_by) == (Stage.NEGOTIATION, Stage.QUALIFICATION, "operator:ana")
    assert await database.read(lambda reader: stage_of(reader, "Beta")) == "negotiation"
    # Something else about the account is no news of its stage.
    await load(database, folder, PIPELINE.replace(",,50", ",,60"))
    assert await database.read(lambda reader: stage_of(reader, "Beta")) == "negotiation"
    await load(database, folder, PIPELINE.replace("Engaging,2026-01-10", "Evaluation,2026-01-10"))
    assert await database.read(lambda reader: stage_of(reader, "Beta")) == "evaluation"
    assert await account_told(database, "Beta") == [
        ("qualification", "import"),
        ("negotiation", "command"),
        ("evaluation", "import"),
    ]


async def test_setting_what_the_opportunities_say_lets_them_decide_again(database: Database, folder: Path) -> None:
    await load(database, folder)
    for stage in (Stage.EVALUATION, Stage.QUALIFICATION):
        await database.write(
            lambda tx, stage=stage: set_account_stage(tx, "Beta", stage, source="command", actor="operator:ana")  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
        )
    assert (await database.read(lambda reader: account_stage(reader, "Beta"))).set_by == ""


@pytest.mark.parametrize(
    ("account", "stage", "why"),
    [
        ("Nobody", Stage.EVALUATION, "no account"),
        ("Beta", Stage.QUALIFICATION, "already"),
        ("Beta", Stage.UNKNOWN, "not a stage"),
    ],
)
async def test_what_cannot_be_set(database: Database, folder: Path, account: str, stage: Stage, why: str) -> None:
    await load(database, folder)
    with pytest.raises(CrmError, match=why):
        await database.write(lambda tx: set_account_stage(tx, account, stage, source="command", actor="operator:ana"))


async def test_an_account_without_opportunities_can_be_given_a_stage(database: Database, folder: Path) -> None:
    await load(database, folder)
    assert await database.read(lambda reader: stage_of(reader, "Delta")) is None
    await database.write(
        lambda tx: set_account_stage(tx, "Delta", Stage.PROSPECTING, source="command", actor="operator:ana")
    )
    await load(database, folder)
    assert await database.read(lambda reader: stage_of(reader, "Delta")) == "prospecting"


async def test_every_change_of_an_account_is_journalled(database: Database, folder: Path) -> None:
    await load(database, folder)
    await database.write(
        lambda tx: set_account_stage(
            tx, "Beta", Stage.EVALUATION, source="command", actor="operator:ana", reason="met the board"
        )
    )
    rows = await database.read(lambda reader: reader.rows("SELECT data, actor FROM journal WHERE subject = 'Beta'"))
    ((data, actor),) = [tuple(row) for row in rows]
    assert actor == "operator:ana"
    for word in ("qualification", "evaluation", "met the board"):
        assert word in data


_STAGES = st.sampled_from([stage for stage in Stage if stage is not Stage.UNKNOWN])


@given(steps=st.lists(st.tuples(st.integers(0, 3), _STAGES), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_history_ends_with_what_the_tables_say(database: Database, steps: list[tuple[int, Stage]]) -> None:
    def write(number: int, stage: Stage) -> None:
        closed = date(2026, 3, 1) if stage.value.startswith("closed") else None
        row = Opportunity(f"o{number}", "A", "", "", stage, "", date(2026, 1, 1), closed, 1)
        opportunities[number] = row

    for table in ("stage_history", "account_stages", "opportunities"):
        await database.write(lambda tx, table=table: tx.execute(f"DELETE FROM {table}"))  # type: ignore[misc]  # a lambda with a bound default; names from above
    opportunities: dict[int, Opportunity] = {}
    await database.write(lambda tx: write_rows(tx, [Account("A", "A", "", "", "", "")]))
    for number, stage in steps:
        write(number, stage)
        await database.write(
            lambda tx: (write_rows(tx, list(opportunities.values())), settle_accounts(tx, source="import", actor="x"))
        )
        for one in opportunities.values():
            last = (await told(database, one.id))[-1]
            assert last[0] == one.stage.value
            today = await database.read(lambda reader, one=one: stage_on(reader, one.id, date(2026, 3, 10)))  # type: ignore[misc]  # as above
            assert today is one.stage
        current = await database.read(lambda reader: stage_of(reader, "A"))
        assert (await account_told(database, "A"))[-1][0] == current
    changes = await account_told(database, "A")
    assert all(before != after for before, after in pairwise(changes))
