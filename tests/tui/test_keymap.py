"""The key table and everything that is drawn from it."""

from __future__ import annotations

from itertools import combinations

import pytest

from engine.commands import COMMANDS
from engine.operators import Role
from tui.keymap import BY_ID, KEYS, Key, Scope, available, bindings, bindings_of
from tui.screens.applies import applies
from tui.screens.help import page
from tui.screens.moves import MOVES
from tui.screens.pages import PAGES, page_class
from tui.screens.palette import KeyProvider
from tui.screens.persona import LOOKS
from tui.screens.verbs import VERBS
from tui.widgets.keybar import KeyBar

from .fake import ANA, FakeClient, console
from .views import NORMAL

PANELS = tuple(scope for scope in Scope if scope not in {Scope.ANYWHERE, Scope.LISTS})


def test_every_key_does_something_and_everything_has_a_key() -> None:
    on_pages = {verb: found for name in PAGES for found in (page_class(name),) for verb in found.VERBS}
    assert {key.id for key in KEYS} == MOVES.keys() | VERBS.keys() | on_pages.keys() | LOOKS.keys() - {"zoom"}
    assert not MOVES.keys() & VERBS.keys()
    for verb, found in on_pages.items():
        assert BY_ID[verb].works_in(found.SCOPE)
    assert len(BY_ID) == len(KEYS)


def test_every_command_that_a_key_sends_exists() -> None:
    assert {key.sends for key in KEYS} - {""} <= COMMANDS.keys()


def _meet(one: Key, other: Key) -> bool:
    if {one.filtered, other.filtered} == {True, False}:
        return False
    return any(one.works_in(panel) and other.works_in(panel) for panel in PANELS)


def test_no_key_means_two_things_in_one_place() -> None:
    clashes = [
        (one.id, other.id)
        for one, other in combinations(KEYS, 2)
        if set(one.keys) & set(other.keys) and _meet(one, other)
    ]
    assert clashes == []


def test_bindings_hold_every_key_once() -> None:
    scopes = [Scope.PERSONA, *(page_class(name).SCOPE for name in PAGES)]
    tables = [bindings(), *(bindings_of(scope) for scope in scopes)]
    bound = {binding.id: binding for table in tables for binding in table if not isinstance(binding, tuple)}
    assert bound.keys() == {key.id for key in KEYS if key.keys}
    for key in KEYS:
        if key.keys:
            assert bound[key.id].key == ",".join(key.keys)
            assert bound[key.id].tooltip == key.tooltip


def test_help_shows_every_key_with_its_words() -> None:
    shown = {(line.label.text, line.text.text) for line in page(Role.ADMIN, Scope.APPROVALS)}
    assert {(key.shown, key.tooltip) for key in KEYS if key.keys} <= shown
    assert COMMANDS.keys() <= {label for label, _ in shown}


async def test_footer_and_palette_show_what_is_available_here() -> None:
    app = console(FakeClient(NORMAL))
    async with app.run_test(size=(200, 40)) as pilot:
        await pilot.pause()
        here = {key.id for key in available(Scope.APPROVALS, Role.OPERATOR)}
        bar = app.main.query_one(KeyBar).render_line(0).text
        for key in KEYS:
            if key.footer and key.id in here and applies(key.id, app.main.selected, ANA.name):
                assert f"{key.shown.split()[0]} {key.title}" in bar
        provider = KeyProvider(app.main)
        found = {str(hit.text) async for hit in provider.discover()}
        assert found == {BY_ID[name].title for name in here} - {BY_ID["palette"].title}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_sees_only_what_it_may_send(role: Role) -> None:
    for panel in PANELS:
        for key in available(panel, role):
            assert not key.sends or role >= COMMANDS[key.sends].role
