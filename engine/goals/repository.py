"""Goals in the database: their definitions, states, daily measurements and gaps."""

from __future__ import annotations

from datetime import date
from sqlite3 import Row
from typing import Final

from ..storage import Reader, Transaction, to_us
from .goal import Goal, GoalError, GoalState, GoalType, check_transition
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
        count = tx.row("SELECT count(*) FROM goals")
        if count is not None and count[0] >= limit:
            raise GoalError("goal refused", why=f"there are {limit} already", remedy="Raise goals.max_goals.")
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

    def get(self, reader: Reader, goal_id: str) -> Goal:
        """The goal of that id.

        Raises:
            GoalError: there is none.
        """
        row = reader.row(_SELECT + " WHERE id = ?", (goal_id,))
        if row is None:
            raise GoalError(f"no goal {goal_id[:60]}", remedy="See `watchfloor goals list`.")
        return _goal(row)

    def all(self, reader: Reader, limit: int = 1_000) -> list[Goal]:
        """Goals, those that end first coming first, terminal ones last."""
        rows = reader.rows(_SELECT + " ORDER BY state IN ('completed', 'missed'), end_day, id LIMIT ?", (limit,))
        return [_goal(row) for row in rows]

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
            self.close_gap(tx, goal_id)
        verb = "resumed" if state is GoalState.ACTIVE else state.value
        tx.record(f"goal.{verb}", goal_id, {"from": goal.state.value}, actor)
        return self.get(tx, goal_id)

    def pause(self, tx: Transaction, goal_id: str, *, actor: str) -> Goal:
        """Stop measuring a goal. Raises GoalError when it is not active."""
        return self.change(tx, goal_id, GoalState.PAUSED, actor=actor)

    def resume(self, tx: Transaction, goal_id: str, *, actor: str) -> Goal:
        """Measure a paused goal again. Raises GoalError when it is not paused."""
        return self.change(tx, goal_id, GoalState.ACTIVE, actor=actor)

    def note_progress(self, tx: Transaction, goal_id: str, assessment: Assessment) -> bool:
        """Keep the day's last measurement.

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

    def open_gap(self, tx: Transaction, goal_id: str) -> int:
        """The number of the goal's open gap, which begins now if there was none."""
        row = tx.row("SELECT number FROM goal_gaps WHERE goal_id = ? AND closed_us IS NULL", (goal_id,))
        if row is not None:
            return int(row["number"])
        last = tx.row("SELECT coalesce(max(number), 0) FROM goal_gaps WHERE goal_id = ?", (goal_id,))
        number = int(last[0]) + 1 if last else 1
        tx.execute(
            "INSERT INTO goal_gaps (goal_id, number, opened_us) VALUES (?,?,?)", (goal_id, number, to_us(tx.now))
        )
        tx.record("goal.lagged", goal_id, {"gap": number})
        return number

    def close_gap(self, tx: Transaction, goal_id: str) -> None:
        """The goal does not lag any more, if it did."""
        if tx.execute(
            "UPDATE goal_gaps SET closed_us = ? WHERE goal_id = ? AND closed_us IS NULL", (to_us(tx.now), goal_id)
        ):
            tx.record("goal.recovered", goal_id, {})

    def answered(self, reader: Reader, goal_id: str, gap: int) -> bool:
        """An action was already proposed for that gap."""
        row = reader.row("SELECT action_id FROM goal_gaps WHERE goal_id = ? AND number = ?", (goal_id, gap))
        return row is not None and row["action_id"] is not None

    def answer_gap(self, tx: Transaction, goal_id: str, gap: int, action_id: str) -> None:
        """Note the action that was proposed for a gap, so that none follows."""
        tx.execute("UPDATE goal_gaps SET action_id = ? WHERE goal_id = ? AND number = ?", (action_id, goal_id, gap))
        tx.record("goal.answered", goal_id, {"gap": gap, "action": action_id})


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
