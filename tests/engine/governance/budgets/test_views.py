"""Budgets as the console and the command line get them."""

from __future__ import annotations

from datetime import timedelta

from engine.assembly.views.budgets import allowances, budget_page, with_budgets
from engine.settings.personas import PersonaSettings
from engine.view import PersonaView

from ..support import World


def persona(persona_id: str) -> PersonaView:
    return PersonaView(persona_id, persona_id, "", "autonomous", 100, 100, 100, "idle", 0)


async def test_each_persona_shows_what_it_used_of_its_own_and_the_shipped_limits(world: World) -> None:
    settings = {"helper": PersonaSettings(name="Helper", daily_actions=3, daily_cents=70)}
    world.gate.limit(allowances(settings))
    for number in range(4):
        await world.propose("create_briefing", f"n{number}", tool="briefing")
        await world.launcher.step()
    assert len(world.ledger) == 3
    helper, other = await world.read(
        lambda reader: with_budgets(reader, world.gate, (persona("helper"), persona("other")))
    )
    assert helper.spent == (
        ("actions_per_hour", 3, 1_000),
        ("actions_per_day", 3, 3),
        ("recipients_per_day", 0, 100),
        ("cents_per_day", 0, 70),
    )
    assert other.spent == (
        ("actions_per_hour", 0, 1_000),
        ("recipients_per_day", 0, 100),
        ("cents_per_day", 0, 2_000),
    )


async def test_the_page_has_every_limit_the_most_used_first(world: World) -> None:
    start = world.clock.now()
    for number in range(2):
        world.clock.step(timedelta(minutes=number))
        await world.propose("send_follow_up_email", f"n{number}")
        await world.launcher.step()
    page = await world.read(lambda reader: budget_page(reader, world.gate))
    first = page.items[0]
    assert (first.subject, first.measure) == ("kind:send_follow_up_email", "actions_per_hour")
    assert (first.used, first.limit, first.window_ends) == (2, 20, start + timedelta(hours=1))
    shares = [item.used / item.limit for item in page.items]
    assert shares == sorted(shares, reverse=True)
    # Who has no limit of its own is there as soon as it used something.
    assert "persona:helper" in {item.subject for item in page.items}
