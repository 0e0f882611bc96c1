"""Has a brain think about a taken message, within its limits, and settles what comes of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..clock import Clock
from ..errors import WatchfloorError
from ..storage import Database, StorageError, Transaction
from . import conversations, handling
from .brains.facts import FactsSource
from .brains.protocol import Brain, BrainReply, BrainRequest, checked_reply
from .budget import Usage
from .dependencies_views import name_of
from .emotions import decayed
from .handling import Outcome, PauseCheck, Propose, Settled, Taken, Withdraw
from .model import PersonaError
from .posts import answers_by_others
from .roster import Roster
from .shadow.run import Judge, note_sync

HEARD_BEFORE: Final = 5
"""Most answers of others that a brain is shown."""
HEARD_CHARACTERS: Final = 2_000
"""Most characters of each."""


@dataclass(slots=True)
class Workshop:
    """What every persona works with.

    Attributes:
        database: where messages and states are.
        clock: time.
        roster: who there is; replaced when the settings change.
        brains: by name.
        facts: what brains may look up.
        propose: hands proposals to the gate.
        is_paused: asks whether a persona is stopped.
        held: messages that this process is at.
        withdraw: takes back what somebody last asked a persona for.
        judge: says which tier a draft would have, for what is only compared.
        reserved: messages that are answered elsewhere as soon as nobody holds them: the loops leave them alone.
    """

    database: Database
    clock: Clock
    roster: Roster
    brains: Mapping[str, Brain]
    facts: FactsSource
    propose: Propose
    is_paused: PauseCheck
    held: set[str]
    withdraw: Withdraw = lambda _tx, _persona, _sender: None
    judge: Judge = lambda _reader, _draft, _persona, _message: ""
    reserved: set[str] = field(default_factory=set)

    def brain_of(self, persona_id: str, roster: Roster | None = None) -> Brain:
        """The brain that a persona's settings name, by the present roster or by another.

        Raises:
            PersonaError: there is none of that name.
        """
        name = (roster or self.roster).get(persona_id).brain
        brain = self.brains.get(name)
        if brain is None:
            known = ", ".join(sorted(self.brains))
            raise PersonaError(f"persona {persona_id} has no brain {name!r}", remedy=f"There are: {known}.")
        return brain


async def take_and_settle(
    shop: Workshop, take: Callable[[Transaction], Sequence[Taken]], *, quick: bool
) -> dict[str, Settled]:
    """Take messages in one unit of work and see each of them through.

    Args:
        shop: what personas work with.
        take: takes them, in the unit of work that it is given; at most one for each persona.
        quick: in sync mode: the first attempt has little time.

    Returns:
        what came of each, by persona; empty where there was nothing to take.

    Raises:
        StorageError: the database failed; what was taken stays in progress and is recovered when the loops start again.
    """
    unit = asyncio.ensure_future(shop.database.write(lambda tx: _hold(shop, take(tx))))
    taken: Sequence[Taken] = ()
    try:
        taken = await asyncio.shield(unit)
        made = await asyncio.gather(*(_see_through(shop, one, quick=quick) for one in taken), return_exceptions=True)
        failures = [failure for failure in made if isinstance(failure, BaseException)]
        if failures:
            raise failures[0]
        settled = [one for one in made if isinstance(one, Settled)]
        return {one.message.persona_id: result for one, result in zip(taken, settled, strict=True)}
    except asyncio.CancelledError:
        # The unit may have committed although nobody waits for it any more: nothing must stay taken by nobody.
        with contextlib.suppress(WatchfloorError):  # then it took nothing
            taken = await unit
            await asyncio.shield(shop.database.write(lambda tx: _release(tx, taken)))
        raise
    finally:
        shop.held.difference_update(one.message.id for one in taken)


def _release(tx: Transaction, taken: Sequence[Taken]) -> None:
    for one in taken:
        handling.release(tx, one)


def _hold(shop: Workshop, taken: Sequence[Taken]) -> Sequence[Taken]:
    # Held before the commit, so that a loop that starts meanwhile does not recover what is being answered.
    shop.held.update(one.message.id for one in taken)
    return taken


async def _see_through(shop: Workshop, taken: Taken, *, quick: bool) -> Settled:
    roster, limits = shop.roster, shop.roster.rules.loop
    seconds = limits.sync_seconds if quick and taken.message.attempts == 1 else limits.think_seconds
    request = _request(shop, taken, await _said_before(shop, taken))
    try:
        brain = shop.brain_of(taken.message.persona_id)
        reply = checked_reply(await shop.clock.wait_for(brain.think(request), seconds), limits)
        return await shop.database.write(lambda tx: _settle(tx, shop, taken, reply, roster))
    except StorageError:
        raise
    except TimeoutError:
        error = f"the brain took longer than {seconds:g} s"
    except Exception as failure:  # noqa: BLE001  # a brain may raise anything: it is the message's failure, journalled as such
        error = f"{type(failure).__name__}: {failure}"
    return await shop.database.write(lambda tx: _fail(tx, shop, taken, error, roster, request.meter.usage))


def _settle(tx: Transaction, shop: Workshop, taken: Taken, reply: BrainReply, roster: Roster) -> Settled:
    settled = handling.settle(tx, taken, reply, roster, shop.propose, shop.withdraw)
    conversations.leave(tx, taken.message.persona_id, taken.message.post_id, roster.rules.control.turns)
    note_sync(tx, taken, reply.proposals, settled, shop.judge)
    return settled


def _fail(tx: Transaction, shop: Workshop, taken: Taken, error: str, roster: Roster, usage: Usage) -> Settled:
    settled = handling.fail(tx, taken, error, roster, usage)
    if settled.outcome is Outcome.DEAD:
        note_sync(tx, taken, (), settled, shop.judge)
    return settled


async def _said_before(shop: Workshop, taken: Taken) -> tuple[tuple[str, str], ...]:
    """What others said already to the same message; asked only about one that others may have got as well."""
    message = taken.message
    if not message.channel and len(shop.roster.mentioned(message.text)) < 2:
        return ()
    said = await shop.database.read(
        lambda reader: answers_by_others(reader, message.post_id, message.persona_id, HEARD_BEFORE)
    )
    return tuple((name_of(who, shop.roster), text[:HEARD_CHARACTERS]) for who, text in said)


def _request(shop: Workshop, taken: Taken, said_before: tuple[tuple[str, str], ...]) -> BrainRequest:
    message, runtime, now = taken.message, taken.runtime, shop.clock.now()
    return BrainRequest(
        persona_id=message.persona_id,
        persona=shop.roster.get(message.persona_id),
        message=message,
        addressees=shop.roster.mentioned(message.text),
        mood=taken.mood,
        energy=runtime.vigour.energy,
        feelings=dict(decayed(runtime.feelings, now, shop.roster.rules.emotions).values),
        now=now,
        facts=shop.facts,
        said_before=said_before,
    )
