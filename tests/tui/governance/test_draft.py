"""Arguments while they are changed: exact, strict, and with nothing hidden in them."""

from __future__ import annotations

import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import JSON, JsonError, parse_strict
from tui.screens.draft import composed, difference, fields_of, problem, same, visible, whole_of, with_text, written

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(TEXTS.filter(bool), VALUES, max_size=5).map(json.dumps)


@given(ARGUMENTS)
def test_untouched_arguments_stay_what_they_are(arguments: str) -> None:
    assert same(composed(fields_of(arguments)), arguments)
    assert same(composed(whole_of(arguments)), arguments)


@given(VALUES)
def test_everything_in_the_editor_can_be_seen(value: object) -> None:
    text = written(cast("JSON", value))
    assert all(visible(line) for line in text.split("\n"))
    assert parse_strict(text) == value


@given(ARGUMENTS, TEXTS)
def test_what_is_typed_into_a_text_field_is_the_value(arguments: str, typed: str) -> None:
    fields = fields_of(arguments)
    for index, field in enumerate(fields):
        if field.plain and visible(typed):
            values = json.loads(composed(with_text(fields, index, typed)))
            assert values[field.name] == typed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"to": "a", "to": "b"}', "twice"),
        ('{"to": 1.5}', "fraction"),
        ('{"to": NaN}', "NaN"),
        ('{"to": "a"', "line 1 column 11"),
        ('{\n  "to": x\n}', "line 2 column 9"),
        ("[1]", "object"),
        ('{"to": "a\u202eb"}', "U+202E, at line 1 column 10"),
        ('{"n": 99999999999999999999}', "2^53"),
    ],
)
def test_json_is_read_strictly_and_told_where_it_fails(text: str, said: str) -> None:
    (field,) = with_text(whole_of("{}"), 0, text)
    assert said in problem(field)
    with pytest.raises(JsonError):
        composed((field,))


def test_a_text_with_something_hidden_is_edited_as_json_with_escapes() -> None:
    (field,) = fields_of('{"to": "a\\u202eb"}')
    assert not field.plain
    assert field.text == '"a\\u202eb"'


def test_the_difference_names_what_changes_and_what_stays() -> None:
    lines = difference('{"a": "one\\ntwo", "b": 1, "c": "x"}', '{"a": "one\\n2", "c": "x", "d": [1]}')
    texts = [line.text.text for line in lines]
    assert texts[:4] == ["a", "  one", "− two", "+ 2"]
    assert {"b", "− 1", "d", "+ ["} <= set(texts)
    assert lines[-1].label.text == "as before"
    assert lines[-1].text.text == "c"
