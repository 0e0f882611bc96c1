"""An action as a row of the database, and a row as an action."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeVar

from ..storage import from_us, to_us
from .action import Action, ActionStatus, Risk
from .kinds import Stage, Tier

E = TypeVar("E", bound=StrEnum)

_SHORT: Final = 8_192
"""Rows whose long columns have at most so many bytes together are remembered."""
_LATEST_US: Final = to_us(datetime(9999, 1, 1, tzinfo=UTC))
_NUMBERS: Final = frozenset(
    {
        "revision", "repeats", "created_us", "expires_us", "decided_us", "not_before_us", "launch_by_us", "ended_us",
        "quorum", "asked_us",
    }
)  # fmt: skip
COLUMNS: Final = (
    "id", "revision", "kind", "tool", "binding", "arguments", "account_id", "stage", "tier", "rule", "why", "policy",
    "risk", "effect", "proposer", "reason", "origin", "dedupe_key", "fingerprint", "digest", "status", "repeats",
    "created_us", "expires_us", "decided_by", "decided_us", "decision_reason", "not_before_us", "launch_by_us",
    "ended_us", "outcome", "outcome_data", "quorum", "asked_us", "edited_by",
)  # fmt: skip
_LONG: Final = tuple(COLUMNS.index(name) for name in ("arguments", "reason", "why", "outcome", "outcome_data"))
CHANGEABLE: Final = tuple(
    name for name in COLUMNS if name not in {"id", "proposer", "origin", "dedupe_key", "created_us"}
)
"""The columns that a change of state may write."""


def as_bytes(name: str) -> str:
    """How a text column is selected, so that bytes which are no UTF-8 reach Python instead of failing the query."""
    return f"CAST({name} AS BLOB) AS {name}"


SELECTED: Final = ", ".join(name if name in _NUMBERS else as_bytes(name) for name in COLUMNS)
"""What a query selects for :func:`action_of`."""


def text(value: bytes) -> str:
    """A text column's content; a byte that is no UTF-8 becomes U+FFFD, which no digest will agree with."""
    return value.decode("utf-8", "replace")


def optional_text(value: bytes | None) -> str | None:
    """The same for a column that may be empty."""
    return None if value is None else text(value)


def values_of(action: Action) -> dict[str, str | int | None]:
    """The action's columns by name."""
    return {
        "id": action.id,
        "revision": action.revision,
        "kind": action.kind,
        "tool": action.tool,
        "binding": action.binding,
        "arguments": action.arguments_json,
        "account_id": action.account_id,
        "stage": action.stage.value if action.stage else None,
        "tier": action.tier.value,
        "rule": action.rule,
        "why": action.why,
        "policy": action.policy,
        "risk": action.risk.value,
        "effect": action.effect,
        "proposer": action.proposer,
        "reason": action.reason,
        "origin": action.origin,
        "dedupe_key": action.dedupe_key,
        "fingerprint": action.fingerprint,
        "digest": action.digest,
        "status": action.status.value,
        "repeats": action.repeats,
        "created_us": to_us(action.created),
        "expires_us": to_us(action.expires),
        "decided_by": action.decided_by,
        "decided_us": _us(action.decided_at),
        "decision_reason": action.decision_reason,
        "not_before_us": _us(action.not_before),
        "launch_by_us": _us(action.launch_by),
        "ended_us": _us(action.ended),
        "outcome": action.outcome,
        "outcome_data": action.outcome_json,
        "quorum": action.quorum,
        "asked_us": _us(action.asked),
        "edited_by": action.edited_by,
    }


def action_of(row: sqlite3.Row) -> Action:
    """The action that a row selected by ``SELECTED`` holds."""
    values = tuple(row)
    size = sum(len(values[place]) for place in _LONG if isinstance(values[place], bytes | str))
    return _action_of(values) if size <= _SHORT else _read(values)


@lru_cache(maxsize=1_024)
def _action_of(values: tuple[Any, ...]) -> Action:
    # What waits is read many times a second and hardly ever changed; what was changed by a single byte is read anew.
    return _read(values)


def _read(values: tuple[Any, ...]) -> Action:
    # Reading never fails on a row that somebody changed by hand: a word that means nothing is read as the strictest
    # one, the digest then disagrees, and the gate blocks that action by name instead of every list failing over it.
    (
        name, revision, kind, tool, binding, arguments, account, stage, tier, rule, why, policy,
        risk, effect, proposer, reason, origin, dedupe_key, fingerprint, digest, status, repeats,
        created, expires, decided_by, decided, decision_reason, not_before, launch_by,
        ended, outcome, outcome_data, quorum, asked, edited_by,
    ) = values  # fmt: skip
    return Action(
        id=text(name),
        revision=revision,
        kind=text(kind),
        tool=text(tool),
        binding=text(binding),
        arguments_json=text(arguments),
        account_id=optional_text(account),
        stage=word(Stage, text(stage), Stage.UNKNOWN) if stage is not None else None,
        tier=word(Tier, text(tier), Tier.HARD_STOP),
        rule=text(rule),
        why=text(why),
        policy=text(policy),
        risk=word(Risk, text(risk), Risk.HIGH),
        effect=text(effect),
        proposer=text(proposer),
        reason=text(reason),
        origin=optional_text(origin),
        dedupe_key=optional_text(dedupe_key),
        fingerprint=text(fingerprint),
        digest=text(digest),
        status=word(ActionStatus, text(status), ActionStatus.BLOCKED),
        repeats=repeats,
        created=_instant(created),
        expires=_instant(expires),
        decided_by=optional_text(decided_by),
        decided_at=_optional_instant(decided),
        decision_reason=optional_text(decision_reason),
        not_before=_optional_instant(not_before),
        launch_by=_optional_instant(launch_by),
        ended=_optional_instant(ended),
        outcome=optional_text(outcome),
        outcome_json=optional_text(outcome_data),
        quorum=quorum,
        asked=_optional_instant(asked),
        edited_by=optional_text(edited_by),
    )


def word(words: type[E], value: str, strictest: E) -> E:
    """The word of that value; the strictest where it means nothing."""
    try:
        return words(value)
    except ValueError:
        return strictest


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else to_us(moment)


def _instant(us: int) -> datetime:
    return from_us(min(max(us, 0), _LATEST_US))


def _optional_instant(us: int | None) -> datetime | None:
    return None if us is None else _instant(us)
