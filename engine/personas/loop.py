"""The loop of one persona: wait, look, take at most one message, see it through; always again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from ..settings.personas import AutonomyMode
from ..storage import Reader, Transaction
from . import dependencies_waiting as holding
from . import handling
from . import repository as messages
from .budget import budget_left
from .cadence import longest_wait, until_free, until_it_turns
from .dependencies_store import is_held
from .handling import Outcome, Settled, Taken
from .inbox import Fitness, choose, ranked
from .modes import AT_ONCE_MODES
from .runtime import Runtime, load
from .shadow import run as shadow
from .state import rested
from .thinking import Workshop, take_and_settle

AT_ONCE: Final = "answers at once in sync mode"
_GAP_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Look:
    """What the persona saw.

    Attributes:
        pick: the message to take up, if any.
        why: why that one.
        longest: until it has to look again.
        least: until it may, even when woken.
        left_alone: no human has spoken to it for long.
        turned: its mood is another one.
        let_go: messages were held for other personas and have to be let go first.
        compare: the message that autonomy would take up, in shadow mode, where nothing waits for a real answer.
    """

    pick: str | None
    why: str
    mode: AutonomyMode
    longest: float
    least: float
    left_alone: bool
    turned: bool
    compare: str | None = None
    let_go: bool = False


class PersonaLoop:
    """One persona's life; supervised as one task.

    Args:
        persona_id: whose.
        shop: what it works with.
    """

    def __init__(self, persona_id: str, shop: Workshop) -> None:
        self.persona_id = persona_id
        self._shop = shop
        self._wake = asyncio.Event()

    @property
    def name(self) -> str:
        """What the supervisor calls it."""
        return f"persona {self.persona_id}"

    def wake(self) -> None:
        """Have it look now, or as soon as its cadence allows."""
        self._wake.set()

    async def run(self) -> None:
        """Live until cancelled; asleep while the settings do not name this persona.

        Raises:
            StorageError: the database failed; start it again when that is well.
        """
        roster = self._shop.roster
        held = frozenset(self._shop.held)
        await self._shop.database.write(lambda tx: handling.recover(tx, self.persona_id, held, roster))
        while True:
            self._wake.clear()
            if self.persona_id not in self._shop.roster.personas:
                await self._wake.wait()
                continue
            looked = self._shop.clock.monotonic()
            longest, least = await self.cycle()
            await self._rest(longest, max(least, looked + _GAP_SECONDS - self._shop.clock.monotonic()))

    async def cycle(self) -> tuple[float, float]:
        """Look once and handle at most one message.

        Returns:
            the longest wait until the next look, and the least, in seconds.
        """
        look = await self._shop.database.read(self._look)
        roster = self._shop.roster
        if look.left_alone:
            await self._shop.database.write(lambda tx: handling.feel_left_alone(tx, self.persona_id, roster))
        if look.turned:
            await self._shop.database.write(lambda tx: handling.note_mood(tx, self.persona_id, roster))
        if look.let_go:
            shop = self._shop
            await shop.database.write(lambda tx: holding.let_go(tx, self.persona_id, roster, shop.is_paused))
            return 0.0, 0.0
        if look.compare is not None:
            await shadow.run(self._shop, self.persona_id, look.compare)
            return 0.0, 0.0
        if look.pick is None:
            return look.longest, look.least
        at_once = look.mode in AT_ONCE_MODES
        settled = await self._handle(look.pick, look.why, quick=at_once)
        if settled is None or settled.outcome is Outcome.DECLINED or at_once:
            return 0.0, 0.0
        after = await self._shop.database.read(self._look)
        return after.longest, after.least

    async def _handle(self, message_id: str, why: str, *, quick: bool) -> Settled | None:
        shop = self._shop

        def take(tx: Transaction) -> list[Taken]:
            if is_held(tx, message_id):
                return []
            taken = handling.take(tx, message_id, shop.roster, shop.is_paused, why)
            return [] if taken is None else [taken]

        return (await take_and_settle(shop, take, quick=quick)).get(self.persona_id)

    async def _rest(self, longest: float, least: float) -> None:
        clock = self._shop.clock
        began = clock.monotonic()
        if longest > least:
            try:
                await clock.wait_for(self._wake.wait(), longest)
            except TimeoutError:
                return
        await clock.sleep(max(0.0, least - (clock.monotonic() - began)))

    def _look(self, reader: Reader) -> _Look:
        shop, now = self._shop, self._shop.clock.now()
        persona, rules = shop.roster.get(self.persona_id), shop.roster.rules
        runtime = load(reader, self.persona_id)
        vigour = rested(runtime.vigour, now, rules.energy)
        budget = budget_left(runtime.spending, now, persona)
        mood = handling.mood_of(reader, runtime, shop.roster, now, vigour.energy)
        turned = mood is not runtime.mood
        wait = longest_wait(mood, budget, rules.cadence)
        free = until_free(runtime.answered_at, wait, now)
        alone = now - runtime.left_alone_at >= timedelta(seconds=rules.emotions.long_idle_seconds)
        waiting = messages.depth(reader, self.persona_id)
        longest = wait.total_seconds() if waiting else until_it_turns(runtime, vigour, now, rules).total_seconds()
        working = runtime.mode is not AutonomyMode.OFF
        idle = _Look(None, "", runtime.mode, longest, 0.0, alone and working, turned)
        if not working or runtime.circuit_open(now) or shop.is_paused(reader, self.persona_id):
            return idle
        held = holding.waiting(reader, self.persona_id, shop.roster, shop.is_paused, now)
        if held.due:
            return replace(idle, let_go=True)
        if held.next_end is not None:
            idle = replace(idle, longest=min(longest, max(0.0, (held.next_end - now).total_seconds())))
        if runtime.mode not in AT_ONCE_MODES and waiting and free > timedelta():
            return replace(idle, longest=free.total_seconds(), least=free.total_seconds())
        kept = held.ids | shop.reserved
        free_to_take = messages.first_candidates(reader, self.persona_id, now, len(kept)) if waiting else ()
        order = ranked([entry for entry in free_to_take if entry.id not in kept], now, rules)
        if runtime.mode in AT_ONCE_MODES:
            return replace(idle, pick=order[0].entry.id, why=AT_ONCE) if order else self._compare(reader, runtime, idle)
        chosen = choose(order, Fitness(mood, vigour.energy, budget, runtime.turn), rules)
        return idle if chosen is None else replace(idle, pick=chosen[0].entry.id, why=chosen[1].reason.value)

    def _compare(self, reader: Reader, runtime: Runtime, idle: _Look) -> _Look:
        """In shadow mode: what autonomy would take up, at its own pace."""
        if runtime.mode is not AutonomyMode.SHADOW:
            return idle
        seen = shadow.look(reader, runtime, self._shop.roster, self._shop.clock.now())
        return replace(idle, compare=seen.pick, longest=seen.longest or idle.longest, least=seen.least)
