"""``rules``: standing rules, each made from an example that was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from engine.commands import RevokeRule
from engine.queries import DETAIL, RULES, AskDetail, AskRules

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import instant, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import RulePage, RuleView
    from engine.view import Detail

_COMMANDS: Final = {
    "list": ("commands.rules:list_rules", "List standing rules, the newest first."),
    "show": ("commands.rules:show", "Show one, what it covers and what it answered."),
    "backtest": ("commands.ruling:backtest", "Say what a rule like an example would have answered."),
    "allow": ("commands.ruling:allow", "Always allow what is like an example."),
    "deny": ("commands.ruling:deny", "Always deny what is like an example."),
    "revoke": ("commands.rules:revoke", "End a standing rule."),
}


@click.group("rules", cls=LazyGroup, lazy=_COMMANDS)
def rules() -> None:
    """Standing rules: what is always allowed or always denied."""


@command("list")
@click.option("--ended", is_flag=True, help="Also those that were revoked, used up or ran out.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="Rows on a page.")
@click.option("--after", default="", metavar="CURSOR", help="The next page: what the page before said.")
def list_rules(session: Session, limit: int, after: str, *, ended: bool) -> None:
    """List standing rules with their scope, their uses and their end."""
    ask = checked(AskRules, ended=ended, limit=limit, after=after)

    async def work(client: EngineClient) -> RulePage:
        return await client.query(RULES, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    if not page.items:
        say("No standing rules. Make one from an action with `watchfloor rules allow ID`.")
        return
    print_table(("id", "effect", "kind", "state", "used", "until", "by", "covers"), [_row(one) for one in page.items])
    if page.next:
        say(f"More: --after {page.next}")


@command("show")
@click.argument("id_", metavar="ID")
def show(session: Session, id_: str) -> None:
    """Show a standing rule: what it covers, what it answered, its history."""
    ask = checked(AskDetail, scope="rule", id=id_)

    async def work(client: EngineClient) -> Detail:
        return await client.query(DETAIL, ask)

    found = ask_engine(session, work)
    if session.json:
        print_json(found)
        return
    for section in found.sections:
        say(section.heading.upper())
        print_facts((f"  {name}", value) for name, value in section.facts)
        for event in section.events:
            say(f"  {instant(event.at)}  {one_line(event.text)}")


@command("revoke")
@click.argument("id_", metavar="ID")
@click.option("--reason", default="", help="Why, for the journal.")
def revoke(session: Session, id_: str, reason: str) -> None:
    """End a standing rule; what it allowed and has not started is asked again."""
    send(session, "rule.revoke", checked(RevokeRule, id=id_, reason=reason))


def _row(one: RuleView) -> tuple[str, ...]:
    covers = ", ".join(f"{name} {value}" for name, value in one.scope if name != "kind")
    used = f"{one.uses} of {one.limit}"
    return (one.id, one.effect, one.kind, one.state, used, instant(one.expires_at), one.made_by, covers)
