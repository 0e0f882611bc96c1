"""Patterns: the same answers as Python's own, and never slow."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.governance.policy.pattern import MAX_STEPS, Pattern, PatternError

ATOMS = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", r"\d", "(a|b)", "(ab|c)", "(?:a*)", "^", "$", "[a-c]", r"\w", r"\.", "[\\]a-]"]
)
EXPRESSIONS = st.lists(
    st.tuples(ATOMS, st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,3}", "{2,}"])), min_size=1, max_size=4
).map(lambda parts: "".join(atom + repeat for atom, repeat in parts))


@given(st.lists(EXPRESSIONS, min_size=1, max_size=2).map("|".join), st.text("abc1.]-", max_size=10))
@example("(a*)*$", "aab")
def test_an_expression_means_what_it_means_in_python(expression: str, text: str) -> None:
    try:
        expected = re.compile(expression, re.ASCII)
    except re.error:
        return
    try:
        pattern = Pattern(expression, glob=False, fold=False)
    except PatternError:
        return
    for _ in range(2):
        assert pattern.matches(text) is (expected.search(text) is not None)


@given(st.text("ab*?[]!", min_size=1, max_size=6), st.text("ab!", max_size=8))
def test_a_glob_means_what_it_means_to_a_shell(glob: str, text: str) -> None:
    try:
        pattern = Pattern(glob, glob=True, fold=False)
    except PatternError:
        # A bracket that nobody closes means itself to a shell; here it is refused instead of guessed.
        assert "[" in glob
        return
    assert pattern.matches(text) is fnmatch.fnmatchcase(text, glob)


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|aa)+$", "(.*a){12}$", "a*a*a*a*a*b"])
def test_what_makes_others_slow_is_done_in_one_walk(expression: str) -> None:
    pattern = Pattern(expression, glob=False, fold=False)
    steps = 0

    class Counted(str):
        def __iter__(self) -> object:  # type: ignore[override]  # counts what is read
            nonlocal steps
            for char in str.__iter__(self):
                steps += 1
                yield char

    text = Counted("a" * 20_000 + "!")
    pattern.matches(text)
    assert steps <= len(text)


@pytest.mark.parametrize(
    "expression",
    ["", "a" * 501, r"(a)\1", "(?=a)", "(?P<x>a)", "a*?", "a++", "a**", "*a", "(a", "a)", "[a", "a{3,2}", "a{500}",
     r"\b", "[z-a]", "((a{200}){200}){200}", "((){200}){200}", "(" * 30 + ")" * 30, "\\"],
)  # fmt: skip
def test_what_could_be_slow_or_means_nothing_is_refused(expression: str) -> None:
    with pytest.raises(PatternError):
        Pattern(expression, glob=False, fold=False)


@pytest.mark.parametrize(
    ("glob", "text"),
    [("*discount*", "A DISCOUNT"), ("*discount*", "ｄｉｓｃｏｕｎｔ"), ("straße", "STRASSE"),
     ("é?", "e\u0301!"), ("*é", "CAFE\u0301")],
)  # fmt: skip
def test_folded_patterns_see_through_case_and_width(glob: str, text: str) -> None:
    assert Pattern(glob, glob=True, fold=True).matches(text)
    assert not Pattern("*rebate*", glob=True, fold=True).matches(text)


def test_folded_classes_hold_every_case() -> None:
    assert Pattern("^[a-c]+$", glob=False, fold=True).matches("aBC")
    assert Pattern("^[A-C]+$", glob=False, fold=True).matches("abc")
    assert not Pattern("^[A-C]+$", glob=False, fold=False).matches("abc")


def test_a_pattern_forgets_before_it_grows_large() -> None:
    pattern = Pattern("(a|b)*c", glob=False, fold=False)
    for code in range(0x100, 0x3000):
        assert not pattern.matches(chr(code))
    assert pattern.matches("abac")
    assert MAX_STEPS <= 2_000
