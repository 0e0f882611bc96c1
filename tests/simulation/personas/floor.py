"""The floor itself: the real store, the real service and its loops, on a clock that only the simulation moves."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from engine.clock import SimulatedClock
from engine.journal import Event
from engine.personas import (
    BrainReply,
    BrainRequest,
    Incoming,
    NoFacts,
    PersonaService,
    ProposalDraft,
    SenderKind,
)
from engine.personas.runtime import load_all
from engine.personas.state import rested
from engine.settings.persona_rules import PersonaRules
from engine.settings.personas import AutonomyMode
from engine.storage import Database, Reader, StorageError, Transaction

from .load import HOUR, Restart, Say, Weather

START: Final = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""
_SAMPLE_SECONDS: Final = 600


class SimulatedBrain:
    """Takes as long as a model does, fails now and then, and always at poison."""

    def __init__(self, clock: SimulatedClock, weather: Weather, sync: frozenset[str]) -> None:
        self._clock = clock
        self._weather = weather
        self._sync = sync
        self._random = Random(weather.seed + 2)  # reproducible by design

    async def think(self, request: BrainRequest) -> BrainReply:
        """Answer, decline or fail."""
        quick = request.persona_id in self._sync
        await self._clock.sleep(self._random.uniform(0.1, 0.9) if quick else self._random.uniform(3, 5))
        second = self._clock.monotonic()
        out = self._weather.fails(request.persona_id, second) or request.message.text.startswith("poison")
        if out or self._random.random() < 0.01:
            raise ConnectionError("the model cannot be reached")
        if self._random.random() < 0.05:
            return BrainReply(declined_reason="a notice that asks for nothing")
        draft = ProposalDraft("send_chat_message", "chat", {"channel": "general", "text": "done"}, "asked")
        return BrainReply((draft,))


@dataclass(slots=True)
class Seen:
    """One message's way through."""

    persona: str
    arrived: float
    calm: bool
    protected: bool
    sync: bool
    ended: float | None = None
    outcome: str = ""
    failures: int = 0
    interrupted: bool = False


@dataclass(slots=True)
class Sample:
    """How everybody is at one moment: energy in hundredths of a point and depth, by persona."""

    second: float
    energy: dict[str, int]
    depth: dict[str, int]


