"""``agents``: who works on tasks, on what, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from engine.commands import DrainAgent
from engine.queries import AGENTS, AgentsReport, AskNothing

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.view import AgentView

_COMMANDS: Final = {
    "list": ("commands.agents:list_agents", "List agents with what they do now."),
    "queues": ("commands.agents:queues", "List the queues by what their tasks ask for."),
    "blocked": ("commands.agents:blocked", "List tasks that do not go on, and why."),
    "drain": ("commands.agents:drain", "Let one finish what it has in hand, and leave."),
}


@click.group("agents", cls=LazyGroup, lazy=_COMMANDS)
def agents() -> None:
    """See who works on tasks, on what, and what stands in the way."""


@command("list")
def list_agents(session: Session) -> None:
    """List agents: state, tasks in hand with what is left of their lease, rate, breakers."""
    report = _report(session)
    if session.json:
        print_json(report)
    elif not report.agents:
        say("No agent is here. Start one with `watchfloor agent`.")
    else:
        print_table(
            ("id", "state", "host", "tasks", "rate", "done", "failed", "breakers", "in hand"),
            [_row(one) for one in report.agents],
        )


@command("queues")
def queues(session: Session) -> None:
    """List the queues by what their tasks ask for, the fullest first."""
    report = _report(session)
    if session.json:
        print_json(report.queues)
    elif not report.queues:
        say("No task waits, and none was done in the last twenty minutes.")
    else:
        rows = [
            (
                "+".join(one.needs),
                str(one.pending),
                str(one.active),
                str(one.backlog),
                f"{one.oldest_seconds} s" if one.pending else "",
                str(sum(one.throughput)),
                str(one.agents),
                ", ".join(one.paused),
            )
            for one in report.queues
        ]
        print_table(("needs", "pending", "active", "backlog", "oldest", "done in 20 min", "agents", "paused"), rows)


@command("blocked")
def blocked(session: Session) -> None:
    """List tasks that do not go on by themselves, and why."""
    report = _report(session)
    if session.json:
        print_json(report.blockers)
    elif not report.blockers:
        say("Nothing stands in any task's way.")
    else:
        print_table(
            ("task", "action", "why", "title"), [(one.task, one.action, one.why, one.title) for one in report.blockers]
        )


@command("drain")
@click.argument("name", metavar="AGENT")
def drain(session: Session, name: str) -> None:
    """Let an agent finish what it has in hand; it takes nothing more, and leaves."""
    send(session, "agent.drain", checked(DrainAgent, id=name))


def _report(session: Session) -> AgentsReport:
    async def work(client: EngineClient) -> AgentsReport:
        return await client.query(AGENTS, AskNothing())

    return ask_engine(session, work)


def _row(agent: AgentView) -> tuple[str, ...]:
    shut = ", ".join(f"{one.name} {one.state}" for one in agent.breakers if one.state != "closed")
    held = ", ".join(f"{one.title} ({one.lease_left} s)" for one in agent.running)
    room = f"{len(agent.running)}/{agent.concurrency}"
    host = f"{agent.host}:{agent.pid}" if agent.host else ""
    return (
        agent.id, agent.state, host, room, f"{agent.rate}/min", str(agent.done), str(agent.failed), shut, held
    )  # fmt: skip
