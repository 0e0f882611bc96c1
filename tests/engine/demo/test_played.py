"""The demo's opening, played into a whole engine: everything that approvals can be is there to be seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from engine.client import EngineClient, embed
from engine.demo import Simulation, furnish
from engine.operators import Operator, Role
from engine.queries import RULES, STATUS, AskNothing, AskRules
from engine.settings import load_settings
from engine.view import ApprovalView, View

from ..waiting import until_some

pytestmark = pytest.mark.timeout(120)


async def test_the_opening_shows_what_approvals_can_be(tmp_path: Path) -> None:
    place = await furnish(tmp_path, 1, date(2026, 3, 1))
    settings = load_settings(place.workspace.settings_file, {})
    operator = Operator("root", Role.ADMIN, "local")
    client = await embed(place.workspace, settings, operator, simulate=Simulation(1, place))
    try:
        view = await until_some(lambda: _when(client, _all_told))
        assert not [notice for notice in view.engine.notices if "loosened" in notice]
        rules = (await client.query(RULES, AskRules())).items
        assert {rule.effect: rule.uses for rule in rules} == {"allow": 1, "deny": 0}
    finally:
        await client.close()


async def _when(client: EngineClient, ready: Callable[[View], bool]) -> View | None:
    view = await client.query(STATUS, AskNothing())
    return view if ready(view) else None


def _all_told(view: View) -> bool:
    rows = view.approvals.items
    return all(
        (
            _any(rows, lambda row: row.kind == "publish_release" and row.status == "uncertain"),
            _any(rows, lambda row: row.status == "pending" and row.quorum == 2 and bool(row.granted_by)),
            _any(rows, lambda row: row.status == "pending" and row.revision == 2),
            _any(rows, lambda row: row.status == "pending" and bool(row.claimed_by)),
            _any(rows, lambda row: row.status == "pending" and row.snoozed_until is not None),
            _any(rows, lambda row: row.status == "rejected" and bool(row.reason)),
            _any(rows, lambda row: row.status == "withdrawn"),
            _any(rows, lambda row: row.status == "executed" and bool(row.standing)),
        )
    )


def _any(rows: tuple[ApprovalView, ...], holds: Callable[[ApprovalView], bool]) -> bool:
    return any(holds(row) for row in rows)
