"""Pauses: of everything at once by a halt epoch that only rises, and of single things by scope.

They are kept in the database and looked up where effects happen, so that they hold across restarts and processes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from sqlite3 import Row
from typing import Final

from ..storage import Reader, Transaction, from_us, to_us

_EPOCH: Final = "halt_epoch"


class Scope(StrEnum):
    """What sort of thing can be paused."""

    ENGINE = "engine"
    PERSONA = "persona"
    AGENT = "agent"
    QUEUE = "queue"
    JOB = "job"
    HEARTBEAT = "heartbeat"
    PLATFORM = "platform"
    """Where effects go: mail, chat, Telegram; see :func:`platform_of`."""


EVERYTHING: Final = "*"
"""The target of a pause of the whole scope."""
HALTED: Final = "engine.halted"
"""The event that everything was stopped."""
_PROPOSERS: Final = {"persona": Scope.PERSONA, "heartbeat": Scope.HEARTBEAT, "agent": Scope.AGENT}
_PLATFORMS: Final = {"calendar": "email"}


@dataclass(frozen=True, slots=True)
class Pause:
    """One thing that an operator stopped.

    Attributes:
        scope: its sort.
        target: which one.
        operator: who stopped it.
        reason: why, in their words; may be empty.
        at: when.
    """

    scope: Scope
    target: str
    operator: str
    reason: str
    at: datetime


def halt(tx: Transaction, operator: str, reason: str, in_flight: Sequence[Mapping[str, object]] = ()) -> int:
    """Stop everything that could have an effect.

    Args:
        tx: the unit of work.
        operator: who stops it.
        reason: why, in their words.
        in_flight: what was under way, for the journal.

    Returns:
        the new halt epoch; halting twice raises it twice.
    """
    epoch = halt_epoch(tx) + 1
    tx.execute(
        "INSERT INTO engine_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_EPOCH, str(epoch)),
    )
    _pause(tx, Scope.ENGINE, EVERYTHING, operator, reason)
    data = {"epoch": epoch, "reason": reason, "in_flight": list(in_flight)}
    tx.record(HALTED, "engine", data, f"operator:{operator}")
    return epoch


def resume_all(tx: Transaction, operator: str) -> bool:
    """Let everything go on that was stopped by :func:`halt`; single pauses stay.

    Returns:
        whether anything was halted.
    """
    if not tx.execute("DELETE FROM pauses WHERE scope = ? AND target = ?", (Scope.ENGINE, EVERYTHING)):
        return False
    tx.record("engine.resumed", "engine", {"epoch": halt_epoch(tx)}, f"operator:{operator}")
    return True


def pause(tx: Transaction, scope: Scope, target: str, operator: str, reason: str) -> None:
    """Stop one thing; pausing it twice keeps the newer reason."""
    _pause(tx, scope, target, operator, reason)
    tx.record(f"{scope.value}.paused", target, {"reason": reason}, f"operator:{operator}")


def resume(tx: Transaction, scope: Scope, target: str, operator: str) -> bool:
    """Let one thing go on.

    Returns:
        whether it was paused.
    """
    if not tx.execute("DELETE FROM pauses WHERE scope = ? AND target = ?", (scope, target)):
        return False
    tx.record(f"{scope.value}.resumed", target, {}, f"operator:{operator}")
    return True


def halt_epoch(reader: Reader) -> int:
    """How often everything was stopped so far."""
    row = reader.row("SELECT value FROM engine_facts WHERE name = ?", (_EPOCH,))
    return int(row["value"]) if row else 0


def halted(reader: Reader) -> Pause | None:
    """The pause of everything, while there is one."""
    return find_pause(reader, Scope.ENGINE, EVERYTHING)


def find_pause(reader: Reader, scope: Scope, target: str) -> Pause | None:
    """The pause of one thing, while there is one; a pause of everything is not looked at."""
    row = reader.row("SELECT * FROM pauses WHERE scope = ? AND target = ?", (scope, target))
    return None if row is None else _pause_of(row)


def pauses(reader: Reader, limit: int = 500) -> tuple[Pause, ...]:
    """Everything that is paused, the pause of everything first, then the newest."""
    rows = reader.rows("SELECT * FROM pauses ORDER BY scope <> ?, at_us DESC LIMIT ?", (Scope.ENGINE, limit))
    return tuple(_pause_of(row) for row in rows)


def platform_of(tool: str) -> str:
    """The platform that a tool's effect goes out on: ``telegram_send`` is telegram, an invitation is mail."""
    platform = tool.partition("_")[0]
    return _PLATFORMS.get(platform, platform)


def holding(reader: Reader, proposer: str, tool: str) -> Pause | None:
    """The pause that keeps an action from starting: of everything, of whoever proposed it, or of where it goes."""
    if reader.row("SELECT 1 FROM pauses LIMIT 1") is None:
        return None
    scope_name, _, target = proposer.partition(":")
    scope = _PROPOSERS.get(scope_name)
    return (
        halted(reader)
        or (_find(reader, scope, target) if scope is not None else None)
        or _find(reader, Scope.PLATFORM, platform_of(tool))
    )


def _find(reader: Reader, scope: Scope, target: str) -> Pause | None:
    return (find_pause(reader, scope, target) if target else None) or find_pause(reader, scope, EVERYTHING)


def _pause_of(row: Row) -> Pause:
    return Pause(Scope(row["scope"]), row["target"], row["operator"], row["reason"], from_us(row["at_us"]))


def paused_targets(reader: Reader, scope: Scope) -> frozenset[str]:
    """Every target of a scope that is paused."""
    return frozenset(row["target"] for row in reader.rows("SELECT target FROM pauses WHERE scope = ?", (scope,)))


def _pause(tx: Transaction, scope: Scope, target: str, operator: str, reason: str) -> None:
    tx.execute(
        "INSERT INTO pauses (scope, target, operator, reason, at_us) VALUES (?,?,?,?,?)"
        " ON CONFLICT (scope, target) DO UPDATE SET"
        " operator = excluded.operator, reason = excluded.reason, at_us = excluded.at_us",
        (scope, target, operator, reason, to_us(tx.now)),
    )
