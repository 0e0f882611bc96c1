"""Comparisons of parsed values, in rules that ask and in rules that let run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.governance.pointer import ABSENT
from engine.governance.policy.document import ValueTable
from engine.governance.policy.values import ValueCheck, host_of, path_of


def holds(value: object, *, strict: bool, **operator: object) -> bool:
    return ValueCheck(ValueTable.model_validate(operator), strict=strict).holds(value)  # type: ignore[arg-type]  # test data


@pytest.mark.parametrize(
    ("operator", "fits", "fails"),
    [
        ({"eq": "ceo@acme.example"}, ["ceo@acme.example"], ["ceo", "", 1]),
        ({"eq": 1}, [1], [True, "1", 2]),
        ({"eq": True}, [True], [1, "true", False]),
        ({"in": ["a", 2]}, ["a", 2], ["b", 3, ""]),
        ({"glob": "re: *"}, ["re: x"], ["fwd: x", ""]),
        ({"regex": "^[0-9]+ ?%$"}, ["20%", "20 %"], ["20", "a%"]),
        ({"gt": 100}, [101, 2**53], [100, -1]),
        ({"lt": 0}, [-1], [0, 5]),
        ({"host_in": ["example.com"]}, ["a@example.com", "https://x.example.com/p", "EXAMPLE.com.", "sub.example.com"],
         ["a@example.com.evil.org", "notexample.com", "https://example.com@evil.org/"]),
        ({"path_under": "docs"}, ["docs", "docs/a", "docs/../docs/b"], ["docs2", "docs/../x", "/docs", "x"]),
        ({"path_under": "/srv/data"}, ["/srv/data/x", "/srv//data/y"], ["/srv/database", "srv/data"]),
    ],
)  # fmt: skip
def test_each_operator(operator: dict[str, object], fits: list[object], fails: list[object]) -> None:
    for strict in (True, False):
        for value in fits:
            if strict or not isinstance(value, str) or value == value.lower():
                assert holds(value, strict=strict, **operator), (value, strict)
                assert not holds(value, strict=strict, **operator, **{"not": True})
        for value in fails:
            assert not holds(value, strict=strict, **operator), (value, strict)
            assert holds(value, strict=strict, **operator, **{"not": True})


def test_of_a_list_any_entry_asks_and_all_have_to_be_right_to_run() -> None:
    inside = {"host_in": ["example.com"]}
    outside = {**inside, "not": True}
    mixed = ["a@example.com", "b@acme.example"]
    assert holds(mixed, strict=True, **outside)
    assert holds(mixed, strict=True, **inside)
    assert not holds(mixed, strict=False, **inside)
    assert holds(["a@example.com"], strict=False, **inside)
    assert not holds([], strict=False, **inside)
    assert not holds([], strict=True, **outside)


@pytest.mark.parametrize(
    ("operator", "value"),
    [({"gt": 100}, "1e9"), ({"gt": 100}, None), ({"gt": 5}, True), ({"glob": "x"}, {"a": 1}),
     ({"host_in": ["a.b"]}, "x y"),
     ({"host_in": ["a.b"]}, "a@b@a.b"), ({"host_in": ["a.b"]}, "http://evil.org\\@a.b/"), ({"path_under": "d"}, "~/d"),
     ({"path_under": "d"}, "d/$HOME"), ({"path_under": "d"}, "d\0/x"), ({"host_in": ["a.b"]}, "а.b")],
)  # fmt: skip
def test_what_cannot_be_compared_asks_and_never_runs(operator: dict[str, object], value: object) -> None:
    for negate in (True, False):
        assert holds(value, strict=True, **operator, **{"not": negate})
        assert not holds(value, strict=False, **operator, **{"not": negate})


def test_what_is_not_there_fits_only_the_opposite_in_a_rule_that_asks() -> None:
    assert not holds(ABSENT, strict=True, eq="x")
    assert holds(ABSENT, strict=True, eq="x", **{"not": True})
    assert not holds(ABSENT, strict=False, eq="x", **{"not": True})


def test_case_is_seen_through_only_by_rules_that_ask() -> None:
    assert holds("CEO@Acme.example", strict=True, eq="ceo@acme.example")
    assert not holds("CEO@Acme.example", strict=False, eq="ceo@acme.example")


@given(st.text(max_size=60))
def test_hosts_and_paths_of_any_text_are_plain_or_nothing(text: str) -> None:
    host = host_of(text)
    assert host is None or (host.isascii() and host == host.lower() and "/" not in host and " " not in host)
    path = path_of(text)
    assert path is None or "\0" not in path


@pytest.mark.parametrize("operators", [{}, {"eq": 1, "lt": 3}, {"in": []}, {"nearly": 1}, {"eq": 1.5}])
def test_a_comparison_names_one_operator(operators: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"operator|error"):
        ValueTable.model_validate(operators)
