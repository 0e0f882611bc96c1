"""Personas on a simulated clock and a real database, with a gate that only remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from engine.clock import SimulatedClock
from engine.personas import (
    Accepted,
    Answer,
    Brain,
    BrainReply,
    BrainRequest,
    Facts,
    Incoming,
    PersonaService,
    ProposalDraft,
    RulesBrain,
    SenderKind,
)
from engine.settings.persona_rules import PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.storage import Database, Reader, Transaction

HELPER = PersonaSettings(name="Helper", channels=("general",), mode=AutonomyMode.AUTONOMOUS, expertise=("invoice",))
PLANNER = PersonaSettings(name="Planner", channels=("planning",), mode=AutonomyMode.SYNC)


class KnownFacts:
    def __init__(self, facts: Facts | None = None) -> None:
        self.facts = facts or Facts()

    async def gather(self, text: str) -> Facts:
        return self.facts


class ScriptedBrain:
    """Answers with what it is told to, or fails with it."""

    def __init__(self, clock: SimulatedClock, seconds: float = 0) -> None:
        self.seconds = seconds
        self.thought: list[str] = []
        self.failing: Callable[[str], bool] = lambda _: False
        self._clock = clock

    async def think(self, request: BrainRequest) -> BrainReply:
        self.thought.append(request.message.text)
        await self._clock.sleep(self.seconds)
        if self.failing(request.message.text):
            raise ValueError("cannot think")
        draft = ProposalDraft("send_chat_message", "chat", {"channel": "general", "text": "yes"}, "asked")
        return BrainReply((draft,))


class World:
    def __init__(self, database: Database, clock: SimulatedClock) -> None:
        self.database = database
        self.clock = clock
        self.proposed: list[tuple[str, ProposalDraft]] = []
        self.paused: dict[str, str] = {}
        self.facts = KnownFacts()
        self.brain = ScriptedBrain(clock)
        self.brains: dict[str, Brain] = {"rules": RulesBrain(), "scripted": self.brain}
        self._tasks: list[asyncio.Task[None]] = []
        self.service: PersonaService

    async def people(
        self, personas: Mapping[str, PersonaSettings], rules: PersonaRules | None = None, *, running: bool = True
    ) -> PersonaService:
        self.service = PersonaService(
            self.database,
            self.clock,
            personas,
            rules or PersonaRules(),
            brains=self.brains,
            facts=self.facts,
            propose=self._propose,
            is_paused=self._is_paused,
        )
        await self.service.start()
        if running:
            self._tasks = [asyncio.create_task(loop.run()) for loop in self.service.loops()]
            await self.advance(0)
        return self.service

    async def advance(self, seconds: float) -> None:
        await self.clock.advance(seconds, settle=_settle)
        for task in self._tasks:
            if task.done():
                task.result()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def say(
        self,
        text: str,
        *,
        to: str = "",
        channel: str = "",
        kind: SenderKind = SenderKind.HUMAN,
        sender: str = "ana",
        key: str | None = None,
        in_reply_to: str | None = None,
    ) -> tuple[Answer, ...]:
        return await self.service.post(
            Incoming(
                id=self.clock.new_id(),
                sender=sender,
                sender_kind=kind,
                text=text,
                channel=channel,
                to=(to,) if to else (),
                dedupe_key=key,
                in_reply_to=in_reply_to,
            )
        )

    async def accepted(self, text: str, *, to: str = "helper", kind: SenderKind = SenderKind.HUMAN) -> str:
        (answer,) = await self.say(text, to=to, kind=kind)
        assert isinstance(answer, Accepted)
        return answer.message_id

    async def events(self, kind: str) -> list[str]:
        rows = await self.database.read(
            lambda reader: reader.rows("SELECT subject FROM journal WHERE kind = ? ORDER BY seq", (kind,))
        )
        return [row["subject"] for row in rows]

    async def statuses(self, persona_id: str = "helper") -> dict[str, int]:
        rows = await self.database.read(
            lambda reader: reader.rows(
                "SELECT status, count(*) AS n FROM messages WHERE persona_id = ? GROUP BY status", (persona_id,)
            )
        )
        return {row["status"]: row["n"] for row in rows}

    def _propose(self, tx: Transaction, draft: ProposalDraft, persona_id: str, message_id: str) -> str:
        self.proposed.append((persona_id, draft))
        return f"action-{len(self.proposed)}"

    def _is_paused(self, reader: Reader, persona_id: str) -> str | None:
        return self.paused.get(persona_id)


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)
