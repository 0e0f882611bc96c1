"""How goals look: the panel, the page of one, its forms."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App

from engine.queries import GOAL

from ..fake import FakeClient, console
from ..test_snapshots import SIZES, Compare, pressing
from .reports import BEHIND, STATES, view_of


def opened(state: str, theme: str = "midnight") -> App[int]:
    """A console whose first goal is in a state."""
    report = STATES[state]
    client = FakeClient(view_of(report.goal))
    client.answers[GOAL.name] = report
    return console(client, theme=theme)


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_the_page_of_a_goal(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(opened(state), terminal_size=size, run_before=pressing("4", "enter"))


@pytest.mark.parametrize("theme", ["mono", "daylight"])
def test_the_page_without_colours(snap_compare: Compare, theme: str) -> None:
    assert snap_compare(opened("behind", theme), terminal_size=(120, 40), run_before=pressing("4", "enter"))


@SIZES
@pytest.mark.parametrize("state", ["behind", "huge", "missed"])
def test_the_panel(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(opened(state), terminal_size=size, run_before=pressing("4", "z"))


@SIZES
@pytest.mark.parametrize("keys", [("N",), ("N", "r"), ("N", "t"), ("4", "e")], ids=["menu", "goal", "task", "edit"])
def test_what_is_asked(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    client = FakeClient(view_of(BEHIND.goal))
    app: App[Any] = console(client)
    assert snap_compare(app, terminal_size=size, run_before=pressing(*keys))
