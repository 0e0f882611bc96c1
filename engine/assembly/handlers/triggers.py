"""Commands about emotional triggers and cooldowns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...client.protocol import CommandRefused, Reply
from ...commands import FireTrigger, ResetTrigger
from ...operators import Operator
from ...personas import PersonaService
from ...settings.emotions import Emotion
from ...storage import Transaction
from ...triggers import Skip
from ...triggers.initiation_rows import forget_contact
from ..dispatch import UnitHandler
from ..triggers import TriggerRoom


def trigger_units(
    triggers: TriggerRoom, personas: PersonaService, alive: Callable[[], bool]
) -> Mapping[str, UnitHandler]:
    """The commands about triggers; each is one unit of work.

    Args:
        triggers: fires and arms them.
        personas: who there is.
        alive: whether an engine runs that delivers.
    """

    def fire(tx: Transaction, arguments: FireTrigger, operator: Operator) -> Reply | CommandRefused:
        personas.roster.get(arguments.persona)
        emotion = _emotion(arguments.emotion)
        found = triggers.fire(tx, arguments.persona, emotion, operator.name)
        if isinstance(found, Skip):
            remedy = "`watchfloor triggers show` tells the limits; `watchfloor triggers reset` ends a cooldown."
            return CommandRefused(f"trigger {emotion.value} did not fire", why=found.reason, remedy=remedy)
        where = f"{found.place.name} ({found.place.platform})"
        when = "" if alive() else " as soon as an engine runs, unless that is too late"
        text = f"{arguments.persona} writes to {found.recipient} in {where}{when}."
        if found.ended_at is not None:
            return CommandRefused(f"trigger {emotion.value} did not fire", why=found.error)
        return Reply(text, {"id": found.id, "action": found.action_id, "recipient": found.recipient})

    def reset(tx: Transaction, arguments: ResetTrigger, operator: Operator) -> Reply:
        if not arguments.persona and not arguments.recipient:
            raise CommandRefused("nothing to reset", remedy="Name a persona, or a recipient.", code="invalid")
        said: list[str] = []
        armed: tuple[Emotion, ...] = ()
        if arguments.persona:
            personas.roster.get(arguments.persona)
            emotion = _emotion(arguments.emotion) if arguments.emotion else None
            armed = triggers.reset(tx, arguments.persona, emotion, operator.actor)
            names = ", ".join(one.value for one in armed)
            said.append(f"Armed again: {names}." if names else "Every trigger was armed already.")
        if arguments.recipient:
            ended = forget_contact(tx, arguments.recipient, operator.actor)
            rests = "may be written to again" if ended else "was not resting"
            said.append(f"{arguments.recipient} {rests}.")
        return Reply(" ".join(said), {"armed": [one.value for one in armed]})

    return {"trigger.fire": fire, "trigger.reset": reset}


def _emotion(name: str) -> Emotion:
    try:
        return Emotion(name.casefold())
    except ValueError:
        remedy = f"There are: {', '.join(emotion.value for emotion in Emotion)}."
        raise CommandRefused(f"no emotion {name[:60]!r}", remedy=remedy, code="unknown") from None
