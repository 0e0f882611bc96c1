"""The launcher: starts what the gate lets through, a few at a time, and records what came of it."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from pathlib import Path
from typing import Final

from ..clock import Clock
from ..crashpoint import crashpoint
from ..errors import WatchfloorError
from ..storage import Database, Reader, StorageError, Transaction
from . import repository
from .action import Action, ActionStatus
from .gate import Gate
from .launching import FIRST, INTERRUPTED, Execution, Held, HoldCode, Outcome, executed
from .ports import Effect, Toolbox, ToolError, ToolSpec

CUT_SECONDS: Final = 0.2
"""How long running tools may go on by themselves when everything is paused."""
CUT_OFF: Final = "it was cut off because everything was paused"
DRAIN_SECONDS: Final = 1.0
"""How long running tools may go on when the launcher is told to stop."""


class _Step(Enum):
    """What came of looking at one action."""

    STARTED = auto()
    SETTLED = auto()
    """It must not start, and its state says so now."""
    HELD = auto()
    """Nothing changed; looking again at once would find the same."""


class Launcher:
    """Runs approved actions.

    Args:
        database: where the gate keeps its records.
        gate: checks every start.
        toolbox: runs the tools.
        clock: the time.
        workspace: the directory that tools write into.
    """

    def __init__(self, database: Database, gate: Gate, toolbox: Toolbox, clock: Clock, workspace: Path) -> None:
        self._database = database
        self._gate = gate
        self._toolbox = toolbox
        self._clock = clock
        self._workspace = workspace
        self._wake = asyncio.Event()
        self._running: dict[str, asyncio.Task[_Step]] = {}
        self._in_tools: set[asyncio.Task[object]] = set()
        self._cut_off: set[asyncio.Task[object]] = set()
        self._cutting: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    @property
    def running(self) -> tuple[str, ...]:
        """The actions whose tools run right now."""
        return tuple(self._running)

    def cut_off(self) -> None:
        """Everything was paused: stop the tools that run, unless they end at once, and settle what they were at."""
        cutting = asyncio.get_running_loop().create_task(self._cut(), name="cut-off")
        self._cutting.add(cutting)
        cutting.add_done_callback(self._cutting.discard)

    def notify(self) -> None:
        """Something was approved, undone, paused or resumed: look at once. For the engine's own event loop."""
        self._wake.set()

    async def recover(self) -> tuple[Action, ...]:
        """Settle what was running when the engine last stopped; returns what became uncertain."""
        return await self._database.write(self._gate.recover)

    async def run(self) -> None:
        """Settle what an earlier run left behind, then launch until cancelled.

        Raises:
            StorageError: the database failed; whoever supervises this starts it again.
        """
        try:
            await self.recover()
            woken = True
            while True:
                self._wake.clear()
                seconds = None if woken else await self._database.read(self._rest)
                if seconds is None:
                    await self._expire()
                    await self._fill()
                    seconds = await self._database.read(self._until_next)
                self._raise_failure()
                woken = await self._wait(seconds)
        finally:
            await self._drain()
            for cutting in tuple(self._cutting):
                cutting.cancel()

    async def step(self) -> int:
        """Launch everything that may start now and wait for it to end.

        Returns:
            how many actions were started.
        """
        started = 0
        while True:
            await self._expire()
            await self._fill()
            if not self._running:
                self._raise_failure()
                return started
            ended = await asyncio.gather(*self._running.values(), return_exceptions=True)
            await asyncio.sleep(0)
            self._raise_failure()
            started += ended.count(_Step.STARTED)
            if ended.count(_Step.HELD) == len(ended):
                return started

    async def _expire(self) -> None:
        while await self._database.read(lambda reader: self._gate.anything_due(reader, self._clock.now())):
            if not await self._database.write(self._pass_time):
                return

    def _pass_time(self, tx: Transaction) -> int:
        return self._gate.expire_due(tx) + self._gate.escalate_due(tx)

    async def _fill(self) -> None:
        position = FIRST
        limit = self._gate.settings.launch_concurrency
        while len(self._running) < limit:
            actions, following = await self._database.read(
                lambda reader, after=position: self._gate.ready(reader, self._clock.now(), after)  # type: ignore[misc]  # mypy: bound default
            )
            for action in actions:
                if action.id not in self._running and len(self._running) < limit:
                    task = asyncio.create_task(self._launch(action), name=f"action-{action.id}")
                    self._running[action.id] = task
                    task.add_done_callback(lambda done, action_id=action.id: self._ended(action_id, done))  # type: ignore[misc]  # as above
            if following is None or following == position:
                return
            position = following

    def _rest(self, reader: Reader) -> float | None:
        """How long nothing has to be done, in seconds; nothing where something may have to be done now."""
        now = self._clock.now()
        if self._gate.anything_due(reader, now) or self._gate.ready(reader, now) != ([], None):
            return None
        return self._until_next(reader)

    def _until_next(self, reader: Reader) -> float:
        now = self._clock.now()
        start = repository.next_start(reader, now)
        seconds = self._gate.settings.sweep_seconds
        return seconds if start is None else min(seconds, max((start - now).total_seconds(), 0.0))

    async def _wait(self, seconds: float) -> bool:
        """Wait so long, or until told that something happened; answers whether something did."""
        try:
            await self._clock.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _ended(self, action_id: str, task: asyncio.Task[_Step]) -> None:
        self._running.pop(action_id, None)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._failure = self._failure or error
        if error is not None or task.result() is not _Step.HELD:
            self._wake.set()

    async def _cut(self) -> None:
        await self._clock.sleep(CUT_SECONDS)
        for task in tuple(self._in_tools):
            self._cut_off.add(task)
            task.cancel()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    async def _drain(self) -> None:
        tasks = list(self._running.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _launch(self, action: Action) -> _Step:
        spec = self._toolbox.spec(action.tool)
        if spec is not None and spec.transactional:
            return await self._launch_inside(action)
        begun = await self._database.write(lambda tx: self._gate.begin(tx, action.id))
        if isinstance(begun, Held):
            return _step_of(begun)
        crashpoint("launch.effect:before")
        outcome, why = await self._within(begun, spec)
        crashpoint("launch.effect:after")
        if outcome is None:
            await self._database.write(lambda tx: self._gate.interrupted(tx, begun, why))
        else:
            await self._database.write(lambda tx: self._gate.finish(tx, begun, outcome))
        crashpoint("launch.finish:after")
        return _Step.STARTED

    async def _within(self, begun: Execution, spec: ToolSpec | None) -> tuple[Outcome | None, str]:
        """Run the tool; without an outcome it was cut off, and why is said."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # every launch is a task of its own
        self._in_tools.add(task)
        try:
            return await self._run_tool(begun, spec), INTERRUPTED
        except asyncio.CancelledError:
            if task not in self._cut_off:
                # The engine stops: what was running is settled at its next start.
                raise
            task.uncancel()
            return None, CUT_OFF
        finally:
            self._in_tools.discard(task)
            self._cut_off.discard(task)

    async def _launch_inside(self, action: Action) -> _Step:
        # Effect and record are one transaction: after a crash either both are there or neither is.
        try:
            return await self._database.write(lambda tx: self._apply(tx, action))
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001  # the tool's own failure, undone with its transaction, becomes the action's record
            outcome = Outcome(ActionStatus.FAILED, _sentence(error), {})
            return await self._database.write(lambda tx: self._record_failure(tx, action, outcome))

    def _apply(self, tx: Transaction, action: Action) -> _Step:
        begun = self._gate.begin(tx, action.id)
        if isinstance(begun, Held):
            return _step_of(begun)
        context = begun.context(self._workspace)
        result = self._toolbox.apply(begun.action.tool, begun.action.arguments, context, tx)
        self._gate.finish(tx, begun, executed(result))
        return _Step.STARTED

    def _record_failure(self, tx: Transaction, action: Action, outcome: Outcome) -> _Step:
        begun = self._gate.begin(tx, action.id)
        if isinstance(begun, Held):
            return _step_of(begun)
        self._gate.finish(tx, begun, outcome)
        return _Step.STARTED

    async def _run_tool(self, execution: Execution, spec: ToolSpec | None) -> Outcome | None:
        action = execution.action
        try:
            result = await self._toolbox.run(action.tool, action.arguments, execution.context(self._workspace))
        except ToolError as error:
            return Outcome(ActionStatus.FAILED, _sentence(error), {})
        except Exception as error:  # noqa: BLE001  # whatever a tool raises is that action's outcome, never the launcher's end
            if spec is not None and spec.effect is Effect.NONE:
                return Outcome(ActionStatus.FAILED, _sentence(error), {})
            if spec is not None and spec.idempotent:
                return None
            return Outcome(ActionStatus.UNCERTAIN, f"it may have had its effect: {_sentence(error)}", {})
        return executed(result)


def _step_of(held: Held) -> _Step:
    return _Step.SETTLED if held.code in {HoldCode.REFUSED, HoldCode.ASKED_AGAIN} else _Step.HELD


def _sentence(error: Exception) -> str:
    if isinstance(error, WatchfloorError):
        return error.sentence()
    return "its time ran out" if isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"[:500]
