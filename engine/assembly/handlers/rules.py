"""Commands about standing rules."""

from __future__ import annotations

from collections.abc import Mapping

from ...client.protocol import Reply
from ...commands import AllowLike, DenyLike, RevokeRule
from ...governance.gate import Gate
from ...operators import Operator
from ...storage import Transaction
from ..dispatch import UnitHandler
from ..find import find_id
from ..views.rules import rule_view


def rule_units(gate: Gate) -> Mapping[str, UnitHandler]:
    """The commands about standing rules; each is one unit of work."""

    def allow(tx: Transaction, arguments: AllowLike, operator: Operator) -> Reply:
        return _made(gate, tx, arguments, operator, "is allowed")

    def deny(tx: Transaction, arguments: DenyLike, operator: Operator) -> Reply:
        return _made(gate, tx, arguments, operator, "is denied")

    def revoke(tx: Transaction, arguments: RevokeRule, operator: Operator) -> Reply:
        rule_id = find_id(tx, "standing_rules", arguments.id)
        rule, asked = gate.revoke_rule(tx, rule_id, operator, arguments.reason)
        again = f" {asked} {'action is' if asked == 1 else 'actions are'} asked again." if asked else ""
        return Reply(f"The standing rule about {rule.scope.kind} is revoked.{again}", {"id": rule.id, "asked": asked})

    return {"rule.allow": allow, "rule.deny": deny, "rule.revoke": revoke}


def _made(gate: Gate, tx: Transaction, arguments: AllowLike, operator: Operator, verb: str) -> Reply:
    rule = gate.make_rule(tx, find_id(tx, "actions", arguments.id), arguments, operator)
    view = rule_view(rule, tx.now)
    times = "time" if rule.most == 1 else "times"
    text = (
        f"What is like this {rule.scope.kind} {verb} until {rule.expires:%Y-%m-%d %H:%M}Z, {rule.most} {times} at"
        " most. The example itself is not decided by it."
    )
    return Reply(text, {"id": rule.id, "effect": view.effect, "scope": [list(part) for part in view.scope]})
