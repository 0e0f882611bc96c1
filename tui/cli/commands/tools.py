"""``tools``: what actions can do, how it is doing, and proposing a call of one's own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from engine.clock import SystemClock
from engine.commands import ProposeAction, RetryNotification
from engine.errors import WatchfloorError
from engine.queries import NOTIFICATIONS, TOOLS, AskDetail, AskPage, AskTools

from ..arguments import checked
from ..exits import Exit
from ..lazy import LazyGroup
from ..printing import instant, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command
from .approvals import whole

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply
    from engine.queries import NotificationPage, NotificationView, ToolPage, ToolView
    from engine.view import ApprovalView

_COMMANDS: Final = {
    "list": ("commands.tools:list_tools", "List the tools and the servers behind them."),
    "show": ("commands.tools:show", "Show one with the schema of its arguments."),
    "call": ("commands.tools:call", "Propose a call; it goes through the gate like any other."),
    "outbox": ("commands.tools:outbox", "List notifications that wait, were given up, or were sent."),
}
_LOOK_SECONDS: Final = 0.5
_OPEN: Final = frozenset({"pending", "approved", "executing"})
_MOST_BYTES: Final = 262_144


@click.group("tools", cls=LazyGroup, lazy=_COMMANDS)
def tools() -> None:
    """See what actions can do, and propose one."""


@command("list")
def list_tools(session: Session) -> None:
    """List the tools, and how the MCP servers behind some of them are doing."""

    async def work(client: EngineClient) -> ToolPage:
        return await client.query(TOOLS, AskTools())

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    print_table(("name", "effect", "again", "limit", "from", "what it does"), [_row(one) for one in page.items])
    if page.servers:
        say()
        print_table(
            ("server", "state", "tools", "since", "detail"),
            [(one.name, one.state, str(one.tools), instant(one.since), one.detail) for one in page.servers],
        )


@command("show")
@click.argument("name")
def show(session: Session, name: str) -> None:
    """Show a tool: how far it reaches, what it may take, the schema of its arguments."""
    ask = checked(AskTools, name=name)

    async def work(client: EngineClient) -> ToolPage:
        return await client.query(TOOLS, ask)

    page = ask_engine(session, work)
    if not page.items:
        raise WatchfloorError(f"no tool {name[:60]}", remedy="List them with `watchfloor tools list`.")
    (one,) = page.items
    if session.json:
        print_json(one)
        return
    print_facts((
        ("name", one.name),
        ("what it does", one.description),
        ("effect", one.effect),
        ("runs again safely", "yes" if one.idempotent else "no"),
        ("exactly once", "yes, in the database" if one.transactional else "no"),
        ("can be undone", "yes" if one.undoable else "no"),
        ("time limit", _limit(one)),
        ("from", one.source),
        *([("unavailable", one.unavailable)] if one.unavailable else []),
        ("arguments", one.schema),
    ))  # fmt: skip


@command("call")
@click.argument("name")
@click.argument("arguments", default="{}", metavar="[JSON]")
@click.option("--kind", default="", help="What it is for the guardrails; without it the tool's name, which asks.")
@click.option("--account", default="", help="The account it is about.")
@click.option("--reason", default="", help="Why, for whoever approves it.")
@click.option("--wait", is_flag=True, help="Wait for what comes of it.")
@click.option("--seconds", type=click.IntRange(1, 86_400), default=600, show_default=True, help="With --wait: most.")
def call(
    session: Session, name: str, arguments: str, kind: str, account: str, reason: str, *, wait: bool, seconds: int
) -> int:
    """Propose a call of a tool; '-' reads its arguments from standard input.

    The guardrails judge it like any other proposal, and whoever proposes it cannot approve it.
    """
    text = sys.stdin.read(_MOST_BYTES + 1) if arguments == "-" else arguments
    proposal = checked(ProposeAction, kind=kind or name, tool=name, arguments=text, account=account, reason=reason)

    async def work(client: EngineClient) -> tuple[Reply, ApprovalView | None, bool]:
        reply = await client.send("action.propose", proposal)
        if not wait:
            return reply, None, client.attached
        if not client.attached:
            raise WatchfloorError(
                "nothing to wait for",
                why=f"no engine is running; {reply.text}",
                remedy="Start one with `watchfloor run`.",
            )
        return reply, await _settled(client, str(reply.data["id"]), seconds), client.attached

    reply, found, attached = ask_engine(session, work)
    return _told(session, reply, found, attached=attached)


@command("outbox")
@click.option("--retry", "again", metavar="ID", default="", help="Try one again that was given up.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="Rows on a page.")
@click.option("--after", default="", metavar="CURSOR", help="The next page: what the page before said.")
def outbox(session: Session, again: str, limit: int, after: str) -> None:
    """List notifications: what waits and what was given up, then what was sent."""
    if again:
        retry = checked(RetryNotification, id=again)
        reply = ask_engine(session, lambda client: client.send("notification.retry", retry))
        if session.json:
            print_json({"text": reply.text, "data": reply.data})
        else:
            say(reply.text)
        return
    ask = checked(AskPage, limit=limit, after=after)

    async def work(client: EngineClient) -> NotificationPage:
        return await client.query(NOTIFICATIONS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    if not page.items:
        say("No notifications.")
        return
    print_table(
        ("id", "status", "tries", "target", "asked", "next try", "title", "last error"),
        [_notification(one) for one in page.items],
    )
    if page.next:
        say(f"More: --after {page.next}")


async def _settled(client: EngineClient, action_id: str, seconds: int) -> ApprovalView:
    clock = SystemClock()
    deadline = clock.monotonic() + seconds
    ask = checked(AskDetail, scope="action", id=action_id)
    while True:
        found = await whole(client, ask)
        if found.status not in _OPEN or clock.monotonic() >= deadline:
            return found
        await clock.sleep(_LOOK_SECONDS)


def _told(session: Session, reply: Reply, found: ApprovalView | None, *, attached: bool) -> int:
    if session.json:
        outcome: dict[str, Any] = {"text": reply.text, "data": reply.data, "engine_running": attached}
        print_json(outcome if found is None else {**outcome, "action": found})
    else:
        say(reply.text)
        if found is not None:
            print_facts([("status", found.status), *([("result", found.result)] if found.result else [])])
            if found.status in _OPEN:
                say("Still open; it goes on without this command.")
        elif not attached:
            say("No engine is running: it is looked at when one starts.")
    return Exit.OK if found is None or found.status == "executed" else Exit.FAILED


def _row(one: ToolView) -> tuple[str, ...]:
    again = "once" if one.transactional else ("yes" if one.idempotent else "no")
    what = f"({one.unavailable}) {one.description}" if one.unavailable else one.description
    return (one.name, one.effect, again, _limit(one), one.source, what)


def _limit(one: ToolView) -> str:
    return f"{one.time_limit_seconds:g} s" if one.time_limit_seconds is not None else "as declared"


def _notification(one: NotificationView) -> tuple[str, ...]:
    return (
        one.id, one.status, str(one.attempts), one.target, instant(one.created_at), instant(one.next_at),
        one.title, one.error,
    )  # fmt: skip
