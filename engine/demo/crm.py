"""Made-up CRM tables: a small company's quarter, the same for the same seed and day."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

_NAMES: Final = (
    "Alder & Birch", "Bluewater Foods", "Cobalt Freight", "Dunmore Clinics", "Elm Street Bank", "Fjord Optics",
    "Granite Hotels", "Harbour Print", "Ivory Labs", "Juniper Schools", "Kestrel Air", "Lumen Energy",
)  # fmt: skip
_SECTORS: Final = ("retail", "food", "logistics", "health", "finance", "energy")
_PRODUCTS: Final = ("Starter", "Team", "Enterprise")
_SELLERS: Final = ("Ana (simulated)", "Ben (simulated)", "Chloe (simulated)")
_OPEN_STAGES: Final = ("Prospecting", "Qualification", "Evaluation", "Negotiation")
_KINDS: Final = ("call", "mail", "meeting")
HALF_WINDOW_DAYS: Final = 45
"""Goals of the demo began this long before today and end this long after it."""


@dataclass(frozen=True, slots=True)
class Deal:
    """One made-up opportunity; money in cents."""

    id: str
    account: str
    stage: str
    engaged: date
    closed: date | None
    cents: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the tables amount to, so that goals can be set that are behind and that are on track.

    Attributes:
        won: value won in the first half of the goals' window, in cents.
        open: value of open deals, in cents.
        contacts: interactions in the first half of the goals' window.
    """

    won: int
    open: int
    contacts: int


def account_names() -> tuple[str, ...]:
    """The made-up accounts."""
    return _NAMES


def write_tables(folder: Path, seed: int, today: date) -> Figures:
    """Write ``accounts.csv``, ``sales_pipeline.csv`` and ``interactions.csv``.

    Args:
        folder: where; made when missing.
        seed: the same seed and day give the same bytes.
        today: the day on which the demo runs.
    """
    source = random.Random(seed)  # noqa: S311  # made-up data, reproducible by design
    folder.mkdir(parents=True, exist_ok=True)
    deals = [_deal(source, number, today) for number in range(180)]
    contacts = [(source.choice(_NAMES), source.choice(_KINDS), source.randrange(90)) for _ in range(240)]
    _write(folder / "accounts.csv", ("account", "sector", "office_location", "subsidiary_of", "contact_email"), [
        (name, source.choice(_SECTORS), "Simulated City", "", f"desk@{_domain(name)}.example") for name in _NAMES
    ])  # fmt: skip
    _write(
        folder / "sales_pipeline.csv",
        (
            "opportunity_id",
            "sales_agent",
            "product",
            "account",
            "deal_stage",
            "engage_date",
            "close_date",
            "close_value",
        ),
        [
            (
                deal.id,
                source.choice(_SELLERS),
                source.choice(_PRODUCTS),
                deal.account,
                deal.stage,
                deal.engaged.isoformat(),
                deal.closed.isoformat() if deal.closed else "",
                f"{deal.cents // 100}.{deal.cents % 100:02d}" if deal.cents is not None else "",
            )
            for deal in deals
        ],
    )
    _write(folder / "interactions.csv", ("interaction_id", "account", "kind", "at", "summary", "actor"), [
        (f"SIM-I{number:04d}", account, kind, (today - timedelta(days=days)).isoformat(), "simulated", _SELLERS[0])
        for number, (account, kind, days) in enumerate(contacts)
    ])  # fmt: skip
    return _figures(deals, [days for _, _, days in contacts], today)


def _deal(source: random.Random, number: int, today: date) -> Deal:
    engaged = today - timedelta(days=source.randrange(60, 240))
    cents = source.randrange(20_000, 900_000)
    identifier, account = f"SIM-{number:04d}", source.choice(_NAMES)
    if source.random() < 0.4:
        stage = source.choice(_OPEN_STAGES)
        return Deal(identifier, account, stage, engaged, None, cents)
    closed = max(engaged, today - timedelta(days=source.randrange(1, 120)))
    if source.random() < 0.62:
        return Deal(identifier, account, "Won", engaged, closed, cents)
    return Deal(identifier, account, "Lost", engaged, closed, 0)


def _figures(deals: list[Deal], contact_days: list[int], today: date) -> Figures:
    start = today - timedelta(days=HALF_WINDOW_DAYS)
    return Figures(
        won=sum(
            deal.cents or 0
            for deal in deals
            if deal.stage == "Won" and deal.closed is not None and deal.closed >= start
        ),
        open=sum(deal.cents or 0 for deal in deals if deal.stage in _OPEN_STAGES),
        contacts=sum(days <= HALF_WINDOW_DAYS for days in contact_days),
    )


def _domain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
