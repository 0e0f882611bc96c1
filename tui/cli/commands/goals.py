"""``goals``: add, list, show, change, pause, resume, put away and bring back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import click

from engine.commands import AddGoal, EditGoal, GoalTarget
from engine.queries import GOAL, GOALS, AskGoal, AskGoals

from ..arguments import DAY, checked
from ..lazy import LazyGroup
from ..printing import amount, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import GoalPage, GoalReport
    from engine.view import GoalView

_COMMANDS: Final = {
    "add": ("commands.goals:add", "Add a goal."),
    "list": ("commands.goals:list_goals", "List goals as they stand today or on a day."),
    "show": ("commands.goals:show", "Show one with its plot, suggestions and history."),
    "edit": ("commands.goals:edit", "Change its title, target or window."),
    "pause": ("commands.goals:pause", "Stop measuring one."),
    "resume": ("commands.goals:resume", "Measure a paused one again."),
    "archive": ("commands.goals:archive", "Put away one that is not active."),
    "restore": ("commands.goals:restore", "Bring back one that was put away."),
}
_TYPES: Final = ("pipeline", "activity", "quality", "revenue")
_SHOWN: Final = 12


@click.group("goals", cls=LazyGroup, lazy=_COMMANDS)
def goals() -> None:
    """Add, list, show and change goals."""


@command("add")
@click.option("--title", required=True, help="Its name.")
@click.option("--type", "kind", type=click.Choice(_TYPES), required=True, help="What it counts.")
@click.option("--target", required=True, metavar="N", help="What to reach: money, a count, or a percentage.")
@click.option("--start", type=DAY, required=True, help="First day, included.")
@click.option("--end", type=DAY, required=True, help="Last day, included.")
def add(session: Session, title: str, kind: str, target: str, start: date, end: date) -> None:
    """Add a goal. Its value comes from the CRM tables: see `watchfloor import crm`."""
    send(session, "goal.add", checked(AddGoal, title=title, type=kind, target=target, start=start, end=end))


@command("edit")
@click.argument("goal_id", metavar="ID")
@click.option("--title", help="Its name.")
@click.option("--target", metavar="N", help="What to reach: money, a count, or a percentage.")
@click.option("--start", type=DAY, help="First day, included.")
@click.option("--end", type=DAY, help="Last day, included.")
def edit(
    session: Session, goal_id: str, title: str | None, target: str | None, start: date | None, end: date | None
) -> None:
    """Change a goal that is not over; the journal keeps old and new."""
    if (title, target, start, end) == (None, None, None, None):
        raise click.UsageError("Name what to change.", click.get_current_context(silent=True))
    send(session, "goal.edit", checked(EditGoal, id=goal_id, title=title, target=target, start=start, end=end))


@command("pause")
@click.argument("goal_id", metavar="ID")
def pause(session: Session, goal_id: str) -> None:
    """Stop measuring a goal; nothing is proposed about it meanwhile."""
    send(session, "goal.pause", checked(GoalTarget, id=goal_id))


@command("resume")
@click.argument("goal_id", metavar="ID")
def resume(session: Session, goal_id: str) -> None:
    """Measure a paused goal again."""
    send(session, "goal.resume", checked(GoalTarget, id=goal_id))


@command("archive")
@click.argument("goal_id", metavar="ID")
def archive(session: Session, goal_id: str) -> None:
    """Put away a goal that is paused, completed or missed."""
    send(session, "goal.archive", checked(GoalTarget, id=goal_id))


@command("restore")
@click.argument("goal_id", metavar="ID")
def restore(session: Session, goal_id: str) -> None:
    """Bring back a goal that was put away; see `goals list --archived`."""
    send(session, "goal.restore", checked(GoalTarget, id=goal_id))


@command("list")
@click.option("--as-of", type=DAY, help="As they stood at the end of that day; today by default.")
@click.option("--archived", is_flag=True, help="Those that were put away, instead of the others.")
def list_goals(session: Session, as_of: date | None, archived: bool) -> None:  # noqa: FBT001  # click's own
    """List goals with value, target, progress, whether they are on track, and where they are heading."""
    ask = checked(AskGoals, as_of=as_of, archived=archived)

    async def work(client: EngineClient) -> GoalPage:
        return await client.query(GOALS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
    elif not page.items:
        say("No goals. Add one with `watchfloor goals add`.")
    else:
        print_table(
            ("type", "value", "target", "progress", "state", "projected", "window", "id", "title"),
            [_row(goal) for goal in page.items],
        )


@command("show")
@click.argument("goal_id", metavar="ID")
@click.option("--as-of", type=DAY, help="As it stood at the end of that day; today by default.")
def show(session: Session, goal_id: str, as_of: date | None) -> None:
    """Show a goal: how it stands, a plot, suggestions, measurements and gaps."""
    ask = checked(AskGoal, id=goal_id, as_of=as_of)

    async def work(client: EngineClient) -> GoalReport:
        return await client.query(GOAL, ask)

    report = ask_engine(session, work)
    if session.json:
        print_json(report)
    else:
        _print_report(report)


def _print_report(report: GoalReport) -> None:
    from ..plotting import plot

    goal = report.goal
    say(goal.title)
    print_facts(_facts(report))
    say()
    say("\n".join(plot(report)))
    if goal.suggestions:
        say()
        say("\n".join(f"{number}. {text}" for number, text in enumerate(goal.suggestions, start=1)))
    if report.history:
        say()
        rows = [
            (one.day, amount(one.value, goal.unit), "on track" if one.on_track else "behind")
            for one in report.history[-_SHOWN:]
        ]
        print_table(("measured on", "value", "state"), rows)
    if report.gaps:
        say()
        gaps = [
            (
                str(gap.number),
                f"{gap.opened:%Y-%m-%d}",
                f"{gap.closed:%Y-%m-%d}" if gap.closed else "still",
                gap.action_id or "none yet",
            )
            for gap in report.gaps
        ]
        print_table(("gap", "from", "to", "proposed action"), gaps)


def _facts(report: GoalReport) -> list[tuple[str, str]]:
    goal = report.goal
    per_day = "none"
    if report.pace is not None:
        unit = {"money": " a day", "count": " a day"}.get(goal.unit, "")
        whole = report.pace // 100 if goal.unit != "count" else report.pace
        per_day = amount(whole, "money") + unit
    return [
        ("id", goal.id),
        ("type", goal.type),
        ("state", f"{_state(goal)}, archived" if goal.archived else _state(goal)),
        ("as of", report.as_of),
        ("value", f"{amount(goal.value, goal.unit)} of {amount(goal.target, goal.unit)}"),
        ("progress", f"{goal.progress} %, {goal.expected} % expected"),
        ("pace", per_day),
        ("projected", "nothing yet" if goal.projected is None else amount(goal.projected, goal.unit)),
        ("reached on", goal.projected_on or "not at this pace"),
        ("projection", goal.method),
        ("window", f"{goal.start} – {goal.end}, {goal.days_left} days left"),
    ]


def _row(goal: GoalView) -> tuple[str, ...]:
    return (
        goal.type,
        amount(goal.value, goal.unit),
        amount(goal.target, goal.unit),
        f"{goal.progress} %",
        _state(goal),
        "" if goal.projected is None else f"{amount(goal.projected, goal.unit)} by {goal.end}",
        f"{goal.start} – {goal.end}",
        goal.id,
        goal.title,
    )


def _state(goal: GoalView) -> str:
    if goal.state != "active":
        return goal.state
    return "on track" if goal.on_track else f"behind by {goal.short} %" if goal.short else "behind"
