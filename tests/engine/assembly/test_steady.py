"""A figure that jitters is told once; one that grows or shrinks for good is told anew."""

from __future__ import annotations

from engine.assembly.redis_side import SIZE_SAMPLES, Steady


def test_jitter_and_single_peaks_are_no_news() -> None:
    steady = Steady()
    told = [steady.tell(measured) for measured in (0.3, 0.4, 0.25, 40.0, 0.35, 0.5, 0.2)]
    assert told == [0.3] * 7


def test_another_size_is_told_once_it_is_usual() -> None:
    steady = Steady()
    for _ in range(SIZE_SAMPLES):
        steady.tell(0.3)
    told = [steady.tell(20.0) for _ in range(SIZE_SAMPLES)]
    assert (told[0], told[-1]) == (0.3, 20.0)
    assert set(told) == {0.3, 20.0}


def test_nothing_is_told_of_a_server_that_is_away() -> None:
    steady = Steady()
    steady.tell(0.3)
    assert (steady.tell(None), steady.tell(20.0)) == (None, 20.0)
