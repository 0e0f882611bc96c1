"""Where messages that arrive at the same moment are taken in together: one unit of work for as many as wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from ..canonical import JsonError
from ..storage import Database, StorageError, Transaction
from .acceptance import Intake, never_paused, post
from .handling import PauseCheck
from .model import Answer, Incoming, MessageRefused, UnknownPersona
from .roster import Roster

TOGETHER: Final = 256
"""Most messages taken in by one unit of work."""
_AT_WORK: Final = 2
"""Units on their way at the same moment: one is being kept while the next is gathered."""
_Made: TypeAlias = "tuple[Answer, ...] | MessageRefused | UnknownPersona | JsonError"


@dataclass(slots=True)
class _Ticket:
    incoming: Incoming
    told: asyncio.Future[tuple[Answer, ...]]


class Reception:
    """Takes messages in for callers that do not know of each other.

    Each is told only of its own message, once that is durable; alone, a message is not held back for others.

    Args:
        database: where inboxes are.
        roster: who there is, at the moment.
        is_paused: asks why a persona is stopped.
    """

    def __init__(self, database: Database, roster: Callable[[], Roster], is_paused: PauseCheck = never_paused) -> None:
        self._database = database
        self._roster = roster
        self._is_paused = is_paused
        self._waiting: deque[_Ticket] = deque()
        self._workers: set[asyncio.Task[None]] = set()

    async def post(self, incoming: Incoming) -> tuple[Answer, ...]:
        """Take a message in; when this returns, it is durable. See :func:`~engine.personas.acceptance.post`.

        A caller that is cancelled only stops waiting: its message may be taken in.

        Raises:
            PersonaError: the message is not acceptable, or addressed to nobody.
            StorageError: it could not be kept.
        """
        ticket = _Ticket(incoming, asyncio.get_running_loop().create_future())
        self._waiting.append(ticket)
        if len(self._workers) < _AT_WORK:
            worker = asyncio.create_task(self._work(), name="reception")
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        return await ticket.told

    async def _work(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER))]
            if len(batch) == 1:
                await self._take_alone(batch[0])
                continue
            try:
                together = [ticket.incoming for ticket in batch]
                made = await self._database.write(_taking_in(together, self._roster(), self._is_paused))
            except StorageError as failure:
                for ticket in batch:
                    _tell(ticket, failure)
            except Exception:  # noqa: BLE001  # whose message it was shows when each is taken in by itself
                for ticket in batch:
                    await self._take_alone(ticket)
            else:
                for ticket, answers in zip(batch, made, strict=True):
                    _tell(ticket, answers)

    async def _take_alone(self, ticket: _Ticket) -> None:
        roster = self._roster()
        try:
            _tell(ticket, await self._database.write(lambda tx: post(tx, ticket.incoming, roster, self._is_paused)))
        except Exception as failure:  # noqa: BLE001  # it is raised to whoever posted
            _tell(ticket, failure)


def _taking_in(
    incomings: Sequence[Incoming], roster: Roster, is_paused: PauseCheck
) -> Callable[[Transaction], list[_Made]]:
    def work(tx: Transaction) -> list[_Made]:
        intake = Intake(tx, roster, is_paused)
        made: list[_Made] = []
        for incoming in incomings:
            try:
                made.append(intake.post(incoming))
            except (MessageRefused, UnknownPersona, JsonError) as refused:
                made.append(refused)  # nothing of it was kept, and the others go on
        intake.close()
        return made

    return work


def _tell(ticket: _Ticket, made: tuple[Answer, ...] | Exception) -> None:
    if ticket.told.done():
        return
    if isinstance(made, Exception):
        ticket.told.set_exception(made)
        # A caller that was cancelled never looks; without this asyncio would report the error as forgotten.
        ticket.told.exception()
    else:
        ticket.told.set_result(made)
