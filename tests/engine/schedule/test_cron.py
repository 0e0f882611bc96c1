"""Cron entries: what is refused and why, and when the others come due, also where clocks are changed."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter  # type: ignore[import-untyped]  # it has no types
from cronsim import CronSim

from engine.clock import SystemClock
from engine.settings import SettingsError, parse_settings
from engine.settings.cron import MAX_CRON, Cron, CronError, next_runs, parse_cron

BERLIN = "Europe/Berlin"
SPRING = datetime(2026, 3, 28, 12, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 24, 12, tzinfo=UTC)
SERIES = int(os.environ.get("WATCHFLOOR_CRON_SERIES", "150"))


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("0 22-22 * * *", "begins and ends with the same value: write 22"),
        ("0 0 3-3 * *", "write 3"),
        ("0 22-6 * * *", "runs backwards"),
        ("0 0 30 2 *", "never run"),
        ("0 0 31 4,6 *", "never run"),
        ("*/0 * * * *", "whole number from 1"),
        ("*/61 * * * *", "larger than the field"),
        ("0 */24 * * *", "larger than the field"),
        ("0 0 1-5/9 * *", "larger than the field"),
        ("5/15 * * * *", "write 5-59/15"),
        ("๐ * * * *", "U+0E50"),
        ("０ * * * *", "U+FF10"),
        ("0 0 * * *\0", "U+0000"),
        ("* * * * * *", "seconds and years are not supported"),
        ("0 0 0 1 1 * 2030", "7 given"),
        ("* * * *", "4 given"),
        ("", "0 given"),
        ("H * * * *", "H and R"),
        ("0 R * * *", "H and R"),
        ("H(0-29) * * * *", "H and R"),
        ("@reboot", "no such alias"),
        ("@every 5m", "no such alias"),
        ("60 * * * *", "60 is not from 0 to 59"),
        ("0 24 * * *", "24 is not from 0 to 23"),
        ("0 0 0 * *", "0 is not from 1 to 31"),
        ("0 0 * 13 *", "13 is not from 1 to 12"),
        ("0 0 * * 8", "8 is not from 0 to 7"),
        ("0 0 * * 0-7", "both Sunday"),
        ("0 0 * * 1#6", "1 to 5"),
        ("0 0 ? * *", "'?' is no number"),
        ("0 0 W * *", "is no number"),
        ("1,,2 * * * *", "empty part"),
        ("1- * * * *", "is no number"),
        ("-1 * * * *", "is no number"),
        ("1-2-3 * * * *", "is no number"),
        ("*/ * * * *", "empty part"),
        ("*/x * * * *", "whole number"),
        ("0x1 * * * *", "is no number"),
        ("1 " * MAX_CRON, "at most"),
    ],
)
def test_what_is_refused_says_which_field_and_why(entry: str, why: str) -> None:
    with pytest.raises(CronError, match=why.replace("*", r"\*").replace("+", r"\+").replace("?", r"\?")):
        next_runs(entry, "UTC", SPRING)


@pytest.mark.parametrize(
    ("entry", "first"),
    [
        ("0 9 * * mon-fri", "2026-03-30 09:00"),
        ("0 9 * * FRI-SUN", "2026-03-29 09:00"),
        ("0 9 * * 6-7", "2026-03-29 09:00"),
        ("0 9 l * *", "2026-03-31 09:00"),
        ("0 9 * * 1#5", "2026-03-30 09:00"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("0 0 30 2 1", "2027-02-01 00:00"),
        ("  15   3 * jan-mar *", "2026-03-29 03:15"),
        ("@Daily", "2026-03-29 00:00"),
        ("@hourly", "2026-03-28 13:00"),
        ("*/59 * * * *", "2026-03-28 12:59"),
    ],
)
def test_what_is_taken_comes_due_when_people_think(entry: str, first: str) -> None:
    assert f"{next_runs(entry, 'UTC', SPRING)[0]:%Y-%m-%d %H:%M}" == first


def test_settings_refuse_a_bad_entry_with_its_line_and_keep_the_rest_out_of_the_message(tmp_path: object) -> None:
    from pathlib import Path

    text = '[schedule.jobs.pattern_scan]\ncron = "0 22-22 * * *"\n'
    with pytest.raises(SettingsError) as found:
        parse_settings(text, Path("watchfloor.toml"), {})
    assert "watchfloor.toml, line 1: schedule.jobs.pattern_scan" in found.value.sentence()
    assert "write 22" in found.value.sentence()


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ('cron = "@daily"\nevery_seconds = 60', "both set"),
        ("every_seconds = 1", "greater than or equal to 10"),
        ('cron = "@daily"\nzone = "Mars/Olympus"', "no such time zone"),
        ('active_from = "09:00"', "go together"),
        ('active_from = "09:00"\nactive_until = "09:00"', "same minute"),
        ('active_from = "24:00"\nactive_until = "09:00"', "pattern"),
        ("jitter_seconds = -1", "greater than or equal to 0"),
        ('overlap = "twice"', "skip"),
        ("surprise = 1", "unknown key"),
    ],
)
def test_tables_of_jobs_that_make_no_sense_are_refused(lines: str, why: str) -> None:
    from pathlib import Path

    with pytest.raises(SettingsError, match=why):
        parse_settings(f"[schedule.jobs.pattern_scan]\n{lines}\n", Path("watchfloor.toml"), {})


def local(entry: str, start: datetime, count: int) -> list[str]:
    zone = ZoneInfo(BERLIN)
    return [f"{moment.astimezone(zone):%d %H:%M%z}" for moment in islice(parse_cron(entry, BERLIN).after(start), count)]


def test_a_time_that_is_left_out_runs_once_at_the_first_moment_after() -> None:
    assert local("30 2 * * *", SPRING, 2) == ["29 03:00+0200", "30 02:30+0200"]
    # Both times of the hour that is left out come to one run.
    assert local("15,45 2 * * *", SPRING, 2) == ["29 03:00+0200", "30 02:15+0200"]
    # One that comes every hour has nothing to make up for.
    assert local("30 * * * *", SPRING + timedelta(hours=12), 2) == ["29 01:30+0100", "29 03:30+0200"]


def test_a_time_that_comes_twice_runs_once_unless_it_is_meant_every_hour_or_minute() -> None:
    assert local("30 2 * * *", AUTUMN, 2) == ["25 02:30+0200", "26 02:30+0100"]
    assert local("0,30 1-3 25 10 *", AUTUMN, 6) == [
        "25 01:00+0200", "25 01:30+0200", "25 02:00+0200", "25 02:30+0200", "25 03:00+0100", "25 03:30+0100",
    ]  # fmt: skip
    twice = ["25 01:30+0200", "25 02:30+0200", "25 02:30+0100", "25 03:30+0100"]
    assert local("30 * * * *", AUTUMN + timedelta(hours=11), 4) == twice
    assert local("*/30 2 * * *", AUTUMN, 4) == ["25 02:00+0200", "25 02:30+0200", "25 02:00+0100", "25 02:30+0100"]


def test_between_the_two_passes_a_fixed_time_is_over() -> None:
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert local("30 2 * * *", between, 1) == ["26 02:30+0100"]


# Zones without a change by half an hour, where cronsim errs, and entries without stepped hours, where croniter adds a
# run at the end of a gap: there the two are known to differ.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "America/Sao_Paulo")


def changes(name: str) -> list[datetime]:
    """Moments close to every change of a zone's clocks in four years; the years' starts where there is none."""
    zone = ZoneInfo(name)
    days = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(4 * 365)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    found = [day for day, before, after in zip(days[1:], offsets, offsets[1:], strict=False) if before != after]
    return found or days[::365]


CHANGES = {name: changes(name) for name in ZONES}


def some_entry(rng: random.Random) -> str:
    minute = rng.choice(("*/15", "0", str(rng.randrange(60)), "10,40"))
    hour = rng.choice(("*", str(rng.randrange(24)), "1-3", "0,12", "2"))
    day = rng.choice(("*", "*", "*", str(rng.randint(1, 28)), "29", "l"))
    month = rng.choice(("*", "*", "*", "2", "3,10", "11"))
    weekday = rng.choice(("*", "*", "mon-fri", "0", "3,5"))
    return f"{minute} {hour} {day} {month} {weekday if day == '*' else '*'}"


def test_the_moments_are_those_of_two_libraries_by_our_rule_for_repeated_hours() -> None:
    rng = random.Random(26)
    for _ in range(SERIES):
        entry, name = some_entry(rng), rng.choice(ZONES)
        zone = ZoneInfo(name)
        start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(4 * 525_600))
        if rng.random() < 0.6:
            start = rng.choice(CHANGES[name]) - timedelta(minutes=rng.randrange(1_440))
        cron = parse_cron(entry, name)
        ours = list(islice(cron.after(start), 40))
        theirs = (at.astimezone(UTC) for at in croniter(entry, start.astimezone(zone)).all_next(datetime))
        once = (at for at in theirs if not (cron.fixed and at.astimezone(zone).fold))
        assert ours == list(islice(once, 40)), (entry, name, start)
        if not cron.fixed and entry.split()[1] != "*":
            # Where a whole hour is left out, croniter makes up for minutes like */15 of that hour, cronsim does not.
            continue
        simulated = (at.astimezone(UTC) for at in CronSim(entry.upper(), start.astimezone(zone)))
        ruled = (at for at in simulated if not (cron.fixed and at.astimezone(zone).fold))
        assert ours == list(islice(ruled, 40)), (entry, name, start)


def test_no_moment_comes_twice_or_out_of_order_in_any_zone() -> None:
    for name in ("Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia"):
        for entry in ("3 */2 * * *", "*/10 * * * *", "30 2 * * *", "0 0 * * *"):
            for start in (SPRING, AUTUMN, datetime(2011, 12, 28, tzinfo=UTC)):
                moments = list(islice(Cron(entry, name).after(start), 200))
                assert moments == sorted(set(moments))
                assert moments[0] > start


def test_a_known_difference_is_kept_a_stepped_hour_in_a_gap_runs_at_its_end() -> None:
    assert local("30 */2 * * *", SPRING + timedelta(hours=12), 2) == ["29 03:00+0200", "29 04:30+0200"]


def test_reading_an_entry_takes_no_time_worth_mention_however_rare_it_is() -> None:
    assert next_runs("0 0 29 2 *", "UTC", SystemClock().now(), 1)
    with pytest.raises(CronError):
        next_runs("0 0 31 2,4,6,9,11 *", "UTC", SystemClock().now(), 1)
