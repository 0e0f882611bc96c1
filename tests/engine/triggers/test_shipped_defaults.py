"""With shipped defaults triggers fire within simulated days, and never twice within a cooldown.

``WATCHFLOOR_TRIGGER_DAYS=30`` lives for a month instead of two days.
"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from engine.clock import SimulatedClock
from engine.settings.emotions import Emotion

from .floor import AWAKE, running

MORNING = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
HOUR: Final = 3_600
DAYS: Final = int(os.environ.get("WATCHFLOOR_TRIGGER_DAYS", "2"))
PEOPLE: Final = ("ana", "ben")
TALK: Final = (
    ("helper", "@helper how do our goals stand?"),
    ("#general", "thanks, that was great"),
    ("#general", "@code-review is it ready for a review?"),
    ("helper", "this is useless and wrong"),
    ("code-review", "what is the status"),
    ("planner", "please plan the week"),
)


async def test_a_persona_left_alone_begins_a_talk_the_same_day(tmp_path: Path) -> None:
    async with running(tmp_path, SimulatedClock(MORNING)) as floor:
        await floor.live(8 * HOUR, step=900)
        talks = await floor.talks("delivered")
        assert {(talk["persona_id"], talk["source"], talk["recipient"]) for talk in talks} == {
            ("helper", "emotion:loneliness", "#general"),
            ("code-review", "emotion:loneliness", "#code"),
        }
        said = [one for one in await floor.chat() if one["sender"].startswith("persona:")]
        assert {(one["sender"], one["channel"]) for one in said} == {
            ("persona:helper", "general"),
            ("persona:code-review", "code"),
        }
        # It went through the gate like anything else, and is on record.
        (action,) = await floor.rows("SELECT * FROM actions WHERE id = ?", talks[0]["action_id"])
        assert (action["kind"], action["status"], action["tier"]) == ("send_chat_message", "executed", "autonomous")
        # The third works in sync mode, begins nothing by itself, and the reason is on record.
        assert (await floor.skips("planner"))["emotion:loneliness"] == "mode"
        # Nobody answered: it does not say so again.
        await floor.live(12 * HOUR, step=900)
        assert len(await floor.talks("delivered")) == 2
        assert (await floor.skips())["emotion:loneliness"] == "spent"


async def test_days_of_work_with_restarts_fire_triggers_and_leave_everyone_their_rest(tmp_path: Path) -> None:
    clock, chance = SimulatedClock(MORNING), random.Random(7)  # reproducible by design
    end = MORNING + timedelta(days=DAYS)
    while clock.now() < end:
        async with running(tmp_path, clock, services=AWAKE) as floor:
            for _ in range(chance.randint(2, 12)):
                await floor.live(chance.randint(300, 5_400), step=900)
                if 8 <= clock.now().hour < 18 and chance.random() < 0.5:
                    to, text = chance.choice(TALK)
                    channel = to[1:] if to.startswith("#") else ""
                    await floor.say(text, to="" if channel else to, channel=channel, sender=chance.choice(PEOPLE))
        if chance.random() < 0.3:
            clock.step(timedelta(minutes=chance.randint(1, 300)))
    async with running(tmp_path, clock, services=()) as floor:
        talks = await floor.talks("delivered")
        assert len(talks) >= DAYS
        rested(talks)
        assert len(await floor.chat()) >= len(talks)


def rested(talks: list[dict[str, Any]]) -> None:
    """Nobody was written to twice within an hour, and nobody wrote more than five times within one."""
    for group, most in (("recipient", 1), ("persona_id", 5)):
        for who in {talk[group] for talk in talks}:
            times = sorted(talk["ended_us"] for talk in talks if talk[group] == who)
            for early, late in zip(times, times[most:], strict=False):
                assert late - early >= HOUR * 1_000_000, (who, early, late)


async def test_loneliness_decays_also_while_the_engine_is_down(tmp_path: Path) -> None:
    clock = SimulatedClock(MORNING)
    async with running(tmp_path, clock) as floor:
        await floor.set_feeling("helper", Emotion.LONELINESS, 90)
    clock.step(timedelta(hours=5))
    async with running(tmp_path, clock, services=()) as floor:
        assert await floor.felt("helper", Emotion.LONELINESS) == 6_000
        assert await floor.evaluate() == 0


async def test_a_trigger_that_fired_stays_spent_over_a_restart(tmp_path: Path) -> None:
    clock = SimulatedClock(MORNING)
    for _ in range(2):
        async with running(tmp_path, clock, services=("initiations",)) as floor:
            await floor.set_feeling("helper", Emotion.LONELINESS, 95)
            await floor.evaluate()
            assert len(await floor.talks("delivered")) == 1
        clock.step(timedelta(hours=2))


async def test_being_passed_over_makes_jealous_enough_to_say_so(tmp_path: Path) -> None:
    settings = """
[triggers.git_patrol]
enabled = false
[personas.helper]
name = "Helper"
channels = ["general"]
mode = "autonomous"
[personas.code-review]
name = "CodeReview"
channels = ["general"]
mode = "autonomous"
"""
    async with running(tmp_path, SimulatedClock(MORNING), settings) as floor:
        for _ in range(6):
            await floor.say("@helper could you do it?", channel="general")
            await floor.live(700)
        assert [talk["persona_id"] for talk in await floor.talks() if talk["source"] == "emotion:jealousy"] == [
            "code-review"
        ]
        assert await floor.felt("helper", Emotion.JEALOUSY) <= 5_000


async def test_harsh_words_frustrate_and_the_persona_says_so_once(tmp_path: Path) -> None:
    async with running(tmp_path, SimulatedClock(MORNING)) as floor:
        for _ in range(8):
            await floor.say("this is wrong, useless and terrible", to="helper")
            await floor.live(610)
        talks = [talk for talk in await floor.talks("delivered") if talk["source"] == "emotion:frustration"]
        assert [(talk["persona_id"], talk["recipient"]) for talk in talks] == [("helper", "ana")]


async def test_praise_excites(tmp_path: Path) -> None:
    async with running(tmp_path, SimulatedClock(MORNING)) as floor:
        for _ in range(8):
            await floor.say("thanks, great work", to="helper")
            await floor.live(610)
        assert any(talk["source"] == "emotion:excitement" for talk in await floor.talks("delivered"))
