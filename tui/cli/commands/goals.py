"""``goals``: add and list."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import click

from engine.commands import AddGoal
from engine.queries import GOALS, AskGoals

from ..arguments import DAY, checked
from ..lazy import LazyGroup
from ..printing import amount, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply
    from engine.queries import GoalPage
    from engine.view import GoalView

_COMMANDS: Final = {
    "add": ("commands.goals:add", "Add a goal."),
    "list": ("commands.goals:list_goals", "List goals as they stand today or on a day."),
}
_TYPES: Final = ("pipeline", "activity", "quality", "revenue")


@click.group("goals", cls=LazyGroup, lazy=_COMMANDS)
def goals() -> None:
    """Add and list goals."""


@command("add")
@click.option("--title", required=True, help="Its name.")
@click.option("--type", "kind", type=click.Choice(_TYPES), required=True, help="What it counts.")
@click.option("--target", required=True, metavar="N", help="What to reach: money, a count, or a percentage.")
@click.option("--start", type=DAY, required=True, help="First day, included.")
@click.option("--end", type=DAY, required=True, help="Last day, included.")
def add(session: Session, title: str, kind: str, target: str, start: date, end: date) -> None:
    """Add a goal. Its value comes from the CRM tables: see `watchfloor import crm`."""
    arguments = checked(AddGoal, title=title, type=kind, target=target, start=start, end=end)

    async def work(client: EngineClient) -> Reply:
        return await client.send("goal.add", arguments)

    reply = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data})
    else:
        say(reply.text)


@command("list")
@click.option("--as-of", type=DAY, help="As they stood at the end of that day; today by default.")
def list_goals(session: Session, as_of: date | None) -> None:
    """List goals with value, target, progress and whether they are on track."""
    ask = checked(AskGoals, as_of=as_of)

    async def work(client: EngineClient) -> GoalPage:
        return await client.query(GOALS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
    elif not page.items:
        say("No goals. Add one with `watchfloor goals add`.")
    else:
        print_table(
            ("type", "value", "target", "progress", "state", "window", "id", "title"),
            [_row(goal) for goal in page.items],
        )


def _row(goal: GoalView) -> tuple[str, ...]:
    state = goal.state if goal.state != "active" else "on track" if goal.on_track else "behind"
    return (
        goal.type,
        amount(goal.value, goal.unit),
        amount(goal.target, goal.unit),
        f"{goal.progress} %",
        state,
        f"{goal.start} – {goal.end}",
        goal.id,
        goal.title,
    )
