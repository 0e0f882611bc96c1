"""``tasks``: work for the agents."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from engine.commands import AddCron, CancelTask, SubmitTask
from engine.queries import DETAIL, TASKS, AskDetail, AskTasks

from ..arguments import checked
from ..lazy import LazyGroup
from ..moments import MOMENT
from ..printing import instant, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..replies import print_reply
from ..session import Session, command

if TYPE_CHECKING:
    from datetime import datetime

    from engine.client import EngineClient, Reply
    from engine.queries import TaskPage
    from engine.view import Detail, TaskView

_COMMANDS: Final = {
    "submit": ("commands.tasks:submit", "Give a task to the agents."),
    "list": ("commands.tasks:list_tasks", "List tasks."),
    "show": ("commands.tasks:show", "Show one with its history."),
    "cancel": ("commands.tasks:cancel", "Stop one."),
    "pause": ("commands.queue:pause", "Keep a waiting one from the agents."),
    "resume": ("commands.queue:resume", "Let a paused one go on."),
    "crons": ("commands.queue:crons", "List those that come again and again."),
    "uncron": ("commands.queue:uncron", "End a cron entry."),
    "queues": ("commands.queue:queues", "Show what waits in Redis, and how fast it goes."),
    "follow": ("commands.tasks_follow:follow", "Show what one writes while it runs."),
    "diff": ("commands.tasks_follow:diff", "Show what one changed in its work tree."),
    "retry": ("commands.tasks_follow:retry", "Try a dead or failed one again."),
    "export": ("commands.tasks_files:export", "Write them as JSON."),
    "import": ("commands.tasks_files:take_in", "Take them over from JSON."),
}


@click.group("tasks", cls=LazyGroup, lazy=_COMMANDS)
def tasks() -> None:
    """Submit, list, show and cancel agents' tasks."""


@command("submit")
@click.argument("title")
@click.option("--type", "kind", default="echo", show_default=True, help="The executor that is to do it.")
@click.option("--payload", default="{}", show_default=True, metavar="JSON", help="What it gets; '-' reads it.")
@click.option("--priority", type=click.IntRange(1, 10), default=5, show_default=True, help="1 is first, 10 is last.")
@click.option("--capability", "capabilities", multiple=True, metavar="WORD", help="What the agent must be able to do.")
@click.option("--after", "depends_on", multiple=True, metavar="ID", help="A task that must be done before.")
@click.option(
    "--policy",
    type=click.Choice(("fail", "skip", "wait")),
    default="fail",
    show_default=True,
    help="Where one of those does not succeed: fail too, be cancelled as not needed, or wait on.",
)
@click.option(
    "--delay", type=click.FloatRange(0, 31_536_000), default=0, metavar="SECONDS", help="Begin so much later."
)
@click.option("--at", type=MOMENT, metavar="WHEN", help="Begin then at the earliest.")
@click.option("--unique", default="", metavar="NAME", help="No second one while a task of this name is unfinished.")
@click.option("--cron", default="", metavar="ENTRY", help="Again and again, as '0 9 * * mon' or @daily; needs --name.")
@click.option("--name", default="", help="With --cron: what the entry is called.")
@click.option("--timeout", type=click.FloatRange(0.1, 86_400), metavar="SECONDS", help="How long one attempt may take.")
@click.option("--attempts", type=click.IntRange(1, 20), default=3, show_default=True, help="How often it is tried.")
@click.option("--about", default="", metavar="TEXT", help="The same at length, for people.")
@click.option("--goal", default="", metavar="ID", help="The goal in steps that it belongs to, without being a step.")
def submit(
    session: Session,
    title: str,
    kind: str,
    payload: str,
    priority: int,
    capabilities: tuple[str, ...],
    depends_on: tuple[str, ...],
    policy: str,
    delay: float,
    at: datetime | None,
    unique: str,
    cron: str,
    name: str,
    timeout: float | None,
    attempts: int,
    about: str,
    goal: str,
) -> None:
    """Give a task to the agents, now, later, or again and again."""
    if bool(cron) is not bool(name):
        raise click.UsageError("--cron and --name go together.")
    repeated = {"name": name, "cron": cron} if cron else {}
    arguments = checked(
        AddCron if cron else SubmitTask,
        title=title,
        type=kind,
        payload=sys.stdin.read(262_145) if payload == "-" else payload,
        priority=priority,
        capabilities=capabilities,
        depends_on=depends_on,
        on_failure=policy,
        delay_seconds=delay,
        due_at=at,
        unique=unique,
        timeout_seconds=timeout,
        max_attempts=attempts,
        description=about,
        goal=goal,
        **repeated,
    )

    async def work(client: EngineClient) -> tuple[Reply, bool]:
        return await client.send("cron.add" if cron else "task.submit", arguments), client.attached

    reply, attached = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data, "engine_running": attached})
        return
    say(reply.text)
    if not attached:
        say("No engine is running: the task is queued when one starts.")


