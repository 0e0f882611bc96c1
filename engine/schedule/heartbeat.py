"""The heartbeat: proposes the tasks of HEARTBEAT.md through the gate, and ticks what was done once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from ..clock import Clock
from ..crashpoint import crashpoint
from ..errors import WatchfloorError
from ..governance.action import ActionStatus
from ..governance.halt import Scope, paused_targets
from ..governance.proposal import Proposal
from ..settings.schedule import HeartbeatSettings
from ..storage import Database, Reader, Transaction
from .heartbeat_file import HeartbeatFile, HeartbeatTask, LineError, parse_heartbeat
from .heartbeat_rewrite import HeartbeatFileError, read_heartbeat, tick_file
from .heartbeat_tasks import (
    StoredTask,
    all_tasks,
    asked_tasks,
    failure,
    next_tasks,
    note_asked,
    note_settled,
    remember,
    settle,
)
from .heartbeat_tools import ToolNames, built_in, check_tools, proposal_for
from .jobs import JobResult

_NOTED_ERRORS: Final = 5


class ProposeTask(Protocol):
    """Hands an action to the gate.

    ``must_ask`` means that an operator decides even where the guardrails would let it run. Returns the action's id; the
    same dedupe key always gets the same action. Raises WatchfloorError when the gate takes no such action.
    """

    async def __call__(self, proposal: Proposal, *, must_ask: bool) -> str: ...


StatusOf: TypeAlias = Callable[[Reader, str], ActionStatus | None]
"""Where an action stands; nothing if there is none."""


@dataclass(frozen=True, slots=True)
class FileLook:
    """How the file stands.

    Attributes:
        data: its bytes; nothing where there is none, or it cannot be read.
        file: what it says; nothing as above.
        tasks: the tool tasks that are remembered.
        problem: why it cannot be read; empty where it can.
    """

    data: bytes | None
    file: HeartbeatFile | None
    tasks: tuple[StoredTask, ...]
    problem: str = ""


class Heartbeat:
    """Runs beats.

    Args:
        database: where the tasks' states are kept.
        clock: tells whether it is within active hours.
        path: the file.
        settings: limits, active hours, whether everything asks.
        propose: hands an action to the gate.
        status_of: looks an action up.
        tools: the tools that there are.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        path: Path,
        settings: HeartbeatSettings,
        propose: ProposeTask,
        status_of: StatusOf,
        tools: ToolNames = built_in,
    ) -> None:
        self._database = database
        self._clock = clock
        self._path = path
        self._settings = settings
        self._propose = propose
        self._status_of = status_of
        self._tools = tools
        self._lock = asyncio.Lock()
        self._reported: tuple[LineError, ...] = ()

    def configure(self, settings: HeartbeatSettings) -> None:
        """Have other settings from the next beat on."""
        self._settings = settings

    async def beat(self) -> JobResult:
        """One beat: settle what ended, then propose the tasks whose turn it is.

        Returns:
            how many tasks were proposed, and what kept others from it.

        Raises:
            HeartbeatFileError: the file is there but cannot be read, or a box cannot be ticked.
        """
        async with self._lock:
            held = await self._database.read(self.why_held)
            if held:
                return JobResult(0, held)
            await self._settle_all()
            file = await self._read()
            if file is None:
                return JobResult(0, f"there is no {self._path.name}")
            return await self._serve(file)

    async def on_executed(self, action_id: str) -> None:
        """An action came to an end, in whatever way: if it was a task's, settle that task now and tick its box.

        Calling it for any action, or twice, is harmless; what was missed is found at the next beat. It waits for a beat
        in progress, so what carries out actions must not await it from within ``propose``.
        """
        async with self._lock:
            for task in await self._database.read(asked_tasks):
                if task.action_id == action_id:
                    await self._settle(task)

    async def look(self) -> FileLook:
        """The file as it is at this moment, with what is remembered of its tasks.

        A file that cannot be read is told in the answer.
        """
        limit = self._settings.max_file_bytes

        def read() -> bytes | None:
            return read_heartbeat(self._path, limit)

        try:
            data = await asyncio.to_thread(read)
        except HeartbeatFileError as error:
            return FileLook(None, None, (), error.sentence())
        file = None if data is None else self._checked(await asyncio.to_thread(parse_heartbeat, data, limit))
        return FileLook(data, file, tuple(await self._database.read(all_tasks)))

    def why_held(self, reader: Reader) -> str | None:
        """Why no beat may happen now, whatever the hour; nothing if one may."""
        return "paused by an operator" if paused_targets(reader, Scope.HEARTBEAT) else None

    async def _read(self) -> HeartbeatFile | None:
        limit = self._settings.max_file_bytes

        def read() -> HeartbeatFile | None:
            data = read_heartbeat(self._path, limit)
            return None if data is None else parse_heartbeat(data, limit)

        file = await asyncio.to_thread(read)
        return None if file is None else self._checked(file)

    def _checked(self, file: HeartbeatFile) -> HeartbeatFile:
        """The file, with what is wrong with the tools that it calls."""
        return check_tools(file, self._tools())

    async def _serve(self, file: HeartbeatFile) -> JobResult:
        wrong = {error.line for error in file.errors}
        waiting = {task.key: task for task in file.tasks if task.tool and not task.done and task.line not in wrong}

        def choose(tx: Transaction) -> list[StoredTask]:
            remember(tx, list(waiting.values()))
            if file.errors and file.errors != self._reported:
                shown = [error.sentence() for error in file.errors[:_NOTED_ERRORS]]
                tx.record("heartbeat.misread", self._path.name, {"errors": len(file.errors), "first": shown})
            return next_tasks(tx, tx.now, self._settings.actions_per_beat)

        chosen = await self._database.write(choose)
        self._reported = file.errors
        asked = 0
        for stored in chosen:
            asked += await self._ask(stored, waiting[stored.key])
        return JobResult(asked, _note(file, asked))

    async def _ask(self, stored: StoredTask, task: HeartbeatTask) -> bool:
        proposal = proposal_for(task, stored.dedupe_key)
        try:
            action_id = await self._propose(proposal, must_ask=self._settings.require_approval)
        except WatchfloorError as error:
            why = error.sentence()
            await self._database.write(
                lambda tx: note_settled(tx, stored, failure(stored, why, tx.now, self._settings))
            )
            return False
        crashpoint("heartbeat.asked:unnoted")
        await self._database.write(lambda tx: note_asked(tx, stored, action_id))
        return True

    async def _settle_all(self) -> None:
        problem: HeartbeatFileError | None = None
        for task in await self._database.read(asked_tasks):
            try:
                await self._settle(task)
            except HeartbeatFileError as error:
                # The task stays as it is and is settled at a later beat; the others need not wait for that.
                problem = error
        if problem is not None:
            raise problem

    async def _settle(self, task: StoredTask) -> None:
        action_id = task.action_id or ""
        status = await self._database.read(lambda reader: self._status_of(reader, action_id))
        settlement = settle(task, status, self._clock.now(), self._settings)
        if settlement is None:
            return
        if settlement.tick:
            # The box comes first: after a crash in between, the task is settled again and its box is found ticked.
            crashpoint("heartbeat.tick:before")
            await asyncio.to_thread(tick_file, self._path, task.key, self._settings.max_file_bytes)
            crashpoint("heartbeat.tick:after")
        await self._database.write(lambda tx: note_settled(tx, task, settlement))


def _note(file: HeartbeatFile, asked: int) -> str:
    parts = [f"{asked} proposed, {file.pending} pending"]
    if file.errors:
        parts.append(f"{len(file.errors)} lines with errors")
        parts += [error.sentence() for error in file.errors[:_NOTED_ERRORS]]
    return "; ".join(parts)
