"""The rollout as a state machine: which steps are legal, how soak is counted, who takes part."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.personas.rollout import (
    LIVE,
    TRANSITIONS,
    Rollout,
    RolloutError,
    RolloutState,
    Stage,
    Step,
    order_of,
    soak_left,
    soak_of,
    stepped,
    taking_part,
)
from engine.personas.rollout.plan import credited, due
from engine.settings.rollout import RolloutSettings

T0 = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RULES = RolloutSettings()
DAY = timedelta(days=1)


def at(state: RolloutState, stage: Stage = Stage.ONE, soaked: timedelta = timedelta()) -> Rollout:
    return Rollout(1, ("a", "b", "c"), state, stage, T0, soaked, T0, "", T0)


@pytest.mark.parametrize("state", list(RolloutState))
@pytest.mark.parametrize("step", list(Step))
def test_a_step_is_taken_where_the_table_says_so_and_refused_elsewhere(state: RolloutState, step: Step) -> None:
    legal = TRANSITIONS.get((state, step))
    if legal is None:
        with pytest.raises(RolloutError, match=state.value.replace("_", " ")):
            stepped(at(state), step, T0)
        return
    for stage in Stage:
        after = stepped(at(state, stage, DAY), step, T0 + DAY, "because")
        assert after.state in legal
        assert (after.why, after.changed_at) == ("because", T0 + DAY)


def test_the_table_names_every_state_and_every_step() -> None:
    assert {state for state, _ in TRANSITIONS} == set(RolloutState)
    assert {step for _, step in TRANSITIONS} == set(Step)
    reached = {state for after in TRANSITIONS.values() for state in after}
    assert reached == set(RolloutState) - {RolloutState.PLANNED}


def test_whatever_is_live_can_go_back_and_be_given_up() -> None:
    for state in LIVE:
        for step in (Step.BREACH, Step.BACK):
            assert TRANSITIONS[state, step] == {RolloutState.ROLLED_BACK}
        assert (state, Step.ABORT) in TRANSITIONS


def test_the_stages_follow_each_other_and_each_soaks_anew() -> None:
    rollout = stepped(at(RolloutState.PLANNED), Step.START, T0)
    seen = []
    while rollout.state is RolloutState.SOAKING:
        seen.append((rollout.stage, soak_left(rollout, RULES)))
        rollout = stepped(rollout, Step.ADVANCE, rollout.began_at + DAY)
    assert seen == [(Stage.ONE, DAY), (Stage.HALF, 2 * DAY), (Stage.ALL, 2 * DAY)]
    assert (rollout.state, rollout.stage) == (RolloutState.COMPLETE, Stage.ALL)


def test_holding_and_going_on_keeps_the_soak_and_beginning_again_forgets_it() -> None:
    soaking = at(RolloutState.SOAKING, Stage.HALF, timedelta(hours=17))
    held = stepped(soaking, Step.HOLD, T0 + DAY)
    assert credited(held, T0 + 2 * DAY, RULES, healthy=True).soaked == timedelta(hours=17)
    back = stepped(held, Step.RESUME, T0 + 3 * DAY)
    assert (back.soaked, back.stage, back.as_of) == (timedelta(hours=17), Stage.HALF, T0 + 3 * DAY)
    again = stepped(stepped(back, Step.BACK, T0 + 3 * DAY), Step.RESTART, T0 + 4 * DAY)
    assert (again.soaked, again.stage, again.began_at) == (timedelta(), Stage.ONE, T0 + 4 * DAY)


@pytest.mark.parametrize(
    ("seconds", "healthy", "counted"),
    [(10, True, 10), (30, True, 30), (30.5, True, 30), (3_600, True, 30), (10, False, 0), (-5, True, 0), (0, True, 0)],
)
def test_only_healthy_work_between_two_looks_is_soak(seconds: float, healthy: bool, counted: float) -> None:  # a case
    after = credited(at(RolloutState.SOAKING), T0 + timedelta(seconds=seconds), RULES, healthy=healthy)
    assert after.soaked == timedelta(seconds=counted)
    assert after.as_of == T0 + timedelta(seconds=seconds)


@pytest.mark.parametrize("state", [state for state in RolloutState if state is not RolloutState.SOAKING])
def test_nothing_else_soaks(state: RolloutState) -> None:
    assert credited(at(state), T0 + timedelta(seconds=10), RULES, healthy=True).soaked == timedelta()


def test_the_soak_ends_at_its_end_and_not_a_microsecond_before() -> None:
    tick = timedelta(microseconds=1)
    for stage in Stage:
        whole = soak_of(stage, RULES)
        short, full = at(RolloutState.SOAKING, stage, whole - tick), at(RolloutState.SOAKING, stage, whole)
        assert due(short, RULES, breached=False, enough=True) is None
        assert due(full, RULES, breached=False, enough=True) is Step.ADVANCE
        assert due(full, RULES, breached=False, enough=False) is None
        by_hand = RULES.model_copy(update={"advance": "operator"})
        assert due(full, by_hand, breached=False, enough=True) is Step.SOAKED
        assert due(full, RULES, breached=True, enough=True) is Step.BREACH


@pytest.mark.parametrize("state", list(RolloutState))
def test_a_breach_counts_wherever_personas_are_on_trial(state: RolloutState) -> None:
    step = due(at(state), RULES, breached=True, enough=False)
    assert step is (Step.BREACH if state in LIVE else None)


IDS = st.lists(st.text("abcdefgh-", min_size=1, max_size=6), min_size=1, max_size=30, unique=True)


@given(IDS, st.integers(1, 99), st.data())
def test_each_stage_holds_everybody_of_the_one_before(ids: list[str], percent: int, data: st.DataObject) -> None:
    first = data.draw(st.sampled_from(ids))
    order = order_of(ids, first)
    assert sorted(order) == sorted(ids)
    assert order[0] == first
    one, half, everybody = (taking_part(order, stage, percent) for stage in Stage)
    assert one == (first,)
    assert set(one) <= set(half) <= set(everybody) == set(ids)
    assert len(half) == max(1, -(-len(ids) * percent // 100))


@given(IDS, st.randoms(use_true_random=False))
def test_the_order_is_the_same_whatever_order_they_are_named_in(ids: list[str], source: object) -> None:
    shuffled = list(ids)
    source.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's random
    assert order_of(ids) == order_of(shuffled)
    newcomers = order_of([*ids, "newcomer-of-another-length"])
    assert [one for one in newcomers if one in ids] == list(order_of(ids))