@command("list")
@click.option("--state", default="", help="Only those in this state: pending, active, done, …")
@click.option("--type", "kind", default="", help="Only those of this type.")
@click.option("--capability", default="", metavar="WORD", help="Only those that ask for this besides their type.")
@click.option("--agent", default="", metavar="NAME", help="Only those that this agent holds or held last.")
@click.option("--goal", default="", metavar="ID", help="Only those of this graph or goal.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="Rows on a page.")
@click.option("--after", default="", metavar="CURSOR", help="The next page: what the page before said.")
def list_tasks(
    session: Session, state: str, kind: str, capability: str, agent: str, goal: str, limit: int, after: str
) -> None:
    """List tasks, newest first."""
    ask = checked(
        AskTasks,
        state=state.lower(),
        type=kind,
        capability=capability,
        agent=agent,
        goal=goal,
        limit=limit,
        after=after,
    )

    async def work(client: EngineClient) -> TaskPage:
        return await client.query(TASKS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    if not page.items:
        say("No tasks.")
        return
    print_table(
        ("id", "state", "pri", "type", "agent", "updated", "title", "result"), [_row(one) for one in page.items]
    )
    if page.next:
        say(f"More: --after {page.next}")


@command("show")
@click.argument("id_", metavar="ID")
def show(session: Session, id_: str) -> None:
    """Show a task: what it is, its result, its history."""
    ask = checked(AskDetail, scope="task", id=id_)

    async def work(client: EngineClient) -> Detail:
        return await client.query(DETAIL, ask)

    detail = ask_engine(session, work)
    if session.json:
        print_json(detail)
    else:
        print_detail(detail)


@command("cancel")
@click.argument("id_", metavar="ID")
@click.option("--reason", default="", help="Why, for the journal.")
def cancel(session: Session, id_: str, reason: str) -> None:
    """Stop a task; one that runs is stopped at its agent."""
    ask = checked(AskDetail, scope="task", id=id_)

    async def work(client: EngineClient) -> Reply:
        found = await client.query(DETAIL, ask)
        return await client.send("task.cancel", checked(CancelTask, id=found.subject, reason=reason))

    print_reply(session, ask_engine(session, work))


def print_detail(detail: Detail) -> None:
    """Everything worth knowing about one thing."""
    say(f"{one_line(detail.title)}  ({one_line(detail.subject)})")
    for section in detail.sections:
        say()
        say(one_line(section.heading))
        print_facts((f"  {name}", value) for name, value in section.facts)
        if section.text:
            print_facts([("  text", section.text)])
        print_facts(
            (f"  {instant(event.at)}", f"{event.kind} by {event.actor}: {event.text}") for event in section.events
        )


def _row(task: TaskView) -> tuple[str, ...]:
    outcome = task.error or task.result
    return (
        task.id, task.state, str(task.priority), task.type, task.agent, instant(task.updated_at), task.title, outcome
    )  # fmt: skip
