"""What is measured of a persona on trial: its own messages since it joined, within the window."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine.personas import Incoming, SenderKind, load_all_modes
from engine.personas.model import MessageStatus
from engine.personas.rollout import Measured, Member, Watch
from engine.personas.rollout.figures import handled_since, measure
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.settings.rollout import RolloutGates
from engine.storage import Reader, to_us

from ..world import World

PEOPLE = {
    name: PersonaSettings(name=name.title(), mode=AutonomyMode.AUTONOMOUS, brain="scripted")
    for name in ("helper", "planner")
}
GATES = RolloutGates(window_seconds=600, answer_seconds=20)


class Scene:
    """Messages put into the database as if they had been handled."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.joined: datetime = world.clock.now()
        self._number = 0

    async def message(
        self,
        *,
        arrived: float,
        ended: float | None = None,
        status: MessageStatus = MessageStatus.DONE,
        attempts: int = 1,
        kind: SenderKind = SenderKind.HUMAN,
        to: str = "helper",
    ) -> None:
        """One that arrived and ended so many seconds after the persona joined."""
        self._number += 1
        incoming = Incoming(f"m{self._number}", "ana", kind, "x", to=(to,))
        await self.world.service.post(incoming)
        at, end = self.joined + timedelta(seconds=arrived), self.joined + timedelta(seconds=ended or arrived)
        await self.world.database.write(
            lambda tx: tx.execute(
                "UPDATE messages SET arrived_us = ?, changed_us = ?, status = ?, attempts = ? WHERE id = ?",
                (to_us(at), to_us(end), status.value, attempts, f"{to}:m{self._number}"),
            )
        )

    async def measured(self, after: float, *, name: str = "helper") -> Measured:
        """What is measured so many seconds after the persona joined."""
        now = self.joined + timedelta(seconds=after)
        watch = Watch(GATES, lambda _reader, _persona, _since: (7, 3), lambda _, name: self.world.paused.get(name))
        member = Member(name, AutonomyMode.SYNC, self.joined, self.joined)

        def look(reader: Reader) -> tuple[Measured, ...]:
            return measure(reader, (member, Member("seller")), load_all_modes(reader), watch, now)

        (found,) = await self.world.database.read(look)
        return found


@pytest.fixture
async def scene(world: World) -> Scene:
    await world.people(PEOPLE, running=False)
    return Scene(world)


async def test_answers_to_people_are_timed_from_their_arrival(scene: Scene) -> None:
    await scene.message(arrived=10, ended=14)
    await scene.message(arrived=20, ended=29)
    await scene.message(arrived=20, ended=90, kind=SenderKind.SYSTEM)
    await scene.message(arrived=20, ended=90, status=MessageStatus.DECLINED)
    found = await scene.measured(100)
    assert sorted(found.answer_seconds) == [4, 9]
    assert (found.attempts, found.failures, found.decided, found.rejected) == (4, 0, 7, 3)


async def test_what_waited_before_it_joined_counts_from_then(scene: Scene) -> None:
    await scene.message(arrived=-500, ended=6)
    await scene.message(arrived=-500, ended=-6)
    await scene.message(arrived=-500, status=MessageStatus.PENDING, attempts=0)
    found = await scene.measured(10)
    assert (found.answer_seconds, found.attempts) == ((6.0,), 1)
    assert (found.depth, found.oldest_seconds) == (1, 10)


async def test_what_ended_before_the_window_is_forgotten_and_what_waits_is_not(scene: Scene) -> None:
    await scene.message(arrived=10, ended=20)
    await scene.message(arrived=30, status=MessageStatus.PENDING, attempts=0, kind=SenderKind.SYSTEM)
    assert (await scene.measured(620)).attempts == 1
    found = await scene.measured(621)
    assert (found.attempts, found.oldest_seconds, found.depth) == (0, 591, 1)


async def test_whoever_still_waits_beyond_the_limit_counts_as_a_slow_answer(scene: Scene) -> None:
    await scene.message(arrived=0, status=MessageStatus.PENDING, attempts=0)
    await scene.message(arrived=0, status=MessageStatus.IN_PROGRESS)
    await scene.message(arrived=0, status=MessageStatus.PENDING, attempts=0, kind=SenderKind.SYSTEM)
    assert (await scene.measured(20)).answer_seconds == ()
    found = await scene.measured(21)
    assert (found.answer_seconds, found.depth, found.failures) == ((21.0, 21.0), 2, 0)


@pytest.mark.parametrize(
    ("status", "attempts", "tried", "failed"),
    [
        (MessageStatus.DONE, 1, 1, 0),
        (MessageStatus.DONE, 3, 3, 2),
        (MessageStatus.DECLINED, 2, 2, 1),
        (MessageStatus.DEAD, 3, 3, 3),
        (MessageStatus.PENDING, 2, 2, 2),
        (MessageStatus.PENDING, 0, 0, 0),
        (MessageStatus.IN_PROGRESS, 1, 0, 0),
        (MessageStatus.IN_PROGRESS, 3, 2, 2),
    ],
)
async def test_every_attempt_that_came_to_nothing_is_a_failure(
    scene: Scene, status: MessageStatus, attempts: int, tried: int, failed: int
) -> None:
    await scene.message(arrived=1, ended=2, status=status, attempts=attempts)
    found = await scene.measured(10)
    assert (found.attempts, found.failures) == (tried, failed)


async def test_nothing_of_others_counts(scene: Scene) -> None:
    await scene.message(arrived=1, ended=9, to="planner")
    await scene.message(arrived=1, status=MessageStatus.PENDING, attempts=0, to="planner")
    found = await scene.measured(10)
    assert (found.answer_seconds, found.attempts, found.depth, found.oldest_seconds) == ((), 0, 0, 0)


async def test_one_that_is_paused_rests_and_one_of_another_mode_is_out(scene: Scene) -> None:
    await scene.message(arrived=1, status=MessageStatus.PENDING, attempts=0)
    scene.world.paused["helper"] = "ana: lunch"
    assert await scene.measured(500) == Measured("helper", resting=True)
    await scene.world.database.write(
        lambda tx: scene.world.service.set_mode_in(tx, "helper", AutonomyMode.SYNC, "operator:ana")
    )
    assert await scene.measured(500) == Measured("helper", out=True)


async def test_messages_seen_through_are_counted_as_far_as_needed(scene: Scene) -> None:
    for number in range(4):
        await scene.message(arrived=number, ended=number + 1)
    await scene.message(arrived=1, ended=2, status=MessageStatus.DEAD)
    await scene.message(arrived=1, ended=2, status=MessageStatus.PENDING)
    await scene.message(arrived=1, ended=2, to="planner")

    async def handled(names: tuple[str, ...], enough: int) -> int:
        return await scene.world.database.read(lambda reader: handled_since(reader, names, scene.joined, enough))

    assert [await handled(("helper",), enough) for enough in (3, 5, 100)] == [3, 5, 5]
    assert await handled(("helper", "planner"), 100) == 6
    assert await handled((), 100) == 0
