"""Keys of an operator's own: what is refused, and that everything that shows or heeds keys goes by those that hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import WatchfloorError
from engine.operators import Operator, Role
from engine.settings import place_of
from tui.app import ConsoleApp
from tui.keymap import BY_ID, KEYS, Scope
from tui.remap import POSSIBLE, refuse, take
from tui.screens.ask import Ask
from tui.screens.choose import Choose
from tui.screens.confirm import Confirm
from tui.screens.detail import DetailScreen
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen
from tui.screens.persona import PersonaScreen
from tui.widgets.keybar import KeyBar

from .fake import FakeClient, console
from .views import NORMAL

PANELS = tuple(scope for scope in Scope if scope not in {Scope.ANYWHERE, Scope.LISTS})
SETTINGS = """\
[workspace]
name = "acme"
[keys]
{}
"""


@pytest.fixture(autouse=True)
def shipped_again() -> Iterator[None]:
    """The process has one keyboard: whatever a test puts on it goes again."""
    yield
    take({})


def open_in(app: ConsoleApp) -> type:
    """What kind of screen is open."""
    return type(app.screen)


def refused(tmp_path: Path, line: str, **wanted: tuple[str, ...]) -> str:
    file = tmp_path / "watchfloor.toml"
    file.write_text(SETTINGS.format(line), "utf-8")
    with pytest.raises(WatchfloorError) as caught:
        refuse(
            {name.replace("__", "."): keys for name, keys in wanted.items()},
            lambda name: place_of(file, ("keys", name)),
        )
    return caught.value.why


def test_what_cannot_hold_is_refused_with_its_line(tmp_path: Path) -> None:
    where = "watchfloor.toml, line 4: keys."
    assert refused(tmp_path, 'fly = "f2"', fly=("f2",)) == f"{where}fly: nothing has this id"
    assert "“ctrl+i” is not a key that every terminal can send" in refused(
        tmp_path, 'mode = "ctrl+i"', mode=("ctrl+i",)
    )
    assert "“super+a” is not" in refused(tmp_path, "", mode=("super+a",))
    assert refused(tmp_path, '"always.deny" = []', always__deny=()) == f"{where}always.deny: it has to have a key"
    assert refused(tmp_path, 'reject = "a"', reject=("a",)) == f"{where}reject: “a” is also approve (approvals)"
    assert "“9” numbers" in refused(tmp_path, "", mode=("9",))
    assert "“y” answers questions" in refused(tmp_path, "", halt=("y",))
    assert "“m” is also write (persona)" in refused(tmp_path, "", persona__plot=("m",))


@pytest.mark.parametrize("name", ["quit", "help", "reject", "always.deny", "halt", "pause", "queues.pause"])
def test_the_way_out_a_no_and_a_pause_keep_a_key(tmp_path: Path, name: str) -> None:
    assert "it has to have a key" in refused(tmp_path, "", **{name.replace(".", "__"): ()})


def test_two_may_change_places() -> None:
    refuse({"approve": ("x",), "reject": ("a",), "drop": ("f5", "f6"), "task.cancel": ("f7",)}, str)


@given(st.dictionaries(st.sampled_from([key.id for key in KEYS]), st.sampled_from(sorted(POSSIBLE)), max_size=4))
def test_what_is_not_refused_means_one_thing_in_each_place(wanted: dict[str, str]) -> None:
    keys = {name: (key,) for name, key in wanted.items()}
    try:
        refuse(keys, str)
    except WatchfloorError:
        return
    take(keys)
    for place in PANELS:
        here = [key for key in BY_ID.values() if key.works_in(place)]
        for one, other in combinations(here, 2):
            if {one.filtered, other.filtered} != {True, False}:
                assert not set(one.keys) & set(other.keys)


async def test_screens_footer_help_and_hints_go_by_the_keys_that_hold() -> None:
    take({"reject": ("ctrl+r",), "help": ("~",), "always.allow": (), "open": ("ctrl+o", "enter"), "mode": ("f4",)})
    app = console(FakeClient(NORMAL))
    async with app.run_test(size=(200, 40)) as pilot:
        await pilot.pause()
        bar = app.main.query_one(KeyBar).render_line(0).text
        assert "ctrl+r reject" in bar
        assert "~ help" in bar
        assert " always allow" in bar
        await pilot.press("question_mark")
        assert open_in(app) is MainScreen
        await pilot.press("ctrl+r")
        assert open_in(app) is Ask
        await pilot.press("escape", "tilde")
        assert open_in(app) is HelpScreen
        await pilot.press("escape", "A")
        assert open_in(app) is MainScreen
        await pilot.press("ctrl+o")
        assert open_in(app) is DetailScreen
        await pilot.press("tilde")
        assert open_in(app) is HelpScreen


async def test_a_key_that_means_several_things_stays_what_nobody_changed() -> None:
    take({"reject": ("ctrl+r",)})
    app = console(FakeClient(NORMAL))
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.press("x")
        assert open_in(app) is MainScreen
        await pilot.press("3", "x")
        assert open_in(app) is Confirm
        await pilot.press("n", "1", "f4")
        assert open_in(app) is MainScreen


async def test_a_persona_s_screen_heeds_them_too() -> None:
    take({"mode": ("f4",), "help": ("f2",)})
    app = console(FakeClient(NORMAL, Operator("boss", Role.ADMIN, "ssh")))
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.press("1", "enter")
        assert open_in(app) is PersonaScreen
        await pilot.press("f2")
        assert open_in(app) is HelpScreen
        await pilot.press("escape", "escape")
        await pilot.press("f4")
        assert open_in(app) is Choose
