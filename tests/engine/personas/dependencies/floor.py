"""Two personas of which one waits for the other, and what can be seen of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from engine.clock import SimulatedClock
from engine.personas import BrainReply, BrainRequest, MessageStatus, ProposalDraft, SenderKind
from engine.settings.personas import AutonomyMode, PersonaSettings

from ..world import World

FIRST = PersonaSettings(name="First", channels=("general",), mode=AutonomyMode.AUTONOMOUS, brain="by-name")
SECOND = PersonaSettings(
    name="Second", channels=("general",), mode=AutonomyMode.AUTONOMOUS, brain="by-name", waits_for=("first",)
)
PAIR = {"second": SECOND, "first": FIRST}


class BrainByName:
    """Does for each persona what it is told to."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self.seconds: dict[str, float] = {}
        self.reply: dict[str, Callable[[], BrainReply]] = {}
        self.thought: list[tuple[str, str]] = []

    async def think(self, request: BrainRequest) -> BrainReply:
        self.thought.append((request.persona_id, request.message.text))
        await self._clock.sleep(self.seconds.get(request.persona_id, 0))
        made = self.reply.get(request.persona_id)
        if made is not None:
            return made()
        arguments: dict[str, Any] = {"channel": "general", "text": "yes"}
        return BrainReply((ProposalDraft("send_chat_message", "chat", arguments, "asked"),))


def broken() -> BrainReply:
    """A brain that fails."""
    raise ValueError("cannot think")


class WaitingFloor:
    """The personas at work."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.brain = BrainByName(world.clock)
        world.brains["by-name"] = self.brain

    async def tell(self, text: str = "hello", *, kind: SenderKind = SenderKind.HUMAN) -> str:
        """Say something in the channel that both hear; the post's id."""
        answers = await self.world.say(text, channel="general", kind=kind, sender="ana")
        first = answers[0]
        ids = {answer.persona_id: getattr(answer, "message_id", "") for answer in answers}
        return str(ids[first.persona_id]).partition(":")[2]

    async def status(self, persona_id: str, post: str) -> MessageStatus:
        return (await self.world.service.get(f"{persona_id}:{post}")).status

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """What was journalled of one kind, in order."""
        rows = await self.world.database.read(
            lambda reader: reader.rows("SELECT data FROM journal WHERE kind = ? ORDER BY seq", (kind,))
        )
        return [json.loads(row["data"]) for row in rows]

    async def reasons(self) -> list[str]:
        """Why messages were let go."""
        return [event["reason"] for event in await self.events("message.let_go")]

    async def open_holds(self) -> int:
        row = await self.world.database.read(
            lambda reader: reader.row("SELECT count(*) AS n FROM holds WHERE ended_us IS NULL")
        )
        return int(row["n"]) if row else 0

    async def order(self) -> list[str]:
        """Who took up something, in order."""
        return [who for who, _ in self.brain.thought]
