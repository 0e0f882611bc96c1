from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.personas.emotions import Feelings, at_rest, decayed, felt, tone_of
from engine.settings.emotions import Emotion, EmotionRules, Interaction
from engine.settings.triggers import EmotionalSettings

RULES = EmotionRules()
START = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def everywhere(value: int) -> Feelings:
    return Feelings(START, dict.fromkeys(Emotion, value))


def test_all_nine_rest_at_fifty() -> None:
    assert set(at_rest(START, RULES).values.values()) == {5_000}
    assert len(at_rest(START, RULES).values) == 9


def test_decay_returns_to_rest_from_both_sides_and_stays() -> None:
    later = START + timedelta(hours=1)
    assert set(decayed(everywhere(8_000), later, RULES).values.values()) == {7_400}
    assert set(decayed(everywhere(3_000), later, RULES).values.values()) == {3_600}
    assert set(decayed(everywhere(8_000), START + timedelta(days=9), RULES).values.values()) == {5_000}


@given(st.lists(st.integers(1, 30_000_000), max_size=50))
def test_many_short_decays_are_one_long_decay(pieces: list[int]) -> None:
    stepwise, now = everywhere(9_000), START
    for piece in pieces:
        now += timedelta(microseconds=piece)
        stepwise = decayed(stepwise, now, RULES)
    assert stepwise.values == decayed(everywhere(9_000), now, RULES).values


@given(
    st.lists(st.sampled_from(Interaction), min_size=1, max_size=7),
    st.integers(0, 10_000),
    st.dictionaries(
        st.sampled_from(Interaction), st.dictionaries(st.sampled_from(Emotion), st.integers(-100, 100)), max_size=7
    ),
)
def test_no_incident_moves_an_emotion_by_more_than_twenty(
    happened: list[Interaction], start: int, effects: dict[Interaction, dict[Emotion, int]]
) -> None:
    rules = EmotionRules(effects=effects)
    before = felt(everywhere(start), (), START, rules)
    after = felt(before, tuple(happened), START, rules)
    for emotion, value in after.values.items():
        assert abs(value - before.values[emotion]) <= 2_000
        assert value >= (3_000 if emotion is Emotion.LONELINESS else 1_000)


def test_repeats_are_damped_until_the_window_passes() -> None:
    once = felt(at_rest(START, RULES), (Interaction.FAILURE,), START, RULES)
    twice = felt(once, (Interaction.FAILURE,), START, RULES)
    assert once.values[Emotion.FRUSTRATION] - 5_000 == 600
    assert twice.values[Emotion.FRUSTRATION] - once.values[Emotion.FRUSTRATION] == 300
    later = START + timedelta(seconds=600)
    rested = decayed(twice, later, RULES).values[Emotion.FRUSTRATION]
    again = felt(twice, (Interaction.FAILURE,), later, RULES)
    assert again.values[Emotion.FRUSTRATION] - rested == 600


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("Thanks, great work", Interaction.POSITIVE_MESSAGE),
        ("this is useless and WRONG", Interaction.NEGATIVE_MESSAGE),
        ("what is the status", Interaction.NEUTRAL_MESSAGE),
        ("good but useless", Interaction.NEUTRAL_MESSAGE),
    ],
)
def test_tone(text: str, tone: Interaction) -> None:
    assert tone_of(text) is tone


def test_floors_hold_however_often_it_is_pushed_down() -> None:
    feelings = at_rest(START, RULES)
    down = EmotionRules(effects={Interaction.SUCCESS: dict.fromkeys(Emotion, -20)}, damping_seconds=0)
    for _ in range(9):
        feelings = felt(feelings, (Interaction.SUCCESS,), START, down)
    assert feelings.values[Emotion.LONELINESS] == 3_000
    assert {value for emotion, value in feelings.values.items() if emotion is not Emotion.LONELINESS} == {1_000}


def test_a_cap_of_twenty_holds_to_the_hundredth() -> None:
    rules = EmotionRules(effects={Interaction.FAILURE: {Emotion.FRUSTRATION: 21}})
    once = felt(at_rest(START, RULES), (Interaction.FAILURE,), START, rules)
    assert once.values[Emotion.FRUSTRATION] == 7_000


def test_every_emotion_with_a_trigger_is_moved_toward_it_by_something() -> None:
    raised = {emotion for effects in RULES.effects.values() for emotion, points in effects.items() if points > 0}
    thresholds = EmotionalSettings().thresholds
    assert {emotion for emotion in Emotion if thresholds.of(emotion)} <= raised


def test_effects_that_are_not_named_stay_as_shipped() -> None:
    rules = EmotionRules(effects={Interaction.SUCCESS: {Emotion.CONFIDENCE: 1}})
    assert rules.effects[Interaction.SUCCESS] == {Emotion.CONFIDENCE: 1}
    assert rules.effects[Interaction.LONG_IDLE] == RULES.effects[Interaction.LONG_IDLE]


@pytest.mark.parametrize(("seconds", "damped"), [(599.999, True), (600, False)])
def test_damping_ends_to_the_moment(seconds: float, damped: bool) -> None:  # a case of the table
    rules = EmotionRules(decay_per_hour=0)
    once = felt(at_rest(START, rules), (Interaction.LONG_IDLE,), START, rules)
    again = felt(once, (Interaction.LONG_IDLE,), START + timedelta(seconds=seconds), rules)
    gained = again.values[Emotion.LONELINESS] - once.values[Emotion.LONELINESS]
    assert gained == (450 if damped else 900)
