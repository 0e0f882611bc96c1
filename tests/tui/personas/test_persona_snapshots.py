"""How a persona looks: its screen in every state, the panel, its menus."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App

from engine.errors import WatchfloorError
from engine.operators import Operator, Role
from engine.queries import PERSONA, TRIGGERS, PersonaReport
from engine.view import HoldView

from ..fake import ANA, VIC, FakeClient, clock_at, console
from ..test_snapshots import SIZES, Compare, pressing
from ..views import NORMAL, OVERLOAD, ago, ahead
from .reports import HELPER, REPORT, STATES, TRIGGERS_VIEW, view_of

BOSS = Operator("boss", Role.ADMIN, "ssh")


def opened(
    report: PersonaReport, operator: Operator = ANA, *, late: float = 0, theme: str = "midnight"
) -> tuple[App[int], FakeClient]:
    """A console whose first persona is like this."""
    client = FakeClient(view_of(report), operator)
    client.answers = {PERSONA.name: report, TRIGGERS.name: TRIGGERS_VIEW}
    return console(client, clock_at(late), theme=theme), client


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_the_screen(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    app, _ = opened(STATES[state])
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", "enter"))


@SIZES
@pytest.mark.parametrize(
    "keys", [("z",), ("z", "G"), ("z", "ctrl+d", "ctrl+d"), ("e",)], ids=["text", "end", "middle", "emotion"]
)
def test_its_other_looks(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    app, _ = opened(REPORT)
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", "enter", *keys))


@SIZES
def test_as_a_viewer(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, _ = opened(REPORT, VIC)
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", "enter"))


@SIZES
def test_with_old_data(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, _ = opened(REPORT, late=42)
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", "enter"))


@SIZES
def test_where_the_engine_cannot_tell(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, client = opened(REPORT)
    client.failure = WatchfloorError("no persona 'helper'", why="it left the settings", remedy="Look at the others.")
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", "enter"))


@pytest.mark.parametrize("theme", ["mono", "daylight"])
def test_without_colours(snap_compare: Compare, theme: str) -> None:
    app, _ = opened(REPORT, theme=theme)
    assert snap_compare(app, terminal_size=(120, 40), run_before=pressing("1", "enter"))


@SIZES
@pytest.mark.parametrize("keys", [("M",), ("M", "a")], ids=["menu", "more"])
def test_what_is_asked(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    app, _ = opened(replace(REPORT, persona=replace(HELPER, mode="sync")), BOSS)
    assert snap_compare(app, terminal_size=size, run_before=pressing("1", *keys))


@SIZES
@pytest.mark.parametrize("state", ["normal", "waiting", "overload"])
def test_the_panel(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    hold = HoldView("planner:m9", "planner", "helper", "Helper", ago(20), ahead(100), "weekly plan")
    held = replace(NORMAL.personas[2], waits_for=("helper",), held=(hold,))
    view = {
        "normal": replace(NORMAL, personas=(replace(HELPER, held=()), *NORMAL.personas[1:])),
        "waiting": replace(NORMAL, personas=(replace(HELPER, held=(), dead=2), NORMAL.personas[1], held)),
        "overload": OVERLOAD,
    }[state]
    assert snap_compare(console(FakeClient(view)), terminal_size=size, run_before=pressing("1"))
