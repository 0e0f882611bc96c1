"""Canonical JSON: one meaning, one spelling, everything else refused."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import (
    JSON,
    MAX_INTEGER,
    JsonError,
    canonical,
    canonical_text,
    digest,
    digest_around,
    is_canonical,
    parse_strict,
)
from engine.spelling import spelling

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts
values: st.SearchStrategy[JSON] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"cmd":"ls","cmd":"rm -rf /"}', "appears twice"),
        ('{"a":{"b":1,"\\u0062":2}}', "appears twice"),
        ("NaN", "not a number"),
        ("-Infinity", "not a number"),
        ("1e400", "fraction or an exponent"),
        ("1.0", "fraction or an exponent"),
        ("9007199254740993", "beyond"),
        ("-9007199254740993", "beyond"),
        ("1" * 5000, "beyond"),
        ('"\\ud800"', "surrogate"),
        ('{"\\udc00":1}', "surrogate"),
        ('"\ud800"', "surrogate"),
        ("[" * 33 + "]" * 33, "deeper"),
        ("[" * 10_000, "deeper"),
        ('{"a":' * 20_000, "deeper"),
        ('"\x1b"', "control character"),
        ("{'a':1}", "line 1"),
        ("[1] [2]", "Extra data"),
        ("", "line 1"),
        ("\ufeff{}", "line 1"),
        (b"\xff", "UTF-8"),
        (b"\xef\xbb\xbf{}", "line 1"),
        ('"' + "x" * 300_000 + '"', "longer"),
        ('"' + "\u20ac" * 100_000 + '"', "longer"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str | bytes, why: str) -> None:
    with pytest.raises(JsonError, match=why):
        parse_strict(text)


@pytest.mark.parametrize("value", [1.5, float("nan"), {1: 2}, (1,), {"a": {1, 2}}, b"x", 2**53 + 1, "\ud800"])
def test_only_json_has_canonical_bytes(value: object) -> None:
    with pytest.raises(JsonError):
        canonical(value)  # type: ignore[arg-type]  # the refusal at run time is what is tested


def test_a_value_that_holds_itself_is_refused() -> None:
    loop: list[JSON] = []
    loop.append(loop)
    with pytest.raises(JsonError, match="deeper"):
        canonical(loop)


def test_brackets_inside_texts_do_not_count_as_depth() -> None:
    text = json.dumps("[{" * 5_000 + '\\"')
    assert parse_strict(text) == json.loads(text)


def test_spelling_is_fixed() -> None:
    assert canonical({"b": [1, True, None], "a": "é\n\u202e"}) == '{"a":"é\\n\u202e","b":[1,true,null]}'.encode()


def test_unicode_is_not_normalised() -> None:
    assert digest("\u00e9") != digest("e\u0301")


def test_the_digest_is_pinned() -> None:
    """A change of this figure voids every approval ever given."""
    assert digest({"a": 1}) == "4b83682ed718192cafe2b3baf6738accde9dcce48f99a6b0a0a08ae084ec890d"


@given(values)
def test_canonical_bytes_read_back_as_the_same_value(value: JSON) -> None:
    spelled = canonical(value)
    assert parse_strict(spelled) == value
    assert canonical(parse_strict(spelled)) == spelled


@given(st.dictionaries(texts, scalars, min_size=2, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, JSON]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))


@given(values, values)
def test_different_values_have_different_digests(one: JSON, other: JSON) -> None:
    assert (canonical(one) == canonical(other)) == (digest(one) == digest(other))


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_input_is_read_or_refused(text: str | bytes) -> None:
    with contextlib.suppress(JsonError):
        parse_strict(text)


@given(st.dictionaries(texts, values, max_size=6), st.from_regex("[a-z_]{1,6}", fullmatch=True), values)
def test_a_member_that_is_spelled_already_gives_the_same_digest(
    others: dict[str, JSON], name: str, value: JSON
) -> None:
    others.pop(name, None)
    assert digest_around(others, name, canonical(value).decode()) == digest({**others, name: value})


@given(values)
def test_only_the_canonical_text_is_canonical(value: JSON) -> None:
    assert is_canonical(canonical(value).decode())
    assert is_canonical(canonical_text(value))
    assert not is_canonical(f" {canonical(value).decode()}")


@given(values, st.booleans())
def test_values_are_spelled_as_the_standard_library_spells_them(value: JSON, sort_keys: bool) -> None:
    standard = json.dumps(value, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False)
    assert spelling(sort_keys=sort_keys, allow_nan=True)(value) == standard
