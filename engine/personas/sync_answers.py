"""Answers that are given at once, outside the inboxes: one message, and every persona that answers it here and now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..storage import Reader, Transaction
from . import dependencies_store as store
from . import dependencies_waiting as holding
from . import handling
from .handling import Settled, Taken
from .loop import AT_ONCE
from .model import Accepted, Answer
from .modes import AT_ONCE_MODES
from .runtime import mode_of
from .thinking import Workshop, take_and_settle


@dataclass(frozen=True, slots=True)
class SyncAnswer:
    """What became of a message that was to be answered at once.

    Attributes:
        answers: whether each persona took it in.
        settled: what each sync persona made of it, by id; those not named have it in their inbox.
        held: for those that let others answer first and still wait: for whom, by id.
    """

    answers: tuple[Answer, ...]
    settled: Mapping[str, Settled]
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class AnswerAtOnce:
    """Takes one message in and has it answered by whoever answers at once.

    A persona that lets another one answer first is asked after it, here too, as long as those before it answer at once
    themselves. Otherwise its message stays in its inbox, and its own loop answers it the moment that it is let go.

    Args:
        shop: what personas work with.
        post: takes the message in, in the unit of work that it is given.
    """

    def __init__(self, shop: Workshop, post: Callable[[Transaction], tuple[Answer, ...]]) -> None:
        self._shop = shop
        self._post = post
        self._answers: Sequence[Answer] = ()
        self._waiting: dict[str, str] = {}
        self._reserved: frozenset[str] = frozenset()

    async def run(self) -> SyncAnswer:
        """See it through.

        Raises:
            PersonaError: the message is not acceptable; nothing was kept.
            StorageError: the database failed; what was kept is answered when the loops start again.
        """
        try:
            settled = await take_and_settle(self._shop, self._accept, quick=True)
            while self._waiting:
                later = await take_and_settle(self._shop, self._take_let_go, quick=True)
                if not later:
                    break
                settled |= later
            held = await self._shop.database.read(self._held) if self._waiting else {}
        finally:
            # The loops look by themselves: whoever runs this wakes them.
            self._shop.reserved.difference_update(self._reserved)
        return SyncAnswer(tuple(self._answers), settled, held)

    def _accept(self, tx: Transaction) -> list[Taken]:
        shop = self._shop
        self._answers = self._post(tx)
        accepted = [answer for answer in self._answers if isinstance(answer, Accepted)]
        direct = [answer for answer in accepted if mode_of(tx, answer.persona_id) in AT_ONCE_MODES]
        held = {answer.persona_id: answer.message_id for answer in direct if store.is_held(tx, answer.message_id)}
        self._waiting = held
        self._reserved = frozenset(held.values())
        # Reserved before the commit: a loop that is woken by it must not be quicker than this.
        shop.reserved.update(self._reserved)
        ids = [answer.message_id for answer in direct if answer.persona_id not in held]
        return self._take(tx, ids)

    def _take_let_go(self, tx: Transaction) -> list[Taken]:
        shop = self._shop
        free = []
        for persona_id, held_id in self._waiting.items():
            holding.let_go(tx, persona_id, shop.roster, shop.is_paused)
            if not store.is_held(tx, held_id):
                free.append(persona_id)
        return self._take(tx, [self._waiting.pop(persona_id) for persona_id in free])

    def _take(self, tx: Transaction, ids: Sequence[str]) -> list[Taken]:
        shop = self._shop
        taken = (handling.take(tx, one, shop.roster, shop.is_paused, AT_ONCE) for one in ids)
        return [one for one in taken if one is not None]

    def _held(self, reader: Reader) -> dict[str, tuple[str, ...]]:
        found = {}
        for persona_id, held_id in self._waiting.items():
            holds = [one.hold for one in store.open_holds(reader, persona_id) if one.hold.message_id == held_id]
            found[persona_id] = store.names_in(holds)
        return found
