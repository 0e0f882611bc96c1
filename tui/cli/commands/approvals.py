"""``approvals``: what waits for a yes, to be looked at."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from engine.errors import WatchfloorError
from engine.queries import APPROVALS, DETAIL, AskApprovals, AskDetail

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import instant, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import ApprovalPage
    from engine.view import ApprovalView

_COMMANDS: Final = {
    "list": ("commands.approvals:list_approvals", "List what waits for a decision."),
    "show": ("commands.approvals:show", "Show one with its whole payload."),
    "approve": ("commands.decide:approve", "Approve exactly what is shown."),
    "reject": ("commands.decide:reject", "Reject, with a reason for the proposer."),
    "edit": ("commands.amend:edit", "Change an open question's arguments."),
    "undo": ("commands.amend:undo", "Take a yes back before it starts."),
    "withdraw": ("commands.amend:withdraw", "Take your own proposal back."),
    "settle": ("commands.amend:settle", "Say what became of an uncertain action."),
    "claim": ("commands.amend:claim", "Tell the others that you look at it."),
    "snooze": ("commands.amend:snooze", "Put a question out of sight for a while."),
}


@click.group("approvals", cls=LazyGroup, lazy=_COMMANDS)
def approvals() -> None:
    """See and decide what waits for a yes."""


@command("list")
@click.option("--status", default="waiting", show_default=True, help="pending, executed, …; 'all' is everything.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="Rows on a page.")
@click.option("--after", default="", metavar="CURSOR", help="The next page: what the page before said.")
def list_approvals(session: Session, status: str, limit: int, after: str) -> None:
    """List actions that wait for a decision, or those with another status."""
    ask = checked(AskApprovals, status=status.lower(), limit=limit, after=after)

    async def work(client: EngineClient) -> ApprovalPage:
        return await client.query(APPROVALS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    if not page.items:
        say("Nothing waits for a decision." if status == "waiting" else f"No action is {status}.")
        return
    print_table(
        ("id", "risk", "kind", "status", "by", "account", "deadline", "digest", "why"),
        [_row(one) for one in page.items],
    )
    if page.next:
        say(f"More: --after {page.next}")


@command("show")
@click.argument("id_", metavar="ID")
def show(session: Session, id_: str) -> None:
    """Show an action: who asks, by which rule, what it would do, its whole payload, its digest."""
    ask = checked(AskDetail, scope="action", id=id_)

    async def work(client: EngineClient) -> ApprovalView:
        return await whole(client, ask)

    found = ask_engine(session, work)
    if session.json:
        print_json(found)
    else:
        print_approval(found)


async def whole(client: EngineClient, ask: AskDetail) -> ApprovalView:
    """An action with its whole payload.

    Raises:
        WatchfloorError: there is no such action.
    """
    detail = await client.query(DETAIL, ask)
    if detail.approval is None:
        raise WatchfloorError(f"{ask.id} is not an action", remedy="List them with `watchfloor approvals list`.")
    return detail.approval


def print_approval(one: ApprovalView) -> None:
    """Everything about an action, the payload last, where no value of it can be taken for one of ours."""
    print_facts((
        ("action", one.id),
        ("kind", f"{one.kind} (tool {one.tool}), revision {one.revision}"),
        ("risk", one.risk.value.upper()),
        ("status", _status(one)),
        *_standing(one),
        ("asked by", one.proposer),
        ("because", one.why),
        ("rule", one.rule),
        ("account", f"{one.account} · {one.stage or 'stage unknown'}" if one.account else "none"),
        ("effect", one.effect),
        ("asked at", instant(one.created_at)),
        ("deadline", f"{instant(one.expires_at)}, then the answer is no" if one.expires_at else "none"),
        ("digest", one.digest),
    ))  # fmt: skip
    say("payload" if one.payload_complete else "payload (CUT: not all of it is shown)")
    print_facts((f"  {name}", value) for name, value in one.payload)
    if one.result:
        print_facts([("result", one.result)])


def _status(one: ApprovalView) -> str:
    decided = f" by {one.decided_by} at {instant(one.decided_at)}" if one.decided_by else ""
    reason = f": {one.reason}" if one.reason else ""
    return f"{one.status}{decided}{reason}"


def _standing(one: ApprovalView) -> tuple[tuple[str, str], ...]:
    """What is going on around an open question."""
    facts = []
    if one.quorum > 1:
        facts.append(("needs", f"the yes of {one.quorum} operators; so far: {', '.join(one.granted_by) or 'none'}"))
    if one.claimed_by:
        facts.append(("looked at by", one.claimed_by))
    if one.snoozed_until is not None:
        facts.append(("out of sight", f"until {instant(one.snoozed_until)}"))
    if one.escalated:
        facts.append(("escalated", "it has waited more than half of its time"))
    return tuple(facts)


def _row(one: ApprovalView) -> tuple[str, ...]:
    deadline: datetime | None = one.expires_at
    account = f"{one.account} · {one.stage}" if one.account else ""
    return (
        one.id, one.risk.value.upper(), one.kind, one.status, one.proposer, account,
        instant(deadline), f"…{one.digest[-8:]}", one.why,
    )  # fmt: skip
