"""The AutonomyCoordinator: starts, supervises and stops every background task, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from .clock import Clock
from .errors import WatchfloorError

BACKOFF_FIRST: Final = 0.1
"""Seconds before the first restart of a failed task; doubled for each further one."""
BACKOFF_LIMIT: Final = 30.0
"""Most seconds between restarts."""
CALM_SECONDS: Final = 60.0
"""A task that ran this long starts its back-off anew."""
STOP_SECONDS: Final = 2.0
"""Everything has ended after this many seconds, whatever it does."""


class TaskState(StrEnum):
    """Where a supervised task is in its life."""

    RUNNING = "running"
    BACKING_OFF = "backing_off"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class TaskReport:
    """How one supervised task is doing.

    Attributes:
        restarts: how often it failed and was started again.
        error: what it last failed with; empty when it never did.
    """

    name: str
    state: TaskState
    restarts: int
    error: str
    since: datetime

    @property
    def failing(self) -> bool:
        """It failed and has not been started again yet."""
        return self.state is TaskState.BACKING_OFF


class FailureListener(Protocol):
    """Told of each failure of a supervised task."""

    def __call__(self, name: str, error: BaseException, retry_seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Service:
    """A background task.

    Attributes:
        name: what reports call it.
        run: makes the coroutine, anew for every start; it runs until cancelled.
    """

    name: str
    run: Callable[[], Coroutine[Any, Any, None]]


class AutonomyCoordinator:
    """Supervises services: started in order, restarted with back-off when they fail, stopped in reverse order.

    Args:
        clock: times back-offs.
        on_failure: told of each failure; it must not raise.
    """

    def __init__(self, clock: Clock, on_failure: FailureListener) -> None:
        self._clock = clock
        self._on_failure = on_failure
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reports: dict[str, TaskReport] = {}
        self._stopping = False

    @property
    def reports(self) -> Sequence[TaskReport]:
        """Every service's state, in the order of their start."""
        return tuple(self._reports.values())

    def start(self, service: Service) -> None:
        """Begin to supervise a service.

        Raises:
            WatchfloorError: one of that name runs already, or the coordinator was stopped.
        """
        if self._stopping:
            raise WatchfloorError(f"service {service.name} cannot start", why="the engine is stopping")
        running = self._tasks.get(service.name)
        if running is not None and not running.done():
            raise WatchfloorError(f"service {service.name} cannot start", why="it already runs")
        self._report(service.name, TaskState.RUNNING)
        self._tasks[service.name] = asyncio.create_task(self._supervise(service), name=service.name)

    async def cease(self, name: str) -> None:
        """Stop one service and forget it; an unknown name is nothing to stop."""
        task = self._tasks.pop(name, None)
        if task is not None:
            await self._end({name: task}, STOP_SECONDS)
        self._reports.pop(name, None)

    async def stop(self, seconds: float = STOP_SECONDS) -> list[str]:
        """Cancel every service, the last started first, and wait for them.

        Args:
            seconds: most time that all of them get together.

        Returns:
            the names of those that had not ended by then; empty when all is clean.
        """
        self._stopping = True
        return await self._end(dict(reversed(self._tasks.items())), seconds)

    async def _end(self, tasks: dict[str, asyncio.Task[None]], seconds: float) -> list[str]:
        for task in tasks.values():
            task.cancel()
        if not tasks:
            return []
        await asyncio.wait(tasks.values(), timeout=seconds)
        for name, task in tasks.items():
            if task.done():
                self._report(name, TaskState.STOPPED)
        return [name for name, task in tasks.items() if not task.done()]

    async def _supervise(self, service: Service) -> None:
        failures = 0
        while True:
            began = self._clock.monotonic()
            error: BaseException
            try:
                await service.run()
                error = WatchfloorError(f"service {service.name} ended by itself")
            except Exception as raised:  # noqa: BLE001  # reported and retried: one service must not end the others
                error = raised
            if self._clock.monotonic() - began >= CALM_SECONDS:
                failures = 0
            delay = min(BACKOFF_FIRST * 2 ** min(failures, 16), BACKOFF_LIMIT)
            failures += 1
            self._report(service.name, TaskState.BACKING_OFF, restarted=True, error=str(error) or repr(error))
            self._on_failure(service.name, error, delay)
            await self._clock.sleep(delay)
            self._report(service.name, TaskState.RUNNING)

    def _report(self, name: str, state: TaskState, *, restarted: bool = False, error: str | None = None) -> None:
        before = self._reports.get(name)
        self._reports[name] = TaskReport(
            name=name,
            state=state,
            restarts=(before.restarts if before else 0) + (1 if restarted else 0),
            error=error if error is not None else (before.error if before else ""),
            since=self._clock.now(),
        )
