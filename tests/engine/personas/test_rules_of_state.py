"""Energy, attention, budget, mood and cadence at their boundaries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.personas.budget import Spending, Usage, budget_left, spend
from engine.personas.cadence import longest_wait, until_free
from engine.personas.engagement import Reason, should_engage
from engine.personas.mood import Mood, mood_now
from engine.personas.state import Vigour, rested, worked
from engine.settings.persona_rules import PersonaRules
from engine.settings.personas import PersonaSettings

RULES = PersonaRules()
START = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_work_and_rest_follow_their_rates() -> None:
    spent = worked(Vigour(START), START, after(20), RULES.energy)
    assert spent.energy == 9_000
    assert rested(spent, after(20 + 25), RULES.energy).energy == 9_500
    assert worked(Vigour(START), START, after(20), RULES.energy, complexity=3).energy == 7_000


def test_energy_stops_at_the_floor_and_at_full() -> None:
    assert worked(Vigour(START), START, after(10_000), RULES.energy).energy == 1_000
    assert rested(Vigour(START, energy=9_999), after(10_000), RULES.energy).energy == 10_000


@pytest.mark.parametrize(("energy", "attention"), [(3_000, 8_000), (2_999, 7_200)])
def test_only_below_thirty_does_work_take_a_tenth_of_attention(energy: int, attention: int) -> None:
    spent = worked(Vigour(START, energy=energy, attention=8_000), START, after(1), RULES.energy)
    assert spent.attention == attention


def test_attention_recovers_twice_as_fast() -> None:
    back = rested(Vigour(START, energy=2_000, attention=2_000), after(50), RULES.energy)
    assert (back.energy - 2_000, back.attention - 2_000) == (1_000, 2_000)


@given(st.lists(st.integers(min_value=1, max_value=3_000_000), max_size=60))
def test_many_short_rests_are_one_long_rest(pieces: list[int]) -> None:
    tired = Vigour(START, energy=1_000, attention=0)
    stepwise, now = tired, START
    for piece in pieces:
        now += timedelta(microseconds=piece)
        stepwise = rested(stepwise, now, RULES.energy)
    at_once = rested(tired, now, RULES.energy)
    assert (stepwise.energy, stepwise.attention) == (at_once.energy, at_once.attention)


def test_a_clock_that_steps_back_neither_rests_nor_tires_twice() -> None:
    state = Vigour(START, energy=5_000)
    assert rested(state, after(-3_600), RULES.energy) == state


def test_a_reply_a_minute_for_a_day_leaves_the_default_persona_neither_exhausted_nor_untouched() -> None:
    persona = PersonaSettings(name="Default")
    vigour, spending, lowest = Vigour(START), Spending(START.date()), 10_000
    now = START
    for minute in range(24 * 60):
        begins = START + timedelta(minutes=minute, seconds=53)
        now = begins + timedelta(seconds=7)
        vigour = worked(vigour, begins, now, RULES.energy)
        spending = spend(spending, now, 1, Usage())
        lowest = min(lowest, vigour.energy)
    assert RULES.mood.tired_below * 100 < lowest <= vigour.energy < 10_000
    assert 0 < budget_left(Spending(START.date(), actions=1_440), START, persona) < 10_000
    assert 0 < budget_left(spending, now, persona) < 10_000


def test_a_busier_hour_tires_and_a_quiet_hour_restores() -> None:
    vigour = Vigour(START)
    for second in range(0, 3_600, 10):
        vigour = worked(vigour, after(second), after(second + 7), RULES.energy)
    assert vigour.energy < RULES.mood.tired_below * 100
    assert rested(vigour, after(7_200), RULES.energy).energy == 10_000


def test_the_budget_is_the_scarcest_share_and_a_new_day_renews_it() -> None:
    persona = PersonaSettings(name="P", daily_actions=100, daily_tokens=1_000, daily_cents=10)
    spent = spend(Spending(date(2026, 3, 10)), START, 1, Usage(tokens=900, cents=4))
    assert budget_left(spent, START, persona) == 1_000
    assert budget_left(spent, START + timedelta(days=1), persona) == 10_000
    assert budget_left(spent, START - timedelta(days=1), persona) == 1_000
    assert budget_left(spend(spent, START, 0, Usage(tokens=500)), START, persona) == 0


@pytest.mark.parametrize(
    ("before", "waiting", "energy", "mood"),
    [
        (Mood.IDLE, 50, 10_000, Mood.IDLE),
        (Mood.IDLE, 51, 10_000, Mood.OVERWHELMED),
        (Mood.OVERWHELMED, 46, 10_000, Mood.OVERWHELMED),
        (Mood.OVERWHELMED, 45, 10_000, Mood.IDLE),
        (Mood.IDLE, 0, 3_000, Mood.IDLE),
        (Mood.IDLE, 0, 2_999, Mood.TIRED),
        (Mood.TIRED, 0, 3_499, Mood.TIRED),
        (Mood.TIRED, 0, 3_500, Mood.IDLE),
        (Mood.TIRED, 51, 1_000, Mood.OVERWHELMED),
    ],
)
def test_moods_begin_at_their_line_and_end_beyond_it(before: Mood, waiting: int, energy: int, mood: Mood) -> None:
    assert mood_now(before, waiting, energy, None, START, RULES.mood) is mood


@pytest.mark.parametrize(("seconds", "mood"), [(299, Mood.ACTIVE), (300, Mood.IDLE)])
def test_active_lasts_three_hundred_seconds(seconds: float, mood: Mood) -> None:
    assert mood_now(Mood.ACTIVE, 0, 10_000, START, after(seconds), RULES.mood) is mood


@pytest.mark.parametrize(
    ("mood", "seconds"), [(Mood.IDLE, 3), (Mood.ACTIVE, 5), (Mood.TIRED, 7), (Mood.OVERWHELMED, 10)]
)
def test_cadence_doubles_while_the_budget_is_below_half(mood: Mood, seconds: float) -> None:
    assert longest_wait(mood, 5_000, RULES.cadence) == timedelta(seconds=seconds)
    assert longest_wait(mood, 4_999, RULES.cadence) == timedelta(seconds=2 * seconds)


def test_the_next_answer_waits_for_what_is_left_of_the_cadence() -> None:
    wait = timedelta(seconds=5)
    assert until_free(None, wait, START) == timedelta()
    assert until_free(START, wait, after(2)) == timedelta(seconds=3)
    assert until_free(START, wait, after(9)) == timedelta()
    assert until_free(START, wait, after(-3_600)) == wait


@pytest.mark.parametrize(
    ("effective", "mood", "energy", "engages"),
    [
        (8_000, Mood.OVERWHELMED, 10_000, True),
        (7_999, Mood.OVERWHELMED, 10_000, False),
        (5_000, Mood.TIRED, 2_001, True),
        (4_999, Mood.TIRED, 2_001, False),
        (7_999, Mood.TIRED, 2_000, False),
        (8_000, Mood.TIRED, 1_000, True),
        (3_000, Mood.ACTIVE, 10_000, True),
        (2_999, Mood.ACTIVE, 10_000, False),
        (1_000, Mood.IDLE, 10_000, True),
        (999, Mood.IDLE, 10_000, False),
    ],
)
def test_the_gates_of_engagement(effective: int, mood: Mood, energy: int, engages: bool) -> None:
    verdict = should_engage(effective, timedelta(), mood, energy, 10_000, RULES.engagement)
    assert verdict.engages is engages


@pytest.mark.parametrize(("seconds", "engages"), [(299, False), (300, True)])
def test_what_waited_long_enough_passes_every_gate(seconds: float, engages: bool) -> None:
    waited = timedelta(seconds=seconds)
    verdict = should_engage(0, waited, Mood.OVERWHELMED, 1_000, 10_000, RULES.engagement)
    assert verdict.engages is engages


def test_without_budget_nothing_is_taken_up() -> None:
    verdict = should_engage(10_000, timedelta(hours=1), Mood.IDLE, 10_000, 0, RULES.engagement)
    assert (verdict.engages, verdict.reason) == (False, Reason.BUDGET_SPENT)
