"""A whole engine's rooms on a clock that only the test moves: real store, gate, tools, commands, and planted brains."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from engine.assembly.dispatch import Dispatcher, Request
from engine.assembly.foundation import Foundation
from engine.assembly.handlers import all_handlers
from engine.assembly.rooms import Rooms
from engine.assembly.views.rollout import rollout_view
from engine.client.protocol import Reply
from engine.clock import SimulatedClock
from engine.coordination.lock import WorkspaceLock
from engine.operators import Operator, Role
from engine.personas import BrainReply, BrainRequest, ProposalDraft, load_all_modes
from engine.queries import AskRollout, RolloutView
from engine.redaction import Redactor
from engine.settings import Settings, SettingsStore
from engine.storage import Database
from engine.telemetry import close_log, open_log
from engine.workspace import Workspace, create_workspace, prepare_state

ANA = Operator("ana", Role.ADMIN)
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

Thought = Callable[[BrainRequest], BrainReply]


class PlantedBrain:
    """Answers at once, unless something was planted in a persona: slowness, failures, or proposals that need a yes."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self.slow: dict[str, float] = {}
        self.failing: set[str] = set()
        self.asking: set[str] = set()

    async def think(self, request: BrainRequest) -> BrainReply:
        await self._clock.sleep(self.slow.get(request.persona_id, 0.5))
        if request.persona_id in self.failing:
            raise ConnectionError("the model cannot be reached")
        if request.persona_id in self.asking:
            arguments = {"to": ["jo@acme.example"], "subject": request.message.id, "body": "Dear Jo"}
            return BrainReply((ProposalDraft("send_proposal", "email", arguments, "asked"),))  # type: ignore[arg-type]  # JSON
        return BrainReply(
            (ProposalDraft("send_chat_message", "chat", {"channel": "general", "text": "done"}, "asked"),)
        )


class EngineFloor:
    """One engine without a server, its services as tasks on the simulated clock."""

    def __init__(self, workspace: Workspace, settings: Settings, database: Database, clock: SimulatedClock) -> None:
        self.database = database
        self.clock = clock
        self.brain = PlantedBrain(clock)
        store = SettingsStore(workspace.settings_file, {}, settings)
        log = open_log(workspace.log, clock, Redactor())
        foundation = Foundation(workspace, clock, WorkspaceLock(workspace.state), log, database, Redactor(), 1)
        self.rooms = Rooms(foundation, store, None)
        self.rooms.personas._shop.brains = {"rules": self.brain}
        units, longs = all_handlers(foundation, store, self.rooms)
        self._dispatcher = Dispatcher(database, units, longs)
        self._tasks: list[asyncio.Task[None]] = []
        self._asking: list[asyncio.Task[Reply]] = []

    async def begin(self) -> None:
        """Start what personas, actions and the rollout need."""
        await self.rooms.open()
        wanted = {"launcher", "rollout"}
        services = [one for one in self.rooms.services() if one.name in wanted or one.name.startswith("persona ")]
        self._tasks = [asyncio.create_task(one.run(), name=one.name) for one in services]
        await self.advance(0)

    async def end(self) -> None:
        """Stop everything."""
        for task in (*self._tasks, *self._asking):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._asking, return_exceptions=True)
        await self.rooms.auditor.stop()

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self.clock.advance(seconds, settle=_settle)
        for task in self._tasks:
            if task.done():
                task.result()
        for asking in self._asking:
            if asking.done():
                asking.result()
        self._asking = [one for one in self._asking if not one.done()]

    async def command(self, name: str, operator: Operator = ANA, **arguments: object) -> Reply:
        """Have the engine carry out a command."""
        return await self._dispatcher.carry_out(Request(self.clock.new_id(), name, arguments, operator))

    async def say(self, to: str, text: str = "please look at this") -> None:
        """Write to a persona, without waiting for its answer."""
        self._asking.append(asyncio.create_task(self.command("message.send", to=to, text=text)))
        await _settle()

    async def view(self) -> RolloutView:
        """The rollout as operators see it."""
        floor = self.rooms.rollout.floor
        return await self.database.read(lambda reader: rollout_view(reader, AskRollout(), floor, self.clock.now()))

    async def modes(self) -> Mapping[str, str]:
        """How everybody works."""
        found = await self.database.read(load_all_modes)
        return {name: mode.value for name, mode in found.items()}

    async def statuses(self) -> Counter[str]:
        """How many messages there are in each state."""
        rows = await self.database.read(
            lambda reader: reader.rows("SELECT status, count(*) AS n FROM messages GROUP BY status")
        )
        return Counter({row["status"]: row["n"] for row in rows})

    async def reject_all(self) -> None:
        """An operator says no to everything that waits."""
        rows = await self.database.read(
            lambda reader: reader.rows("SELECT id, revision, digest FROM actions WHERE status = 'pending'")
        )
        for row in rows:
            await self.command(
                "action.reject", id=row["id"], revision=row["revision"], digest=row["digest"], reason="not like this"
            )


@asynccontextmanager
async def engine_floor(
    folder: Path, settings: Settings, clock: SimulatedClock | None = None
) -> AsyncIterator[EngineFloor]:
    """A running floor; a second one in the same folder finds what the first one left."""
    root = folder / "workspace"
    workspace = Workspace(root) if root.exists() else create_workspace(root, settings="", heartbeat="", policy="")
    prepare_state(workspace)
    clock = clock or SimulatedClock(START)
    async with await Database.open(workspace.database, clock, inline=True) as database:
        floor = EngineFloor(workspace, settings, database, clock)
        try:
            await floor.begin()
            yield floor
        finally:
            await floor.end()
            close_log(workspace.log)


async def _settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)
