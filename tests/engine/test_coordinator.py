"""The coordinator: restarts what fails, leaves nothing behind when it stops."""

from __future__ import annotations

import asyncio

import pytest

from engine.clock import SimulatedClock
from engine.coordinator import AutonomyCoordinator, Service, TaskState
from engine.errors import WatchfloorError


class Recorder:
    def __init__(self) -> None:
        self.failures: list[tuple[str, float]] = []

    def __call__(self, name: str, error: BaseException, retry_seconds: float) -> None:
        self.failures.append((name, retry_seconds))


async def test_a_failing_service_is_restarted_with_growing_pauses() -> None:
    clock, recorder = SimulatedClock(), Recorder()
    coordinator = AutonomyCoordinator(clock, recorder)
    starts: list[float] = []

    async def fails() -> None:
        starts.append(clock.monotonic())
        raise ValueError("no")

    coordinator.start(Service("fails", fails))
    await clock.advance(1.0)
    assert starts == pytest.approx([0.0, 0.1, 0.3, 0.7])
    assert [delay for _, delay in recorder.failures] == pytest.approx([0.1, 0.2, 0.4, 0.8])
    assert coordinator.reports[0].error == "no"
    await coordinator.stop()


async def test_a_service_that_ran_calmly_begins_its_pauses_anew() -> None:
    clock, recorder = SimulatedClock(), Recorder()
    coordinator = AutonomyCoordinator(clock, recorder)

    async def lasts() -> None:
        await clock.sleep(100)
        raise ValueError

    coordinator.start(Service("lasts", lasts))
    await clock.advance(350)
    assert [delay for _, delay in recorder.failures] == [0.1, 0.1, 0.1]
    await coordinator.stop()


async def test_stop_ends_every_task_in_reverse_order() -> None:
    clock = SimulatedClock()
    coordinator = AutonomyCoordinator(clock, Recorder())
    ended: list[str] = []

    def service(name: str) -> Service:
        async def run() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(name)

        return Service(name, run)

    before = asyncio.all_tasks()
    for name in ("a", "b", "c"):
        coordinator.start(service(name))
    await clock.advance(0)
    assert await coordinator.stop() == []
    assert ended == ["c", "b", "a"]
    assert asyncio.all_tasks() == before
    assert {report.state for report in coordinator.reports} == {TaskState.STOPPED}


async def test_a_service_that_will_not_end_is_named() -> None:
    coordinator = AutonomyCoordinator(SimulatedClock(), Recorder())
    release = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    coordinator.start(Service("stubborn", stubborn))
    await asyncio.sleep(0)
    assert await coordinator.stop(seconds=0.01) == ["stubborn"]
    release.set()
    await asyncio.sleep(0)


async def test_nothing_starts_twice_or_after_the_stop() -> None:
    coordinator = AutonomyCoordinator(SimulatedClock(), Recorder())

    async def waits() -> None:
        await asyncio.Event().wait()

    coordinator.start(Service("one", waits))
    with pytest.raises(WatchfloorError, match="already runs"):
        coordinator.start(Service("one", waits))
    await coordinator.stop()
    with pytest.raises(WatchfloorError, match="stopping"):
        coordinator.start(Service("two", waits))
