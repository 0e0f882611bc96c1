"""The rows of a table: whatever comes and goes, the cursor holds on to its own."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.rows import Column, Rows, Shape, matches, widths
from tui.widgets.tones import cell

from .views import NOW


@dataclass(frozen=True, slots=True)
class Item:
    """Something in a list."""

    id: str
    name: str


SHAPE: Shape[Item] = Shape((Column(4, flex=1),), key=lambda item: item.id, cells=lambda item, _now: (cell(item.name),))
LISTS = st.lists(st.sampled_from("abcdefgh"), unique=True).map(lambda names: [Item(name, name) for name in names])


def keys(rows: Rows[Item]) -> list[str]:
    """The keys of the shown rows."""
    return [item.id for item in rows.shown]


@given(LISTS, LISTS, st.integers(-2, 9))
def test_the_cursor_stays_on_its_row(before: list[Item], after: list[Item], place: int) -> None:
    rows = Rows(SHAPE)
    rows.take(before, NOW)
    rows.move(place)
    held = rows.cursor
    rows.take(after, NOW)
    if held in keys(rows):
        assert rows.cursor == held
    elif after:
        assert rows.cursor in keys(rows)
    else:
        assert rows.cursor is None


def test_the_cursor_of_a_row_that_goes_moves_to_the_next_that_stays() -> None:
    rows = Rows(SHAPE)
    rows.take([Item(name, name) for name in "abcd"], NOW)
    rows.move(1)
    rows.take([Item(name, name) for name in "ad"], NOW)
    assert rows.cursor == "d"


@given(LISTS, LISTS)
def test_a_held_list_keeps_its_rows_and_counts_newcomers(before: list[Item], after: list[Item]) -> None:
    rows = Rows(SHAPE)
    rows.take(before, NOW)
    rows.hold()
    rows.take(after, NOW)
    assert keys(rows) == [item.id for item in before]
    assert rows.newcomers == len({item.id for item in after} - {item.id for item in before})
    rows.release(NOW)
    assert keys(rows) == [item.id for item in after]
    assert rows.newcomers == 0


def test_a_held_row_still_takes_its_news() -> None:
    rows = Rows(SHAPE)
    rows.take([Item("a", "old")], NOW)
    rows.hold()
    rows.take([Item("a", "new")], NOW)
    assert rows.shown == [Item("a", "new")]


def test_a_following_list_has_no_cursor_until_it_is_moved() -> None:
    rows = Rows(SHAPE, follow=True)
    rows.take([Item("b", "b")], NOW)
    assert rows.cursor is None
    rows.move(0)
    rows.take([Item("a", "a"), Item("b", "b")], NOW)
    assert rows.cursor == "b"


@given(st.lists(LISTS, max_size=6))
def test_a_list_that_nobody_touched_keeps_showing_its_top(views: list[list[Item]]) -> None:
    rows = Rows(SHAPE, resting=True)
    for items in views:
        rows.take(items, NOW)
        assert rows.index == (0 if items else -1)


@given(LISTS.filter(bool), LISTS, st.integers(0, 7))
def test_a_row_that_was_chosen_keeps_the_cursor_though_nobody_works_in_the_list(
    before: list[Item], after: list[Item], place: int
) -> None:
    rows = Rows(SHAPE, resting=True)
    rows.take(before, NOW)
    rows.move(place)
    held = rows.cursor
    rows.take(after, NOW)
    assert (rows.cursor == held) is (held in keys(rows))


def test_going_to_the_top_lets_a_resting_list_show_its_top_again() -> None:
    rows = Rows(SHAPE)
    rows.take([Item(name, name) for name in "bc"], NOW)
    rows.move(1)
    rows.top()
    rows.take([Item(name, name) for name in "abc"], NOW)
    assert rows.cursor == "b"
    rows.resting = True
    rows.take([Item(name, name) for name in "0abc"], NOW)
    assert rows.cursor == "0"


def test_a_filter_takes_words_denials_and_fields() -> None:
    item = Item("x-1", "Send the mail")
    cells = SHAPE.cells(item, NOW)
    assert matches(item, cells, "MAIL send")
    assert not matches(item, cells, "mail !send")
    assert matches(item, cells, "id:x-1")
    assert not matches(item, cells, "id:mail")
    assert not matches(item, cells, "nofield:mail")


def test_a_filter_does_not_look_at_times_that_pass() -> None:
    columns = (Column(4, flex=1), Column(4, fleeting=True))
    shape: Shape[Item] = Shape(
        columns, key=lambda item: item.id, cells=lambda item, _now: (cell(item.name), cell("3s"))
    )
    rows = Rows(shape)
    rows.take([Item("a", "one"), Item("b", "no 3")], NOW)
    rows.narrow("!3", NOW)
    assert keys(rows) == ["a"]


@given(
    st.lists(
        st.builds(Column, width=st.integers(1, 20), flex=st.integers(0, 3), wide=st.sampled_from([0, 0, 40, 90])),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 250),
)
def test_columns_never_take_more_than_there_is_once_they_fit(columns: list[Column], room: int) -> None:
    sizes = widths(columns, room)
    shown = [column for column in columns if column.wide <= room]
    assert all((size > 0) == (column.wide <= room) for size, column in zip(sizes, columns, strict=True))
    if sum(column.width for column in shown) + len(shown) - 1 <= room:
        assert sum(sizes) + len(shown) - 1 <= room


@given(
    st.lists(
        st.tuples(
            st.builds(Column, width=st.integers(0, 20), most=st.integers(0, 40), flex=st.integers(0, 3)),
            st.integers(0, 60),
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 250),
)
def test_columns_that_ask_their_cells_waste_nothing(parts: list[tuple[Column, int]], room: int) -> None:
    columns, needs = [column for column, _ in parts], [need for _, need in parts]
    sizes = widths(columns, room, needs)
    shown = [index for index, size in enumerate(sizes) if size]
    if sum(column.width for column in columns) + len(columns) - 1 <= room:
        assert sum(sizes) + max(0, len(shown) - 1) <= room
        assert all(size >= column.width for size, column in zip(sizes, columns, strict=True) if size)
        if any(columns[index].flex for index in shown):
            assert sum(sizes) + len(shown) - 1 == room, "what is left over is not wasted"


def test_an_empty_column_leaves_its_room_to_the_flexible_one() -> None:
    columns = (Column(4), Column(10, flex=1), Column(0, most=9))
    assert widths(columns, 40, (4, 50, 0)) == [4, 35, 0]
    assert widths(columns, 40, (4, 50, 9)) == [4, 25, 9]
    assert widths(columns, 18, (4, 50, 9)) == [4, 10, 2]
    assert widths(columns, 16, (4, 50, 9)) == [4, 11, 0]


def test_a_cursor_that_nobody_moved_does_not_stay_on_what_is_over() -> None:
    shape = Shape(SHAPE.columns, SHAPE.key, SHAPE.cells, over=lambda item: item.name == "done")
    rows = Rows(shape)
    rows.take([Item("a", "open"), Item("b", "open")], NOW)
    rows.take([Item("b", "open"), Item("a", "open")], NOW)
    assert rows.cursor == "a"
    rows.take([Item("b", "open"), Item("a", "done")], NOW)
    assert rows.cursor == "b"
    rows.move(1)
    rows.take([Item("b", "open"), Item("a", "done")], NOW)
    assert rows.cursor == "a"
