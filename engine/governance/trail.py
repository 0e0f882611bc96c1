"""What the journal says about an action, and whether the action's row still agrees with it.

A row can be changed by whoever reaches the database file. It therefore never speaks for itself: before anything is
decided or run, the journal has to tell the same story about the same digest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..canonical import JSON, JsonError, canonical, parse_strict
from ..journal import row_hash
from ..storage import Reader, to_us
from .action import Action, ActionStatus
from .action_row import as_bytes, text
from .kinds import Tier

PREFIX: Final = "action."
APPROVED: Final = "action.approved"
STATE_EVENTS: Final = (
    "action.proposed",
    "action.revised",
    APPROVED,
    "action.undone",
    "action.rejected",
    "action.expired",
    "action.withdrawn",
    "action.blocked",
    "action.started",
    "action.resumed",
    "action.executed",
    "action.failed",
    "action.uncertain",
)
"""The events that change an action's state; each carries all of :func:`state`."""
_OPERATOR: Final = "operator:"
_RULE: Final = "rule:"
_TEXTS: Final = ", ".join(as_bytes(name) for name in ("kind", "subject", "actor", "data", "prev_hash", "hash"))


@dataclass(frozen=True, slots=True)
class Trail:
    """The journal's account of one action.

    Attributes:
        last: the particulars of the newest change of state; nothing where the journal knows no such action.
        granted_by: the operator whose yes covers the newest digest, or ``rule:`` and the standing rule's id, if any.
        starts: how often it was started.
        broken: the first event whose own hash does not fit, as a sentence; empty while all do.
        use: for a standing rule's yes: the place in the journal of the use that it is.
    """

    last: Mapping[str, JSON] | None
    granted_by: str | None
    starts: int
    broken: str
    use: JSON = None

    @property
    def by_rule(self) -> bool:
        """Whether the yes that covers the newest digest is a standing rule's."""
        return self.granted_by is not None and self.granted_by.startswith(_RULE)


def state(action: Action) -> dict[str, JSON]:
    """What every event that changes an action's state carries."""
    return {
        "status": action.status.value,
        "revision": action.revision,
        "digest": action.digest,
        "tier": action.tier.value,
        "policy": action.policy,
        "not_before_us": None if action.not_before is None else to_us(action.not_before),
        "launch_by_us": None if action.launch_by is None else to_us(action.launch_by),
    }


def read_trail(reader: Reader, action_id: str) -> Trail:
    """Fold the journal's events about an action."""
    marks = ", ".join("?" * len(STATE_EVENTS))
    rows = reader.rows(
        f"SELECT seq, at_us, {_TEXTS} FROM journal"  # noqa: S608  # fixed names
        f" WHERE subject = ? AND kind IN ({marks}) ORDER BY seq",
        (action_id, *STATE_EVENTS),
    )
    last: Mapping[str, JSON] | None = None
    grants: dict[str, tuple[str, JSON]] = {}
    starts = 0
    broken = ""
    for row in rows:
        kind, actor, data = text(row["kind"]), text(row["actor"]), text(row["data"])
        starts += kind == "action.started"
        columns = (text(row["prev_hash"]), row["seq"], row["at_us"], kind, text(row["subject"]), actor, data)
        if text(row["hash"]) != row_hash(*columns):
            broken = broken or f"journal event {row['seq']} was changed"
            continue
        last = json.loads(data)
        if kind == APPROVED and actor.startswith((_OPERATOR, _RULE)):
            grants[str(last.get("digest"))] = (actor.removeprefix(_OPERATOR), last.get("use"))
    granted_by, use = grants.get(str(last.get("digest")), (None, None)) if last else (None, None)
    return Trail(last, granted_by, starts, broken, use)


def disagreement(action: Action, trail: Trail) -> str | None:
    """Why the row must not be believed; nothing while row, digest and journal agree."""
    try:
        if canonical(parse_strict(action.arguments_json)).decode() != action.arguments_json:
            return "its arguments are not spelled as they were recorded"
        computed = action.computed_digest()
    except JsonError as error:
        return f"its arguments are damaged: {error.why}"
    if computed != action.digest:
        return "its record does not match its digest"
    if trail.broken:
        return trail.broken
    if trail.last is None:
        return "the journal knows no such action"
    recorded = state(action)
    changed = [name for name, value in recorded.items() if trail.last.get(name) != value]
    return f"the journal disagrees about its {', '.join(changed)}" if changed else None


def missing_grant(reader: Reader, action: Action, trail: Trail) -> str | None:
    """Why an approved action still lacks a yes that covers it; nothing where it has one or needs none."""
    if action.status is not ActionStatus.APPROVED:
        return f"it is {action.status.value}"
    started = reader.row("SELECT count(*) AS n FROM executions WHERE action_id = ?", (action.id,))
    if started is None or started["n"] != trail.starts:
        return "the journal and the executions disagree about how often it was started"
    if action.tier is Tier.AUTONOMOUS:
        return None
    if action.tier is not Tier.APPROVAL:
        return "a hard stop cannot be approved"
    if trail.granted_by is None:
        return "the journal holds no operator's yes to exactly this"
    row = reader.row(
        "SELECT 1 FROM decisions WHERE action_id = ? AND revision = ? AND digest = ? AND decider = ?"
        " AND verdict = 'approved'",
        (action.id, action.revision, action.digest, trail.granted_by),
    )
    return None if row else "the operator's decision is not on record"
