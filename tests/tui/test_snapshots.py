"""How every screen looks in every state that people meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from engine.operators import Operator
from engine.view import Detail, Risk, Section, View

from .fake import ANA, VIC, FakeClient, clock_at, console
from .views import ACTIVITY, APPROVALS, DEMO, EMPTY, HALTED, HOSTILE, NORMAL, OVERLOAD, REDIS_LOST

Compare = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])

STATES: dict[str, tuple[View | None, float, Operator, tuple[str, ...]]] = {
    "normal": (NORMAL, 0, ANA, ()),
    "empty": (EMPTY, 0, ANA, ()),
    "overload": (OVERLOAD, 0, ANA, ()),
    "stale": (NORMAL, 42, ANA, ()),
    "paused": (HALTED, 0, ANA, ()),
    "viewer": (NORMAL, 0, VIC, ()),
    "confirm_low": (NORMAL, 0, ANA, ("j", "a")),
    "confirm_high": (NORMAL, 0, ANA, ("a",)),
    "reject": (NORMAL, 0, ANA, ("x",)),
    "quit": (NORMAL, 0, ANA, ("q",)),
    "hostile": (HOSTILE, 0, ANA, ()),
    "hostile_confirm": (HOSTILE, 0, ANA, ("j", "a")),
    "redis_lost": (REDIS_LOST, 0, ANA, ()),
    "starting": (None, 0, ANA, ()),
    "demo": (DEMO, 0, ANA, ("1",)),
    "help": (NORMAL, 0, ANA, ("question_mark",)),
}


def pressing(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Press keys and wait until all is painted."""

    async def press(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    return press


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_first_screen(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    view, late, operator, keys = STATES[state]
    app: App[int] = console(FakeClient(view, operator), clock_at(late))
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))


@pytest.mark.parametrize("theme", ["daylight", "mono"])
def test_themes(snap_compare: Compare, theme: str) -> None:
    app = console(FakeClient(NORMAL), theme=theme)
    assert snap_compare(app, terminal_size=(120, 40), run_before=pressing())


def test_wide(snap_compare: Compare) -> None:
    assert snap_compare(console(FakeClient(NORMAL)), terminal_size=(200, 50), run_before=pressing())


def test_too_small(snap_compare: Compare) -> None:
    assert snap_compare(console(FakeClient(NORMAL)), terminal_size=(60, 20), run_before=pressing())


@SIZES
def test_detail(snap_compare: Compare, size: tuple[int, int]) -> None:
    client = FakeClient(NORMAL)
    action = replace(APPROVALS[0], risk=Risk.HIGH)
    history = Section("History", events=ACTIVITY)
    facts = Section("Evidence", facts=(("goal", "Q4 revenue, 8 % behind"), ("account", "Acme Corp, evaluation")))
    client.detail = Detail(action.id, "send_proposal for Acme Corp", (facts, history), action)
    assert snap_compare(console(client), terminal_size=size, run_before=pressing("enter"))
