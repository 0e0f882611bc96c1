"""What happens to a message from being taken to being settled; each function is part of one unit of work.

On every path the state is charged and the bookmark set in the same unit as the message's change, so that no crash can
separate them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from ..settings.emotions import Emotion, Interaction
from ..settings.personas import AutonomyMode
from ..storage import Reader, Transaction
from . import repository as messages
from .brains.protocol import BrainReply, ProposalDraft
from .budget import NO_USAGE, Usage, spend
from .emotions import felt
from .incidents import heard, is_passed_over
from .model import Message, MessageStatus, SenderKind
from .mood import Mood, mood_now
from .roster import Roster
from .runtime import Runtime, load, save
from .state import rested, worked

Propose: TypeAlias = Callable[[Transaction, ProposalDraft, str, str], str]
"""Hands a persona's draft about a message (their ids) to the gate in the same unit; returns the action's id."""
Withdraw: TypeAlias = Callable[[Transaction, str, str], None]
"""Takes back what a persona (its id) last proposed at somebody's (their name) request, if it has not started."""
PauseCheck: TypeAlias = Callable[[Reader, str], str | None]
"""Why a persona (its id) is paused; nothing if it is not."""

GLANCE_SECONDS: Final = 1.0
"""Least seconds charged for a message that came to nothing: reading it takes something too."""
ERROR_LIMIT: Final = 500


class Outcome(StrEnum):
    """What came of handling a message."""

    ANSWERED = "answered"
    DECLINED = "declined"
    REFUSED = "refused"
    FAILED = "failed"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that a persona is at.

    Attributes:
        message: the message, with this attempt counted.
        runtime: the persona as it began, rest credited.
        mood: the mood in which it began.
        started_at: when.
    """

    message: Message
    runtime: Runtime
    mood: Mood
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of it.

    Attributes:
        outcome: in a word.
        reason: why; empty where it was answered.
        action_ids: what was proposed.
    """

    outcome: Outcome
    reason: str = ""
    action_ids: tuple[str, ...] = ()


def take(tx: Transaction, message_id: str, roster: Roster, is_paused: PauseCheck, why: str) -> Taken | None:
    """Take a waiting message, if it still waits and its persona still works.

    Args:
        tx: the unit of work.
        message_id: which one, by id and never by place.
        roster: who there is.
        is_paused: whether the persona is stopped.
        why: why it was chosen, for the journal.
    """
    message = messages.find_message(tx, message_id)
    if message is None or message.status is not MessageStatus.PENDING:
        return None
    before = load(tx, message.persona_id)
    if before.mode is AutonomyMode.OFF or before.circuit_open(tx.now) or is_paused(tx, message.persona_id):
        return None
    runtime = replace(before, vigour=rested(before.vigour, tx.now, roster.rules.energy))
    mood = mood_of(tx, runtime, roster, tx.now, runtime.vigour.energy)
    attempts = message.attempts + 1
    messages.move(tx, message, MessageStatus.IN_PROGRESS, attempts=attempts, error=message.last_error)
    _remember(tx, runtime if mood is runtime.mood else replace(runtime, mood=mood), before)
    tx.record(
        "message.taken",
        message.id,
        {"persona": message.persona_id, "attempt": attempts, "reason": why},
        f"persona:{message.persona_id}",
    )
    return Taken(replace(message, status=MessageStatus.IN_PROGRESS, attempts=attempts), runtime, mood, tx.now)


def settle(
    tx: Transaction,
    taken: Taken,
    reply: BrainReply,
    roster: Roster,
    propose: Propose,
    withdraw: Withdraw = lambda _tx, _persona, _sender: None,
) -> Settled:
    """Keep what the brain answered: its proposals go to the gate in this very unit.

    Raises:
        Exception: whatever ``propose`` raises; then nothing of the unit happens.
    """
    message = taken.message
    actor = f"persona:{message.persona_id}"
    if reply.refused_reason or reply.declined_reason:
        outcome = Outcome.REFUSED if reply.refused_reason else Outcome.DECLINED
        settled = Settled(outcome, reply.refused_reason or reply.declined_reason)
    else:
        if reply.withdraw:
            withdraw(tx, message.persona_id, message.sender)
        settled = Settled(
            Outcome.ANSWERED,
            action_ids=tuple(propose(tx, draft, message.persona_id, message.id) for draft in reply.proposals),
        )
    answered = settled.outcome is Outcome.ANSWERED
    messages.move(
        tx,
        message,
        MessageStatus.DONE if answered else MessageStatus.DECLINED,
        outcome=settled.outcome.value,
        reason=settled.reason,
        action_ids=settled.action_ids,
    )
    _after(tx, taken, settled, roster, reply.complexity, reply.usage)
    told = {"persona": message.persona_id, "sender": message.sender, "reason": settled.reason}
    tx.record(f"message.{settled.outcome.value}", message.id, {**told, "actions": list(settled.action_ids)}, actor)
    return settled


def fail(tx: Transaction, taken: Taken, error: str, roster: Roster, usage: Usage = NO_USAGE) -> Settled:
    """Keep a failed attempt: the message waits for the next one or goes to the dead letters."""
    message, limits = taken.message, roster.rules.inbox
    error = error[:ERROR_LIMIT]
    dead = message.attempts >= limits.attempts
    wait = min(limits.retry_cap_seconds, limits.retry_seconds * 2 ** (message.attempts - 1))
    messages.move(
        tx,
        message,
        MessageStatus.DEAD if dead else MessageStatus.PENDING,
        not_before=None if dead else tx.now + timedelta(seconds=wait),
        error=error,
    )
    settled = Settled(Outcome.DEAD if dead else Outcome.FAILED, error)
    _after(tx, taken, settled, roster, 1, usage)
    told = {"persona": message.persona_id, "attempt": message.attempts, "error": error}
    tx.record(f"message.{settled.outcome.value}", message.id, told, f"persona:{message.persona_id}")
    return settled


