"""Goals in the database: their definitions, states and daily measurements."""

from __future__ import annotations

from datetime import date
from sqlite3 import Row
from typing import Final

from ..storage import Reader, Transaction, to_us
from .gaps import close_gap
from .goal import TRANSITIONS, Goal, GoalError, GoalState, GoalType, check_transition, format_value
from .track import Assessment

_SELECT: Final = "SELECT id, title, type, target, start_day, end_day, state FROM goals"


class GoalRepository:
    """Every access to stored goals; the methods belong inside a unit of work or a read."""

    def add(self, tx: Transaction, goal: Goal, *, actor: str, limit: int) -> None:
        """Store a new goal.

        Args:
            tx: the unit of work.
            goal: a goal with a fresh id.
            actor: who adds it.
            limit: most goals that can exist.

        Raises:
            GoalError: there are as many as there can be.
        """
        self._check_room(tx, limit)
        now = to_us(tx.now)
        tx.execute(
            "INSERT INTO goals (id, title, type, target, start_day, end_day, state, created_us, changed_us)"
            " VALUES (?,?,?,?,?,?,?,?,?)",
            (
                goal.id,
                goal.title,
                goal.type,
                goal.target,
                goal.start.isoformat(),
                goal.end.isoformat(),
                goal.state,
                now,
                now,
            ),
        )
        data = {
            "title": goal.title,
            "type": goal.type.value,
            "target": goal.target,
            "start": goal.start.isoformat(),
            "end": goal.end.isoformat(),
        }
        tx.record("goal.added", goal.id, data, actor)

    def _check_room(self, tx: Transaction, limit: int) -> None:
        count = tx.row("SELECT count(*) FROM goals WHERE archived_us IS NULL")
        if count is not None and count[0] >= limit:
            remedy = "Archive one, or raise goals.max_goals."
            raise GoalError("goal refused", why=f"there are {limit} already", remedy=remedy)

    def get(self, reader: Reader, goal_id: str) -> Goal:
        """The goal of that id.

        Raises:
            GoalError: there is none.
        """
        row = reader.row(_SELECT + " WHERE id = ?", (goal_id,))
        if row is None:
            raise GoalError(f"no goal {goal_id[:60]}", remedy="See `watchfloor goals list`.")
        return _goal(row)

    def all(self, reader: Reader, limit: int = 1_000, *, archived: bool = False) -> list[Goal]:
        """Goals, those that end first coming first, terminal ones last; or the archived ones instead."""
        where = f" WHERE archived_us IS {'NOT ' if archived else ''}NULL"
        order = " ORDER BY state IN ('completed', 'missed'), end_day, id LIMIT ?"
        return [_goal(row) for row in reader.rows(_SELECT + where + order, (limit,))]

    def archived(self, reader: Reader, goal_id: str) -> bool:
        """Whether a goal was put away."""
        return reader.row("SELECT 1 FROM goals WHERE id = ? AND archived_us IS NOT NULL", (goal_id,)) is not None

    def active(self, reader: Reader) -> list[Goal]:
        """Every goal that is being measured."""
        return [_goal(row) for row in reader.rows(_SELECT + " WHERE state = 'active' ORDER BY id")]

    def change(self, tx: Transaction, goal_id: str, state: GoalState, *, actor: str = "engine") -> Goal:
        """Move a goal to another state.

        Raises:
            GoalError: no such goal, or it cannot go there from where it is.
        """
        goal = self.get(tx, goal_id)
        check_transition(goal.state, state)
        tx.execute(
            "UPDATE goals SET state = ?, changed_us = ? WHERE id = ? AND state = ?",
            (state, to_us(tx.now), goal_id, goal.state),
        )
        if state is not GoalState.ACTIVE:
            close_gap(tx, goal_id)
        verb = "resumed" if state is GoalState.ACTIVE else state.value
        tx.record(f"goal.{verb}", goal_id, {"from": goal.state.value}, actor)
        return self.get(tx, goal_id)

    def pause(self, tx: Transaction, goal_id: str, *, actor: str) -> Goal:
        """Stop measuring a goal. Raises GoalError when it is not active."""
        return self.change(tx, goal_id, GoalState.PAUSED, actor=actor)

    def resume(self, tx: Transaction, goal_id: str, *, actor: str) -> Goal:
        """Measure a paused goal again. Raises GoalError when it is not paused."""
        return self.change(tx, goal_id, GoalState.ACTIVE, actor=actor)

    def edit(self, tx: Transaction, edited: Goal, *, actor: str) -> bool:
        """Give a goal another title, target or window; journalled old and new.

        Args:
            tx: the unit of work.
            edited: the goal as it shall be; of its type and state nothing can change here.
            actor: who edits it.

        Returns:
            whether anything is different.

        Raises:
            GoalError: no such goal, or it is over.
        """
        before = self.get(tx, edited.id)
        if not TRANSITIONS[before.state]:
            raise GoalError("goal refused", why=f"it is {before.state.value}", remedy="Add a new goal.")
        changed = {name: pair for name, pair in _differences(before, edited).items() if pair[0] != pair[1]}
        if not changed:
            return False
        tx.execute(
            "UPDATE goals SET title = ?, target = ?, start_day = ?, end_day = ?, changed_us = ? WHERE id = ?",
            (
                edited.title,
                edited.target,
                edited.start.isoformat(),
                edited.end.isoformat(),
                to_us(tx.now),
                edited.id,
            ),
        )
        data = {
            "title": edited.title,
            "changes": "; ".join(f"{name} {old} → {new}" for name, (old, new) in changed.items()),
            "from": {name: old for name, (old, _) in changed.items()},
            "to": {name: new for name, (_, new) in changed.items()},
        }
        tx.record("goal.edited", edited.id, data, actor)
        return True

    def archive(self, tx: Transaction, goal_id: str, *, actor: str) -> Goal:
        """Put a goal away; it keeps its state and history.

        Raises:
            GoalError: no such goal, or it is active.
        """
        goal = self.get(tx, goal_id)
        if goal.state is GoalState.ACTIVE:
            raise GoalError("goal refused", why="it is active", remedy="Pause it first.")
        if tx.execute(
            "UPDATE goals SET archived_us = ? WHERE id = ? AND archived_us IS NULL", (to_us(tx.now), goal_id)
        ):
            tx.record("goal.archived", goal_id, {"title": goal.title}, actor)
        return goal

    def restore(self, tx: Transaction, goal_id: str, *, actor: str, limit: int) -> Goal:
        """Bring an archived goal back, in the state in which it was put away.

        Raises:
            GoalError: no such goal, or there are as many as there can be.
        """
        goal = self.get(tx, goal_id)
        if tx.row("SELECT 1 FROM goals WHERE id = ? AND archived_us IS NOT NULL", (goal_id,)) is not None:
            self._check_room(tx, limit)
            tx.execute("UPDATE goals SET archived_us = NULL WHERE id = ?", (goal_id,))
            tx.record("goal.restored", goal_id, {"title": goal.title}, actor)
        return goal

    def note_progress(self, tx: Transaction, goal_id: str, assessment: Assessment, keep: int = 1_000) -> bool:
        """Keep the day's last measurement, and the latest ``keep`` of all.

        Returns:
            whether it differs from what was kept for that day.
        """
        kept = tx.row(
            "SELECT value, on_track FROM goal_progress WHERE goal_id = ? AND day = ?",
            (goal_id, assessment.as_of.isoformat()),
        )
        value, on_track = assessment.whole_value, int(assessment.on_track)
        if kept is not None and (kept["value"], kept["on_track"]) == (value, on_track):
            return False
        tx.execute(
            "INSERT INTO goal_progress (goal_id, day, value, on_track, at_us) VALUES (?,?,?,?,?)"
            " ON CONFLICT (goal_id, day) DO UPDATE SET"
            " value = excluded.value, on_track = excluded.on_track, at_us = excluded.at_us",
            (goal_id, assessment.as_of.isoformat(), value, on_track, to_us(tx.now)),
        )
        tx.execute(
            "DELETE FROM goal_progress WHERE goal_id = ?1 AND day <="
            " (SELECT day FROM goal_progress WHERE goal_id = ?1 ORDER BY day DESC LIMIT 1 OFFSET ?2)",
            (goal_id, keep),
        )
        data = {"day": assessment.as_of.isoformat(), "value": value, "on_track": assessment.on_track}
        tx.record("goal.measured", goal_id, data)
        return True

    def history(self, reader: Reader, goal_id: str, limit: int = 400) -> list[tuple[date, int, bool]]:
        """The latest daily measurements, oldest first: day, value in the goal's unit, on track."""
        rows = reader.rows(
            "SELECT day, value, on_track FROM goal_progress WHERE goal_id = ? ORDER BY day DESC LIMIT ?",
            (goal_id, limit),
        )
        return [(date.fromisoformat(row["day"]), row["value"], bool(row["on_track"])) for row in reversed(rows)]


def _differences(before: Goal, after: Goal) -> dict[str, tuple[str, str]]:
    return {
        "title": (before.title, after.title),
        "target": (format_value(before.type, before.target), format_value(before.type, after.target)),
        "start": (before.start.isoformat(), after.start.isoformat()),
        "end": (before.end.isoformat(), after.end.isoformat()),
    }


def _goal(row: Row) -> Goal:
    return Goal(
        id=row["id"],
        title=row["title"],
        type=GoalType(row["type"]),
        target=row["target"],
        start=date.fromisoformat(row["start_day"]),
        end=date.fromisoformat(row["end_day"]),
        state=GoalState(row["state"]),
    )
