"""Commands where no engine runs: they use its core, say so, and leave nothing running."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .program import Program

GOAL = ("goals", "add", "--title", "Q4", "--type", "revenue", "--target", "1000", "--start", "2017-10-01")


def tables(folder: Path) -> Path:
    folder.mkdir()
    (folder / "accounts.csv").write_text(
        "account,sector,office_location,subsidiary_of\nAcme,retail,Here,\n", encoding="utf-8"
    )
    (folder / "sales_pipeline.csv").write_text(
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
        "A1,Ana,GTXPro,Acme,Won,2017-09-01,2017-10-05,250.50\n"
        "A2,Ana,GTXPro,Acme,Won,2017-09-01,2017-11-05,249.50\n"
        "A3,Ana,GTXPro,Acme,Daydreaming,2017-09-01,2017-11-05,1\n"
        "A4,Ana,GTXPro,,Engaging,2017-09-01,,\n"
        "A1,Ana,GTXPro,Acme,Won,2017-09-01,2017-11-05,1\n",
        encoding="utf-8",
    )
    return folder


def test_importing_and_measuring_need_no_engine(workspace: Program, tmp_path: Path) -> None:
    imported = workspace.ok("import", "crm", str(tables(tmp_path / "crm")))
    assert "2 rejected" in imported.out
    assert "4" in imported.out
    assert "6" in imported.out
    assert "Daydreaming" in imported.out
    workspace.ok(*GOAL, "--end", "2017-12-31")
    listed = workspace.ok("goals", "list", "--as-of", "2017-12-31")
    assert "500.00" in listed.out
    (goal,) = workspace.ok("goals", "list", "--as-of", "2017-12-31", "--json").data["items"]
    assert (goal["value"], goal["target"], goal["progress"], goal["unit"]) == (50_000, 100_000, 50, "money")


def test_what_is_sent_and_submitted_waits_for_an_engine(workspace: Program) -> None:
    sent = workspace.ok("send", "helper", "-", stdin=b"hello \x1b[2J\xff there")
    assert "No engine is running" in sent.out
    submitted = workspace.ok("tasks", "submit", "say hello", "--json").data
    assert submitted["engine_running"] is False
    (task,) = workspace.ok("tasks", "list", "--json").data["items"]
    assert task["title"] == "say hello"
    shown = workspace.ok("tasks", "show", task["id"])
    assert "say hello" in shown.out
    workspace.ok("tasks", "cancel", task["id"], "--reason", "not now")
    (task,) = workspace.ok("tasks", "list", "--state", "cancelled", "--json").data["items"]
    assert task["title"] == "say hello"
    journal = workspace.ok("journal", "--limit", "5").out
    assert "tester" in journal


def test_status_without_an_engine_is_three_and_still_tells(workspace: Program) -> None:
    answer = workspace.run("status")
    assert answer.code == 3
    assert answer.out.startswith("0 need you\n")
    assert "not running" in answer.out
    data = workspace.run("status", "--json").data
    assert data["running"] is False
    assert data["needs"] == 0


def test_a_pause_holds(workspace: Program) -> None:
    workspace.ok("pause", "--reason", "maintenance")
    assert "maintenance" in workspace.run("status").out
    workspace.ok("resume", "--operator", "root-admin", WATCHFLOOR_GOVERNANCE__OPERATORS='{"root-admin": "admin"}')
    assert "maintenance" not in workspace.run("status").out


@pytest.mark.parametrize(
    "arguments", [("pause",), ("send", "helper", "hi"), ("tasks", "submit", "x"), (*GOAL, "--end", "2017-12-31")]
)
def test_read_only_changes_nothing(workspace: Program, arguments: tuple[str, ...]) -> None:
    answer = workspace.run("--read-only", *arguments)
    assert answer.code == 1
    assert "viewer" in answer.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("send", "nobody-here", "hi"), "nobody-here"),
        (("tasks", "show", "no-such-task"), "no-such-task"),
        (("approvals", "show", "no-such-action"), "no-such-action"),
        (("approvals", "approve", "no-such", "--yes", "--digest", "0123456789"), "no-such"),
        (("approvals", "reject", "no-such", "--reason", "no"), "no-such"),
    ],
)
def test_what_does_not_exist_is_named(workspace: Program, arguments: tuple[str, ...], named: str) -> None:
    answer = workspace.run(*arguments)
    assert answer.code == 1
    assert named in answer.err
    assert len(answer.err.splitlines()) == 1


def test_bad_settings_are_told_with_their_line(workspace: Program) -> None:
    settings = workspace.folder / "watchfloor.toml"
    settings.write_text('[console]\ntheme = "midnight"\ncolour = "sk-aaaaaaaaaaaaaaaaaaaaaaaa"\n', encoding="utf-8")
    answer = workspace.run("status")
    assert answer.code == 1
    assert "line 3" in answer.err
    assert "sk-aaaa" not in answer.err


def test_the_journal_holds_until_a_byte_is_flipped(workspace: Program) -> None:
    workspace.ok("send", "helper", "remember this sentence")
    proof = workspace.ok("audit", "verify", "--json").data
    assert proof["ok"]
    assert proof["rows"] > 0
    database = workspace.folder / ".watchfloor" / "engine.db"
    raw = bytearray(database.read_bytes())
    raw[raw.index(b'"sender":"tester"') + 11] ^= 1
    database.write_bytes(raw)
    answer = workspace.run("audit", "verify")
    assert answer.code == 4
    assert "row " in answer.err


def test_two_commands_at_once_both_work(workspace: Program) -> None:
    running = [
        subprocess.Popen(
            workspace.argv("tasks", "submit", f"number {number}"),
            cwd=workspace.folder,
            env=workspace.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for number in range(3)
    ]
    for process in running:
        _, error = process.communicate(timeout=45)
        assert process.returncode == 0, error.decode()
    assert len(workspace.ok("tasks", "list", "--json").data["items"]) == 3


def test_no_process_is_left(workspace: Program) -> None:
    workspace.ok("tasks", "submit", "x")
    assert workspace.processes() == []