def release(tx: Transaction, taken: Taken) -> None:
    """Put a message back that the engine's own stop interrupted: it keeps its place and the attempt does not count."""
    message = messages.find_message(tx, taken.message.id)
    if message is None or message.status is not MessageStatus.IN_PROGRESS:
        return
    messages.move(tx, message, MessageStatus.PENDING, attempts=max(0, message.attempts - 1), error=message.last_error)
    tx.record("message.released", message.id, {"persona": message.persona_id})


def recover(tx: Transaction, persona_id: str, held: frozenset[str], roster: Roster) -> int:
    """Put back what a dead engine left in progress; the attempt counts, so that a message that kills ends as dead.

    Args:
        tx: the unit of work.
        persona_id: whose.
        held: messages that this process is at.
        roster: who there is.

    Returns:
        how many there were.
    """
    left = [message for message in messages.left_in_progress(tx, persona_id) if message.id not in held]
    for message in left:
        dead = message.attempts >= roster.rules.inbox.attempts
        status = MessageStatus.DEAD if dead else MessageStatus.PENDING
        messages.move(tx, message, status, error="the engine stopped while at it")
        kind = "message.dead" if dead else "message.recovered"
        tx.record(kind, message.id, {"persona": persona_id, "attempt": message.attempts})
    return len(left)


def feel_left_alone(tx: Transaction, persona_id: str, roster: Roster) -> bool:
    """Move the emotions of a persona to whom no human has spoken for long; once for each such stretch."""
    runtime, rules = load(tx, persona_id), roster.rules.emotions
    if tx.now - runtime.left_alone_at < timedelta(seconds=rules.long_idle_seconds):
        return False
    feelings = felt(runtime.feelings, (Interaction.LONG_IDLE,), tx.now, rules)
    save(tx, replace(runtime, feelings=feelings, left_alone_at=tx.now))
    tx.record("persona.left_alone", persona_id, {"loneliness": feelings.values[Emotion.LONELINESS]})
    return True


def note_mood(tx: Transaction, persona_id: str, roster: Roster) -> None:
    """Keep the mood that holds now, where it changed by time alone."""
    before = load(tx, persona_id)
    runtime = replace(before, vigour=rested(before.vigour, tx.now, roster.rules.energy))
    _remember(tx, replace(runtime, mood=mood_of(tx, runtime, roster, tx.now, runtime.vigour.energy)), before)


def mood_of(reader: Reader, runtime: Runtime, roster: Roster, now: datetime, energy: int) -> Mood:
    """The mood that holds for a persona with so much energy (hundredths of a point)."""
    waiting = messages.depth(reader, runtime.id)
    return mood_now(runtime.mood, waiting, energy, runtime.answered_at, now, roster.rules.mood)


def _after(tx: Transaction, taken: Taken, settled: Settled, roster: Roster, complexity: int, usage: Usage) -> None:
    before, rules, message = load(tx, taken.message.persona_id), roster.rules, taken.message
    failed = settled.outcome in {Outcome.FAILED, Outcome.DEAD}
    replied = settled.outcome in {Outcome.ANSWERED, Outcome.REFUSED}
    nominal = rules.energy.nominal_reply_seconds
    vigour = worked(
        before.vigour,
        taken.started_at,
        tx.now,
        rules.energy,
        complexity=complexity,
        least_seconds=nominal if replied else min(GLANCE_SECONDS, nominal),
    )
    failures = before.failures_in_row + 1 if failed else 0
    opens = failures >= rules.loop.circuit_failures
    spoken_to = message.sender_kind is SenderKind.HUMAN and not is_passed_over(message, roster)
    after = replace(
        before,
        vigour=vigour,
        spending=spend(before.spending, tx.now, len(settled.action_ids), usage),
        feelings=felt(before.feelings, _incident(message, settled, roster), tx.now, rules.emotions),
        left_alone_at=tx.now if spoken_to else before.left_alone_at,
        answered_at=tx.now if replied else before.answered_at,
        turn=before.turn + 1,
        failures_in_row=failures,
        circuit_until=tx.now + timedelta(seconds=rules.loop.circuit_seconds) if opens else None,
        bookmark=message.id,
        bookmark_at=tx.now,
    )
    _remember(tx, replace(after, mood=mood_of(tx, after, roster, tx.now, after.vigour.energy)), before)


def _remember(tx: Transaction, after: Runtime, before: Runtime) -> None:
    save(tx, after, before)
    if after.mood is not before.mood:
        told = {"from": before.mood.value, "to": after.mood.value, "energy": after.vigour.energy}
        tx.record("persona.mood_changed", after.id, told)
    if after.circuit_until is not None and after.circuit_until != before.circuit_until:
        tx.record("persona.circuit_opened", after.id, {"failures": after.failures_in_row})
    if after.circuit_until is None and before.circuit_until is not None:
        tx.record("persona.circuit_closed", after.id, {})


def _incident(message: Message, settled: Settled, roster: Roster) -> tuple[Interaction, ...]:
    came_of_it = {
        Outcome.ANSWERED: (Interaction.SUCCESS,),
        Outcome.REFUSED: (Interaction.REFUSAL,),
        Outcome.FAILED: (Interaction.FAILURE,),
        Outcome.DEAD: (Interaction.FAILURE,),
        Outcome.DECLINED: (),
    }[settled.outcome]
    said = heard(message, roster) if settled.outcome is not Outcome.FAILED else None
    return came_of_it if said is None else (said, *came_of_it)
