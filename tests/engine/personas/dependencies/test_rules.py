"""When a hold ends: every reason by itself, which goes first, and the boundary of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.personas.dependencies_rules import Hold, LetGo, Other, why_let_go
from engine.personas.model import MessageStatus

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOLD = Hold("a:1", "a", "b", NOW, NOW + timedelta(seconds=120))
WAITS = Other(MessageStatus.PENDING)
AT_IT = Other(MessageStatus.IN_PROGRESS)


def why(other: Other = WAITS, seconds: float = 0.0, *, declared: bool = True, first: bool = False) -> LetGo | None:
    return why_let_go(HOLD, other, NOW + timedelta(seconds=seconds), declared=declared, first=first)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (WAITS, None),
        (AT_IT, None),
        (Other(None), LetGo.ABSENT),
        (Other(MessageStatus.DONE), LetGo.ANSWERED),
        (Other(MessageStatus.DECLINED), LetGo.DECLINED),
        (Other(MessageStatus.DECLINED, refused=True), LetGo.REFUSED),
        (Other(MessageStatus.DROPPED), LetGo.DROPPED),
        (Other(MessageStatus.DEAD), LetGo.DEAD),
        (Other(MessageStatus.MERGED), LetGo.ABSENT),
        (replace(WAITS, off=True), LetGo.OFF),
        (replace(WAITS, paused=True), LetGo.PAUSED),
        (replace(WAITS, resting=True), LetGo.RESTING),
        (replace(WAITS, engages=False), LetGo.DISENGAGED),
        # Whoever is at it already took it up.
        (replace(AT_IT, resting=True, engages=False), None),
        (replace(AT_IT, off=True), LetGo.OFF),
        (replace(AT_IT, paused=True), LetGo.PAUSED),
        # What it did counts before what it is.
        (Other(MessageStatus.DONE, off=True, paused=True), LetGo.ANSWERED),
    ],
)
def test_each_reason(other: Other, expected: LetGo | None) -> None:
    assert why(other) is expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, None), (119.999_999, None), (120, LetGo.TIME_OUT), (9_999, LetGo.TIME_OUT)]
)
def test_the_time_limit_to_the_microsecond(seconds: float, expected: LetGo | None) -> None:
    assert why(seconds=seconds) is expected
    assert why(AT_IT, seconds) is expected
    assert why(Other(MessageStatus.DONE), seconds) is LetGo.ANSWERED


def test_what_operators_say_ends_it() -> None:
    assert why(declared=False) is LetGo.WITHDRAWN
    assert why(first=True) is LetGo.FIRST


@given(
    st.builds(
        Other,
        st.none() | st.sampled_from(MessageStatus),
        refused=st.booleans(),
        off=st.booleans(),
        paused=st.booleans(),
        resting=st.booleans(),
        engages=st.booleans(),
    ),
    st.floats(-1_000, 1_000),
    st.booleans(),
    st.booleans(),
)
def test_nothing_is_held_beyond_its_time(other: Other, seconds: float, declared: bool, first: bool) -> None:  # drawn
    found = why(other, seconds, declared=declared, first=first)
    if found is None:
        assert seconds < 120
        assert declared
        assert not any((first, other.off, other.paused))
        assert other.status in {MessageStatus.PENDING, MessageStatus.IN_PROGRESS}


def test_every_reason_reads_as_a_sentence_after_a_name() -> None:
    assert all(reason.value and reason.value[0].islower() for reason in LetGo)
