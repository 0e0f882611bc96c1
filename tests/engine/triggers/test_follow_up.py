"""Coming back to a talk that was left open: once, after hours of silence, while people are awake."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from engine.clock import SimulatedClock
from engine.settings.emotions import Emotion

from .floor import AWAKE, NO_PATROL, Floor, running

HOUR: Final = 3_600
QUESTION: Final = "@helper please follow up"
"""It says to whom neither by address nor by account, so the persona has to ask."""


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2026, 3, 10, 12, 0, tzinfo=UTC))


async def look(floor: Floor) -> int:
    begun = (await floor.rooms.triggers.follow_up()).count
    await floor.deliver()
    return begun


async def ask(floor: Floor) -> None:
    await floor.say(QUESTION, to="helper")
    await floor.pass_time(30)
    await floor.deliver()


async def test_an_open_question_is_taken_up_once_after_two_hours(tmp_path: Path, clock: SimulatedClock) -> None:
    async with running(tmp_path, clock, services=AWAKE) as floor:
        await ask(floor)
        (answer,) = await floor.chat()
        assert "Whom should it go to?" in answer["text"]
        await floor.pass_time(2 * HOUR - 60)
        assert await look(floor) == 0
        await floor.pass_time(60)
        assert await look(floor) == 1
        (talk,) = await floor.talks()
        assert (talk["source"], talk["recipient"], talk["state"]) == ("follow_up", "ana", "delivered")
        _, said = await floor.chat()
        assert said["text"].startswith(f"I come back to what you wrote at 12:00 UTC: “{QUESTION}”")
        assert "I asked then: Whom should it go to?" in said["text"]
        # What repeats somebody's words says whose they were.
        (action,) = await floor.rows("SELECT origin FROM actions WHERE id = ?", talk["action_id"])
        assert action["origin"] == f"helper:{talk['topic']}"
        await floor.pass_time(2 * HOUR)
        assert await look(floor) == 0


async def test_who_spoke_again_is_not_followed_up_on_the_old_words(tmp_path: Path, clock: SimulatedClock) -> None:
    async with running(tmp_path, clock, services=AWAKE) as floor:
        await ask(floor)
        await floor.pass_time(HOUR)
        await floor.say("@helper what is the status", to="helper")
        await floor.pass_time(30)
        await floor.deliver()
        await floor.pass_time(3 * HOUR)
        assert await look(floor) == 0


async def test_at_night_it_waits_for_the_morning_of_whoever_it_is(tmp_path: Path, clock: SimulatedClock) -> None:
    settings = NO_PATROL + (
        '[triggers.recipients.ana.waking_hours]\nstart = "09:00"\nend = "21:00"\nzone = "America/New_York"\n'
    )
    clock = SimulatedClock(datetime(2026, 3, 10, 8, 0, tzinfo=UTC))  # 04:00 in New York
    async with running(tmp_path, clock, settings, services=AWAKE) as floor:
        await ask(floor)
        await floor.pass_time(3 * HOUR)
        assert await look(floor) == 0
        assert (await floor.skips())["follow_up"] == "asleep"
        await floor.pass_time(2 * HOUR)
        assert await look(floor) == 1


async def test_after_eight_hours_it_lets_it_be(tmp_path: Path, clock: SimulatedClock) -> None:
    async with running(tmp_path, clock, services=AWAKE) as floor:
        await ask(floor)
        await floor.pass_time(8 * HOUR + 60)
        assert await look(floor) == 0


async def test_a_topic_and_an_emotion_share_the_cooldown(tmp_path: Path, clock: SimulatedClock) -> None:
    async with running(tmp_path, clock, services=AWAKE) as floor:
        await ask(floor)
        await floor.say("@code-review hello", to="code-review")
        await floor.pass_time(2 * HOUR + 60)
        await floor.database.write(lambda tx: floor.rooms.triggers.fire(tx, "code-review", Emotion.LONELINESS, "ben"))
        await floor.deliver()
        assert await look(floor) == 0
        assert (await floor.skips())["follow_up"] == "cooldown"
        await floor.pass_time(HOUR)
        assert await look(floor) == 1


async def test_what_waits_for_a_yes_is_open(tmp_path: Path, clock: SimulatedClock) -> None:
    settings = NO_PATROL + "[governance]\nexpiry_seconds = 86400\n"
    async with running(tmp_path, clock, settings, services=AWAKE) as floor:
        await floor.say("@helper send a proposal to jo@acme.example", to="helper")
        await floor.pass_time(2 * HOUR + 60)
        assert await look(floor) == 1
        assert "What I wanted to do about it (send proposal) still waits." in (await floor.chat())[-1]["text"]
