"""Lets autonomy think about a message that was answered at once, and keeps what it would have done; sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from ...storage import Reader, StorageError, Transaction
from .. import repository as messages
from ..brains.protocol import Brain, BrainReply, BrainRequest, ProposalDraft, checked_reply
from ..budget import NO_USAGE, budget_left, spend
from ..cadence import longest_wait, until_free
from ..emotions import decayed
from ..inbox import Fitness, choose, ranked
from ..mood import mood_now
from ..roster import Roster
from ..runtime import Runtime, load, save
from ..state import rested
from . import repository
from .compare import Made, Side, made_of

if TYPE_CHECKING:
    from ..handling import Settled, Taken
    from ..thinking import Workshop

Judge: TypeAlias = Callable[[Reader, ProposalDraft, str, str], str]
"""Says which tier a persona's draft about a message (their ids) would have, without proposing it."""
ERROR_LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class ShadowLook:
    """What autonomy would do now.

    Attributes:
        pick: the message that it would take up, if any.
        longest: until it has to look again, in seconds; 0 where nothing waits for it.
        least: until it may take up the next one, in seconds.
    """

    pick: str | None = None
    longest: float = 0.0
    least: float = 0.0


def look(reader: Reader, runtime: Runtime, roster: Roster, now: datetime) -> ShadowLook:
    """Choose as the autonomous loop would: by the same moods, waits and priorities, among what it has not come to."""
    waiting = repository.waiting(reader, runtime.id)
    if not waiting:
        return ShadowLook()
    rules = roster.rules
    vigour = rested(runtime.vigour, now, rules.energy)
    budget = budget_left(runtime.spending, now, roster.get(runtime.id))
    answered_at = repository.answered_at(reader, runtime.id)
    mood = mood_now(runtime.mood, len(waiting), vigour.energy, answered_at, now, rules.mood)
    wait = longest_wait(mood, budget, rules.cadence)
    free = until_free(answered_at, wait, now).total_seconds()
    if free > 0:
        return ShadowLook(None, free, free)
    chosen = choose(ranked(waiting, now, rules), Fitness(mood, vigour.energy, budget, runtime.turn), rules)
    return ShadowLook(None if chosen is None else chosen[0].entry.id, wait.total_seconds())


async def run(shop: Workshop, persona_id: str, message_id: str) -> None:
    """Think about one message in shadow and keep what came of it. It is charged what the brain cost, and nothing else.

    Raises:
        StorageError: the database failed.
    """
    roster, clock = shop.roster, shop.clock
    request = await shop.database.write(lambda tx: _take(tx, persona_id, message_id, shop))
    if request is None:
        return
    try:
        brain: Brain = shop.brain_of(persona_id)
        reply = checked_reply(
            await clock.wait_for(brain.think(request), roster.rules.loop.think_seconds),
            roster.rules.loop,
        )
    except StorageError:
        raise
    except TimeoutError:
        error = f"the brain took longer than {roster.rules.loop.think_seconds:g} s"
    except Exception as failure:  # noqa: BLE001  # a brain may raise anything: here it is what is to be found out
        error = f"{type(failure).__name__}: {failure}"
    else:
        await shop.database.write(lambda tx: _keep(tx, persona_id, message_id, reply, shop.judge))
        return
    await shop.database.write(
        lambda tx: _finish(tx, persona_id, message_id, Side(tx.now, "failed", error[:ERROR_LIMIT]))
    )


def note_sync(tx: Transaction, taken: Taken, drafts: Sequence[ProposalDraft], settled: Settled, judge: Judge) -> None:
    """Keep what was done at once about a message, where autonomy does the same in shadow."""
    message = taken.message
    if not repository.is_run(tx, message.id):
        return
    made = _made(tx, drafts if settled.action_ids else (), message.persona_id, message.id, judge)
    found = repository.finish_sync(tx, message.id, Side(tx.now, settled.outcome.value, settled.reason, made))
    if found is not None:
        tx.record("message.compared", message.id, {"persona": message.persona_id, "verdict": found.verdict.value})


def _take(tx: Transaction, persona_id: str, message_id: str, shop: Workshop) -> BrainRequest | None:
    roster = shop.roster
    attempts = repository.attempt(tx, message_id)
    message = messages.find_message(tx, message_id)
    if not attempts or message is None:
        return None
    if attempts > roster.rules.inbox.attempts:
        # Thinking about it ended the engine so often: that is what autonomy would do.
        _finish(tx, persona_id, message_id, Side(tx.now, "failed", "the engine stopped while at it"))
        return None
    runtime = load(tx, persona_id)
    vigour = rested(runtime.vigour, tx.now, roster.rules.energy)
    return BrainRequest(
        persona_id=persona_id,
        persona=roster.get(persona_id),
        message=message,
        addressees=roster.mentioned(message.text),
        mood=runtime.mood,
        energy=vigour.energy,
        feelings=dict(decayed(runtime.feelings, tx.now, roster.rules.emotions).values),
        now=tx.now,
        facts=shop.facts,
    )


def _keep(tx: Transaction, persona_id: str, message_id: str, reply: BrainReply, judge: Judge) -> None:
    if reply.usage != NO_USAGE:
        runtime = load(tx, persona_id)
        save(tx, replace(runtime, spending=spend(runtime.spending, tx.now, 0, reply.usage)))
    if reply.refused_reason or reply.declined_reason:
        outcome = "refused" if reply.refused_reason else "declined"
        _finish(tx, persona_id, message_id, Side(tx.now, outcome, reply.refused_reason or reply.declined_reason))
        return
    made = _made(tx, reply.proposals, persona_id, message_id, judge)
    for one in made:
        told = {"kind": one.kind, "tool": one.tool, "account_id": one.account, "tier": one.tier, "arguments": one.shown}
        tx.record("proposal.shadowed", message_id, told, f"persona:{persona_id}")
    _finish(tx, persona_id, message_id, Side(tx.now, "answered", made=made))


def _finish(tx: Transaction, persona_id: str, message_id: str, side: Side) -> None:
    found = repository.finish_auto(tx, message_id, side)
    verdict = "open" if found is None else found.verdict.value
    told = {"persona": persona_id, "outcome": side.outcome, "reason": side.reason, "verdict": verdict}
    tx.record("message.shadowed", message_id, told, f"persona:{persona_id}")


def _made(
    tx: Transaction, drafts: Sequence[ProposalDraft], persona_id: str, message_id: str, judge: Judge
) -> tuple[Made, ...]:
    return tuple(made_of(draft, judge(tx, draft, persona_id, message_id)) for draft in drafts)
