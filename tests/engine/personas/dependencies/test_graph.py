"""Who waits for whom: declared in either order, withdrawn and declared again, never a circle."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.personas.dependencies import Dependencies, DependencyRefused, Override, in_force
from engine.personas.model import UnknownPersona
from engine.settings.loader import SettingsError, parse_settings
from engine.settings.personas import PersonaSettings
from engine.settings.waiting import circle

NAMES = tuple("abcdef")
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from((*NAMES, "ghost"))), max_size=15)


CIRCLE = """[personas.a]
name='A'
waits_for=['b']

[personas.b]
name='B'
waits_for=['c']

[personas.c]
name='C'

waits_for=['a']
"""


def settings(**waits_for: tuple[str, ...]) -> dict[str, PersonaSettings]:
    return {name: PersonaSettings(name=name.upper(), waits_for=waits_for.get(name, ())) for name in NAMES}


def reachable(edges: tuple[tuple[str, str], ...], start: str) -> set[str]:
    """Who can be reached from somebody, found the slow way."""
    found: set[str] = set()
    while True:
        more = {other for who, other in edges if who == start or who in found} - found
        if not more:
            return found
        found |= more


def test_both_directions_are_known_whichever_is_declared_first() -> None:
    empty = Dependencies(frozenset(NAMES))
    one = empty.declare("a", "b").declare("b", "c")
    other = empty.declare("b", "c").declare("a", "b")
    for found in (one, other):
        assert (found.waits_for("a"), found.waits_for("b"), found.waits_for("c")) == (("b",), ("c",), ())
        assert (found.awaited_by("a"), found.awaited_by("b"), found.awaited_by("c")) == ((), ("a",), ("b",))
    assert one.declare("a", "b") is one


def test_a_withdrawn_dependency_is_gone_in_both_directions_and_can_be_declared_again() -> None:
    declared = Dependencies(frozenset(NAMES)).declare("a", "b").declare("c", "b")
    without = declared.withdraw("a", "b")
    assert (without.waits_for("a"), without.awaited_by("b")) == ((), ("c",))
    assert set(without.declare("a", "b").edges) == set(declared.edges)
    assert without.declare("b", "a").waits_for("b") == ("a",)
    with pytest.raises(DependencyRefused, match="a does not wait for b"):
        without.withdraw("a", "b")


@pytest.mark.parametrize(
    ("edges", "last", "why"),
    [
        ([], ("a", "a"), "a would wait for itself"),
        ([("a", "b")], ("b", "a"), "a → b → a"),
        ([("a", "b"), ("b", "c")], ("c", "a"), "a → b → c → a"),
        ([("d", "a"), ("a", "b"), ("b", "c"), ("c", "d")][:3], ("c", "d"), "→"),
    ],
)
def test_a_circle_is_refused_with_its_members(edges: list[tuple[str, str]], last: tuple[str, str], why: str) -> None:
    found = Dependencies(frozenset(NAMES))
    for edge in edges:
        found = found.declare(*edge)
    with pytest.raises(DependencyRefused, match=re.escape(why)):
        found.declare(*last)


def test_nobody_waits_for_or_is_a_persona_that_there_is_not() -> None:
    found = Dependencies(frozenset(NAMES))
    with pytest.raises(UnknownPersona, match="ghost"):
        found.declare("a", "ghost")
    with pytest.raises(UnknownPersona, match="ghost"):
        found.declare("ghost", "a")


@given(EDGES)
def test_whatever_is_declared_never_makes_a_circle(edges: list[tuple[str, str]]) -> None:
    found = Dependencies(frozenset(NAMES))
    for edge in edges:
        try:
            found = found.declare(*edge)
        except UnknownPersona:
            assert "ghost" in edge
        except DependencyRefused:
            # Refused exactly where the other one already waits, directly or not, for this one.
            assert edge[0] == edge[1] or edge[0] in reachable(found.edges, edge[1])
    for name in NAMES:
        assert name not in reachable(found.edges, name)
        assert {(name, other) for other in found.waits_for(name)} == {edge for edge in found.edges if edge[0] == name}
        assert {(who, name) for who in found.awaited_by(name)} == {edge for edge in found.edges if edge[1] == name}


@given(EDGES)
def test_a_circle_is_found_exactly_where_there_is_one(edges: list[tuple[str, str]]) -> None:
    waits_for: dict[str, list[str]] = {}
    for who, other in edges:
        waits_for.setdefault(who, []).append(other)
    found = circle(waits_for)
    assert bool(found) == any(name in reachable(tuple(edges), name) for name in NAMES)
    if found:
        assert found[0] == found[-1]
        assert len(set(found)) == len(found) - 1
        assert all(pair in edges for pair in itertools.pairwise(found))


def test_a_long_chain_is_no_circle_and_does_not_overflow() -> None:
    chain = {str(number): [str(number + 1)] for number in range(20_000)}
    assert circle(chain) == ()
    assert len(circle({**chain, "20000": ["0"]})) == 20_002


def test_what_operators_say_counts_instead_of_the_settings() -> None:
    personas = settings(a=("b", "c"))
    said = [Override("a", "b", declared=False), Override("d", "e", declared=True)]
    found = in_force(personas, said)
    assert set(found.edges) == {("a", "c"), ("d", "e")}
    assert in_force(personas, [*said, Override("a", "b", declared=True)]).waits_for("a") == ("b", "c")


def test_what_the_settings_no_longer_allow_is_set_aside_until_they_do() -> None:
    said = [Override("b", "a", declared=True), Override("a", "ghost", declared=True)]
    found = in_force(settings(a=("b",)), said)
    assert found.edges == (("a", "b"),)
    assert found.set_aside == (("b", "a"), ("a", "ghost"))
    assert in_force(settings(), said).edges == (("b", "a"),)
    assert found.withdraw("b", "a").set_aside == (("a", "ghost"),)


@given(EDGES, EDGES)
def test_settings_and_operators_together_never_make_a_circle(
    declared: list[tuple[str, str]], said: list[tuple[str, str]]
) -> None:
    waits_for: dict[str, tuple[str, ...]] = {}
    for who, other in declared:
        more = {**waits_for, who: (*waits_for.get(who, ()), other)}
        if other != "ghost" and not circle(more):
            waits_for = more
    overrides = [Override(who, other, declared=bool(number % 3)) for number, (who, other) in enumerate(said)]
    found = in_force(settings(**waits_for), overrides)
    assert all(name not in reachable(found.edges, name) for name in NAMES)
    assert not {"ghost"} & {name for edge in found.edges for name in edge}


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("[personas.a]\nname='A'\nwaits_for=['b']\n", "line 3", "there is no persona b to wait for"),
        ("[personas.a]\nname='A'\nwaits_for=['a']\n", "line 3", "a would wait for itself"),
        (
            CIRCLE,
            "line 12",
            "personas.c.waits_for: they would wait for each other: a → b → c → a",
        ),
        ("[personas.a]\nname='A'\nwaits_for=['No']\n", "line 3", "personas.a.waits_for"),
    ],
)
def test_the_settings_file_is_refused_with_the_line(text: str, where: str, why: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, Path("watchfloor.toml"), {})
    assert where in str(caught.value.why)
    assert why in str(caught.value.why)
