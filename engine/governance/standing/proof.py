"""Proves standing rules by the journal: that an operator made them, how often they answered, and to what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ...canonical import JSON, JsonError
from ...journal import Breach, row_hash
from ...journal.seals import sealed_state
from ...storage import Reader
from ..action import Action
from ..action_row import as_bytes, text
from ..sealing import RULE
from . import repository
from .rule import RULE_ACTOR, RuleEffect, RuleState, StandingRule

MADE: Final = {RuleEffect.ALLOW: "rule.allowed", RuleEffect.DENY: "rule.denied"}
"""The journal's word for the making of a rule."""
USED: Final = "rule.used"
REVOKED: Final = "rule.revoked"
ENDED: Final = "rule.ended"
_PAGE: Final = 500
_TEXTS: Final = ", ".join(as_bytes(name) for name in ("kind", "subject", "actor", "data", "prev_hash", "hash"))
_OF_RULE: Final = "subject = ? AND kind IN ('rule.allowed', 'rule.denied', 'rule.used', 'rule.revoked', 'rule.ended')"


def state_of(rule: StandingRule) -> dict[str, JSON]:
    """What every event about a rule carries."""
    ended = rule.ended.value if rule.ended else None
    return {"about": rule.scope.kind, "digest": rule.digest, "uses": rule.uses, "ended": ended}


def doubt(reader: Reader, rule: StandingRule) -> str | None:
    """Why a rule's row must not be believed; nothing while it, its digest and the journal agree."""
    try:
        if rule.computed_digest() != rule.digest:
            return "its record does not match its digest"
    except JsonError as error:
        return f"its record is damaged: {error.why}"
    made = _event(reader, f"{_OF_RULE} ORDER BY seq LIMIT 1", rule.id)
    last = _event(reader, f"{_OF_RULE} ORDER BY seq DESC LIMIT 1", rule.id)
    broken = next((event for event in (made, last) if isinstance(event, str)), None)
    if broken is not None or not isinstance(made, dict) or not isinstance(last, dict):
        return broken or "the journal knows no such rule"
    wanted = {"kind": MADE[rule.effect], "actor": f"operator:{rule.made_by}", "digest": rule.digest}
    if any(made.get(name) != value for name, value in wanted.items()):
        return "the journal tells of another rule"
    if any(last.get(name) != value for name, value in state_of(rule).items()):
        return "the journal disagrees about its uses or its end"
    return None


def unproven(reader: Reader, action: Action, rule_id: str, use: JSON) -> str | None:
    """Why a rule's yes does not cover an action; nothing where the journal proves that it does, and it still stands.

    Args:
        reader: where from.
        action: an approved action that carries that yes.
        rule_id: the rule.
        use: the place in the journal where its use for this action is said to be.
    """
    rule = repository.get(reader, rule_id)
    if rule is None:
        return "the standing rule that allowed it is gone"
    wrong = doubt(reader, rule)
    if wrong is not None:
        return f"the standing rule that allowed it does not hold: {wrong}"
    if rule.effect is not RuleEffect.ALLOW:
        return "the standing rule denies"
    return unused(reader, action, rule_id, use)


def unused(reader: Reader, action: Action, rule_id: str, use: JSON) -> str | None:
    """Why the journal does not hold the use of a rule for exactly this action; nothing where it does.

    Args:
        reader: where from.
        action: carries the rule's yes.
        rule_id: the rule.
        use: the place in the journal where its use for this action is said to be.
    """
    used = _event(reader, "seq = ?", use if isinstance(use, int) else -1)
    if not isinstance(used, dict):
        return used if isinstance(used, str) else "the journal holds no use of the standing rule for it"
    wanted = {"kind": USED, "subject": rule_id, "action": action.id, "answers": action.digest}
    if any(used.get(name) != value for name, value in wanted.items()):
        return "the journal holds no use of the standing rule for exactly this"
    return None


def fallen(reader: Reader, granted_by: str | None, now: datetime) -> str | None:
    """Why a standing rule's yes to an action that has not started no longer stands; nothing where it does.

    A rule that is used up still stands behind what it said yes to; one that was revoked or ran out does not.

    Args:
        reader: where from.
        granted_by: who said yes, by the journal; only a standing rule's yes can fall.
        now: the present.
    """
    if granted_by is None or not granted_by.startswith(RULE_ACTOR):
        return None
    rule = repository.get(reader, granted_by.removeprefix(RULE_ACTOR))
    if rule is None or rule.ended is RuleState.REVOKED:
        return "the standing rule that allowed it was revoked"
    return "the standing rule that allowed it ran out" if now >= rule.expires else None


def rule_breaches(reader: Reader) -> Iterator[Breach]:
    """Every standing rule whose row and journal disagree, in the order of their ids."""
    after = ""
    while ids := repository.ids_after(reader, after, _PAGE):
        after = ids[-1]
        for rule_id in ids:
            rule = repository.get(reader, rule_id)
            reason = _doubt_or_seal(reader, rule) if rule is not None else "its row is gone"
            if reason is not None:
                yield Breach(_made_at(reader, rule_id), f"standing rule {rule_id}: {reason}")
    missing = reader.row(
        "SELECT j.seq, j.subject FROM journal j WHERE j.kind IN ('rule.allowed', 'rule.denied')"
        " AND NOT EXISTS (SELECT 1 FROM standing_rules r WHERE r.id = j.subject) ORDER BY j.seq LIMIT 1"
    )
    if missing is not None:
        yield Breach(missing["seq"], f"standing rule {missing['subject']}: its row is gone")


def _doubt_or_seal(reader: Reader, rule: StandingRule) -> str | None:
    """Why a rule's row does not hold; where its rows were pruned, the last state under the seal is what it must be."""
    last = sealed_state(reader, RULE, rule.id)
    if last is None:
        return doubt(reader, rule)
    try:
        state = state_of(rule)
        sound = rule.computed_digest() == rule.digest and all(state.get(name) == last[name] for name in last)
    except JsonError as error:
        return f"its record is damaged: {error.why}"
    return None if sound else "it is not what it was when its rows were pruned"


def _made_at(reader: Reader, rule_id: str) -> int:
    row = reader.row("SELECT min(seq) AS seq FROM journal WHERE subject = ?", (rule_id,))
    return int(row["seq"]) if row and row["seq"] is not None else 0


def _event(reader: Reader, where: str, parameter: str | int) -> dict[str, JSON] | str | None:
    """An event's particulars with its kind, subject and actor; a sentence where it was changed."""
    row = reader.row(f"SELECT seq, at_us, {_TEXTS} FROM journal WHERE {where}", (parameter,))  # noqa: S608  # fixed texts
    if row is None:
        return None
    kind, subject, actor, data = (text(row[name]) for name in ("kind", "subject", "actor", "data"))
    columns = (text(row["prev_hash"]), row["seq"], row["at_us"], kind, subject, actor, data)
    if text(row["hash"]) != row_hash(*columns):
        return f"journal event {row['seq']} was changed"
    return {**json.loads(data), "kind": kind, "subject": subject, "actor": actor}
