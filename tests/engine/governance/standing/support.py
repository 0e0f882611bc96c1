"""Standing rules in a world: made, revoked, and read back."""

from __future__ import annotations

from engine.commands import AllowLike, DenyLike
from engine.governance import Action
from engine.governance.standing import StandingCode, StandingError, StandingRule, get
from engine.operators import Operator

from ..support import ANA, BEN, World


async def allow(world: World, example: Action, operator: Operator = ANA, **scope: object) -> StandingRule:
    """Always allow what is like an example, as it is now."""
    now = await world.get(example)
    ask = AllowLike.model_validate({"id": now.id, "revision": now.revision, "digest": now.digest, **scope})
    return await world.write(lambda tx: world.gate.make_rule(tx, now.id, ask, operator))


async def deny(
    world: World, example: Action, operator: Operator = ANA, reason: str = "never this", **scope: object
) -> StandingRule:
    """Always deny what is like an example, as it is now."""
    now = await world.get(example)
    ask = DenyLike.model_validate(
        {"id": now.id, "revision": now.revision, "digest": now.digest, "reason": reason, **scope}
    )
    return await world.write(lambda tx: world.gate.make_rule(tx, now.id, ask, operator))


async def refused(world: World, example: Action, operator: Operator = ANA, **scope: object) -> StandingCode:
    """Why no permission can be made from an example."""
    try:
        await allow(world, example, operator, **scope)
    except StandingError as error:
        return StandingCode(error.code)
    raise AssertionError("the rule was made")


async def revoke(world: World, rule: StandingRule, operator: Operator = BEN) -> int:
    """End a rule; how many actions are asked again."""
    _, asked = await world.write(lambda tx: world.gate.revoke_rule(tx, rule.id, operator, "enough"))
    return asked


async def read(world: World, rule: StandingRule) -> StandingRule:
    """The rule as it is now."""
    found = await world.read(lambda reader: get(reader, rule.id))
    assert found is not None
    return found


async def approved_example(world: World, kind: str = "send_proposal", **changes: object) -> Action:
    """An action that ANA approved and that ran."""
    action = await world.propose(kind, **changes)  # type: ignore[arg-type]  # test data
    await world.approve(action)
    await world.launcher.step()
    return await world.get(action)
