"""The recurring look at all goals: measure, complete or miss, and answer each gap with one proposed action."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ..governance.proposal import Proposal
from ..settings.goals import GoalSettings
from ..storage import Database, Transaction
from .gaps import answer_gap, answered, close_gap, open_gap
from .goal import Goal, GoalState
from .metrics import evaluate
from .repository import GoalRepository
from .suggestions import GapAnswer, answer_to_gap
from .track import Assessment, shortfall

Propose: TypeAlias = Callable[[Proposal], Awaitable[str]]
"""Hands an action to the gate and returns its id. After a crash the same may come twice, with the same dedupe key."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """What one look at the goals found.

    Attributes:
        measured: active goals that were measured.
        completed, missed: goals that ended now.
        answers: for each gap that has no answer yet, the action to propose.
    """

    measured: int
    completed: int
    missed: int
    answers: tuple[GapAnswer, ...]


def settle(goal: Goal, assessment: Assessment) -> GoalState:
    """The state that a measured, active goal belongs in.

    What adds up is complete as soon as the target is reached. A level may fall again, so it is judged when the last day
    is over, as is everything that has not reached its target by then.
    """
    reached = assessment.value >= goal.target
    over = assessment.as_of > goal.end
    if reached and assessment.started and (over or goal.type.adds_up):
        return GoalState.COMPLETED
    return GoalState.MISSED if over else GoalState.ACTIVE


def refresh(tx: Transaction, as_of: date, settings: GoalSettings) -> Refresh:
    """Measure every active goal, keep the measurement, end what is over and open or close gaps.

    Args:
        tx: the unit of work.
        as_of: the day to measure for, normally the present day in UTC.
        settings: whom proposals address.
    """
    goals = GoalRepository()
    ended = {GoalState.COMPLETED: 0, GoalState.MISSED: 0}
    answers = []
    active = goals.active(tx)
    for goal in active:
        assessment = evaluate(tx, goal, as_of)
        if not assessment.started:
            continue
        goals.note_progress(tx, goal.id, assessment, settings.history_rows)
        state = settle(goal, assessment)
        if state is not GoalState.ACTIVE:
            goals.change(tx, goal.id, state)
            ended[state] += 1
        elif assessment.on_track:
            close_gap(tx, goal.id)
        else:
            gap = open_gap(tx, goal.id, settings.gap_rest_days)
            depth = shortfall(goal, assessment) // settings.gap_step_points
            if not answered(tx, goal.id, gap, depth):
                answers.append(answer_to_gap(tx, goal, gap, depth, assessment, settings))
    return Refresh(len(active), ended[GoalState.COMPLETED], ended[GoalState.MISSED], tuple(answers))


async def update_goals(database: Database, settings: GoalSettings, propose: Propose) -> Refresh:
    """The job ``goal_progress_update``: refresh the goals for today and propose what answers their gaps.

    Raises:
        Exception: what ``propose`` raised; the gaps not yet answered are tried again at the next run.
    """
    found = await database.write(lambda tx: refresh(tx, tx.now.date(), settings))
    for answer in found.answers:
        action_id = await propose(answer.proposal)
        await database.write(
            lambda tx, answer=answer, action_id=action_id: answer_gap(  # type: ignore[misc]  # mypy cannot infer a lambda with bound defaults
                tx, answer.goal_id, answer.gap, answer.depth, action_id
            )
        )
    return found
