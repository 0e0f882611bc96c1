"""Each gate at its boundary."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.personas.rollout import Gate, Health, Measured, Reading, first_breach, p95, read_gates, worst
from engine.settings.rollout import RolloutGates

GATES = RolloutGates()
WELL = Measured("helper", (5.0,) * 20, depth=3, attempts=20, failures=0, decided=5, rejected=0, oldest_seconds=4.0)


def reading(measured: Measured, gate: Gate, gates: RolloutGates = GATES) -> Reading:
    (found,) = [one for one in read_gates(measured, gates) if one.gate is gate]
    return found


@pytest.mark.parametrize(
    ("seconds", "health"),
    [
        ((20.0,) * 20, Health.OK),
        ((20.1,) * 20, Health.BREACH),
        ((5.0,) * 19 + (500.0,), Health.OK),
        ((5.0,) * 18 + (500.0,) * 2, Health.BREACH),
        ((500.0,) * 19, Health.FEW),
        ((), Health.FEW),
    ],
)
def test_answer_times(seconds: tuple[float, ...], health: Health) -> None:
    assert reading(replace(WELL, answer_seconds=seconds), Gate.ANSWERS).health is health


@pytest.mark.parametrize(("depth", "health"), [(0, Health.OK), (99, Health.OK), (100, Health.BREACH)])
def test_depth(depth: int, health: Health) -> None:
    assert reading(replace(WELL, depth=depth), Gate.DEPTH).health is health


@pytest.mark.parametrize(
    ("attempts", "failures", "health"),
    [
        (100, 5, Health.OK),
        (100, 6, Health.BREACH),
        (20, 1, Health.OK),
        (20, 2, Health.BREACH),
        (9, 9, Health.FEW),
        (10, 1, Health.BREACH),
    ],
)
def test_failures(attempts: int, failures: int, health: Health) -> None:
    assert reading(replace(WELL, attempts=attempts, failures=failures), Gate.FAILURES).health is health


@pytest.mark.parametrize(
    ("decided", "rejected", "health"),
    [(10, 3, Health.OK), (10, 4, Health.BREACH), (5, 1, Health.OK), (5, 2, Health.BREACH), (4, 4, Health.FEW)],
)
def test_rejections(decided: int, rejected: int, health: Health) -> None:
    assert reading(replace(WELL, decided=decided, rejected=rejected), Gate.REJECTIONS).health is health


@pytest.mark.parametrize(("seconds", "health"), [(0, Health.OK), (300.0, Health.OK), (300.1, Health.BREACH)])
def test_starvation(seconds: float, health: Health) -> None:
    assert reading(replace(WELL, oldest_seconds=seconds), Gate.STARVATION).health is health


def test_a_limit_of_nothing_allows_nothing() -> None:
    strict = RolloutGates(failure_percent=0, rejected_percent=0)
    assert reading(WELL, Gate.FAILURES, strict).health is Health.OK
    assert reading(replace(WELL, failures=1, attempts=1_000), Gate.FAILURES, strict).health is Health.BREACH
    assert reading(replace(WELL, rejected=1, decided=1_000), Gate.REJECTIONS, strict).health is Health.BREACH


def test_nothing_is_said_about_one_that_rests_or_is_out() -> None:
    ill = replace(WELL, depth=1_000)
    assert read_gates(replace(ill, resting=True), GATES) == ()
    assert read_gates(replace(ill, out=True), GATES) == ()
    assert first_breach(read_gates(ill, GATES)) is not None


def test_the_breach_that_is_told_is_the_farthest_beyond_its_limit() -> None:
    mild = read_gates(replace(WELL, persona_id="mild", depth=110), GATES)
    grave = read_gates(replace(WELL, persona_id="grave", oldest_seconds=900.0), GATES)
    found = first_breach([*mild, *grave])
    assert found is not None
    assert (found.persona_id, found.gate) == ("grave", Gate.STARVATION)
    assert "900 s" in found.sentence()
    assert first_breach(read_gates(WELL, GATES)) is None


def test_the_worst_of_a_gate_is_a_breach_before_all_and_too_little_to_go_by_last() -> None:
    few = read_gates(replace(WELL, persona_id="few", answer_seconds=(900.0,)), GATES)
    near = read_gates(replace(WELL, persona_id="near", answer_seconds=(19.0,) * 20), GATES)
    broken = read_gates(replace(WELL, persona_id="broken", answer_seconds=(21.0,) * 20), GATES)
    well = read_gates(WELL, GATES)
    found = [worst([*few, *well, *near, *more], Gate.ANSWERS) for more in ((), broken)]
    assert [one.persona_id for one in found if one is not None] == ["near", "broken"]
    (only,) = [worst(few, Gate.ANSWERS)]
    assert only is not None
    assert only.sentence() == "few: 1 answers of 20, too few to say"
    assert worst([], Gate.DEPTH) is None


@given(st.lists(st.floats(0, 1_000), min_size=1, max_size=200))
def test_95_of_100_are_within_p95(seconds: list[float]) -> None:
    limit = p95(seconds)
    assert limit in seconds
    within = sum(one <= limit for one in seconds)
    assert within * 100 >= 95 * len(seconds)
    assert sum(one < limit for one in seconds) * 100 < 95 * len(seconds)


@given(
    st.builds(
        Measured,
        st.just("p"),
        st.lists(st.floats(0, 100), max_size=30).map(tuple),
        st.integers(0, 300),
        st.integers(0, 100),
        st.integers(0, 100),
        st.integers(0, 20),
        st.integers(0, 20),
        st.floats(0, 1_000),
    )
)
def test_every_gate_is_told_with_its_figures(measured: Measured) -> None:
    found = read_gates(measured, GATES)
    assert {one.gate for one in found} == set(Gate)
    for one in found:
        assert "p" in one.sentence()
        assert (one.strain > 1) or one.health is not Health.BREACH or one.gate is Gate.DEPTH
