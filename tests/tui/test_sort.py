"""Sorting a panel: by the next thing with each key, what needs somebody first, the cursor on its row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.view import AgentView, TaskView, View
from tui.app import ConsoleApp
from tui.panels import agents, approvals, goals, inbox, personas
from tui.widgets.order import Order
from tui.widgets.rows import Column, Rows, Shape
from tui.widgets.tones import cell

from .fake import FakeClient, console
from .views import NORMAL, NOW, OVERLOAD

SHAPE: Shape[int] = Shape(
    columns=(Column(4),), key=str, cells=lambda item, _now: (cell(str(item)),), orders=(Order("size", lambda n: (n,)),)
)


@given(st.lists(st.integers(0, 99), unique=True), st.lists(st.integers(0, 99), unique=True), st.data())
def test_rows_are_sorted_whatever_comes_and_the_cursor_stays(
    first: list[int], then: list[int], data: st.DataObject
) -> None:
    rows = Rows(SHAPE)
    rows.take(first, NOW)
    if first:
        rows.move(data.draw(st.integers(0, len(first) - 1)))
    chosen = rows.current
    rows.turn(NOW)
    assert rows.shown == sorted(first)
    assert rows.current == chosen
    rows.take(then, NOW)
    assert rows.shown == sorted(then)
    if chosen in then:
        assert rows.current == chosen
    rows.turn(NOW)
    assert (rows.order, rows.shown) == (None, then)


def test_a_held_list_keeps_its_order() -> None:
    rows = Rows(SHAPE)
    rows.take([3, 1, 2], NOW)
    rows.turn(NOW)
    rows.hold()
    rows.take([0, 3, 1, 2], NOW)
    assert (rows.shown, rows.newcomers) == ([1, 2, 3], 1)
    rows.release(NOW)
    assert rows.shown == [0, 1, 2, 3]


def test_what_needs_somebody_comes_first_in_every_order() -> None:
    items = OVERLOAD.approvals.items
    done = replace(items[0], id="done", status="executed", expires_at=NOW - timedelta(days=1), created_at=NOW)
    for order in approvals.SHAPE.orders:
        assert sorted((done, *items), key=order.key)[-1].status not in {"pending", "uncertain", "approved"}
    tasks: tuple[AgentView | TaskView, ...] = (*NORMAL.agents.tasks, *NORMAL.agents.agents)
    for turned in agents.SHAPE.orders:
        found = [agents._first(one) for one in sorted(tasks, key=turned.key)]  # the rank is the panel's own
        assert found == sorted(found)


def ids(app: ConsoleApp) -> list[str]:
    return [app.main.current.table.rows.shape.key(item) for item in app.main.current.table.rows.shown]


async def test_o_turns_from_order_to_order_and_back() -> None:
    for number, shape in enumerate((personas, approvals, inbox, goals, agents), start=1):
        view: View = NORMAL
        app = console(FakeClient(view))
        async with app.run_test(size=(160, 40)) as pilot:
            await pilot.press(str(number), "j")
            before, cursor = ids(app), app.main.current.table.rows.cursor
            for order in shape.SHAPE.orders:
                await pilot.press("o")
                assert f"by {order.name}" in str(app.main.current.border_title)
                assert sorted(ids(app)) == sorted(before)
                assert app.main.current.table.rows.cursor == cursor
            await pilot.press("o")
            assert ids(app) == before
            assert " by " not in str(app.main.current.border_title)
