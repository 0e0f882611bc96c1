"""Rollouts in the database: where each stands, who is in it, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row

from ...settings.personas import AutonomyMode
from ...storage import Reader, Transaction, from_us, to_us
from ..runtime import maybe_instant
from .plan import Rollout, RolloutState, Stage, Step


@dataclass(frozen=True, slots=True)
class Member:
    """One persona of a rollout.

    Attributes:
        before: how it worked before it joined; nothing until then.
        joined_at: when it joined.
        since: from when on its health is its own: it joined, the engine started, or it was let go on.
    """

    persona_id: str
    before: AutonomyMode | None = None
    joined_at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One thing that happened to a rollout.

    Attributes:
        step: its name; ``plan`` for the beginning.
        gate, persona_id, figures: for a breach: which gate, whose, and the figures in words.
    """

    id: int
    rollout: int
    at: datetime
    step: str
    before: str
    after: str
    stage: Stage
    actor: str
    reason: str
    gate: str = ""
    persona_id: str = ""
    figures: str = ""


def newest(reader: Reader) -> Rollout | None:
    """The rollout that counts: the one drawn up last."""
    row = reader.row("SELECT * FROM rollouts ORDER BY number DESC LIMIT 1")
    return None if row is None else _rollout(reader, row)


def members_of(reader: Reader, number: int) -> tuple[Member, ...]:
    """Everybody in a rollout, in the order of joining."""
    rows = reader.rows("SELECT * FROM rollout_members WHERE rollout = ? ORDER BY place", (number,))
    return tuple(
        Member(
            row["persona_id"],
            None if row["before_mode"] is None else AutonomyMode(row["before_mode"]),
            maybe_instant(row["joined_us"]),
            maybe_instant(row["since_us"]),
        )
        for row in rows
    )


def insert(tx: Transaction, members: Sequence[str]) -> Rollout:
    """Keep a new plan."""
    now_us = to_us(tx.now)
    row = tx.row(
        "INSERT INTO rollouts (state, stage, began_us, soaked_us, as_of_us, changed_us) VALUES (?,?,?,0,?,?)"
        " RETURNING *",
        (RolloutState.PLANNED.value, Stage.ONE.value, now_us, now_us, now_us),
    )
    assert row is not None  # noqa: S101  # it was just inserted
    tx.execute_many(
        "INSERT INTO rollout_members (rollout, place, persona_id) VALUES (?,?,?)",
        [(row["number"], place, persona_id) for place, persona_id in enumerate(members)],
    )
    return _rollout(tx, row)


def save(tx: Transaction, rollout: Rollout) -> None:
    """Keep where a rollout stands."""
    tx.execute(
        "UPDATE rollouts SET state = ?, stage = ?, began_us = ?, soaked_us = ?, as_of_us = ?, why = ?, changed_us = ?"
        " WHERE number = ?",
        (
            rollout.state.value,
            rollout.stage.value,
            to_us(rollout.began_at),
            rollout.soaked // timedelta(microseconds=1),
            to_us(rollout.as_of),
            rollout.why,
            to_us(rollout.changed_at),
            rollout.number,
        ),
    )


def join(tx: Transaction, number: int, persona_id: str, before: AutonomyMode) -> None:
    """A persona joins; its health counts from now."""
    tx.execute(
        "UPDATE rollout_members SET before_mode = ?, joined_us = ?, since_us = ? WHERE rollout = ? AND persona_id = ?",
        (before.value, to_us(tx.now), to_us(tx.now), number, persona_id),
    )


def forget_joins(tx: Transaction, number: int) -> None:
    """Nobody has joined: the rollout begins again."""
    tx.execute(
        "UPDATE rollout_members SET before_mode = NULL, joined_us = NULL, since_us = NULL WHERE rollout = ?", (number,)
    )


def count_afresh(tx: Transaction, number: int, persona_ids: Sequence[str] | None = None) -> None:
    """The health of those who joined, or of some of them, counts from now."""
    only = None if persona_ids is None else set(persona_ids)
    for member in members_of(tx, number):
        if member.since is not None and (only is None or member.persona_id in only):
            tx.execute(
                "UPDATE rollout_members SET since_us = ? WHERE rollout = ? AND persona_id = ?",
                (to_us(tx.now), number, member.persona_id),
            )


def note(
    tx: Transaction,
    rollout: Rollout,
    step: Step | None,
    before: str,
    actor: str,
    reason: str,
    breach: Mapping[str, str],
) -> None:
    """Keep that something happened.

    Args:
        tx: the unit of work.
        rollout: as it is afterwards.
        step: nothing for the plan itself.
        before: the state before; empty for the plan itself.
        actor: who did it.
        reason: why.
        breach: ``gate``, ``persona`` and ``figures``; empty for everything else.
    """
    tx.execute(
        "INSERT INTO rollout_steps (rollout, at_us, step, from_state, to_state, stage, actor, reason, gate, persona_id,"
        " figures) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            rollout.number,
            to_us(tx.now),
            step.value if step else "plan",
            before,
            rollout.state.value,
            rollout.stage.value,
            actor,
            reason,
            breach.get("gate", ""),
            breach.get("persona", ""),
            breach.get("figures", ""),
        ),
    )


def steps_taken(reader: Reader, limit: int, before_id: int = 0) -> tuple[StepTaken, ...]:
    """What happened to rollouts, the newest first.

    Args:
        reader: where from.
        limit: most of them.
        before_id: only what happened before this one; 0 begins with the newest.
    """
    rows = reader.rows(
        "SELECT * FROM rollout_steps WHERE ? = 0 OR id < ? ORDER BY id DESC LIMIT ?", (before_id, before_id, limit)
    )
    return tuple(
        StepTaken(
            row["id"],
            row["rollout"],
            from_us(row["at_us"]),
            row["step"],
            row["from_state"],
            row["to_state"],
            Stage(row["stage"]),
            row["actor"],
            row["reason"],
            row["gate"],
            row["persona_id"],
            row["figures"],
        )
        for row in rows
    )


def _rollout(reader: Reader, row: Row) -> Rollout:
    ids = reader.rows("SELECT persona_id FROM rollout_members WHERE rollout = ? ORDER BY place", (row["number"],))
    return Rollout(
        number=row["number"],
        members=tuple(one["persona_id"] for one in ids),
        state=RolloutState(row["state"]),
        stage=Stage(row["stage"]),
        began_at=from_us(row["began_us"]),
        soaked=timedelta(microseconds=row["soaked_us"]),
        as_of=from_us(row["as_of_us"]),
        why=row["why"],
        changed_at=from_us(row["changed_us"]),
    )
