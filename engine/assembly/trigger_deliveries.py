"""Follows the talks that personas began until they are delivered or given up, and what failed of their actions."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

from ..clock import Clock
from ..governance import repository as actions
from ..governance.trail import ENDED
from ..journal import Event
from ..personas import PersonaService
from ..settings.emotions import Interaction
from ..storage import Database, Reader, Transaction
from ..triggers import initiation_rows as initiations
from .trigger_desk import OWN, TriggerDesk

LOOK_SECONDS: Final = 60.0
"""Deliveries are looked after at least this often, because wall clocks jump."""
_GAP_SECONDS: Final = 0.05
_FELT: Final = "felt_failures"
_FAILURES: Final = 200
_PERSONA: Final = "persona:"
_TELLING: Final = ENDED | {"initiation.queued", "initiation.retrying"}


class Deliveries:
    """Looks after whatever is under way; all of it is in the database, so a restart changes nothing.

    Args:
        database: the truth.
        clock: the time.
        personas: those who feel that something of theirs failed.
        desk: settles and tries again.
    """

    def __init__(self, database: Database, clock: Clock, personas: PersonaService, desk: TriggerDesk) -> None:
        self._database = database
        self._clock = clock
        self._personas = personas
        self._desk = desk
        self._wake = asyncio.Event()

    def notice(self, events: Sequence[Event]) -> None:
        """Look whenever an action changed or a talk began."""
        if any(event.kind in _TELLING for event in events):
            self._wake.set()

    async def run(self) -> None:
        """Follow deliveries until cancelled."""
        await self._database.write(_begin_feeling)
        while True:
            self._wake.clear()
            if await self._database.read(_anything):
                await self._database.write(self._settle_all)
            seconds = await self._database.read(self._seconds)
            with contextlib.suppress(TimeoutError):
                await self._clock.wait_for(self._wake.wait(), seconds)

    def _settle_all(self, tx: Transaction) -> None:
        for initiation in initiations.under_way(tx):
            self._desk.settle(tx, initiation)
        found = _new_failures(tx)
        for _, action_id in found:
            self._feel(tx, action_id)
        if found:
            tx.execute("UPDATE engine_facts SET value = ? WHERE name = ?", (str(found[-1][0]), _FELT))

    def _feel(self, tx: Transaction, action_id: str) -> None:
        action = actions.get(tx, action_id)
        # What comes of a persona's own initiation must not be what makes it begin the next.
        if action is None or not action.proposer.startswith(_PERSONA) or (action.dedupe_key or "").startswith(OWN):
            return
        self._personas.feel_in(tx, action.proposer.removeprefix(_PERSONA), Interaction.FAILURE, action_id)

    def _seconds(self, reader: Reader) -> float:
        now = self._clock.now()
        due = [one.retry_at or one.expires_at for one in initiations.under_way(reader)]
        # A moment that has passed waits for something else: an action at work, or a place that is closed.
        ahead = [(at - now).total_seconds() for at in due if at > now]
        return min([LOOK_SECONDS, *(max(_GAP_SECONDS, seconds) for seconds in ahead)])


def _anything(reader: Reader) -> bool:
    return bool(initiations.under_way(reader)) or bool(_new_failures(reader))


def _begin_feeling(tx: Transaction) -> None:
    """From the very first start on, so that nothing of long ago is felt."""
    if tx.row("SELECT 1 FROM engine_facts WHERE name = ?", (_FELT,)) is None:
        tx.execute("INSERT INTO engine_facts (name, value) VALUES (?, ?)", (_FELT, str(tx.head.seq)))


def _new_failures(reader: Reader) -> list[tuple[int, str]]:
    rows = reader.rows(
        "SELECT seq, subject FROM journal WHERE kind = 'action.failed'"
        " AND seq > (SELECT CAST(value AS INTEGER) FROM engine_facts WHERE name = ?) ORDER BY seq LIMIT ?",
        (_FELT, _FAILURES),
    )
    return [(row["seq"], row["subject"]) for row in rows]
