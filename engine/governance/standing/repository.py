"""Standing rules in the database: what they cover never changes, their uses only rise, and they end once."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from ...canonical import JSON, JsonError, canonical, parse_strict
from ...storage import Reader, Transaction, from_us, to_us
from ..action_row import as_bytes, optional_text, text, word
from ..kinds import Stage
from .rule import Likeness, RuleEffect, RuleState, Scope, StandingRule

_LATEST_US: Final = to_us(datetime(9999, 1, 1, tzinfo=UTC))
_TEXTS: Final = (
    "id", "effect", "kind", "tool", "proposer", "account_id", "stage", "arguments", "guardrails", "binding", "made_by",
    "role", "example", "example_digest", "reason", "digest", "ended",
)  # fmt: skip
_NUMBERS: Final = ("same_account", "made_us", "expires_us", "most", "uses", "last_us", "ended_us")
_SELECT: Final = f"SELECT {', '.join((*map(as_bytes, _TEXTS), *_NUMBERS))} FROM standing_rules AS r WHERE"  # noqa: S608  # fixed names


def insert(tx: Transaction, rule: StandingRule) -> None:
    """Store a new rule."""
    scope = rule.scope
    tx.execute(
        "INSERT INTO standing_rules (id, effect, kind, tool, proposer, same_account, account_id, stage, arguments,"
        " guardrails, binding, made_by, role, made_us, example, example_digest, expires_us, most, reason, digest)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            rule.id,
            rule.effect.value,
            scope.kind,
            scope.tool,
            scope.proposer,
            int(scope.same_account),
            scope.account_id,
            scope.stage.value if scope.stage else None,
            canonical(dict(scope.arguments)).decode(),
            canonical(list(scope.guardrails)).decode(),
            scope.binding,
            rule.made_by,
            rule.role,
            to_us(rule.made),
            rule.example,
            rule.example_digest,
            to_us(rule.expires),
            rule.most,
            rule.reason,
            rule.digest,
        ),
    )


def get(reader: Reader, rule_id: str) -> StandingRule | None:
    """The rule of that id."""
    row = reader.row(f"{_SELECT} r.id = ?", (rule_id,))
    return rule_of(row) if row else None


def live(reader: Reader, likeness: Likeness, now: datetime) -> list[StandingRule]:
    """The rules that did not end and may cover such an action, denials first, then the oldest first."""
    rows = reader.rows(
        f"{_SELECT} r.ended IS NULL AND r.kind = ? AND r.tool = ? AND expires_us > ?"
        " AND (r.proposer IS NULL OR r.proposer = ?) AND (NOT same_account OR r.account_id IS ?)"
        " ORDER BY r.effect DESC, made_us, r.id",
        (likeness.kind, likeness.tool, to_us(now), likeness.proposer, likeness.account_id),
    )
    return [rule_of(row) for row in rows]


def count_live(reader: Reader, now: datetime) -> int:
    """How many rules did not end."""
    row = reader.row("SELECT count(*) AS n FROM standing_rules WHERE ended IS NULL AND expires_us > ?", (to_us(now),))
    return int(row["n"]) if row else 0


def lapsed(reader: Reader, now: datetime, limit: int) -> list[StandingRule]:
    """Rules whose time ran out and whose end is not on record."""
    rows = reader.rows(
        f"{_SELECT} r.ended IS NULL AND expires_us <= ? ORDER BY expires_us LIMIT ?",
        (to_us(now), limit),
    )
    return [rule_of(row) for row in rows]


def page(reader: Reader, now: datetime, *, ended: bool, limit: int, offset: int) -> list[StandingRule]:
    """Rules, the newest first; those that ended too, where asked for."""
    rows = reader.rows(
        f"{_SELECT} (? OR (r.ended IS NULL AND expires_us > ?)) ORDER BY made_us DESC, r.id DESC LIMIT ? OFFSET ?",
        (ended, to_us(now), limit, offset),
    )
    return [rule_of(row) for row in rows]


def ids_after(reader: Reader, after: str, limit: int) -> list[str]:
    """Ids of rules in their order, from behind ``after``."""
    rows = reader.rows("SELECT id FROM standing_rules WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    return [row["id"] for row in rows]


def count_use(tx: Transaction, rule: StandingRule) -> bool:
    """Count one more use, provided that the rule is still as it was read and has one left.

    Returns:
        whether it was counted.
    """
    changed = tx.execute(
        "UPDATE standing_rules SET uses = uses + 1, last_us = ?"
        " WHERE id = ? AND uses = ? AND uses < most AND ended IS NULL AND expires_us > ?",
        (to_us(tx.now), rule.id, rule.uses, to_us(tx.now)),
    )
    return changed == 1


def end(tx: Transaction, rule: StandingRule, ended: RuleState) -> bool:
    """End a rule.

    Returns:
        whether it had not ended before.
    """
    changed = tx.execute(
        "UPDATE standing_rules SET ended = ?, ended_us = ? WHERE id = ? AND ended IS NULL",
        (ended.value, to_us(tx.now), rule.id),
    )
    return changed == 1


def rule_of(row: sqlite3.Row) -> StandingRule:
    """The rule that a row holds; what was changed by hand is read as the strictest, and its digest then disagrees."""
    stage, ended = optional_text(row["stage"]), optional_text(row["ended"])
    return StandingRule(
        id=text(row["id"]),
        effect=word(RuleEffect, text(row["effect"]), RuleEffect.DENY),
        scope=Scope(
            kind=text(row["kind"]),
            tool=text(row["tool"]),
            proposer=optional_text(row["proposer"]),
            same_account=bool(row["same_account"]),
            account_id=optional_text(row["account_id"]),
            stage=word(Stage, stage, Stage.UNKNOWN) if stage is not None else None,
            arguments=_arguments(text(row["arguments"])),
            guardrails=_guardrails(text(row["guardrails"])),
            binding=optional_text(row["binding"]),
        ),
        made_by=text(row["made_by"]),
        role=text(row["role"]),
        made=_instant(row["made_us"]),
        example=text(row["example"]),
        example_digest=text(row["example_digest"]),
        expires=_instant(row["expires_us"]),
        most=row["most"],
        reason=text(row["reason"]),
        digest=text(row["digest"]),
        uses=row["uses"],
        last_used=_instant(row["last_us"]) if row["last_us"] is not None else None,
        ended=word(RuleState, ended, RuleState.REVOKED) if ended is not None else None,
        ended_at=_instant(row["ended_us"]) if row["ended_us"] is not None else None,
    )


@lru_cache(maxsize=512)
def _arguments(stored: str) -> Mapping[str, JSON]:
    try:
        found = parse_strict(stored)
    except JsonError:
        # No action's arguments are this text, so that a damaged rule covers nothing.
        return {"": stored}
    return found if isinstance(found, dict) else {"": stored}


@lru_cache(maxsize=512)
def _guardrails(stored: str) -> tuple[str, ...]:
    try:
        found = parse_strict(stored)
    except JsonError:
        return (stored,)
    return tuple(str(name) for name in found) if isinstance(found, list) else (stored,)


def _instant(us: int) -> datetime:
    return from_us(min(max(us, 0), _LATEST_US))
