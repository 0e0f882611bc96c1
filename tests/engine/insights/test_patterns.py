"""Evidence and patterns: each signal at its boundary, and what makes a pattern of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.insights import Deal, Evidence, Family, History, Pattern, PatternType, confidence_of, find_patterns
from engine.insights.pattern import risk_type
from engine.insights.signals import buying_evidence, engagement_evidence, risk_evidence
from engine.settings.insights import PatternSettings

TODAY = date(2017, 9, 30)
RULES = PatternSettings()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def won(days: int, cents: int = 100_00, cycle: int = 30) -> Deal:
    return Deal(ago(days + cycle), ago(days), True, cents)


def lost(days: int, cycle: int = 30) -> Deal:
    return Deal(ago(days + cycle), ago(days), False, 0)


def still_open(days: int) -> Deal:
    return Deal(ago(days), None, None, None)


def history(*deals: Deal, contacts: tuple[int, ...] = ()) -> History:
    ordered = sorted(deals, key=lambda deal: deal.closed or date.max)
    return History("acme", TODAY, tuple(ordered), tuple(sorted(ago(days) for days in contacts)))


def keys(evidence: tuple[Evidence, ...]) -> set[str]:
    return {item.key for item in evidence}


@pytest.mark.parametrize(
    ("deals", "key", "seen"),
    [
        ((won(29), won(0), won(100)), "wins_lately:2", True),
        ((won(30), won(0), won(100)), "wins_lately:2", False),
        ((won(29), won(0)), "wins_lately:2", False),
        ((won(29), won(0), won(40), won(70), won(100), won(101), won(45)), "wins_lately:2", False),
        (tuple(won(days) for days in (0, 1, 2, 3, 60)), "wins_lately:4", True),
        ((still_open(1), still_open(2), still_open(29), still_open(70)), "opens_more", True),
        ((still_open(1), still_open(2), still_open(30), still_open(70)), "opens_more", False),
        ((still_open(1), still_open(2), still_open(29)), "opens_more", False),
        ((won(1), won(2), won(3), won(89), lost(5)), "wins_most", True),
        ((won(1), won(2), won(3), lost(4), lost(5)), "wins_most", False),
        ((won(1), won(2), won(3), won(4)), "wins_most", False),
        ((won(1, 130), won(2, 130), won(3, 130), won(90, 100), won(91, 100), won(92, 100)), "deals_grow", True),
        ((won(1, 129), won(2, 129), won(3, 129), won(90, 100), won(91, 100), won(92, 100)), "deals_grow", False),
    ],
)
def test_buying_signals_at_their_boundaries(deals: tuple[Deal, ...], key: str, seen: bool) -> None:
    assert (key in keys(buying_evidence(history(*deals), RULES))) is seen


@pytest.mark.parametrize(
    ("deals", "key", "seen"),
    [
        ((lost(1), lost(2), lost(3)), "losses_in_a_row:3", True),
        ((lost(1), lost(2), won(3)), "losses_in_a_row:3", False),
        (tuple(lost(days) for days in range(1, 6)), "losses_in_a_row:5", True),
        ((won(1), *(lost(days) for days in range(2, 6)), *(won(days) for days in range(90, 95))), "wins_less", True),
        (
            (won(1), won(2), won(3), lost(4), lost(5), *(won(days) for days in range(90, 95))),
            "wins_less",
            False,
        ),
        ((*(won(days) for days in range(100, 105)), still_open(61)), "deals_stall:1", True),
        ((*(won(days) for days in range(100, 105)), still_open(60)), "deals_stall:1", False),
        ((*(won(days) for days in range(100, 104)), still_open(300)), "deals_stall:1", False),
        ((still_open(31),), "is_silent:1", True),
        ((still_open(30),), "is_silent:1", False),
        ((still_open(61),), "is_silent:2", True),
        ((won(61),), "is_silent:2", False),
        (tuple(still_open(days) for days in (31, 32, 61, 62, 91, 92)), "dries_up", True),
        (tuple(still_open(days) for days in (29, 32, 61, 62, 91, 92)), "dries_up", False),
    ],
)
def test_risks_at_their_boundaries(deals: tuple[Deal, ...], key: str, seen: bool) -> None:
    assert (key in keys(risk_evidence(history(*deals), RULES))) is seen


def test_contacts_speak_both_ways() -> None:
    talking = history(still_open(5), contacts=(1, 2, 3, 4, 35, 36))
    assert "talks_more" in keys(buying_evidence(talking, RULES))
    assert "talks_more" not in keys(buying_evidence(history(contacts=(1, 2, 3, 35)), RULES))
    silent = history(still_open(100), contacts=(29,))
    assert not keys(risk_evidence(silent, RULES)) & {"is_silent:1", "is_silent:2"}


def test_engagement_rises_and_falls_by_half() -> None:
    before = (35, 36, 65, 66, 95, 96)
    rising = history(*(still_open(days) for days in (1, 2, 3, *before)))
    assert keys(engagement_evidence(rising, RULES, rising=True)) == {"openings:up"}
    falling = history(*(still_open(days) for days in (1, *before)))
    assert keys(engagement_evidence(falling, RULES, rising=False)) == {"openings:down"}
    same = history(*(still_open(days) for days in (1, 2, *before)))
    assert engagement_evidence(same, RULES, rising=True) == engagement_evidence(same, RULES, rising=False) == ()


def test_one_reason_is_not_a_pattern_and_two_are() -> None:
    alone = history(lost(1), lost(2), lost(3))
    assert find_patterns(alone, RULES) == ()
    weak = history(lost(31), lost(32), lost(33), still_open(90))
    assert confidence_of(risk_evidence(weak, RULES)) == 69
    assert find_patterns(weak, RULES) == ()
    strong = history(lost(61), lost(62), lost(63), still_open(90))
    (pattern,) = find_patterns(strong, RULES)
    assert pattern.type is PatternType.MEDIUM_RISK
    assert pattern.confidence == 78
    assert [item.key for item in pattern.evidence] == ["is_silent:2", "losses_in_a_row:3"]


@pytest.mark.parametrize(
    ("confidence", "pieces", "expected"),
    [
        (79, 3, PatternType.MEDIUM_RISK),
        (80, 2, PatternType.HIGH_RISK),
        (90, 2, PatternType.HIGH_RISK),
        (89, 3, PatternType.HIGH_RISK),
        (90, 3, PatternType.CRITICAL_RISK),
    ],
)
def test_how_grave_a_risk_is(confidence: int, pieces: int, expected: PatternType) -> None:
    assert risk_type(confidence, [Evidence(str(index), "", 50) for index in range(pieces)]) is expected


WEIGHTS = st.lists(st.integers(1, 99), max_size=6)


@given(WEIGHTS)
def test_confidence_is_exact_and_grows_with_every_reason(weights: list[int]) -> None:
    evidence = [Evidence(str(index), "", weight) for index, weight in enumerate(weights)]
    confidence = confidence_of(evidence)
    assert 0 <= confidence <= 99
    assert confidence >= max(weights, default=0)
    assert confidence_of([*evidence, Evidence("more", "", 30)]) >= confidence
    assert confidence_of(list(reversed(evidence))) == confidence


DEALS = st.lists(
    st.builds(
        lambda closed, cycle, how, cents: (
            Deal(ago(closed + cycle), None, None, None)
            if how is None
            else Deal(ago(closed + cycle), ago(closed), how, cents)
        ),
        st.integers(0, 364),
        st.integers(0, 120),
        st.sampled_from([True, False, None]),
        st.integers(0, 1_000_000),
    ),
    max_size=40,
)


@given(DEALS, st.lists(st.integers(0, 364), max_size=30))
def test_every_pattern_has_its_evidence(deals: list[Deal], contacts: list[int]) -> None:
    patterns = find_patterns(history(*deals, contacts=tuple(contacts)), RULES)
    assert len({pattern.family for pattern in patterns}) == len(patterns)
    for pattern in patterns:
        assert pattern.confidence >= RULES.least_confidence
        assert len(pattern.evidence) >= RULES.least_evidence
        assert len({item.key for item in pattern.evidence}) == len(pattern.evidence)
        assert all(any(char.isdigit() for char in item.text) or "no deal" in item.text for item in pattern.evidence)


def test_the_fingerprint_follows_what_was_seen_not_its_figures() -> None:
    evidence = (Evidence("a", "3 of 4", 50), Evidence("b", "x", 50))
    pattern = Pattern("acme", PatternType.BUYING_SIGNAL, 75, evidence)
    later = replace(pattern, confidence=74, evidence=(Evidence("b", "y", 50), Evidence("a", "4 of 5", 50)))
    assert pattern.fingerprint == later.fingerprint
    assert pattern.fingerprint != replace(pattern, account_id="globex").fingerprint
    assert pattern.fingerprint != replace(pattern, evidence=evidence[:1]).fingerprint
    assert pattern.family is Family.BUYING
