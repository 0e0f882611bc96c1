"""Commands about personas and their messages."""

from __future__ import annotations

from collections.abc import Mapping

from ...client.protocol import CommandRefused, Reply
from ...commands import Dependency, MessageTarget, Reprioritise, SendMessage, SetMode
from ...governance import repository as actions
from ...governance.action import Action
from ...governance.kinds import Tier
from ...operators import Operator
from ...personas import (
    Accepted,
    Answer,
    Change,
    Dropped,
    Incoming,
    Merged,
    PersonaService,
    SenderKind,
    SyncAnswer,
    drop,
    reprioritise,
    retry,
)
from ...settings.personas import AutonomyMode
from ...storage import Database, Reader, Transaction
from ..dispatch import LongHandler, UnitHandler
from ..find import find_id
from .steering import DROPPED_BY_HAND, steer_many
from .tasks import reprioritise_task


def persona_units(personas: PersonaService) -> Mapping[str, UnitHandler]:
    """The commands about personas and messages; each is one unit of work."""

    def drop_message(tx: Transaction, arguments: MessageTarget, operator: Operator) -> Reply:
        message_id = find_id(tx, "messages", arguments.id)
        drop(tx, message_id, operator.actor, arguments.reason or DROPPED_BY_HAND)
        return Reply("Message dropped.", {"id": message_id})

    def retry_message(tx: Transaction, arguments: MessageTarget, operator: Operator) -> Reply:
        message_id = find_id(tx, "messages", arguments.id)
        persona_id = retry(tx, message_id, operator.actor)
        return Reply(f"{persona_id} tries it again.", {"id": message_id})

    def move(tx: Transaction, arguments: Reprioritise, operator: Operator) -> Reply:
        if arguments.scope == "task":
            return reprioritise_task(tx, arguments, operator)
        message_id = find_id(tx, "messages", arguments.id)
        ranked = reprioritise(tx, message_id, Change(arguments.change), operator.actor, arguments.value)
        return Reply(f"Its priority is {ranked // 100} now.", {"id": message_id, "priority": ranked // 100})

    def change_mode(tx: Transaction, arguments: SetMode, operator: Operator) -> Reply:
        before = personas.set_mode_in(tx, arguments.id, AutonomyMode(arguments.mode), operator.actor)
        return Reply(f"{arguments.id} is {arguments.mode} now.", {"before": before.value, "mode": arguments.mode})

    def wait_for(tx: Transaction, arguments: Dependency, operator: Operator) -> Reply:
        new = personas.declare_in(tx, arguments.id, arguments.waits_for, operator.actor)
        said = "waits for" if new else "already waits for"
        return Reply(f"{arguments.id} {said} {arguments.waits_for}.", {"declared": new})

    def stop_waiting(tx: Transaction, arguments: Dependency, operator: Operator) -> Reply:
        personas.withdraw_in(tx, arguments.id, arguments.waits_for, operator.actor)
        return Reply(f"{arguments.id} no longer waits for {arguments.waits_for}.", {})

    return {
        "message.drop": drop_message,
        "message.retry": retry_message,
        "message.steer_many": steer_many,
        "queue.reprioritise": move,
        "persona.set_mode": change_mode,
        "persona.wait_for": wait_for,
        "persona.stop_waiting": stop_waiting,
    }


def send_message(personas: PersonaService, database: Database) -> LongHandler:
    """The command that writes to a persona or a channel; a persona in sync mode answers before it returns."""

    async def send(arguments: SendMessage, operator: Operator, request_id: str) -> Reply | CommandRefused:
        channel = arguments.to.removeprefix("#") if arguments.to.startswith("#") else ""
        incoming = Incoming(
            id=request_id,
            sender=operator.name,
            sender_kind=SenderKind.HUMAN,
            text=arguments.text,
            channel=channel,
            to=() if channel else (arguments.to,),
        )
        sent = await personas.answer_sync(incoming)
        said = await database.read(lambda reader: _said(reader, sent))
        return _told(sent, channel, said)

    return send


def _said(reader: Reader, sent: SyncAnswer) -> dict[str, str]:
    """What each persona that answered at once says, by id; only what runs without anybody's yes."""
    said = {}
    for persona_id, settled in sent.settled.items():
        found = [actions.get(reader, action_id) for action_id in settled.action_ids]
        texts = [
            str(action.arguments["text"]) for action in found if action and action.tool == "chat" and _runs(action)
        ]
        if texts:
            said[persona_id] = "\n".join(texts)
    return said


def _runs(action: Action) -> bool:
    return action.tier is Tier.AUTONOMOUS


def _told(sent: SyncAnswer, channel: str, said: Mapping[str, str]) -> Reply | CommandRefused:
    data: dict[str, object] = {"answers": [_data(answer, sent) for answer in sent.answers], "said": dict(said)}
    if not sent.answers:
        return Reply(f"Said in #{channel}; no persona listens there.", data)
    taken = [answer for answer in sent.answers if not isinstance(answer, Dropped)]
    if not taken:
        whys = "; ".join(
            f"{answer.persona_id}: {answer.reason}" for answer in sent.answers if isinstance(answer, Dropped)
        )
        return CommandRefused("message dropped", why=whys, remedy="Try again later.", code="dropped")
    names = ", ".join(answer.persona_id for answer in taken)
    silent = [persona_id for persona_id in sent.settled if persona_id not in said]
    lines = [f"Accepted by {names}.", *(f"{persona_id}: {text}" for persona_id, text in said.items())]
    lines += [f"{persona_id} answers after {', '.join(others)}." for persona_id, others in sent.held.items()]
    lines += [f"{persona_id}: {sent.settled[persona_id].outcome.value}" for persona_id in silent]
    return Reply("\n".join(lines), data)


def _data(answer: Answer, sent: SyncAnswer) -> dict[str, object]:
    match answer:
        case Accepted():
            data: dict[str, object] = {"persona": answer.persona_id, "answer": "accepted", "id": answer.message_id}
            made = sent.settled.get(answer.persona_id)
            if answer.persona_id in sent.held:
                data["after"] = list(sent.held[answer.persona_id])
            return data | ({"outcome": made.outcome.value, "actions": list(made.action_ids)} if made else {})
        case Merged():
            return {"persona": answer.persona_id, "answer": "merged", "id": answer.into}
        case Dropped():
            return {"persona": answer.persona_id, "answer": "dropped", "reason": answer.reason}
