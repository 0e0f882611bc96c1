"""Emotional triggers at their boundaries; the rules alone, without a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.settings.emotions import Emotion
from engine.settings.triggers import EmotionalSettings, InitiationSettings, Thresholds
from engine.triggers import (
    Line,
    SkipCode,
    Trigger,
    TriggerError,
    TriggerState,
    backoff,
    delivered,
    evaluate,
    expired,
    failed,
    lines_of,
    queued,
    rearmed,
    refused,
)
from engine.triggers.emotional import TRANSITIONS

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
LINES = lines_of(EmotionalSettings(), {}, 50)
RULES = InitiationSettings()
CALM = dict.fromkeys(Emotion, 5_000)


def fired(emotion: Emotion, at: datetime = NOW) -> Trigger:
    return delivered(queued(Trigger(emotion, at), at), at)


def test_the_shipped_thresholds_and_priorities() -> None:
    assert {emotion.value: (line.threshold, line.rearm_below, line.priority) for emotion, line in LINES.items()} == {
        "loneliness": (7_000, 6_000, 3),
        "excitement": (8_000, 7_000, 2),
        "frustration": (6_000, 5_000, 4),
        "jealousy": (7_000, 6_000, 3),
    }


@pytest.mark.parametrize(
    ("emotion", "below"),
    [(Emotion.LONELINESS, 6_999), (Emotion.EXCITEMENT, 7_999), (Emotion.FRUSTRATION, 5_999), (Emotion.JEALOUSY, 6_999)],
)
def test_it_fires_at_its_threshold_and_not_below(emotion: Emotion, below: int) -> None:
    assert evaluate({**CALM, emotion: below}, {}, LINES, NOW).winner is None
    assert evaluate({**CALM, emotion: below + 1}, {}, LINES, NOW).winner is emotion


def test_it_is_armed_again_below_the_threshold_less_ten() -> None:
    spent = {Emotion.LONELINESS: fired(Emotion.LONELINESS)}
    assert evaluate({**CALM, Emotion.LONELINESS: 6_000}, spent, LINES, NOW).armed == ()
    (armed,) = evaluate({**CALM, Emotion.LONELINESS: 5_999}, spent, LINES, NOW).armed
    assert (armed.state, armed.fired, armed.fired_at) == (TriggerState.ARMED, 1, NOW)


def test_one_whose_line_lies_at_rest_is_armed_again_by_calm_alone() -> None:
    # Frustration fires at 60 and rests at 50: it would never come below 50 by itself.
    spent = {Emotion.FRUSTRATION: fired(Emotion.FRUSTRATION)}
    assert evaluate({**CALM, Emotion.FRUSTRATION: 5_001}, spent, LINES, NOW).armed == ()
    assert len(evaluate({**CALM, Emotion.FRUSTRATION: 5_000}, spent, LINES, NOW).armed) == 1


def test_a_spent_one_does_not_fire_however_high_it_stays() -> None:
    spent = {Emotion.LONELINESS: fired(Emotion.LONELINESS)}
    found = evaluate({**CALM, Emotion.LONELINESS: 10_000}, spent, LINES, NOW + timedelta(days=9))
    assert found.winner is None
    ((emotion, skip),) = found.held
    assert (emotion, skip.code) == (Emotion.LONELINESS, SkipCode.SPENT)


def test_one_wins_by_priority_and_the_others_are_told_so() -> None:
    everything = dict.fromkeys(Emotion, 9_000)
    found = evaluate(everything, {}, LINES, NOW)
    assert found.winner is Emotion.FRUSTRATION
    assert {emotion for emotion, skip in found.held if skip.code is SkipCode.OUTRANKED} == {
        Emotion.LONELINESS,
        Emotion.EXCITEMENT,
        Emotion.JEALOUSY,
    }


def test_between_equals_the_one_that_fired_longest_ago_wins() -> None:
    both = {**CALM, Emotion.LONELINESS: 9_000, Emotion.JEALOUSY: 9_000}
    armed = {
        emotion: rearmed(fired(emotion, at), at, "calm")
        for emotion, at in (
            (Emotion.LONELINESS, NOW - timedelta(hours=2)),
            (Emotion.JEALOUSY, NOW - timedelta(hours=3)),
        )
    }
    assert evaluate(both, armed, LINES, NOW).winner is Emotion.JEALOUSY
    # One that never fired waited longest.
    assert evaluate(both, {Emotion.JEALOUSY: armed[Emotion.JEALOUSY]}, LINES, NOW).winner is Emotion.LONELINESS


def test_a_persona_s_own_threshold_goes_first_and_nought_takes_the_trigger_away() -> None:
    own = lines_of(
        EmotionalSettings(thresholds=Thresholds(curiosity=65)), {Emotion.LONELINESS: 0, Emotion.JEALOUSY: 90}, 50
    )
    assert Emotion.LONELINESS not in own
    assert (own[Emotion.JEALOUSY].threshold, own[Emotion.CURIOSITY].threshold) == (9_000, 6_500)


def test_failures_back_off_twice_and_disarm_at_the_third() -> None:
    trigger = queued(Trigger(Emotion.LONELINESS, NOW), NOW)
    waits = []
    for _ in range(2):
        trigger = failed(trigger, NOW, "no route", RULES)
        assert trigger.state is TriggerState.BACKING_OFF
        assert trigger.retry_at is not None
        waits.append((trigger.retry_at - NOW).total_seconds())
        trigger = queued(trigger, NOW)
    trigger = failed(trigger, NOW, "no route", RULES)
    assert waits == [30, 60]
    assert (trigger.state, trigger.note) == (TriggerState.DISARMED, "disarmed after 3 failed deliveries: no route")
    found = evaluate({**CALM, Emotion.LONELINESS: 9_000}, {Emotion.LONELINESS: trigger}, LINES, NOW + timedelta(days=1))
    assert (found.winner, found.held[0][1].code) == (None, SkipCode.DISARMED)
    (armed,) = evaluate({**CALM, Emotion.LONELINESS: 5_999}, {Emotion.LONELINESS: trigger}, LINES, NOW).armed
    assert armed.failures == 0


def test_the_back_off_doubles_up_to_its_cap() -> None:
    assert [backoff(number, RULES).total_seconds() for number in (1, 2, 3, 7, 8, 500)] == [
        30,
        60,
        120,
        1920,
        3600,
        3600,
    ]


@pytest.mark.parametrize(("seconds", "wins"), [(29.999, False), (30, True)])
def test_a_back_off_ends_to_the_moment(seconds: float, wins: bool) -> None:  # a case of the table
    waiting = failed(queued(Trigger(Emotion.LONELINESS, NOW), NOW), NOW, "no route", RULES)
    found = evaluate(
        {**CALM, Emotion.LONELINESS: 9_000}, {Emotion.LONELINESS: waiting}, LINES, NOW + timedelta(seconds=seconds)
    )
    assert (found.winner is Emotion.LONELINESS) is wins


def test_what_expired_rests_and_then_may_fire_again() -> None:
    resting = expired(queued(Trigger(Emotion.LONELINESS, NOW), NOW), NOW, 3_600)
    high = {**CALM, Emotion.LONELINESS: 9_000}
    early = evaluate(high, {Emotion.LONELINESS: resting}, LINES, NOW + timedelta(seconds=3_599))
    late = evaluate(high, {Emotion.LONELINESS: resting}, LINES, NOW + timedelta(seconds=3_600))
    assert (early.winner, late.winner) == (None, Emotion.LONELINESS)


def test_a_no_is_not_asked_again_before_the_emotion_calmed() -> None:
    answered = refused(queued(Trigger(Emotion.LONELINESS, NOW), NOW), NOW, "an operator rejected it")
    found = evaluate(
        {**CALM, Emotion.LONELINESS: 9_000}, {Emotion.LONELINESS: answered}, LINES, NOW + timedelta(days=1)
    )
    assert (found.winner, answered.fired) == (None, 0)


def test_only_legal_changes_happen() -> None:
    changes: dict[TriggerState, Callable[[Trigger], Trigger]] = {
        TriggerState.QUEUED: lambda trigger: queued(trigger, NOW),
        TriggerState.SPENT: lambda trigger: refused(trigger, NOW, "no"),
        TriggerState.ARMED: lambda trigger: rearmed(trigger, NOW, "calm"),
    }
    for state in TriggerState:
        trigger = replace(Trigger(Emotion.JEALOUSY, NOW), state=state)
        for target, change in changes.items():
            if target in TRANSITIONS[state]:
                assert change(trigger).state is target
            else:
                with pytest.raises(TriggerError):
                    change(trigger)


@given(
    st.dictionaries(st.sampled_from(Emotion), st.integers(0, 10_000), min_size=9, max_size=9),
    st.dictionaries(st.sampled_from(sorted(LINES)), st.sampled_from(TriggerState)),
)
def test_at_most_one_wins_and_everyone_past_the_line_is_accounted_for(
    felt: dict[Emotion, int], states: dict[Emotion, TriggerState]
) -> None:
    triggers = {emotion: replace(Trigger(emotion, NOW), state=state, note="x") for emotion, state in states.items()}
    found = evaluate(felt, triggers, LINES, NOW)
    past = {emotion for emotion, line in LINES.items() if felt[emotion] >= line.threshold}
    told = {emotion for emotion, _ in found.held} | ({found.winner} if found.winner else set())
    assert told == past
    assert len(found.held) == len({emotion for emotion, _ in found.held})
    if found.winner is not None:
        free = {e for e in past if e not in {held for held, skip in found.held if skip.code is not SkipCode.OUTRANKED}}
        assert LINES[found.winner].priority == max(LINES[emotion].priority for emotion in free)


def test_calm_is_below_the_line_or_at_rest() -> None:
    line = Line(threshold=5_500, rearm_below=4_500, rest=5_000, priority=1)
    assert [line.calm(value) for value in (4_499, 4_500, 5_000, 5_001)] == [True, True, True, False]
