"""The policy file of one engine: followed while it runs, put in force at once, and what changed put on record."""

from __future__ import annotations

import asyncio

from ..governance.gate import Gate
from ..governance.policy import PolicyKeeper
from ..settings import SettingsStore
from ..settings.watch import looks
from ..storage import Transaction
from .foundation import LATER_SECONDS, Foundation


class PolicyRoom:
    """Keeps the gate's policy in line with the file and the settings.

    Args:
        foundation: database, clock and workspace.
        store: the settings as they are now.
        gate: whose policy it is.
    """

    def __init__(self, foundation: Foundation, store: SettingsStore, gate: Gate) -> None:
        self._database = foundation.database
        self._clock = foundation.clock
        self._store = store
        self._gate = gate
        self.keeper = PolicyKeeper(foundation.workspace.policy, lambda: store.current.governance)

    async def open(self) -> None:
        """Take up the last good version and the file as it is now."""
        await self._database.read(self.keeper.recall)
        self._configure()
        await self._database.write(lambda tx: self._gate.judge_waiting(tx) if self._note(tx) else 0)

    async def run(self) -> None:
        """Follow the file until cancelled."""
        await self._clock.sleep(LATER_SECONDS)
        async for _ in looks(self.keeper.path):
            # A thousand rules with their tests take a moment to read, which nobody else should have to wait for.
            if await asyncio.to_thread(self.keeper.reload):
                await self.apply()

    async def apply(self) -> None:
        """Put settings and file in force, also for what waits."""

        def judged(tx: Transaction) -> None:
            self._note(tx)
            self._gate.judge_waiting(tx)

        self._configure()
        await self._database.write(judged)

    def notices(self) -> tuple[str, ...]:
        """What operators should know about the policy."""
        return self.keeper.notices(self._clock.now())

    def _configure(self) -> None:
        # In this order: a file that is read again on its thread just now may lift the cap, but only with its own rules.
        capped = self.keeper.capped
        self._gate.configure(self._store.current.governance, self.keeper.rules, capped)

    def _note(self, tx: Transaction) -> bool:
        return self.keeper.note(tx, self._gate.policy)
