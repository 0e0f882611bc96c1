"""A dry run: what an import would do, line by line, and not a byte written."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.crm import Changes, CrmImportError, import_crm, preview_crm
from engine.settings.goals import CrmSettings
from engine.storage import Database

from .conftest import PIPELINE

FILE = "sales_pipeline.csv"


async def test_it_says_what_happens_to_every_line_and_writes_nothing(database: Database, folder: Path) -> None:
    await import_crm(database, folder, CrmSettings(), "operator:ana")
    edited = PIPELINE.replace("Engaging,2026-01-10,,50", "Won,2026-01-10,2026-03-09,51")
    (folder / FILE).write_text(edited + "7,Acme,Daydreaming,,,\n8,Beta,Engaging,2026-03-01,,5\n")
    head = database.head
    found = await preview_crm(database, folder, CrmSettings())
    assert database.head == head
    assert found.changes == {"accounts.csv": Changes(0, 0, 4), FILE: Changes(1, 1, 5)}
    assert found.rejected == {"accounts.csv": 0, FILE: 1}
    verdicts = {(line.line, line.verdict): line for line in found.lines if line.file == FILE}
    assert {(line, verdict) for line, verdict in verdicts if verdict != "unchanged"} == {
        (4, "changed"),
        (8, "rejected"),
        (9, "added"),
    }
    assert verdicts[4, "changed"].why == (
        "stage: qualification → closed_won; source_stage: Engaging → Won; close_date: nothing → 2026-03-09;"
        " value_cents: 5000 → 5100"
    )
    assert "unknown stage 'Daydreaming'" in verdicts[8, "rejected"].why
    assert sorted(line for line, _ in verdicts) == list(range(2, 10))


async def test_the_import_then_does_just_that(database: Database, folder: Path) -> None:
    expected = await preview_crm(database, folder, CrmSettings())
    report = await import_crm(database, folder, CrmSettings(), "operator:ana")
    assert expected.changes == {"accounts.csv": report.accounts, FILE: report.opportunities}
    again = await preview_crm(database, folder, CrmSettings())
    assert {change.unchanged for change in again.changes.values()} == {4, 6}
    assert {line.verdict for line in again.lines} == {"unchanged"}


async def test_lines_are_bounded_for_each_sort_and_all_are_counted(database: Database, folder: Path) -> None:
    with (folder / FILE).open("a") as file:
        file.writelines(f"x{number},Acme,Engaging,2026-03-01,,\n" for number in range(30))
        file.writelines(f"y{number},Acme,Nope,,,\n" for number in range(30))
    found = await preview_crm(database, folder, CrmSettings(shown_problems=2))
    assert found.changes[FILE].imported == 36
    assert found.rejected[FILE] == 30
    assert [line.verdict for line in found.lines if line.file == FILE] == ["added", "added", "rejected", "rejected"]


async def test_a_missing_file_is_refused_as_by_the_import(database: Database, folder: Path) -> None:
    (folder / FILE).unlink()
    with pytest.raises(CrmImportError, match="missing file"):
        await preview_crm(database, folder, CrmSettings())
