"""Active hours: the start counts, the end does not, nights wrap, zones have summer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from engine.schedule import is_active
from engine.settings.schedule import ActiveHours


@pytest.mark.parametrize(
    ("start", "end", "time", "active"),
    [
        ("09:00", "17:00", "08:59", False),
        ("09:00", "17:00", "09:00", True),
        ("09:00", "17:00", "16:59", True),
        ("09:00", "17:00", "17:00", False),
        ("22:00", "06:00", "21:59", False),
        ("22:00", "06:00", "22:00", True),
        ("22:00", "06:00", "05:59", True),
        ("22:00", "06:00", "06:00", False),
        ("22:00", "00:00", "23:59", True),
        ("22:00", "00:00", "00:00", False),
        ("00:00", "24:00", "23:59", True),
        ("12:00", "24:00", "00:00", False),
    ],
)
def test_the_edges_of_the_span(start: str, end: str, time: str, active: bool) -> None:
    hour, minute = map(int, time.split(":"))
    assert is_active(ActiveHours(start=start, end=end), datetime(2026, 3, 10, hour, minute, tzinfo=UTC)) is active


def test_the_zone_s_summer_time_is_followed() -> None:
    hours = ActiveHours(start="09:00", end="10:00", zone="Europe/Berlin")
    assert is_active(hours, datetime(2026, 1, 10, 8, 0, tzinfo=UTC))
    assert not is_active(hours, datetime(2026, 7, 10, 8, 0, tzinfo=UTC))
    assert is_active(hours, datetime(2026, 7, 10, 7, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    "values",
    [
        {"start": "09:00", "end": "09:00"},
        {"start": "24:00", "end": "09:00"},
        {"start": "9:00"},
        {"end": "25:00"},
        {"end": "24:01"},
        {"zone": "Mars/Olympus"},
        {"zone": "../etc/passwd"},
        {"zone": ""},
    ],
)
def test_hours_that_make_no_sense_are_refused_when_loaded(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ActiveHours.model_validate(values)
