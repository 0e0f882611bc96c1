"""The whole engine but Redis, on simulated time: what runs here is what runs for an operator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from engine.assembly.foundation import lay_foundation
from engine.assembly.rooms import Rooms
from engine.clock import SimulatedClock
from engine.personas import Answer, Incoming, SenderKind
from engine.personas.emotions import decayed
from engine.personas.runtime import load, save
from engine.settings import SettingsStore, load_settings
from engine.settings.emotions import Emotion
from engine.storage import Database
from engine.workspace import create_workspace, find_workspace


@dataclass
class Floor:
    """One running engine.

    Attributes:
        rooms: everything that acts.
    """

    clock: SimulatedClock
    database: Database
    rooms: Rooms
    store: SettingsStore
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass; a service that failed fails the test."""
        await self.clock.advance(seconds, settle=_settled)
        for task in self.tasks:
            if task.done():
                task.result()

    async def say(
        self, text: str, *, to: str = "", channel: str = "", sender: str = "ana", **more: Any
    ) -> Sequence[Answer]:
        """A human says something."""
        said = Incoming(
            id=self.clock.new_id(),
            sender=sender,
            sender_kind=SenderKind.HUMAN,
            text=text,
            channel=channel,
            to=(to,) if to else (),
            **more,
        )
        answers = await self.rooms.personas.post(said)
        await self.pass_time(0)
        return answers

    async def rows(self, sql: str, *values: str | int) -> list[dict[str, Any]]:
        """What a query finds."""
        found = await self.database.read(lambda reader: reader.rows(sql, values))
        return [dict(row) for row in found]

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """Rows of the journal."""
        return await self.rows("SELECT * FROM journal WHERE kind = ? ORDER BY seq", kind)

    async def talks(self, state: str = "") -> list[dict[str, Any]]:
        """Initiations, the oldest first."""
        return await self.rows(
            "SELECT * FROM initiations WHERE (? = '' OR state = ?) ORDER BY queued_us, id", state, state
        )

    async def chat(self) -> list[dict[str, Any]]:
        """What personas said."""
        return await self.rows("SELECT * FROM chat_messages ORDER BY id")

    async def felt(self, persona: str, emotion: Emotion) -> int:
        """An emotion now, in hundredths of a point."""
        runtime = await self.database.read(lambda reader: load(reader, persona))
        rules = self.store.current.persona_rules.emotions
        return decayed(runtime.feelings, self.clock.now(), rules).values[emotion]

    async def set_feeling(self, persona: str, emotion: Emotion, points: float) -> None:
        """Make a persona feel something at this moment."""

        def change(tx: Any) -> None:
            runtime = load(tx, persona)
            values = {**runtime.feelings.values, emotion: int(points * 100)}
            feelings = replace(runtime.feelings, as_of=tx.now, values=values)
            save(tx, replace(runtime, feelings=feelings, left_alone_at=tx.now))

        await self.database.write(change)

    async def apply(self) -> None:
        """Put the settings of the file in force, as the engine does when it changes."""
        self.store.reload()
        await self.rooms.configure(self.store.current)

    async def deliver(self) -> None:
        """Launch what may start, and let what follows from it happen."""
        await self.rooms.launcher.step()
        await self.pass_time(0)

    async def evaluate(self) -> int:
        """Evaluate emotions now, and deliver; how many talks began."""
        begun = (await self.rooms.triggers.evaluate()).count
        await self.deliver()
        return begun

    async def live(self, seconds: float, step: float = 300) -> None:
        """Let time pass, and launch whatever may start every so often; without a scheduler, also evaluate so often."""
        until = self.clock.now() + timedelta(seconds=seconds)
        by_hand = all(task.get_name() != "scheduler" for task in self.tasks)
        while self.clock.now() < until:
            await self.pass_time(min(step, (until - self.clock.now()).total_seconds()))
            if by_hand:
                await self.rooms.triggers.evaluate()
                await self.rooms.triggers.follow_up()
            await self.deliver()

    async def skips(self, persona: str = "helper") -> dict[str, str]:
        """The latest refusal of each source, by its code."""
        rows = await self.rows("SELECT source, code FROM wake_skips WHERE persona_id = ? ORDER BY id", persona)
        return {row["source"]: row["code"] for row in rows}

    async def trigger(self, persona: str = "helper", emotion: str = "loneliness") -> dict[str, Any]:
        """A trigger as it is remembered."""
        (found,) = await self.rows("SELECT * FROM triggers WHERE persona_id = ? AND emotion = ?", persona, emotion)
        return found


AWAKE: Final = ("initiations", "persona helper", "persona code-review", "persona planner")
LIVING: Final = ("scheduler", *AWAKE)
"""What runs by default: the launcher is stepped by hand, because it looks at its clock every second."""
NO_PATROL: Final = "[triggers.git_patrol]\nenabled = false\n[triggers.stalled_work]\nenabled = false\n"
"""Git is a real program and knows nothing of simulated time; scans of every minute only cost days of it time."""


@asynccontextmanager
async def running(
    folder: Path,
    clock: SimulatedClock,
    settings: str = NO_PATROL,
    *,
    services: Sequence[str] = LIVING,
) -> AsyncIterator[Floor]:
    """A running engine in a folder; entered again, it is the same workspace after a restart.

    Args:
        folder: the workspace.
        clock: its time.
        settings: the settings file of a new workspace.
        services: these run.
    """
    workspace = find_workspace(folder) or create_workspace(folder, settings=settings, heartbeat="", policy="")
    loaded = load_settings(workspace.settings_file, {})
    foundation = await lay_foundation(workspace, loaded, clock, note=True)
    await foundation.database.close()
    database = await Database.open(workspace.database, clock, inline=True)
    foundation = replace(foundation, database=database)
    floor: Floor | None = None
    try:
        store = SettingsStore(workspace.settings_file, {}, loaded)
        rooms = Rooms(foundation, store, None)
        await rooms.open()
        floor = Floor(clock, database, rooms, store)
        wanted = [one for one in rooms.services() if one.name in services]
        floor.tasks = [asyncio.create_task(one.run(), name=one.name) for one in wanted]
        await floor.pass_time(0)
        yield floor
    finally:
        if floor is not None:
            for task in floor.tasks:
                task.cancel()
            await asyncio.gather(*floor.tasks, return_exceptions=True)
        await foundation.close(note=True)


async def _settled() -> None:
    for _ in range(12):
        await asyncio.sleep(0)
