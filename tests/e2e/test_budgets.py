"""A budget of the shipped defaults: the mail that would go past it waits for a yes, across a restart."""

from __future__ import annotations

from typing import Any

import pytest

from .floor import Floor

pytestmark = pytest.mark.timeout(300)

KIND = "send_follow_up_email"
MOST = 20
QUICK = {f"WATCHFLOOR_PERSONA_RULES__CADENCE__{mood}_SECONDS": "0.2" for mood in ("IDLE", "ACTIVE", "TIRED")}
"""What is tried is the budget, so that the persona need not take its time."""


async def settled(floor: Floor, count: int) -> list[dict[str, Any]]:
    """Wait until so many follow-ups wait or are done; the newest first."""
    answer = await floor.program.until(
        lambda found: len(follow_ups(found.data["items"])) >= count,
        *("approvals", "list", "--status", "all", "--json"),
    )
    return follow_ups(answer.data["items"])


def follow_ups(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in actions if one["kind"] == KIND and one["status"] in {"pending", "executed"}]


def ask(floor: Floor, number: int) -> None:
    floor.program.ok("send", "helper", f"@helper please follow up with p{number}@acme.example about case {number}")


def used(floor: Floor) -> dict[str, int]:
    items = floor.program.ok("budgets", "--json").data["items"]
    return {one["measure"]: one["used"] for one in items if one["subject"] == f"kind:{KIND}"}


async def test_the_twenty_first_follow_up_of_an_hour_is_asked(floor: Floor) -> None:
    with floor.engine(**QUICK):
        await floor.up()
        for number in range(MOST - 1):
            ask(floor, number)
        found = await settled(floor, MOST - 1)
        assert {one["status"] for one in found} == {"executed"}
    with floor.engine(**QUICK):
        await floor.up()
        ask(floor, MOST - 1)
        found = await settled(floor, MOST)
        assert {one["status"] for one in found} == {"executed"}
        ask(floor, MOST)
        over = (await settled(floor, MOST + 1))[0]
        assert over["status"] == "pending"
        assert "budget.actions_per_hour" in over["rule"]
        assert f"{MOST} actions of {MOST} actions this hour" in over["rule"]
        assert used(floor) == {"actions_per_hour": MOST, "actions_per_day": MOST}
        assert len(floor.mails()) == MOST
        assert floor.approve(over).code == 0
        await floor.until_status(over["id"], "executed")
        assert len(floor.mails()) == MOST + 1
