"""Commands about goals and the CRM tables that measure them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ...client.protocol import Reply
from ...clock import Clock
from ...commands import AddGoal, GoalTarget, ImportCrm
from ...crm import ImportReport, import_crm
from ...goals import Goal, GoalRepository, GoalState, GoalType, parse_target
from ...operators import Operator
from ...settings import Settings
from ...storage import Database, Transaction
from ..dispatch import LongHandler, UnitHandler


def goal_units(clock: Clock, settings: Callable[[], Settings]) -> Mapping[str, UnitHandler]:
    """The commands about goals that are one unit of work."""
    goals = GoalRepository()

    def add(tx: Transaction, arguments: AddGoal, operator: Operator) -> Reply:
        kind = GoalType(arguments.type)
        target = parse_target(kind, arguments.target)
        goal = Goal(clock.new_id(), arguments.title, kind, target, arguments.start, arguments.end)
        goals.add(tx, goal, actor=operator.actor, limit=settings().goals.max_goals)
        return Reply(f"Goal {goal.title} added.", {"id": goal.id})

    def pause(tx: Transaction, arguments: GoalTarget, operator: Operator) -> Reply:
        goal = goals.change(tx, arguments.id, GoalState.PAUSED, actor=operator.actor)
        return Reply(f"Goal {goal.title} paused.", {"id": goal.id})

    def resume(tx: Transaction, arguments: GoalTarget, operator: Operator) -> Reply:
        goal = goals.change(tx, arguments.id, GoalState.ACTIVE, actor=operator.actor)
        return Reply(f"Goal {goal.title} goes on.", {"id": goal.id})

    return {"goal.add": add, "goal.pause": pause, "goal.resume": resume}


def crm_import(database: Database, settings: Callable[[], Settings]) -> LongHandler:
    """The command that imports CRM tables."""

    async def run(arguments: ImportCrm, operator: Operator, _: str) -> Reply:
        report = await import_crm(database, Path(arguments.directory), settings().goals.crm, operator.actor)
        return Reply(_told(report), _data(report))

    return run


def _told(report: ImportReport) -> str:
    return (
        f"{report.imported} rows imported, {report.updated} updated, {report.unchanged} unchanged, "
        f"{report.rejected_total} rejected."
    )


def _data(report: ImportReport) -> dict[str, object]:
    return {
        "imported": report.imported,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": report.rejected_total,
        "problems": [problem.sentence() for problem in report.rejected],
    }
