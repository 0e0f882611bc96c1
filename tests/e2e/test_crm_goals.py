"""CRM tables brought in by the command line, and goals that they measure, to the cent and hundredth of a percent."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from .floor import Floor

FIRST, LAST = date(2017, 10, 1), date(2017, 12, 31)
ACCOUNTS = ("account", "sector", "office_location", "subsidiary_of")
DEALS = (
    "opportunity_id",
    "sales_agent",
    "product",
    "account",
    "deal_stage",
    "engage_date",
    "close_date",
    "close_value",
)
Row = tuple[str, ...]

BAD: tuple[tuple[Row, str], ...] = (
    (("BAD1", "Ana", "GTXPro", "Acct 1", "Daydreaming", "2017-10-01", "", ""), "stage"),
    (("BAD2", "Ana", "GTXPro", "Acct 1", "Won", "2017-10-01", "31.12.2017", "1000000"), "date"),
    (("BAD3", "Ana", "GTXPro", "Acct 1", "Won", "2017-10-01", "2017-11-01", "-1000000"), "value"),
    (("D0000", "Ana", "GTXPro", "Acct 1", "Won", "2017-10-01", "2017-11-01", "1000000"), "D0000"),
    (("BAD5", "Ana", "GTXPro", "Acct 1", "Won", "2017-10-01", "2017-11-01", "1000000", "more"), "columns"),
)
"""Rows that cannot be used, each with a word that its report must say. Their money would show at once in any sum."""

pytestmark = pytest.mark.timeout(120)


def deals(seed: int, count: int) -> list[Row]:
    """Opportunities as a sales team would leave them: most closed around the quarter, some open, some of no account."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for number in range(count):
        stage = chance.choice(["Won", "Won", "Lost", "Engaging", "Prospecting"])
        account = f"Acct {chance.randrange(20)}"
        engaged = FIRST + timedelta(days=chance.randrange(-60, 60))
        closed = max(engaged, FIRST) + timedelta(days=chance.randrange(-5, 110))
        match stage:
            case "Won":
                tail = (str(engaged), str(max(engaged, closed)), f"{chance.randrange(1, 9_000_00) / 100:.2f}")
            case "Lost":
                tail = (str(engaged), str(max(engaged, closed)), "0")
            case "Engaging":
                tail = (str(engaged), "", "")
            case _:
                account = chance.choice([account, ""])
                tail = ("", "", "")
        rows.append((f"D{number:04}", "Ana", "GTXPro", account, stage, *tail))
    # On the borders, and with a cent that binary fractions lose.
    rows.append(("EDGE1", "Ana", "GTXPro", "Acct 1", "Won", "2017-09-01", str(FIRST), "0.01"))
    rows.append(("EDGE2", "Ana", "GTXPro", "Acct 1", "Won", "2017-09-01", str(LAST), "1234567.89"))
    rows.append(("EDGE3", "Ana", "GTXPro", "Acct 1", "Won", "2017-09-01", str(LAST + timedelta(days=1)), "999999.99"))
    return rows


def write(file: Path, header: Row, rows: Iterable[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header, *rows])


def closed_by(rows: list[Row], day: date) -> list[Row]:
    return [row for row in rows if row[4] in {"Won", "Lost"} and FIRST <= date.fromisoformat(row[6]) <= min(day, LAST)]


def cents(rows: list[Row]) -> int:
    return sum(int(Fraction(row[7]) * 100) for row in rows if row[4] == "Won")


def test_goals_show_what_the_imported_tables_say_to_the_cent(floor: Floor, tmp_path: Path) -> None:
    program = floor.program
    good = deals(7, 300)
    rows = list(good)
    expected: dict[int, str] = {}
    for place, (row, word) in zip((40, 90, 140, 190, 240), BAD, strict=True):
        rows.insert(place, row)
        expected[place + 2] = word  # the header is line 1
    folder = tmp_path / "crm"
    folder.mkdir()
    write(folder / "accounts.csv", ACCOUNTS, ((f"Acct {number}", "retail", "Here", "") for number in range(20)))
    write(folder / "sales_pipeline.csv", DEALS, rows)

    report = program.ok("import", "crm", str(folder), "--json").data["data"]
    assert (report["imported"], report["rejected"]) == (20 + len(good), len(BAD))
    for problem, (line, word) in zip(report["problems"], expected.items(), strict=True):
        assert problem.startswith(f"sales_pipeline.csv:{line}: ")
        assert word in problem
    assert any(row[3] == "" for row in good)

    again = program.ok("import", "crm", str(folder), "--json").data["data"]
    assert (again["imported"], again["updated"], again["unchanged"]) == (0, 0, 20 + len(good))

    window = ("--start", str(FIRST), "--end", str(LAST))
    program.ok("goals", "add", "--title", "Q4 revenue", "--type", "revenue", "--target", "2000000", *window)
    program.ok("goals", "add", "--title", "Q4 quality", "--type", "quality", "--target", "60", *window)
    for day in (FIRST, date(2017, 11, 15), LAST, date(2018, 3, 1)):
        closed = closed_by(good, day)
        won = sum(row[4] == "Won" for row in closed)
        listed = program.ok("goals", "list", "--as-of", str(day), "--json").data["items"]
        by_title = {goal["title"]: goal for goal in listed}
        revenue, quality = by_title["Q4 revenue"], by_title["Q4 quality"]
        assert (revenue["unit"], revenue["value"]) == ("money", cents(closed))
        assert revenue["progress"] == min(cents(closed) * 100 // 2_000_000_00, 100)
        assert quality["unit"] == "percent"
        # Rounded down, so that no goal looks reached before it is.
        assert quality["value"] == won * 10_000 // len(closed)
    total = cents(closed_by(good, LAST))
    assert f"{total // 100:,}.{total % 100:02}" in program.ok("goals", "list", "--as-of", str(LAST)).out


async def test_an_import_through_a_running_engine_is_the_same_one(floor: Floor, tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    folder.mkdir()
    write(folder / "accounts.csv", ACCOUNTS, [("Acct 1", "retail", "Here", "")])
    write(folder / "sales_pipeline.csv", DEALS, [("D1", "Ana", "GTXPro", "Acct 1", "Won", "", "2017-10-05", "10.07")])
    window = ("--start", str(FIRST), "--end", str(LAST))
    with floor.engine():
        await floor.up()
        floor.program.ok("import", "crm", str(folder))
        floor.program.ok("goals", "add", "--title", "R", "--type", "revenue", "--target", "20.14", *window)
        (goal,) = floor.program.ok("goals", "list", "--as-of", str(LAST), "--json").data["items"]
    assert (goal["value"], goal["target"], goal["progress"]) == (1007, 2014, 50)
    assert {row["actor"] for row in floor.journal("crm.imported")} == {"operator:tester"}
