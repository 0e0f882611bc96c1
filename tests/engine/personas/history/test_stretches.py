"""A time in equal parts: what is known of each, and what is a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.personas.history import Figures, Sample, Watch, stretches
from engine.personas.mood import Mood
from engine.settings.emotions import Emotion

BEGAN = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
CALM = Figures(100, 100, 100, Mood.IDLE, 0, {Emotion.LONELINESS: 50})
GRACE = timedelta(seconds=150)


def at(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def sample(minutes: float, energy: int, waiting: int = 0) -> Sample:
    return Sample(at(minutes), replace(CALM, energy=energy, waiting=waiting))


def energies(samples: list[Sample], watches: list[Watch], minutes: float, count: int) -> list[int | None]:
    parts = stretches(samples, watches, BEGAN, at(minutes), count, GRACE)
    return [None if part.figures is None else part.figures.energy for part in parts]


def test_what_was_is_so_until_a_sample_says_otherwise() -> None:
    watches = [Watch(at(-60), at(60))]
    assert energies([sample(-30, 90), sample(35, 40)], watches, 60, 6) == [90, 90, 90, 40, 40, 40]


def test_where_nobody_looked_is_a_gap_and_after_it_only_a_new_sample_counts() -> None:
    watches = [Watch(at(-60), at(10)), Watch(at(40), at(60))]
    assert energies([sample(-30, 90), sample(40, 70)], watches, 60, 6) == [90, 90, None, 70, 70, 70]


def test_nothing_is_known_before_the_first_sample() -> None:
    assert energies([sample(30, 70)], [Watch(at(30), at(60))], 60, 4) == [None, 70, 70, 70]
    assert energies([], [], 60, 3) == [None, None, None]


def test_a_look_that_is_only_not_due_yet_is_no_gap() -> None:
    assert energies([sample(0, 80)], [Watch(at(0), at(58))], 60, 60)[-1] == 80
    assert energies([sample(0, 80)], [Watch(at(0), at(50))], 60, 60)[-1] is None


def test_a_part_tells_the_deepest_inbox_that_was_seen_in_it() -> None:
    samples = [sample(0, 90, 7), sample(11, 90, 120), sample(14, 90, 3), sample(31, 90, 0)]
    parts = stretches(samples, [Watch(at(0), at(60))], BEGAN, at(60), 6, GRACE)
    assert [part.most_waiting for part in parts] == [7, 120, 3, 3, 0, 0]


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 100)), max_size=20, unique_by=lambda pair: pair[0]),
    st.lists(st.integers(0, 600), max_size=8, unique=True),
    st.integers(1, 50),
)
def test_every_part_is_a_gap_or_says_what_the_last_sample_of_its_watch_says(
    found: list[tuple[int, int]], borders: list[int], count: int
) -> None:
    samples = [sample(minutes, energy) for minutes, energy in sorted(found)]
    edges = sorted(borders)
    watches = [Watch(at(one), at(other)) for one, other in zip(edges[::2], edges[1::2], strict=False)]
    parts = stretches(samples, watches, BEGAN, at(600), count, timedelta())
    assert [part.at for part in parts] == sorted(part.at for part in parts)
    assert len(parts) == count
    width = timedelta(minutes=600) / count
    for part in parts:
        within = [one for one in watches if one.began <= part.at and one.ended > part.at - width]
        told = [one for one in samples if within and within[-1].began <= one.at <= part.at]
        assert (part.figures is not None) == bool(told)
        if told:
            assert part.figures == told[-1].figures
