"""Personas that wait for each other, on the first screen: what is shown, and how it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.app import App

from engine.commands import Dependency
from engine.operators import Operator
from engine.view import HoldView, MessageView, PersonaView, View
from tui.screens.choose import Choose
from tui.screens.main import MainScreen

from ..fake import ANA, VIC, FakeClient, clock_at, console
from ..test_snapshots import SIZES, Compare, pressing
from ..views import HOSTILE_TEXTS, NORMAL, NOW

FIRST, SECOND, THIRD = NORMAL.personas[:3]


def held(persona: PersonaView, name: str, other: str) -> HoldView:
    """A message that waits for another persona."""
    return HoldView(
        f"{persona.id}:q", persona.id, other, name, NOW - timedelta(seconds=20), NOW + timedelta(seconds=100)
    )


def waiting(name: str = FIRST.name, **more: object) -> View:
    """The third persona lets the first one answer first, and holds a message for it."""
    one = replace(THIRD, waits_for=(FIRST.id,), held=(held(THIRD, name, FIRST.id),))
    message = replace(NORMAL.inbox.items[0], persona=THIRD.id, state="pending", held_for=(name,))
    items: tuple[MessageView, ...] = (message, *NORMAL.inbox.items[1:])
    return replace(NORMAL, personas=(FIRST, SECOND, one), inbox=replace(NORMAL.inbox, items=items))


STATES = {
    "waiting": (waiting(), ANA, ("1", "G")),
    "hostile": (waiting(HOSTILE_TEXTS[0]), ANA, ("1", "G")),
    "asked": (waiting(), ANA, ("1", "G", "W")),
    "viewer": (waiting(), VIC, ("1", "G", "W")),
}


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_how_it_looks(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    view, operator, keys = STATES[state]
    app: App[int] = console(FakeClient(view, operator), clock_at())
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))


async def sent_by(*keys: str, operator: Operator = ANA) -> list[tuple[str, object]]:
    """What the console sends when these keys are pressed with the third persona selected."""
    client = FakeClient(waiting(), operator)
    app = console(client, clock_at())
    async with app.run_test(size=(120, 40)) as pilot:
        await pressing("1", "G", *keys)(pilot)
        assert isinstance(app.screen, MainScreen | Choose)
    return list(client.sent)


async def test_one_key_declares_and_the_same_withdraws() -> None:
    # Whom it waits for stands first.
    gone = [("persona.stop_waiting", Dependency(id=THIRD.id, waits_for=FIRST.id))]
    assert await sent_by("W", "1") == gone
    assert await sent_by("W", "2") == [("persona.wait_for", Dependency(id=THIRD.id, waits_for=SECOND.id))]


async def test_leaving_and_other_keys_change_nothing() -> None:
    assert await sent_by("W", "escape") == []
    assert await sent_by("W", "9", "z", "enter") == []
    assert await sent_by("W", "1", operator=VIC) == []


async def test_a_crowd_of_personas_fits_the_smallest_screen() -> None:
    crowd = tuple(replace(FIRST, id=f"p{number}", name=f"P{number}") for number in range(60))
    client = FakeClient(replace(NORMAL, personas=crowd))
    app = console(client, clock_at())
    async with app.run_test(size=(80, 24)) as pilot:
        await pressing("1", "W")(pilot)
        assert isinstance(app.screen, Choose)
        assert app.screen.query_one("#hint").region.bottom <= 24
