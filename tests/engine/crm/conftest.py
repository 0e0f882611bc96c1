"""A small CRM as files."""

from __future__ import annotations

from pathlib import Path

import pytest

ACCOUNTS = "account,sector\nAcme,retail\nBeta,medical\nGamma,medical\nDelta,none\n"
PIPELINE = """opportunity_id,account,deal_stage,engage_date,close_date,close_value
1,Acme,Won,2025-12-01,2026-01-01,100.10
2,Acme,Lost,2026-01-01,2026-01-31,0
3,Beta,Engaging,2026-01-10,,50
4,Beta,Prospecting,,,7
5,Gamma,Won,2026-01-01,2026-03-02,1
6,,Engaging,2026-02-01,,1000
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small CRM."""
    directory = tmp_path / "crm"
    directory.mkdir()
    (directory / "accounts.csv").write_text(ACCOUNTS)
    (directory / "sales_pipeline.csv").write_text(PIPELINE)
    return directory
