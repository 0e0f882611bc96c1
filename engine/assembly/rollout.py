"""The rollout in a running engine: looks at the gates again and again, and knows what operators decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from ..clock import Clock
from ..crashpoint import crashpoint
from ..governance.gate import Gate
from ..governance.guardrails import verdict_of
from ..governance.ports import ArgumentsError
from ..journal import Event
from ..personas import ProposalDraft, Roster
from ..personas.handling import PauseCheck
from ..personas.rollout import Floor, Rollout, Watch, begin, look, see
from ..personas.shadow import repository as shadows
from ..settings.rollout import RolloutSettings
from ..storage import Database, Reader, to_us

_DECIDED: Final = (
    "SELECT count(DISTINCT d.action_id) AS decided,"
    " count(DISTINCT CASE WHEN d.verdict = 'rejected' THEN d.action_id END) AS rejected"
    " FROM decisions d JOIN actions a ON a.id = d.action_id"
    " WHERE d.at_us >= ? AND d.verdict IN ('approved', 'rejected')"
    " AND d.role IS NOT NULL AND d.decider NOT LIKE 'rule:%' AND a.proposer = ? AND a.created_us >= ?"
)
_PRUNE_SECONDS: Final = 60.0


class RolloutRoom:
    """Watches the rollout.

    Args:
        database: the truth.
        clock: when to look.
        settings: the table ``[rollout]`` of this moment.
        roster: who there is at this moment.
        is_paused: tells whom an operator stopped.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Callable[[], RolloutSettings],
        roster: Callable[[], Roster],
        is_paused: PauseCheck,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._roster = roster
        self._is_paused = is_paused
        self._news = asyncio.Event()

    @property
    def floor(self) -> Floor:
        """What a rollout works with at this moment."""
        rules = self._settings()
        return Floor(self._roster(), rules, Watch(rules.gates, decided_since, self._is_paused))

    def notice(self, events: Sequence[Event]) -> None:
        """A rollout that began, or came to a new stage, is looked at in its own time from now on."""
        if any(event.kind.startswith("rollout.") for event in events):
            self._news.set()

    async def run(self) -> None:
        """Look at the gates until cancelled. While no rollout is under way, wait for one.

        Raises:
            StorageError: the database failed.
        """
        floor = self.floor
        await self._database.write(lambda tx: begin(tx, floor))
        pruned = -_PRUNE_SECONDS
        while True:
            self._news.clear()
            found = await self.look()
            if self._clock.monotonic() - pruned >= _PRUNE_SECONDS:
                pruned = self._clock.monotonic()
                await self._prune()
            wait = self._settings().check_seconds if found is not None and found.live else _PRUNE_SECONDS
            await self._rest(wait)

    async def look(self) -> Rollout | None:
        """Look once, and do what follows from it."""
        floor = self.floor
        # Whoever measures must not keep others from writing.
        seen = await self._database.read(lambda reader: see(reader, floor, self._clock.now()))
        if seen is None:
            return None
        found = await self._database.write(lambda tx: look(tx, floor, seen))
        if found is not None and found.changed_at == found.as_of:
            crashpoint("rollout.step:durable")
        return found

    async def _prune(self) -> None:
        keep = self._settings().shadow_keep
        if await self._database.read(lambda reader: shadows.beyond(reader, keep)):
            await self._database.write(lambda tx: shadows.prune(tx, keep))

    async def _rest(self, seconds: float) -> None:
        try:
            await self._clock.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return
        # News is the step that just happened, or an operator's: what follows is due a whole look later.
        await self._clock.sleep(min(seconds, self._settings().check_seconds))


def decided_since(reader: Reader, persona_id: str, since: datetime) -> tuple[int, int]:
    """Of what a persona proposed since a moment: how many operators themselves decided, and how many they rejected."""
    row = reader.row(_DECIDED, (to_us(since), f"persona:{persona_id}", to_us(since)))
    return (0, 0) if row is None else (row["decided"], row["rejected"])


def tier_of(gate: Gate, reader: Reader, draft: ProposalDraft, persona_id: str, message_id: str) -> str:
    """Which tier a draft would have if it were proposed now; ``refused`` where its tool would not take it."""
    try:
        facts = gate.facts(
            reader,
            kind=draft.kind,
            tool=draft.tool,
            arguments=draft.arguments,
            proposer=f"persona:{persona_id}",
            origin=message_id,
            account=draft.account_id,
        )
    except ArgumentsError:
        return "refused"
    return verdict_of(gate.opinions(facts)).tier.value
