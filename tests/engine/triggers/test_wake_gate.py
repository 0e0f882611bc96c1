"""The wake gate and the decision to begin a talk, each rule at its boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.settings.triggers import FollowUpSettings, InitiationSettings, WakeSettings
from engine.triggers import (
    Call,
    Circumstances,
    Contact,
    Deed,
    Place,
    Skip,
    SkipCode,
    Talk,
    Wake,
    decide,
    why_asleep,
    why_not_due,
    why_open,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
RULES = WakeSettings()
CALL = Call("git_patrol", "helper")
LIMITS = InitiationSettings()
HERE = Place("local", "general")
FREE = Circumstances(
    mode="", paused="", recipient="ana", contact=None, under_way=False, delivered=(), places=(HERE,), asleep=None
)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def code(call: Call, *wakes: Wake) -> SkipCode | None:
    skip = why_asleep(call, wakes, NOW, RULES)
    return skip.code if skip is not None else None


def test_nothing_is_woken_before_it_is_due() -> None:
    assert code(replace(CALL, due=NOW + timedelta(microseconds=1))) is SkipCode.NOT_DUE
    assert code(replace(CALL, due=NOW)) is None


def test_the_same_source_keeps_its_spacing_and_others_do_not_count() -> None:
    assert code(CALL, Wake("git_patrol", ago(29.999))) is SkipCode.TOO_SOON
    assert code(CALL, Wake("git_patrol", ago(30))) is None
    assert code(CALL, Wake("stalled_work", ago(1))) is None


def test_five_wake_ups_within_a_minute_are_a_flood_whatever_woke_it() -> None:
    wakes = [Wake(f"source{number}", ago(59.999)) for number in range(5)]
    assert code(CALL, *wakes) is SkipCode.FLOOD
    assert code(CALL, *wakes[:4]) is None
    assert code(CALL, *wakes[:4], Wake("late", ago(60))) is None


def test_an_operator_passes_always() -> None:
    wakes = [Wake("git_patrol", NOW)] * 9
    assert code(replace(CALL, manual=True, due=NOW + timedelta(hours=1), caused_by="helper"), *wakes) is None


def test_its_own_work_never_wakes_it_and_that_of_others_does() -> None:
    assert code(replace(CALL, caused_by="helper")) is SkipCode.OWN_WORK
    assert code(replace(CALL, caused_by="planner")) is None


def refused(found: Circumstances) -> SkipCode | None:
    answer = decide(found, NOW, LIMITS)
    return answer.code if isinstance(answer, Skip) else None


def test_a_talk_is_begun_at_the_first_open_place() -> None:
    assert decide(FREE, NOW, LIMITS) == HERE
    closed = Place("telegram", "team", "not set up")
    assert decide(replace(FREE, places=(closed, HERE)), NOW, LIMITS) == HERE
    assert refused(replace(FREE, places=(closed,))) is SkipCode.NO_PLATFORM


@pytest.mark.parametrize(("seconds", "expected"), [(3_599.999, SkipCode.COOLDOWN), (3_600, None)])
def test_the_cooldown_counts_from_the_delivery(seconds: float, expected: SkipCode | None) -> None:
    # By whomever, on whatever platform.
    assert refused(replace(FREE, contact=Contact(ago(seconds), "planner", "telegram"))) is expected


def test_five_an_hour_and_not_the_sixth() -> None:
    four = [ago(3_599)] * 4
    assert refused(replace(FREE, delivered=four)) is None
    assert refused(replace(FREE, delivered=[*four, ago(3_599)])) is SkipCode.HOUR_FULL
    assert refused(replace(FREE, delivered=[*four, ago(3_600)])) is None


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (replace(FREE, mode="it is off"), SkipCode.MODE),
        (replace(FREE, paused="ana paused persona"), SkipCode.PAUSED),
        (replace(FREE, recipient=""), SkipCode.NOBODY),
        (replace(FREE, places=()), SkipCode.NOBODY),
        (replace(FREE, under_way=True), SkipCode.UNDER_WAY),
        (replace(FREE, asleep=Skip(SkipCode.FLOOD, "woken too often")), SkipCode.FLOOD),
    ],
)
def test_what_else_stands_against_it(found: Circumstances, expected: SkipCode) -> None:
    assert refused(found) is expected


def talk(seconds: float = 7_200, **more: object) -> Talk:
    fields: dict[str, object] = {
        "topic": "post-1",
        "said": "please send it",
        "said_at": ago(seconds),
        "given_up": False,
        "deeds": (),
        "last_at": ago(seconds),
    }
    return Talk(**{**fields, **more})  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(7_199.999, SkipCode.NOT_DUE), (7_200, None), (28_800, None), (28_800.001, SkipCode.CLOSED)],
)
def test_a_topic_is_taken_up_after_two_hours_and_until_eight(seconds: float, expected: SkipCode | None) -> None:
    skip = why_not_due(talk(seconds), NOW, FollowUpSettings())
    assert (skip.code if skip else None) is expected


@pytest.mark.parametrize(
    ("status", "is_open"),
    [
        ("pending", True),
        ("approved", True),
        ("failed", True),
        ("expired", True),
        ("uncertain", True),
        ("executed", False),
        ("rejected", False),
        ("withdrawn", False),
        ("blocked", False),
    ],
)
def test_a_topic_is_open_while_something_of_it_is(status: str, is_open: bool) -> None:  # a table
    deed = Deed("send_follow_up_email", status, "", ago(9_000))
    assert bool(why_open(talk(deeds=(deed,)))) is is_open


def test_an_unanswered_question_and_a_message_given_up_are_open() -> None:
    asked = Deed("send_routine_response", "executed", "I can send it. Whom should it go to? Name an address.", NOW)
    assert why_open(talk(deeds=(asked,))) == "I asked then: Whom should it go to?"
    assert why_open(talk(given_up=True))
    assert not why_open(talk(deeds=(replace(asked, said="Done."),)))
