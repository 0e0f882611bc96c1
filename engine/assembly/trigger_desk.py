"""Beginning talks and seeing them delivered: each function is part of one unit of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..canonical import JSON
from ..clock import Clock
from ..governance import repository as actions
from ..governance.action import Action, ActionStatus
from ..governance.gate import Gate
from ..governance.proposal import Proposal, ProposalError
from ..personas import PauseCheck, message_id
from ..personas.runtime import mode_of
from ..settings import Settings
from ..settings.emotions import Emotion
from ..settings.personas import AutonomyMode
from ..storage import Reader, Transaction
from ..triggers import (
    Call,
    Circumstances,
    Initiation,
    InitiationState,
    Place,
    Skip,
    SkipCode,
    Trigger,
    begun,
    decide,
    delivered,
    ended,
    expired,
    failed,
    missed,
    queued,
    refused,
)
from ..triggers import initiation_rows as initiations
from ..triggers.trigger_rows import save_trigger, triggers_of
from ..triggers.wake_rows import ask_gate, note_skip, note_wake
from .trigger_people import LOCAL, TOOLS, People, Recipient, last_words

KIND: Final = "send_chat_message"
"""The kind of the action that an initiation is, whatever the platform."""
OWN: Final = "initiation:"
"""Before an initiation's id: the key of its actions. What comes of them is the persona's own doing."""
_MODES: Final = {
    AutonomyMode.OFF: "it is off",
    AutonomyMode.SYNC: "in sync mode it answers, and begins nothing by itself",
    AutonomyMode.SHADOW: "in shadow mode nothing is sent",
}
_NO: Final = {
    ActionStatus.BLOCKED: "the guardrails block it",
    ActionStatus.REJECTED: "an operator rejected it",
    ActionStatus.WITHDRAWN: "it was taken back",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A talk that a persona would begin.

    Attributes:
        recipient: with whom; nothing where there is nobody.
        text: what it would say.
        reason: why, for the operator.
        topic: what it takes up again.
        objection: what already stands against it.
        operator: who fired it by hand; empty where it came by itself.
    """

    persona: str
    source: str
    recipient: Recipient | None
    text: str
    reason: str
    topic: str = ""
    objection: Skip | None = None
    operator: str = ""


