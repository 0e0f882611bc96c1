"""Talks from the wish to the delivery, with the real gate and tools: cooldowns, failures, expiry, refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from engine.clock import SimulatedClock
from engine.governance.halt import Scope, halt, pause
from engine.operators import Operator, Role
from engine.settings.emotions import Emotion
from engine.settings.personas import AutonomyMode

from ..tools.web import answer, open_web
from .floor import NO_PATROL, Floor, running

NOON: Final = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ONLY: Final = ("initiations",)
ANA: Final = Operator("ana", Role.ADMIN)
SAID: Final = answer(200, {"ok": True, "result": {"message_id": 7, "date": 1, "chat": {"id": -100}}})
ASKING: Final = NO_PATROL + '[governance]\nrequire_approval = ["send_chat_message"]\n'
TELEGRAM: Final = """
[tools.telegram]
token = "env:BOT"
api = "{url}"
chats = {{ team = -100 }}
[triggers.recipients.ana]
known_as = ["telegram:5"]
"""


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOON)


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT", "7000000001:AAtest-token-of-nobody")  # opens nothing


async def lonely(floor: Floor, persona: str = "helper") -> None:
    await floor.set_feeling(persona, Emotion.LONELINESS, 95)


async def calm(floor: Floor, persona: str = "helper") -> None:
    await floor.set_feeling(persona, Emotion.LONELINESS, 50)
    await floor.evaluate()


async def by_telegram(floor: Floor, to: str = "helper") -> None:
    payload = {"chat": -100, "author": 5}
    await floor.say("hello", to=to, sender="telegram:5 Ana", payload=payload)


async def test_two_personas_do_not_write_to_the_same_person_within_the_hour(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    for hours in (0, 0.99, 1):
        clock.step(NOON + timedelta(hours=hours) - clock.now())
        async with running(tmp_path, clock, services=ONLY) as floor:
            if not hours:
                await floor.say("hello", to="helper")
                await floor.say("hello", to="code-review")
            await lonely(floor)
            await lonely(floor, "code-review")
            await floor.evaluate()
            talks = await floor.talks("delivered")
            # Across restarts, and counted from the delivery.
            assert [talk["recipient"] for talk in talks] == ["ana"] * (1 if hours < 1 else 2)
            if hours == 0.99:
                assert (await floor.skips("code-review"))["emotion:loneliness"] == "cooldown"
    assert {talk["persona_id"] for talk in talks} == {"helper", "code-review"}


async def test_one_person_rests_on_every_platform(tmp_path: Path, clock: SimulatedClock) -> None:
    async with open_web(SAID) as web:
        settings = NO_PATROL + TELEGRAM.format(url=web.url)
        async with running(tmp_path, clock, settings, services=ONLY) as floor:
            await floor.say("hello", to="helper", sender="ana")
            await by_telegram(floor, "code-review")
            await lonely(floor)
            await floor.evaluate()
            await lonely(floor, "code-review")
            await floor.evaluate()
            (first,) = await floor.talks()
            assert (first["recipient"], first["platform"]) == ("ana", "local")
            assert web.asked == []
            await floor.pass_time(3_600)
            await lonely(floor, "code-review")
            await floor.evaluate()
            _, second = await floor.talks()
            assert (second["recipient"], second["platform"], second["state"]) == ("ana", "telegram", "delivered")
            assert web.asked[-1].json["chat_id"] == -100


async def test_failed_deliveries_back_off_and_disarm_the_trigger_which_is_told(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    async with open_web(answer(400, {"ok": False, "error_code": 400, "description": "Bad Request: gone"})) as web:
        settings = NO_PATROL + TELEGRAM.format(url=web.url)
        async with running(tmp_path, clock, settings, services=ONLY) as floor:
            await by_telegram(floor)
            await lonely(floor)
            frustration = await floor.felt("helper", Emotion.FRUSTRATION)
            await floor.evaluate()
            tries = []
            for seconds in (0, 29, 1, 59, 1):
                await floor.pass_time(seconds)
                await floor.deliver()
                tries.append(len(web.asked))
            assert tries == [1, 1, 2, 2, 3]
            (talk,) = await floor.talks()
            assert (talk["state"], talk["attempts"]) == ("failed", 3)
            assert (await floor.trigger())["state"] == "disarmed"
            (notice,) = await floor.database.read(floor.rooms.triggers.notices)
            assert "disarmed after 3 failed deliveries" in notice
            # No delivery, no cooldown; and its own failing talk did not frustrate it into the next one.
            assert await floor.rows("SELECT * FROM contacts") == []
            assert await floor.felt("helper", Emotion.FRUSTRATION) <= frustration
            await floor.live(7_200, step=900)
            assert len(web.asked) == 3
            await calm(floor)
            assert (await floor.trigger())["state"] == "armed"


async def test_another_platform_is_tried_after_a_failure(tmp_path: Path, clock: SimulatedClock) -> None:
    async with open_web(answer(400, {"ok": False, "error_code": 400, "description": "Bad Request: gone"})) as web:
        settings = NO_PATROL + TELEGRAM.format(url=web.url) + 'channel = "general"\n'
        async with running(tmp_path, clock, settings, services=ONLY) as floor:
            await by_telegram(floor)
            await lonely(floor)
            await floor.evaluate()
            await floor.pass_time(30)
            await floor.deliver()
            (talk,) = await floor.talks()
            assert (talk["state"], talk["platform"], talk["attempts"]) == ("delivered", "local", 2)


async def test_what_nobody_lets_go_in_time_expires_and_is_taken_back(tmp_path: Path, clock: SimulatedClock) -> None:
    async with running(tmp_path, clock, ASKING, services=ONLY) as floor:
        await lonely(floor)
        await floor.evaluate()
        await floor.pass_time(899)
        (talk,) = await floor.talks()
        assert talk["state"] == "queued"
        await floor.pass_time(1)
        (talk,) = await floor.talks()
        assert talk["state"] == "expired"
        (action,) = await floor.rows("SELECT status FROM actions WHERE id = ?", talk["action_id"])
        assert action["status"] == "withdrawn"
        # It rests for an hour, and then asks anew.
        await lonely(floor)
        assert await floor.evaluate() == 0
        assert (await floor.skips())["emotion:loneliness"] == "backing_off"
        await floor.pass_time(3_600)
        await lonely(floor)
        assert await floor.evaluate() == 1


async def test_an_operator_s_no_is_heard(tmp_path: Path, clock: SimulatedClock) -> None:
    async with running(tmp_path, clock, ASKING, services=ONLY) as floor:
        await lonely(floor)
        await floor.evaluate()
        (action,) = await floor.rows("SELECT * FROM actions WHERE status = 'pending' AND dedupe_key <> ''")
        await floor.database.write(
            lambda tx: floor.rooms.gate.reject(tx, action["id"], action["revision"], action["digest"], ANA, "not now")
        )
        await floor.pass_time(0)
        (talk,) = await floor.talks()
        assert (talk["state"], talk["error"]) == ("refused", "an operator rejected it")
        await floor.pass_time(7_200)
        await lonely(floor)
        assert await floor.evaluate() == 0


async def test_a_restart_between_the_wish_and_the_delivery_delivers_once(tmp_path: Path, clock: SimulatedClock) -> None:
    async with running(tmp_path, clock, services=ONLY) as floor:
        await lonely(floor)
        assert (await floor.rooms.triggers.evaluate()).count == 1
    async with running(tmp_path, clock, services=ONLY) as floor:
        assert await floor.evaluate() == 0
        (talk,) = await floor.talks()
        assert talk["state"] == "delivered"
        assert len(await floor.chat()) == 1
    # Delivered, but the engine died before it noted that.
    async with running(tmp_path / "other", clock, services=()) as floor:
        await lonely(floor)
        await floor.evaluate()
        assert [talk["state"] for talk in await floor.talks()] == ["queued"]
    async with running(tmp_path / "other", clock, services=ONLY) as floor:
        assert [talk["state"] for talk in await floor.talks()] == ["delivered"]
        assert len(await floor.rows("SELECT * FROM contacts")) == 1


@pytest.mark.parametrize("code", ["paused", "no_platform", "mode", "halted"])
async def test_what_is_stopped_begins_nothing_and_says_why(tmp_path: Path, clock: SimulatedClock, code: str) -> None:
    async with running(tmp_path, clock, services=ONLY) as floor:
        await lonely(floor)
        stop = {
            "paused": lambda tx: pause(tx, Scope.PERSONA, "helper", "ana", ""),
            "no_platform": lambda tx: pause(tx, Scope.PLATFORM, "chat", "ana", ""),
            "mode": lambda tx: floor.rooms.personas.set_mode_in(tx, "helper", AutonomyMode.SYNC, "ana"),
            "halted": lambda tx: halt(tx, "ana", ""),
        }
        await floor.database.write(stop[code])
        assert await floor.evaluate() == 0
        assert (await floor.skips())["emotion:loneliness"] == {"halted": "paused"}.get(code, code)
        assert await floor.talks() == []


async def test_five_an_hour_for_one_persona(tmp_path: Path, clock: SimulatedClock) -> None:
    settings = NO_PATROL + "[triggers.initiations]\ncooldown_seconds = 300\n"
    async with running(tmp_path, clock, settings, services=ONLY) as floor:
        for number in range(6):
            await floor.say("hello", to="helper", sender=f"person{number}")
            await lonely(floor)
            await floor.evaluate()
            await calm(floor)
            await floor.pass_time(60)
        assert len(await floor.talks("delivered")) == 5
        assert (await floor.skips())["emotion:loneliness"] == "hour_full"


async def test_by_hand_it_fires_at_once_and_keeps_the_cooldown(tmp_path: Path, clock: SimulatedClock) -> None:
    async with running(tmp_path, clock, services=ONLY) as floor:
        fire = floor.rooms.triggers.fire
        for expected in ("delivered", "cooldown"):
            await floor.database.write(lambda tx: fire(tx, "helper", Emotion.JEALOUSY, "ana"))
            await floor.deliver()
            talks = await floor.talks("delivered")
            assert [(talk["manual"], talk["source"]) for talk in talks] == [(1, "emotion:jealousy")]
            if expected == "cooldown":
                assert (await floor.skips())["emotion:jealousy"] == "cooldown"


async def test_the_history_keeps_the_last_and_what_happened_within_a_day(tmp_path: Path, clock: SimulatedClock) -> None:
    settings = NO_PATROL + "[triggers.initiations]\nhistory = 10\n"
    async with running(tmp_path, clock, settings, services=ONLY) as floor:
        for _ in range(30):
            await lonely(floor)
            await floor.evaluate()
            await calm(floor)
            await floor.pass_time(3_600)
        assert len(await floor.talks()) == 25
        await floor.pass_time(48 * 3_600)
        await lonely(floor)
        await floor.evaluate()
        assert len(await floor.talks()) == 10


async def test_failures_and_rejections_of_its_actions_are_felt(tmp_path: Path, clock: SimulatedClock) -> None:
    async with running(tmp_path, clock, services=(*ONLY, "persona helper")) as floor:
        before = await floor.felt("helper", Emotion.FRUSTRATION)
        await floor.say("@helper please send Acme a proposal to jo@acme.example", to="helper")
        await floor.pass_time(30)
        (action,) = await floor.rows("SELECT * FROM actions WHERE kind = 'send_proposal'")
        await floor.database.write(
            lambda tx: floor.rooms.gate.reject(tx, action["id"], action["revision"], action["digest"], ANA, "no")
        )
        after = await floor.felt("helper", Emotion.FRUSTRATION)
        assert after > before
        (tmp_path / "outbox").write_text("a file where a folder should be")
        await floor.say("@helper please follow up with jo@acme.example on the offer", to="helper")
        await floor.pass_time(30)
        await floor.deliver()
        (failed,) = await floor.rows("SELECT * FROM actions WHERE status = 'failed'")
        (moved,) = [row for row in await floor.events("emotion.moved") if failed["id"] in row["data"]]
        assert '"by":"failure"' in moved["data"].replace(" ", "")


async def test_settings_hold_at_once(tmp_path: Path, clock: SimulatedClock) -> None:
    async with running(tmp_path, clock, services=ONLY) as floor:
        await floor.set_feeling("helper", Emotion.CURIOSITY, 60)
        assert await floor.evaluate() == 0
        file = tmp_path / "watchfloor.toml"
        more = "[triggers.emotional]\ninterval_seconds = 120\n[triggers.emotional.thresholds]\ncuriosity = 55\n"
        file.write_text(NO_PATROL + more)
        await floor.apply()
        assert await floor.evaluate() == 1
        plan = floor.rooms.initiative.scheduler.jobs["emotional_triggers"].plan
        assert plan.interval == timedelta(seconds=120)


async def test_at_night_nothing_leaves_the_workspace(tmp_path: Path) -> None:
    clock = SimulatedClock(NOON.replace(hour=3))
    async with open_web(SAID) as web:
        settings = NO_PATROL + TELEGRAM.format(url=web.url)
        async with running(tmp_path, clock, settings, services=ONLY) as floor:
            await by_telegram(floor)
            await lonely(floor)
            assert await floor.evaluate() == 0
            assert (await floor.skips())["emotion:loneliness"] == "no_platform"
            await floor.pass_time(5 * 3_600)
            await lonely(floor)
            assert await floor.evaluate() == 1
            assert len(web.asked) == 1
