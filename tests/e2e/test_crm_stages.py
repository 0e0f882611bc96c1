"""The CRM from the command line: a dry run, what the tables say, a stage by hand, and what that does to the gate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .floor import Floor

pytestmark = pytest.mark.timeout(180)

ACCOUNTS = "account,sector\nAcme,retail\nBeta,medical\n"
PIPELINE = """opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
D1,Ana,GTXPro,Acme,Won,2017-01-05,2017-03-10,100.10
D2,Ana,GTXPro,Beta,Engaging,2017-02-01,,50
"""


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    folder = tmp_path / "crm"
    folder.mkdir()
    (folder / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (folder / "sales_pipeline.csv").write_text(PIPELINE, encoding="utf-8")
    return folder


def test_a_dry_run_says_everything_and_writes_nothing(floor: Floor, crm: Path) -> None:
    program = floor.program
    first = program.ok("import", "crm", str(crm), "--dry-run", "--json").data
    assert [(one["file"], one["added"]) for one in first["files"]] == [("accounts.csv", 2), ("sales_pipeline.csv", 2)]
    assert floor.journal("crm.imported") == []
    assert program.ok("crm", "accounts", "list", "--json").data["items"] == []

    program.ok("import", "crm", str(crm))
    text = PIPELINE.replace("100.10", "100.20") + "D3,Ana,GTXPro,Acme,Daydreaming,,,\n"
    (crm / "sales_pipeline.csv").write_text(text, encoding="utf-8")
    out = program.ok("import", "crm", str(crm), "--dry-run").out
    assert "sales_pipeline.csv:2  changed" in out
    assert "value_cents: 10010 → 10020" in out
    assert "unknown stage 'Daydreaming'" in out
    assert len(floor.journal("crm.imported")) == 1
    assert [row["kind"] for row in floor.journal("command.carried_out")] == ["command.carried_out"]


def test_what_closes_in_march_is_listed_as_open_in_january(floor: Floor, crm: Path) -> None:
    floor.program.ok("import", "crm", str(crm))

    def stages(day: str) -> dict[str, str]:
        found = floor.program.ok("crm", "opportunities", "list", "--as-of", day, "--json").data["items"]
        return {one["id"]: one["stage"] for one in found}

    assert stages("2017-01-04") == {}
    assert stages("2017-01-31") == {"D1": "qualification"}
    assert stages("2017-03-09") == {"D1": "qualification", "D2": "qualification"}
    assert stages("2017-03-10") == {"D1": "closed_won", "D2": "qualification"}


def test_a_stage_set_by_hand_is_journalled_decides_at_the_gate_and_yields_to_news(floor: Floor, crm: Path) -> None:
    program = floor.program
    program.ok("import", "crm", str(crm))
    call = json.dumps({"account_id": "Beta", "summary": "They called."})
    log = ("tools", "call", "log_interaction", call, "--kind", "log_interaction", "--account", "Beta")
    program.ok(*log)
    refused = program.run("crm", "stage", "set", "Beta", "evaluation", "--read-only")
    assert refused.code == 1
    program.ok("crm", "stage", "set", "Beta", "evaluation", "--reason", "met the board")
    program.ok(*log, "--reason", "again")
    # In qualification it may run by itself, in evaluation it asks.
    assert [one["status"] for one in reversed(floor.actions())] == ["approved", "pending"]
    (row,) = floor.journal("account.stage_set")
    assert row["actor"] == "operator:tester"
    assert {"from": "qualification", "to": "evaluation", "reason": "met the board"}.items() <= json.loads(
        row["data"]
    ).items()
    shown = program.ok("crm", "accounts", "show", "Beta", "--json").data
    assert (shown["account"]["stage"], shown["account"]["derived"]) == ("evaluation", "qualification")
    assert [one["stage"] for one in shown["stages"]] == ["qualification", "evaluation"]
    assert "evaluation" in program.ok("crm", "accounts", "list", "--stage", "evaluation").out

    program.ok("import", "crm", str(crm))
    assert program.ok("crm", "accounts", "show", "Beta", "--json").data["account"]["stage"] == "evaluation"
    news = PIPELINE.replace("Beta,Engaging,2017-02-01,,50", "Beta,Lost,2017-02-01,2017-04-01,0")
    (crm / "sales_pipeline.csv").write_text(news, encoding="utf-8")
    program.ok("import", "crm", str(crm))
    after = program.ok("crm", "accounts", "show", "Beta", "--json").data["account"]
    assert (after["stage"], after["set_by"]) == ("closed_lost", "")
    assert len(floor.journal("account.stage_released")) == 1
    assert program.ok("audit", "verify").code == 0
