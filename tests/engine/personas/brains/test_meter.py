"""What thinking costs counts against the day's budget whatever comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.personas import BrainReply, BrainRequest, ProposalDraft
from engine.personas.budget import Usage
from engine.settings.persona_rules import InboxRules, PersonaRules
from engine.storage import Database

from ..world import HELPER, World

COST = Usage(tokens=400, cents=3)


class Costly:
    """Spends, and then answers, fails or never ends."""

    def __init__(self, clock: SimulatedClock, ends: str) -> None:
        self.ends = ends
        self._clock = clock

    async def think(self, request: BrainRequest) -> BrainReply:
        request.meter.usage = COST
        if self.ends == "fails":
            raise ValueError("after it had cost something")
        if self.ends == "hangs":
            await self._clock.sleep(10_000)
        return BrainReply((ProposalDraft("send_chat_message", "chat", {"text": "yes"}, "asked"),), usage=COST)


@pytest.mark.parametrize("ends", ["answers", "fails", "hangs"])
async def test_each_turn_is_paid_for(tmp_path: Path, ends: str) -> None:
    clock = SimulatedClock()
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as database:
        world = World(database, clock)
        world.brains["costly"] = Costly(clock, ends)
        costly = HELPER.model_copy(update={"brain": "costly", "daily_tokens": 1_000})
        await world.people({"helper": costly}, PersonaRules(inbox=InboxRules(attempts=1)))
        for number in range(4):
            await world.accepted(f"m{number}")
        await world.advance(1_500)
        row = await database.read(lambda r: r.row("SELECT spent_tokens, spent_cents FROM personas"))
        waiting = await world.statuses()
        await world.stop()
    assert row is not None
    # Three turns are more than a day's tokens: the fourth has to wait for tomorrow.
    assert (row["spent_tokens"], row["spent_cents"]) == (1_200, 9)
    assert waiting["pending"] == 1
