"""Pauses: of everything at once by a halt epoch that only rises, and of single things by scope.

They are kept in the database and looked up where effects happen, so that they hold across restarts and processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
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


EVERYTHING: Final = "*"
"""The target of a pause of the whole scope."""


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


def halt(tx: Transaction, operator: str, reason: str) -> int:
    """Stop everything that could have an effect.

    Returns:
        the new halt epoch; halting twice raises it twice.
    """
    epoch = halt_epoch(tx) + 1
    tx.execute(
        "INSERT INTO engine_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_EPOCH, str(epoch)),
    )
    _pause(tx, Scope.ENGINE, EVERYTHING, operator, reason)
    tx.record("engine.halted", "engine", {"epoch": epoch, "reason": reason}, f"operator:{operator}")
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
    if row is None:
        return None
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