@dataclass(slots=True)
class Floor:
    """Runs the weather over the personas.

    Attributes:
        seen: every message that was accepted, by id.
        samples: how everybody was, every ten minutes.
        dropped: ids of messages that were dropped, the newcomers refused included.
        counts: how often each kind of event was journalled.
        restarts: how often the engine came back.
        open_circuits: personas whose circuit is open.
    """

    path: Path
    weather: Weather
    clock: SimulatedClock = field(init=False)
    seen: dict[str, Seen] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    dropped: list[tuple[str, bool]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    restarts: int = 0
    open_circuits: set[str] = field(default_factory=set)
    _back: float = 0.0
    _database: Database = field(init=False)
    _service: PersonaService = field(init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _sync: frozenset[str] = field(init=False)
    _asking: list[asyncio.Task[object]] = field(default_factory=list)
    _posted: dict[str, Say] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = SimulatedClock(START, self.weather.seed)
        personas = self.weather.personas
        self._sync = frozenset(key for key, one in personas.items() if one.mode is AutonomyMode.SYNC)

    async def run(self) -> str:
        """All of it, and a quiet hour after it; the hash of the journal's end."""
        brain = SimulatedBrain(self.clock, self.weather, self._sync)
        await self._start(brain)
        end = self.weather.days * 24 * HOUR
        for second, happening in heapq.merge(self.weather.happenings(), self._looks(end), key=lambda pair: pair[0]):
            if isinstance(happening, Say) and second < self._back:
                continue  # nobody could write while the engine was away
            await self._until(second)
            if happening is None:
                await self._look()
            elif isinstance(happening, Say):
                await self._say(happening)
            else:
                await self._restart(happening, brain)
        await self._until(end + 6 * HOUR)
        await self._look()
        await self._stop()
        head = self._database.head.hash
        await self._database.close()
        return head

    def _looks(self, end: int) -> Sequence[tuple[float, None]]:
        return [(second, None) for second in range(0, end, _SAMPLE_SECONDS)]

    async def _until(self, second: float) -> None:
        ahead = second - self.clock.monotonic()
        if ahead > 0:
            await self.clock.advance(ahead, settle=_settle)
        for task in self._tasks:
            if task.done():
                task.result()
        for asking in self._asking:
            if asking.done():
                asking.result()
        self._asking = [asking for asking in self._asking if not asking.done()]

    async def _say(self, say: Say) -> None:
        sender = "ana" if say.kind is SenderKind.HUMAN else "monitor"
        to = (say.to,) if say.to else ()
        incoming = Incoming(self.clock.new_id(), sender, say.kind, say.text, channel=say.channel, to=to)
        self._posted[incoming.id] = say
        if say.kind is SenderKind.HUMAN:
            self._asking.append(asyncio.create_task(self._service.answer_sync(incoming)))
            await _settle()
        else:
            await self._service.post(incoming)

    async def _start(self, brain: SimulatedBrain) -> None:
        self._database = await Database.open(self.path, self.clock, inline=True)
        # No power fails in a simulation: what is written need not be on the disk.
        self._database._writer.execute("PRAGMA synchronous = OFF")
        self._database.observe(self._on_commit)
        self._service = PersonaService(
            self._database,
            self.clock,
            self.weather.personas,
            PersonaRules(),
            brains={"simulated": brain},
            facts=NoFacts(),
            propose=_propose,
            is_paused=lambda _reader, _persona: None,
        )
        await self._service.start()
        self._tasks = [asyncio.create_task(loop.run()) for loop in self._service.loops()]
        await _settle()

    async def _stop(self) -> None:
        waiting = [*self._tasks, *self._asking]
        for task in waiting:
            task.cancel()
        for task in waiting:
            with suppress(asyncio.CancelledError, StorageError):
                await task
        self._tasks, self._asking = [], []

    async def _restart(self, restart: Restart, brain: SimulatedBrain) -> None:
        self.restarts += 1
        for _ in range(600):  # for as long, until it stops somebody in the middle of something
            if await self._database.read(_at_hand):
                break
            await self._until(self.clock.monotonic() + 1)
        for one in self.seen.values():
            one.interrupted = one.interrupted or one.ended is None
        if restart.crash:
            # Nobody tidies up: what was at hand stays at hand in the database.
            await self._database.close()
        await self._stop()
        if not restart.crash:
            await self._database.close()
        await self.clock.advance(restart.down_seconds, settle=_settle)
        self._back = self.clock.monotonic()
        await self._start(brain)

    async def _look(self) -> None:
        def look(reader: Reader) -> Sample:
            now, rules = self.clock.now(), PersonaRules()
            energy = {key: rested(one.vigour, now, rules.energy).energy for key, (one, _) in load_all(reader).items()}
            rows = reader.rows(
                "SELECT persona_id, count(*) AS n FROM messages WHERE status = 'pending' GROUP BY persona_id"
            )
            return Sample(self.clock.monotonic(), energy, {row["persona_id"]: row["n"] for row in rows})

        self.samples.append(await self._database.read(look))

    def _on_commit(self, events: Sequence[Event]) -> None:
        for event in events:
            self.counts[event.kind] = self.counts.get(event.kind, 0) + 1
            if event.kind == "persona.circuit_opened":
                self.open_circuits.add(event.subject)
            elif event.kind == "persona.circuit_closed":
                self.open_circuits.discard(event.subject)
            elif event.kind.startswith("message."):
                self._note(event, (event.at - START).total_seconds())

    def _note(self, event: Event, second: float) -> None:
        persona, _, post = event.subject.partition(":")
        if event.kind == "message.accepted":
            say = self._posted[post]
            self.seen[event.subject] = Seen(
                persona,
                second,
                calm=self.weather.is_calm(persona, second),
                protected=say.kind is SenderKind.HUMAN,
                sync=persona in self._sync and say.kind is SenderKind.HUMAN,
            )
        elif event.kind == "message.dropped":
            self.dropped.append((event.subject, self._posted[post].kind is SenderKind.HUMAN))
            if event.subject in self.seen:
                self.seen[event.subject].ended, self.seen[event.subject].outcome = second, "dropped"
        elif event.kind == "message.failed":
            self.seen[event.subject].failures += 1
        elif event.kind in _ENDS:
            one = self.seen[event.subject]
            one.ended, one.outcome = second, event.kind.partition(".")[2]


_ENDS: Final = frozenset({"message.answered", "message.declined", "message.refused", "message.dead"})


def _propose(tx: Transaction, draft: ProposalDraft, persona_id: str, message_id: str) -> str:
    del tx, draft, persona_id
    return f"action:{message_id}"


def _at_hand(reader: Reader) -> bool:
    return reader.row("SELECT 1 FROM messages WHERE status = 'in_progress'") is not None


async def _settle() -> None:
    for _ in range(12):
        await asyncio.sleep(0)
