"""Three people with logins of their own, and a policy that asks several of them."""

from __future__ import annotations

import json

from engine.governance import Action, Policy
from engine.governance.deciding import Decided, DecisionRefused, Shown
from engine.governance.policy.document import Document
from engine.governance.policy.model import Rules
from engine.operators import Operator, Role

from ..support import World

PAT = Operator("pat", Role.OPERATOR, "ssh 10.0.0.1", "key SHA256:pat")
QUINN = Operator("quinn", Role.OPERATOR, "ssh 10.0.0.2", "key SHA256:quinn")
ROBIN = Operator("robin", Role.ADMIN, "ssh 10.0.0.3", "key SHA256:robin")
VIV = Operator("viv", Role.VIEWER, "ssh 10.0.0.4", "key SHA256:viv")


def ask(world: World, **rule: object) -> None:
    """Put a policy in force with one more rule about proposals."""
    table = {"name": "ours", "why": "we want to", "kinds": ["send_proposal"], **rule}
    document = Document.model_validate({"rule": [table]})
    world.gate._desk.policy = Policy.from_settings(world.settings, Rules.of(document))


def shown(action: Action) -> Shown:
    return Shown(action.id, action.revision, action.digest)


async def edit(world: World, action: Action, text: str, operator: Operator = PAT, reason: str = "shorter") -> Decided:
    arguments = json.dumps({"text": text})
    return await world.write(
        lambda tx: world.gate.decisions.edit(tx, shown(action), operator, arguments, reason),
    )


async def undo(world: World, action: Action, operator: Operator = PAT) -> Decided:
    return await world.write(lambda tx: world.gate.undo(tx, action.id, operator))


def taken(answer: object) -> Action:
    assert isinstance(answer, Action), answer
    return answer


def refused(answer: object) -> DecisionRefused:
    assert isinstance(answer, DecisionRefused), answer
    return answer
