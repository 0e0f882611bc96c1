"""``goal``: split a goal into tasks by a template, and see how far they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, TextIO

import click

from engine.commands import Arguments, CancelGraph, SubmitGraph
from engine.queries import (
    GRAPH,
    GRAPHS,
    PLAN,
    TEMPLATES,
    AskGraph,
    AskGraphs,
    AskNothing,
    AskPlan,
    GraphPage,
    GraphView,
    StepView,
    TemplatePage,
)

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import instant, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply

_COMMANDS: Final = {
    "templates": ("commands.goal:templates", "List the templates and their parameters."),
    "submit": ("commands.goal:submit", "Split a goal into tasks, once it was shown."),
    "list": ("commands.goal:list_graphs", "List goals that were split into tasks."),
    "graph": ("commands.goal:graph", "Show one with the state of each step."),
    "cancel": ("commands.goal:cancel", "Stop every task of one."),
}
_MARKS: Final = {"done": "✓", "failed": "✕", "dead": "✕", "cancelled": "–", "active": "▸", "assigned": "▸"}


@click.group("goal", cls=LazyGroup, lazy=_COMMANDS)
def goal() -> None:
    """Split a goal into tasks, and see how far they are."""


@command("templates")
def templates(session: Session) -> None:
    """List the templates: those that are shipped, and the workspace's own in templates/*.toml."""

    async def work(client: EngineClient) -> TemplatePage:
        return await client.query(TEMPLATES, AskNothing())

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    for one in page.items:
        say(f"{one_line(one.name)}{'' if one.own else '  (shipped)'}")
        if one.fault:
            print_facts([("  cannot be used", one.fault)])
            continue
        facts = [("  about", one.about or one.title), ("  steps", str(one.steps))]
        facts += [
            (
                f"  {parameter.name}",
                parameter.about
                + (f" [{parameter.default}]" if parameter.default is not None else " (has to be given)"),
            )
            for parameter in one.parameters
        ]
        print_facts(facts)


@command("submit")
@click.argument("template", required=False, default="")
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="A parameter; may be repeated.")
@click.option("--model", "goal_text", default="", metavar="TEXT", help="Have the language model plan this goal.")
@click.option("--plan", "plan_file", type=click.File("r"), help="A plan as JSON, as --json shows it; '-' reads it.")
@click.option("--dry-run", is_flag=True, help="Show the steps and submit nothing.")
@click.option("--yes", is_flag=True, help="Submit without being asked; a terminal is asked otherwise.")
def submit(  # the options of one command
    session: Session,
    template: str,
    values: tuple[str, ...],
    goal_text: str,
    plan_file: TextIO | None,
    *,
    dry_run: bool,
    yes: bool,
) -> None:
    """Split a goal into tasks by a template: all of them are submitted, or none is.

    The steps are shown first; on a terminal you are asked before anything is submitted.
    """
    if sum(map(bool, (template, goal_text, plan_file))) != 1:
        raise click.UsageError("Name a template, or --model, or --plan.", click.get_current_context(silent=True))
    parameters = _values(values)
    plan = plan_file.read(262_145) if plan_file is not None else ""
    ask = checked(AskPlan, template=template, parameters=parameters, goal=goal_text, plan=plan)

    async def show(client: EngineClient) -> GraphView:
        return await client.query(PLAN, ask)

    shown = ask_engine(session, show)
    if dry_run:
        if session.json:
            print_json(shown)
        else:
            print_graph(shown)
        return
    if not session.json:
        print_graph(shown)
    if not yes and not session.json and sys.stdin.isatty():
        click.confirm("Submit these tasks?", abort=True)
    # What was shown is what is submitted: a model is not asked twice.
    by_plan = {"plan": shown.plan} if shown.plan else {"template": template, "parameters": parameters}
    _send(session, "graph.submit", checked(SubmitGraph, **by_plan))


@command("list")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="Rows on a page.")
@click.option("--after", default="", metavar="CURSOR", help="The next page: what the page before said.")
def list_graphs(session: Session, limit: int, after: str) -> None:
    """List goals that were split into tasks, newest first."""
    ask = checked(AskGraphs, limit=limit, after=after)

    async def work(client: EngineClient) -> GraphPage:
        return await client.query(GRAPHS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
    elif not page.items:
        say("No goal was split into tasks yet. See `watchfloor goal templates`.")
    else:
        rows = [
            (one.id, one.state, f"{one.done}/{one.total}", one.origin, instant(one.created_at), one.actor, one.title)
            for one in page.items
        ]
        print_table(("id", "state", "done", "from", "submitted", "by", "title"), rows)
        if page.next:
            say(f"More: --after {page.next}")


@command("graph")
@click.argument("id_", metavar="ID")
def graph(session: Session, id_: str) -> None:
    """Show a goal with the state of each step, what stands in its way, and what became of it."""
    ask = checked(AskGraph, id=id_)

    async def work(client: EngineClient) -> GraphView:
        return await client.query(GRAPH, ask)

    shown = ask_engine(session, work)
    if session.json:
        print_json(shown)
    else:
        print_graph(shown)


@command("cancel")
@click.argument("id_", metavar="ID")
@click.option("--reason", default="", help="Why, for the journal.")
def cancel(session: Session, id_: str, reason: str) -> None:
    """Stop every task of a goal that has not ended."""
    _send(session, "graph.cancel", checked(CancelGraph, id=id_, reason=reason))


def print_graph(shown: GraphView) -> None:
    """A goal as a tree: each step below all that it needs, indented by how deep it lies."""
    say(f"{one_line(shown.title)}  ({shown.state})")
    if shown.id:
        say(f"{shown.id}, from {one_line(shown.origin)}, by {one_line(shown.actor)}")
    for step in shown.steps:
        say(f"  {'   ' * step.depth}{_MARKS.get(step.state, '·')} {_line(step)}")
        for note in filter(None, (_waits(step), one_line(step.why), one_line(step.result) if step.asks else "")):
            say(f"  {'   ' * step.depth}    {note}")
    for note in shown.notes:
        say(f"Note: {one_line(note)}.")


def _line(step: StepView) -> str:
    kind = f"asks an operator: {step.asks}" if step.asks else step.type
    state = f" {step.state}" if step.state else ""
    where = f" @{step.agent}" if step.agent and not step.asks else ""
    return f"{one_line(step.id)}{state}: {one_line(step.title)}  [{one_line(kind)}]{one_line(where)}"


def _waits(step: StepView) -> str:
    waits = f"needs {', '.join(step.needs)}" if step.needs else ""
    policy = f"; if that fails: {step.on_failure}" if step.needs and step.on_failure != "fail" else ""
    return one_line(waits + policy)


def _values(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{one!r} is not NAME=VALUE", param_hint="--set")
        found[name] = value
    return found


def _send(session: Session, name: str, arguments: Arguments) -> None:
    async def work(client: EngineClient) -> tuple[Reply, bool]:
        return await client.send(name, arguments), client.attached

    reply, attached = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data, "engine_running": attached})
        return
    say(reply.text)
    if "id" in reply.data:
        say(f"See it: watchfloor goal graph {reply.data['id']}")
    if not attached:
        say("No engine is running: its tasks are queued when one starts.")
