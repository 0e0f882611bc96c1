"""``inbox``: what waits for the personas, what was given up, and moving, dropping and retrying it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import click

from engine.commands import SteerMessages
from engine.queries import INBOX, MESSAGE, AskInbox, AskMessage

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import instant, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import InboxPage, MessageReport
    from engine.view import MessageView

Change = Literal["raise", "lower", "set", "top", "drop", "retry"]

STATES: Final = ("waiting", "in_progress", "dead", "done", "declined", "dropped", "merged", "all")
ORDERS: Final = ("urgent", "oldest", "newest")
_COMMANDS: Final = {
    "list": ("commands.inbox:list_messages", "List what waits, was given up, or was answered."),
    "show": ("commands.inbox:show", "Show one whole: what became of it and why."),
    "raise": ("commands.inbox:raise_", "Raise priorities by ten."),
    "lower": ("commands.inbox:lower", "Lower priorities by ten."),
    "set": ("commands.inbox:set_", "Set priorities to a number."),
    "top": ("commands.inbox:top", "Put messages before all others."),
    "drop": ("commands.inbox:drop", "Drop what waits or was given up."),
    "retry": ("commands.inbox:retry", "Try what was given up again."),
}
_IDS: Final = click.argument("ids", metavar="ID…", nargs=-1, required=True)


@click.group("inbox", cls=LazyGroup, lazy=_COMMANDS)
def inbox() -> None:
    """See what waits for the personas; move, drop and retry it."""


@command("list")
@click.option("--state", type=click.Choice(STATES), default="waiting", show_default=True, help="Which messages.")
@click.option("--persona", default="", metavar="ID", help="Only this persona's.")
@click.option("--order", type=click.Choice(ORDERS), default="urgent", show_default=True, help="Of those that wait.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="Rows on a page.")
@click.option("--after", default="", metavar="CURSOR", help="The next page: what the page before said.")
def list_messages(session: Session, state: str, persona: str, order: str, limit: int, after: str) -> None:
    """List messages: what waits with its priority of now, dead letters, or what was answered, dropped or merged."""
    ask = checked(AskInbox, state=state, persona=persona, order=order, limit=limit, after=after)

    async def work(client: EngineClient) -> InboxPage:
        return await client.query(INBOX, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    if page.items:
        print_table(
            ("id", "priority", "state", "to", "from", "channel", "arrived", "tries", "text"),
            [_row(one) for one in page.items],
        )
    else:
        say("Nothing waits." if state == "waiting" else f"No message is {state.replace('_', ' ')}.")
    say(
        f"{page.waiting} waiting · {page.at_hand} at hand · {page.dead} dead · {page.dropped} dropped ·"
        f" {page.merged} merged"
    )
    if page.next:
        say(f"More: --after {page.next}")


@command("show")
@click.argument("id_", metavar="ID")
def show(session: Session, id_: str) -> None:
    """Show one message: its whole text, what became of it and why, the answer, and its history."""
    ask = checked(AskMessage, id=id_)

    async def work(client: EngineClient) -> MessageReport:
        return await client.query(MESSAGE, ask)

    report = ask_engine(session, work)
    if session.json:
        print_json(report)
    else:
        _print_report(report)


@command("raise")
@_IDS
def raise_(session: Session, ids: tuple[str, ...]) -> None:
    """Raise the priority of messages by ten."""
    _steer(session, "raise", ids)


@command("lower")
@_IDS
def lower(session: Session, ids: tuple[str, ...]) -> None:
    """Lower the priority of messages by ten."""
    _steer(session, "lower", ids)


@command("set")
@_IDS
@click.option("--priority", type=click.IntRange(0, 100), required=True, help="0 to 100, before what waiting adds.")
def set_(session: Session, ids: tuple[str, ...], priority: int) -> None:
    """Set the priority of messages to a number."""
    _steer(session, "set", ids, value=priority)


@command("top")
@_IDS
def top(session: Session, ids: tuple[str, ...]) -> None:
    """Put messages before all others, the first one first."""
    _steer(session, "top", ids)


@command("drop")
@_IDS
@click.option("--reason", default="", help="Why, for the journal.")
def drop(session: Session, ids: tuple[str, ...], reason: str) -> None:
    """Drop messages that wait or were given up; nobody answers them."""
    _steer(session, "drop", ids, reason=reason)


@command("retry")
@_IDS
def retry(session: Session, ids: tuple[str, ...]) -> None:
    """Give messages that were given up all their attempts again."""
    _steer(session, "retry", ids)


def _steer(
    session: Session, change: Change, ids: tuple[str, ...], *, value: int | None = None, reason: str = ""
) -> None:
    send(session, "message.steer_many", checked(SteerMessages, ids=ids, change=change, value=value, reason=reason))


def _row(one: MessageView) -> tuple[str, ...]:
    mark = " top" if one.pinned else " rising" if one.rising else ""
    state = f"waiting for {', '.join(one.held_for)}" if one.held_for else one.state
    return (
        one.id,
        f"{one.priority}{mark}",
        state,
        one.persona,
        one.sender,
        one.channel,
        instant(one.arrived_at),
        str(one.attempts),
        one_line(one.text),
    )


def _print_report(report: MessageReport) -> None:
    one, why = report.message, report.why
    print_facts((
        ("message", one.id),
        ("to", one.persona),
        ("from", f"{one.sender} ({one.sender_kind})"),
        ("channel", one.channel or "none"),
        ("state", why.state),
        ("why", "; ".join(why.blocks) or why.why or "–"),
        ("arrived", instant(one.arrived_at)),
        ("took" if why.ended_at else "waited", f"{why.seconds:.1f} s"),
        ("priority", f"{one.priority}, {report.priority_on_arrival} on arrival, {report.moved:+d} by operators"),
        ("attempts", str(one.attempts)),
        ("last error", report.last_error or "none"),
        ("text", report.text),
    ))  # fmt: skip
    if report.payload:
        print_facts([("particulars", report.payload)])
    for said in report.said:
        print_facts([(f"answer ({said.status})", said.text or f"{said.kind} by {said.tool}, action {said.action_id}")])
    for line in report.channel:
        print_facts([(f"in #{one.channel}", f"{instant(line.at)}  {one_line(line.sender)}: {one_line(line.text)}")])
    for event in report.events:
        say(f"{instant(event.at)}  {one_line(event.text)} ({one_line(event.actor)})")
