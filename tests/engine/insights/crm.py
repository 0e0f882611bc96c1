"""Small CRM tables for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from engine.crm import Account, Interaction, Opportunity, write_rows
from engine.governance import Stage
from engine.storage import Database, Transaction


async def add_account(database: Database, name: str, contact: str = "") -> None:
    """An account without anything."""
    await database.write(lambda tx: write_rows(tx, [Account(name, name.title(), "retail", "Oslo", "", contact)]))


async def add_deals(
    database: Database, account: str, deals: Sequence[tuple[date, date | None, Stage, int | None]]
) -> None:
    """Deals: begun, closed, stage, cents."""

    def write(tx: Transaction) -> None:
        count = tx.row("SELECT count(*) AS n FROM opportunities")
        start = count["n"] if count else 0
        rows = [
            Opportunity(f"{account}-{start + number}", account, "Team", "Kim", stage, stage.value, begun, closed, cents)
            for number, (begun, closed, stage, cents) in enumerate(deals)
        ]
        write_rows(tx, rows)

    await database.write(write)


async def log(database: Database, account: str, moments: Sequence[datetime], text: str = "called") -> None:
    """Interactions."""

    def write(tx: Transaction) -> None:
        count = tx.row("SELECT count(*) AS n FROM interactions")
        start = count["n"] if count else 0
        rows = [
            Interaction(f"i{start + number}", account, "call", text, at, "Kim") for number, at in enumerate(moments)
        ]
        write_rows(tx, rows)

    await database.write(write)
