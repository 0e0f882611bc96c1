"""Commands about goals and the CRM tables that measure them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ...client.protocol import Reply
from ...clock import Clock
from ...commands import AddGoal, EditGoal, GoalTarget, ImportCrm, SetStage
from ...crm import ImportReport, import_crm, set_account_stage
from ...goals import Goal, GoalRepository, GoalType, parse_target
from ...governance.kinds import Stage
from ...operators import Operator
from ...settings import Settings
from ...storage import Database, Transaction
from ..counting import counted
from ..dispatch import LongHandler, UnitHandler
from ..find import find_id


def goal_units(clock: Clock, settings: Callable[[], Settings]) -> Mapping[str, UnitHandler]:
    """The commands about goals that are one unit of work."""
    goals = GoalRepository()

    def add(tx: Transaction, arguments: AddGoal, operator: Operator) -> Reply:
        kind = GoalType(arguments.type)
        target = parse_target(kind, arguments.target)
        goal = Goal(clock.new_id(), arguments.title, kind, target, arguments.start, arguments.end)
        goals.add(tx, goal, actor=operator.actor, limit=settings().goals.max_goals)
        return Reply(f"Goal {goal.title} added.", {"id": goal.id})

    def edit(tx: Transaction, arguments: EditGoal, operator: Operator) -> Reply:
        goal = goals.get(tx, find_id(tx, "goals", arguments.id))
        edited = replace(
            goal,
            title=goal.title if arguments.title is None else arguments.title,
            target=goal.target if arguments.target is None else parse_target(goal.type, arguments.target),
            start=arguments.start or goal.start,
            end=arguments.end or goal.end,
        )
        changed = goals.edit(tx, edited, actor=operator.actor)
        return Reply(f"Goal {edited.title} {'changed' if changed else 'is so already'}.", {"id": goal.id})

    def pause(tx: Transaction, arguments: GoalTarget, operator: Operator) -> Reply:
        goal = goals.pause(tx, find_id(tx, "goals", arguments.id), actor=operator.actor)
        return Reply(f"Goal {goal.title} paused.", {"id": goal.id})

    def resume(tx: Transaction, arguments: GoalTarget, operator: Operator) -> Reply:
        goal = goals.resume(tx, find_id(tx, "goals", arguments.id), actor=operator.actor)
        return Reply(f"Goal {goal.title} goes on.", {"id": goal.id})

    def archive(tx: Transaction, arguments: GoalTarget, operator: Operator) -> Reply:
        goal = goals.archive(tx, find_id(tx, "goals", arguments.id), actor=operator.actor)
        return Reply(f"Goal {goal.title} put away.", {"id": goal.id})

    def restore(tx: Transaction, arguments: GoalTarget, operator: Operator) -> Reply:
        limit = settings().goals.max_goals
        goal = goals.restore(tx, find_id(tx, "goals", arguments.id), actor=operator.actor, limit=limit)
        return Reply(f"Goal {goal.title} is back, {goal.state.value}.", {"id": goal.id})

    return {
        "goal.add": add,
        "goal.edit": edit,
        "goal.pause": pause,
        "goal.resume": resume,
        "goal.archive": archive,
        "goal.restore": restore,
        "account.stage": set_stage,
    }


def set_stage(tx: Transaction, arguments: SetStage, operator: Operator) -> Reply:
    """Move an account by hand. What waits about it is judged again before it runs, as always."""
    before = set_account_stage(
        tx,
        arguments.account,
        Stage(arguments.stage),
        source="command",
        actor=operator.actor,
        reason=arguments.reason,
    )
    data: dict[str, object] = {"account": arguments.account, "from": before.value, "to": arguments.stage}
    return Reply(f"{arguments.account} is in {arguments.stage} now, was in {before.value}.", data)


def crm_import(database: Database, settings: Callable[[], Settings]) -> LongHandler:
    """The command that imports CRM tables."""

    async def run(arguments: ImportCrm, operator: Operator, _: str) -> Reply:
        report = await import_crm(database, Path(arguments.directory), settings().goals.crm, operator.actor)
        return Reply(_told(report), _data(report))

    return run


def _told(report: ImportReport) -> str:
    return (
        f"{counted(report.imported, 'row')} imported, {report.updated} updated, {report.unchanged} unchanged, "
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
