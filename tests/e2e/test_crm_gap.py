"""From an import over a goal that lags to one action in the world: shipped defaults, once, also after a restart."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ..engine.waiting import until
from .floor import Floor, read_mail

pytestmark = pytest.mark.timeout(240)


def write_tables(folder: Path) -> None:
    """A CRM with one deal that was won a month ago."""
    today = datetime.now(UTC).date()
    folder.mkdir()
    with (folder / "accounts.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("account",), ("Acme",)])
    won = (today - timedelta(days=40), today - timedelta(days=30))
    with (folder / "sales_pipeline.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([
            ("opportunity_id", "account", "deal_stage", "engage_date", "close_date", "close_value"),
            ("D1", "Acme", "Won", *won, "100"),
        ])  # fmt: skip


def progress_runs(floor: Floor) -> list[dict[str, Any]]:
    return [row for row in floor.journal("job.finished") if row["subject"] == "goal_progress_update"]


async def test_a_lagging_goal_is_answered_once_and_again_by_nothing(floor: Floor, tmp_path: Path) -> None:
    program = floor.program
    folder = tmp_path / "crm"
    write_tables(folder)
    today = datetime.now(UTC).date()
    program.ok("import", "crm", str(folder))
    window = ("--start", str(today - timedelta(days=50)), "--end", str(today + timedelta(days=50)))
    goal = program.ok(
        "goals", "add", "--title", "Half", "--type", "revenue", "--target", "260", *window, "--json"
    ).data["data"]["id"]

    with floor.engine():
        await floor.up()
        action = await floor.until_action("send_follow_up_email", "executed")
    assert action["proposer"] == "goal:Half"
    (mail,) = floor.mails()
    text = read_mail(mail).get_content()
    assert "100.00 of 260.00" in text
    assert "160.00 are missing" in text

    # The same gap asks for nothing more: in later runs, and after a restart.
    with floor.engine():
        await floor.up()
        for number in range(2):
            program.ok("schedule", "run", "goal_progress_update")
            await until(lambda: len(progress_runs(floor)) == 2 + number)  # noqa: B023  # awaited within the round
    runs = progress_runs(floor)
    assert len(runs) == 3
    assert "1 proposed" in runs[-1]["data"]
    assert all("0 proposed" in row["data"] for row in runs[:2])
    assert [one["id"] for one in floor.actions() if one["proposer"] == "goal:Half"] == [action["id"]]
    assert len(floor.mails()) == 1

    shown = program.ok("goals", "show", goal, "--json").data
    assert [(gap["number"], gap["closed"], gap["action_id"]) for gap in shown["gaps"]] == [(1, None, action["id"])]
    assert [one["value"] for one in shown["history"]] == [100_00]
    plain = program.ok("goals", "show", goal).out
    for words in ("behind by", "straight line", "160.00 are missing", action["id"]):
        assert words in plain


def test_a_goal_is_changed_paused_put_away_and_brought_back(floor: Floor) -> None:
    program = floor.program
    goal = program.ok(
        "goals", "add", "--title", "Calls", "--type", "activity", "--target", "40",
        "--start", "2017-01-01", "--end", "2099-12-31", "--json",
    ).data["data"]["id"]  # fmt: skip
    program.ok("goals", "edit", goal, "--target", "50", "--title", "More calls")
    (row,) = floor.journal("goal.edited")
    assert "target 40 → 50" in row["data"]
    assert program.run("goals", "edit", goal).code == 2
    assert program.run("goals", "edit", goal, "--end", "2016-01-01").code == 1
    assert "Pause it first" in program.run("goals", "archive", goal).err
    program.ok("goals", "pause", goal)
    program.ok("goals", "archive", goal)
    assert program.ok("goals", "list", "--json").data["items"] == []
    (put_away,) = program.ok("goals", "list", "--archived", "--json").data["items"]
    assert (put_away["title"], put_away["state"], put_away["target"]) == ("More calls", "paused", 50)
    program.ok("goals", "restore", goal)
    program.ok("goals", "resume", goal)
    (back,) = program.ok("goals", "list", "--json").data["items"]
    assert back["state"] == "active"
