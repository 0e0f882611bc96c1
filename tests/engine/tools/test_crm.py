"""Changing CRM rows as actions: checked, journalled old and new, and the guardrails' stage follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.canonical import JSON
from engine.clock import SimulatedClock
from engine.crm import Account, Opportunity, stage_of, write_rows
from engine.governance import ArgumentsError, ToolError
from engine.governance.facts import AccountFacts, ActionFacts
from engine.governance.guardrails import classify
from engine.governance.kinds import Stage, Tier
from engine.governance.policy import Policy
from engine.settings.governance import GovernanceSettings
from engine.storage import Database

from .surroundings import context, registry

ACME = Account("acme", "Acme", "tools", "Berlin", "", "jo@acme.example")
DEAL = Opportunity("D1", "acme", "Seats", "ana", Stage.QUALIFICATION, "Engaging", None, None, None)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=True) as opened:
        await opened.write(lambda tx: write_rows(tx, [ACME]))
        await opened.write(lambda tx: write_rows(tx, [DEAL]))
        yield opened


async def change(database: Database, folder: Path, **arguments: JSON) -> str:
    tools = registry(folder, {})
    call = tools.prepare("crm_update", {"account_id": "acme", **arguments})
    result = await database.write(lambda tx: tools.apply("crm_update", call.arguments, context(folder), tx))
    return result.summary


async def test_an_account_changes_and_both_values_are_journalled(database: Database, tmp_path: Path) -> None:
    assert await change(database, tmp_path, location="Hamburg", contact_email="ann@acme.example") == (
        "acme: location Berlin → Hamburg, contact email jo@acme.example → ann@acme.example"
    )
    row = await database.read(lambda reader: reader.row("SELECT * FROM accounts"))
    assert row is not None
    assert (row["location"], row["contact_email"], row["name"]) == ("Hamburg", "ann@acme.example", "Acme")
    event = await database.read(
        lambda reader: reader.row("SELECT data, actor FROM journal WHERE kind = 'account.updated'")
    )
    assert event is not None
    assert event["actor"] == "persona:helper"
    assert '"Berlin"' in event["data"]


async def test_an_opportunity_moves_and_so_does_the_guardrails_stage(database: Database, tmp_path: Path) -> None:
    await change(database, tmp_path, opportunity_id="D1", stage="negotiation", value_cents=500_00)
    assert await database.read(lambda reader: stage_of(reader, "acme")) == "negotiation"
    await change(database, tmp_path, opportunity_id="D1", stage="closed_won")
    row = await database.read(lambda reader: reader.row("SELECT * FROM opportunities"))
    assert row is not None
    assert (row["stage"], row["value_cents"], row["close_date"]) == ("closed_won", 500_00, "2026-01-05")


async def test_a_stage_set_by_hand_holds(database: Database, tmp_path: Path) -> None:
    await change(database, tmp_path, stage="evaluation")
    assert await database.read(lambda reader: stage_of(reader, "acme")) == "evaluation"


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"account_id": "nobody", "name": "x"}, "no such account"),
        ({"opportunity_id": "D9", "product": "x"}, "has none of that id"),
        ({"opportunity_id": "D1", "stage": "closed_won"}, "nobody knows its value"),
        ({"opportunity_id": "D1", "close_date": "2026-01-01"}, "only a closed opportunity"),
        ({"stage": "qualification"}, "already"),
    ],
)
async def test_what_makes_no_sense_changes_nothing(
    database: Database, tmp_path: Path, arguments: dict[str, JSON], match: str
) -> None:
    before = await database.read(lambda reader: [tuple(row) for row in reader.rows("SELECT * FROM opportunities")])
    with pytest.raises(ToolError, match=match):
        await change(database, tmp_path, **arguments)
    after = await database.read(lambda reader: [tuple(row) for row in reader.rows("SELECT * FROM opportunities")])
    assert after == before


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"product": "x"},
        {"opportunity_id": "D1", "name": "x"},
        {"stage": "unknown"},
        {"contact_email": "Jo <jo@acme.example>"},
        {"opportunity_id": "D1", "value_cents": -1},
        {"opportunity_id": "D1", "close_date": "2026-02-30"},
        {"name": "a\nb"},
    ],
)
def test_arguments_that_cannot_be_meant_are_refused(tmp_path: Path, arguments: dict[str, JSON]) -> None:
    with pytest.raises(ArgumentsError):
        registry(tmp_path, {}).prepare("crm_update", {"account_id": "acme", **arguments})


@pytest.mark.parametrize(
    ("stage", "tier"),
    [("qualification", Tier.AUTONOMOUS), ("negotiation", Tier.APPROVAL), ("closed_won", Tier.APPROVAL)],
)
def test_no_kind_moves_an_account_past_the_gate_by_itself(stage: str, tier: Tier) -> None:
    facts = ActionFacts(
        kind="update_account_context",
        tool="crm_update",
        arguments={"account_id": "acme", "stage": stage},
        account=AccountFacts("acme", Stage.PROSPECTING),
    )
    assert classify(facts, Policy.from_settings(GovernanceSettings())).tier is tier