class TriggerDesk:
    """Begins talks through the gate, and follows them to their end.

    Args:
        clock: makes identifiers.
        gate: takes the actions.
        settings: the settings in force.
        people: finds recipients.
        is_paused: why a persona is stopped.
    """

    def __init__(
        self, clock: Clock, gate: Gate, settings: Callable[[], Settings], people: People, is_paused: PauseCheck
    ) -> None:
        self._clock = clock
        self._gate = gate
        self._settings = settings
        self._people = people
        self._is_paused = is_paused

    def begin(self, tx: Transaction, wish: Wish) -> Initiation | Skip:
        """Begin a talk, unless something stands against it; what does is on record then."""
        rules = self._settings().triggers.initiations
        call = Call(wish.source, wish.persona, manual=bool(wish.operator))
        found = wish.objection or decide(self._circumstances(tx, wish, call), tx.now, rules)
        if isinstance(found, Skip):
            note_skip(tx, wish.persona, wish.source, found)
            return found
        assert wish.recipient is not None  # noqa: S101  # decide() refuses a wish without one
        initiation = Initiation(
            id=self._clock.new_id(),
            persona=wish.persona,
            source=wish.source,
            recipient=wish.recipient.name,
            place=found,
            text=wish.text,
            reason=wish.reason if not wish.operator else f"{wish.reason}; fired by {wish.operator}",
            queued_at=tx.now,
            expires_at=tx.now + timedelta(seconds=rules.expire_seconds),
            topic=wish.topic,
            manual=bool(wish.operator),
        )
        note_wake(tx, call)
        trigger = self._trigger(tx, initiation)
        if trigger is not None:
            save_trigger(tx, initiation.persona, queued(trigger, tx.now))
        return self._deliver(tx, initiation, found)

    def settle(self, tx: Transaction, initiation: Initiation) -> Initiation:
        """Bring an initiation up to what became of its action, and try it again where that is due."""
        if initiation.retry_at is not None:
            return self._again(tx, initiation)
        action = actions.get(tx, initiation.action_id)
        if action is None:
            return self._refuse(tx, initiation, "its action is not on record")
        after = initiation
        match action.status:
            case ActionStatus.EXECUTED | ActionStatus.UNCERTAIN:
                # What may have arrived counts as arrived: saying it twice is worse than not at all.
                after = self._arrived(tx, initiation, action)
            case ActionStatus.FAILED:
                after = self._missed(tx, initiation, action.outcome or "its tool failed")
            case ActionStatus.EXPIRED:
                after = self._expire(tx, initiation, "nobody answered in time")
            case ActionStatus.PENDING | ActionStatus.APPROVED if tx.now >= initiation.expires_at:
                why = "it could not be delivered in time"
                self._gate.withdraw(tx, action.id, action.proposer, why)
                after = self._expire(tx, initiation, why)
            case ActionStatus.BLOCKED | ActionStatus.REJECTED | ActionStatus.WITHDRAWN:
                after = self._refuse(tx, initiation, _NO[action.status])
        return after

    def cancel(self, tx: Transaction, initiation: Initiation, why: str) -> Initiation:
        """Give an initiation up that waits for its next try."""
        return self._keep(tx, ended(initiation, InitiationState.CANCELLED, tx.now, why))

    def _circumstances(self, reader: Transaction, wish: Wish, call: Call) -> Circumstances:
        rules = self._settings().triggers
        recipient = wish.recipient
        name = recipient.name if recipient is not None else ""
        return Circumstances(
            mode=_mode(reader, wish.persona),
            paused=self._is_paused(reader, wish.persona) or "",
            recipient=name,
            contact=initiations.contact_with(reader, name) if name else None,
            under_way=initiations.is_under_way(reader, name, wish.persona, wish.source),
            delivered=initiations.delivered_times(reader, wish.persona, reader.now),
            places=recipient.places if recipient is not None else (),
            asleep=ask_gate(reader, call, reader.now, rules.wake),
        )

    def _deliver(self, tx: Transaction, initiation: Initiation, place: Place) -> Initiation:
        number = initiation.attempts + 1
        proposal = Proposal(
            kind=KIND,
            tool=TOOLS[place.platform],
            arguments=_arguments(place, initiation.text),
            proposer=f"persona:{initiation.persona}",
            reason=f"{initiation.source.replace('_', ' ')}: {initiation.reason}",
            # What repeats somebody's words was written after reading them.
            origin=message_id(initiation.persona, initiation.topic) if initiation.topic else None,
            dedupe_key=f"{OWN}{initiation.id}:{number}",
        )
        try:
            action = self._gate.propose(tx, proposal)
        except ProposalError as error:
            return self._refuse(tx, begun(initiation, "", place), error.sentence())
        tried = begun(initiation, action.id, place)
        if action.status is ActionStatus.BLOCKED:
            return self._refuse(tx, tried, _NO[ActionStatus.BLOCKED])
        return self._keep(tx, tried)

    def _again(self, tx: Transaction, initiation: Initiation) -> Initiation:
        if tx.now >= initiation.expires_at:
            return self._expire(tx, initiation, initiation.error)
        mode = _mode(tx, initiation.persona)
        if mode:
            return self._refuse(tx, initiation, mode)
        if initiation.retry_at is None or tx.now < initiation.retry_at:
            return initiation
        place = self._next_place(tx, initiation)
        if place.closed or self._is_paused(tx, initiation.persona):
            return initiation
        trigger = self._trigger(tx, initiation)
        if trigger is not None:
            save_trigger(tx, initiation.persona, queued(trigger, tx.now))
        return self._deliver(tx, initiation, place)

    def _next_place(self, tx: Transaction, initiation: Initiation) -> Place:
        """Where the next try goes: another platform where that is open, else the same again."""
        recipient = self._people.of(tx, initiation.persona, last_words(tx, initiation.persona), tx.now)
        same = recipient is not None and recipient.name == initiation.recipient
        places = recipient.places if recipient is not None and same else ()
        others = (place for place in places if not place.closed and place.platform != initiation.place.platform)
        return next(others, None) or self._people.refreshed(tx, initiation.place, None, tx.now)

    def _arrived(self, tx: Transaction, initiation: Initiation, action: Action) -> Initiation:
        at = action.ended or tx.now
        initiations.note_contact(tx, initiation, at)
        self._change(tx, initiation, lambda trigger: delivered(trigger, at))
        return self._keep(tx, ended(initiation, InitiationState.DELIVERED, at))

    def _missed(self, tx: Transaction, initiation: Initiation, why: str) -> Initiation:
        rules = self._settings().triggers.initiations
        after = self._change(tx, initiation, lambda trigger: failed(trigger, tx.now, why, rules))
        failures = after.failures if after is not None else initiation.attempts
        return self._keep(tx, missed(initiation, tx.now, why, failures, rules))

    def _expire(self, tx: Transaction, initiation: Initiation, why: str) -> Initiation:
        rest = self._settings().triggers.initiations.cooldown_seconds
        self._change(tx, initiation, lambda trigger: expired(trigger, tx.now, rest))
        return self._keep(tx, ended(initiation, InitiationState.EXPIRED, tx.now, why))

    def _refuse(self, tx: Transaction, initiation: Initiation, why: str) -> Initiation:
        self._change(tx, initiation, lambda trigger: refused(trigger, tx.now, why))
        note_skip(tx, initiation.persona, initiation.source, Skip(SkipCode.BLOCKED, why))
        return self._keep(tx, ended(initiation, InitiationState.REFUSED, tx.now, why))

    def _change(self, tx: Transaction, initiation: Initiation, change: Callable[[Trigger], Trigger]) -> Trigger | None:
        trigger = self._trigger(tx, initiation)
        if trigger is None:
            return None
        after = change(trigger)
        save_trigger(tx, initiation.persona, after)
        return after

    def _trigger(self, reader: Transaction, initiation: Initiation) -> Trigger | None:
        if not initiation.emotion:
            return None
        emotion = Emotion(initiation.emotion)
        return triggers_of(reader, initiation.persona).get(emotion) or Trigger(emotion, reader.now)

    def _keep(self, tx: Transaction, initiation: Initiation) -> Initiation:
        history = self._settings().triggers.initiations.history
        initiations.save_initiation(tx, initiation, history, f"persona:{initiation.persona}")
        return initiation


def _mode(reader: Reader, persona_id: str) -> str:
    mode = mode_of(reader, persona_id)
    return "it is not known" if mode is None else _MODES.get(mode, "")


def _arguments(place: Place, text: str) -> dict[str, JSON]:
    return {"channel" if place.platform == LOCAL else "chat": place.name, "text": text}
