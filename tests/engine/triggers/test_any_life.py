"""Whatever happens to personas and platforms, in any order: nobody is written to twice within a cooldown.

``WATCHFLOOR_TRIGGER_LIVES=50`` lives as many lives, each from its own seed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from engine.clock import SimulatedClock
from engine.governance.halt import Scope, pause, resume
from engine.settings.emotions import Emotion
from engine.triggers import Initiation, TriggerError

from ..tools.web import Asked, answer, open_web
from .floor import NO_PATROL, Floor, running
from .test_shipped_defaults import rested
from .test_talks import SAID, TELEGRAM

LIVES: Final = int(os.environ.get("WATCHFLOOR_TRIGGER_LIVES", "2"))
STEPS: Final = 120
PERSONAS: Final = ("helper", "code-review")
WATCHED: Final = (Emotion.LONELINESS, Emotion.EXCITEMENT, Emotion.FRUSTRATION, Emotion.JEALOUSY)
NO: Final = answer(400, {"ok": False, "error_code": 400, "description": "Bad Request: gone"})

Step = Callable[[Floor, random.Random], Awaitable[object]]


async def feel(floor: Floor, chance: random.Random) -> None:
    await floor.set_feeling(chance.choice(PERSONAS), chance.choice(WATCHED), chance.randint(10, 100))


async def hear(floor: Floor, chance: random.Random) -> None:
    outside = chance.random() < 0.5
    sender = "telegram:5 Ana" if outside else chance.choice(("ana", "ben"))
    payload = {"chat": -100, "author": 5} if outside else None
    await floor.say("hello", to=chance.choice(PERSONAS), sender=sender, payload=payload)


async def fire(floor: Floor, chance: random.Random) -> None:
    persona, emotion = chance.choice(PERSONAS), chance.choice(WATCHED)

    def by_hand(tx: object) -> Initiation | object:
        try:
            return floor.rooms.triggers.fire(tx, persona, emotion, "ben")  # type: ignore[arg-type]  # a transaction
        except TriggerError as error:
            return error

    await floor.database.write(by_hand)


async def stop(floor: Floor, chance: random.Random) -> None:
    target = chance.choice(("chat", "telegram"))
    if chance.random() < 0.4:
        await floor.database.write(lambda tx: pause(tx, Scope.PLATFORM, target, "ben", ""))
    else:
        await floor.database.write(lambda tx: resume(tx, Scope.PLATFORM, target, "ben"))


async def wait(floor: Floor, chance: random.Random) -> None:
    await floor.pass_time(chance.choice((1, 29, 30, 61, 300, 899, 900, 1_800, 3_599)))


async def evaluate(floor: Floor, _chance: random.Random) -> None:
    await floor.rooms.triggers.evaluate()


async def deliver(floor: Floor, _chance: random.Random) -> None:
    await floor.deliver()


STEP: Final[tuple[Step, ...]] = (feel, feel, hear, fire, stop, wait, wait, evaluate, evaluate, deliver, deliver)


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT", "7000000001:AAtest-token-of-nobody")  # opens nothing


@pytest.mark.parametrize("seed", range(LIVES))
async def test_nobody_is_written_to_twice_within_a_cooldown(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # reproducible by design
    clock = SimulatedClock(datetime(2026, 3, 10, 9, 0, tzinfo=UTC), seed)

    def reply(_asked: Asked) -> bytes:
        return NO if chance.random() < 0.4 else SAID

    async with open_web(reply) as web:
        settings, done = NO_PATROL + TELEGRAM.format(url=web.url), 0
        while done < STEPS:
            async with running(tmp_path, clock, settings, services=("initiations",)) as floor:
                for _ in range(chance.randint(10, 40)):
                    await chance.choice(STEP)(floor, chance)
                    done += 1
            clock.step(timedelta(seconds=chance.choice((0, 1, 600))))
        async with running(tmp_path, clock, settings, services=("initiations",)) as floor:
            talks = await floor.talks("delivered")
            rested(talks)
            assert len(talks) == len({talk["action_id"] for talk in talks})
            for talk in talks:
                (action,) = await floor.rows("SELECT status FROM actions WHERE id = ?", talk["action_id"])
                assert action["status"] == "executed"
            # Whoever is said to have been written to was, and whatever was said was somebody's talk.
            said = await floor.rows(
                "SELECT id FROM actions WHERE status = 'executed' AND dedupe_key LIKE 'initiation:%'"
            )
            assert {row["id"] for row in said} == {talk["action_id"] for talk in talks}
            states = {row["state"] for row in await floor.talks()}
            assert states <= {"delivered", "failed", "expired", "refused", "cancelled", "queued"}
