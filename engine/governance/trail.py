"""What the journal says about an action, and whether the action's row still agrees with it.

A row can be changed by whoever reaches the database file. It therefore never speaks for itself: before anything is
decided or run, the journal has to tell the same story about the same digest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..canonical import JSON, JsonError, is_canonical
from ..journal import row_hash
from ..storage import Reader, to_us
from .action import LEGAL, Action, ActionStatus
from .action_row import as_bytes, text
from .decisions import said_yes
from .kinds import Tier

PREFIX: Final = "action."
APPROVED: Final = "action.approved"
GRANTED: Final = "action.granted"
"""One yes of several that are needed."""
RETRACTED: Final = "action.retracted"
"""Such a yes taken back."""
EDITED: Final = "action.edited"
SETTLED: Final = "action.settled"
"""An operator said what became of an uncertain action."""
ENDED: Final = frozenset({f"action.{status}" for status, following in LEGAL.items() if not following}) | {
    f"action.{ActionStatus.UNCERTAIN}",
    SETTLED,
}
"""After such an event nothing more happens to an action by itself."""
STATE_EVENTS: Final = (
    "action.proposed",
    "action.revised",
    EDITED,
    GRANTED,
    RETRACTED,
    APPROVED,
    SETTLED,
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
_ABOUT_GRANTS: Final = frozenset({APPROVED, GRANTED, RETRACTED})
_OPERATOR: Final = "operator:"
_RULE: Final = "rule:"
_TEXTS: Final = ", ".join(as_bytes(name) for name in ("kind", "subject", "actor", "data", "prev_hash", "hash"))


@dataclass(frozen=True, slots=True)
class Grant:
    """One yes to the newest digest, by the journal.

    Attributes:
        by: the operator, or ``rule:`` and the standing rule's id.
        seat: what is known of the operator besides the name.
    """

    by: str
    seat: str


@dataclass(frozen=True, slots=True)
class Trail:
    """The journal's account of one action.

    Attributes:
        last: the particulars of the newest change of state; nothing where the journal knows no such action.
        granted_by: whose yes completed the approval of the newest digest: an operator's, or ``rule:`` and the standing
            rule's id, if anybody's.
        starts: how often it was started.
        broken: the first event whose own hash does not fit, as a sentence; empty while all do.
        use: for a standing rule's yes: the place in the journal of the use that it is.
        grants: every yes to the newest digest that was not taken back, in order.
    """

    last: Mapping[str, JSON] | None
    granted_by: str | None
    starts: int
    broken: str
    use: JSON = None
    grants: tuple[Grant, ...] = ()

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


_MARKS: Final = ", ".join("?" * len(STATE_EVENTS))
_OF_ACTION: Final = f"SELECT seq, at_us, {_TEXTS} FROM journal WHERE subject = ? AND kind IN ({_MARKS}) ORDER BY seq"  # noqa: S608  # fixed names


def read_trail(reader: Reader, action_id: str) -> Trail:
    """Fold the journal's events about an action."""
    newest_data: str | None = None
    grants: dict[str, dict[str, Grant]] = {}
    completed: dict[str, tuple[str, JSON]] = {}
    starts = 0
    broken = ""
    for seq, at_us, *texts in reader.rows(_OF_ACTION, (action_id, *STATE_EVENTS)):
        kind, subject, actor, data, previous, stored = map(text, texts)
        starts += kind == "action.started"
        if stored != row_hash(previous, seq, at_us, kind, subject, actor, data):
            broken = broken or f"journal event {seq} was changed"
            continue
        newest_data = data
        if kind not in _ABOUT_GRANTS:
            continue
        said = json.loads(data)
        digest, by = str(said.get("digest")), actor.removeprefix(_OPERATOR)
        if kind in {APPROVED, GRANTED} and actor.startswith((_OPERATOR, _RULE)):
            grants.setdefault(digest, {})[by] = Grant(by, str(said.get("seat", "")))
        if kind == APPROVED and by in grants.get(digest, {}):
            completed[digest] = (by, said.get("use"))
        if kind == RETRACTED:
            grants.get(digest, {}).pop(by, None)
    last: Mapping[str, JSON] | None = None if newest_data is None else json.loads(newest_data)
    newest = str(last.get("digest")) if last else ""
    granted_by, use = completed.get(newest, (None, None))
    return Trail(last, granted_by, starts, broken, use, tuple(grants.get(newest, {}).values()))


def disagreement(action: Action, trail: Trail) -> str | None:
    """Why the row must not be believed; nothing while row, digest and journal agree."""
    try:
        if not is_canonical(action.arguments_json):
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
    return _short_of_quorum(action, trail) or unrecorded(reader, action, trail)


def unrecorded(reader: Reader, action: Action, trail: Trail) -> str | None:
    """Which yes in the journal has no decision on record; nothing where each has."""
    missing = [grant.by for grant in trail.grants if not said_yes(reader, action, grant.by, grant.seat)]
    return f"the operator's decision is not on record ({', '.join(missing)})" if missing else None


def _short_of_quorum(action: Action, trail: Trail) -> str | None:
    if action.quorum == 1:
        return None
    if trail.by_rule:
        return f"a standing rule cannot stand for {action.quorum} operators"
    if any(f"{_OPERATOR}{grant.by}" == action.proposer for grant in trail.grants):
        return "its own proposer's yes is among those that it needs"
    people = distinct(trail.grants)
    return f"the journal holds the yes of {people} of {action.quorum} operators" if people < action.quorum else None


def distinct(grants: Sequence[Grant]) -> int:
    """How many people these are for certain: another name from the same seat is nobody else."""
    return min(len({grant.by.casefold() for grant in grants}), len({grant.seat for grant in grants}))
