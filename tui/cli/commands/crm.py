"""``crm``: what the imported tables say about accounts and opportunities."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import click

from engine.commands import SetStage
from engine.queries import ACCOUNT, ACCOUNTS, OPPORTUNITIES, PAGE_LIMIT, AskAccount, AskAccounts, AskOpportunities

from ..arguments import DAY, checked
from ..lazy import LazyGroup
from ..printing import amount, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import AccountPage, AccountReport, AccountView, OpportunityPage, OpportunityView

_STAGES: Final = ("prospecting", "qualification", "evaluation", "negotiation", "closed_won", "closed_lost")
_COMMANDS: Final = {
    "accounts": ("commands.crm:accounts", "Accounts: list and show."),
    "opportunities": ("commands.crm:opportunities", "Opportunities: list."),
    "stage": ("commands.crm:stage", "Stages: set one by hand."),
}
_ACCOUNTS: Final = {
    "list": ("commands.crm:list_accounts", "List accounts with stage, open and won value."),
    "show": ("commands.crm:show_account", "Show one with its stages, opportunities and interactions."),
}
_OPPORTUNITIES: Final = {"list": ("commands.crm:list_opportunities", "List opportunities, today or as of a day.")}
_STAGE: Final = {"set": ("commands.crm:set_stage", "Set the stage of an account by hand.")}


@click.group("crm", cls=LazyGroup, lazy=_COMMANDS)
def crm() -> None:
    """See what the CRM tables say; `watchfloor import crm` brings them in."""


@click.group("accounts", cls=LazyGroup, lazy=_ACCOUNTS)
def accounts() -> None:
    """List and show accounts."""


@click.group("opportunities", cls=LazyGroup, lazy=_OPPORTUNITIES)
def opportunities() -> None:
    """List opportunities."""


@click.group("stage", cls=LazyGroup, lazy=_STAGE)
def stage() -> None:
    """Set stages by hand."""


@command("list")
@click.option("--stage", "in_stage", type=click.Choice((*_STAGES, "unknown")), help="Only those in this stage.")
@click.option("--text", default="", help="Only those whose id, name, sector or location holds this.")
@click.option("--limit", type=click.IntRange(1, PAGE_LIMIT), default=100, show_default=True, help="How many.")
@click.option("--after", default="", metavar="ID", help="Begin behind this id.")
def list_accounts(session: Session, in_stage: str | None, text: str, limit: int, after: str) -> None:
    """List accounts by id."""
    ask = checked(AskAccounts, stage=in_stage or "", text=text, limit=limit, after=after)

    async def work(client: EngineClient) -> AccountPage:
        return await client.query(ACCOUNTS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
    elif not page.items:
        say("No accounts. Import them with `watchfloor import crm DIR`.")
    else:
        print_table(
            ("stage", "open", "open value", "won", "won value", "lost", "last contact", "account"),
            [_account_row(account) for account in page.items],
        )
        _more(page.next)


@command("show")
@click.argument("account_id", metavar="ACCOUNT")
def show_account(session: Session, account_id: str) -> None:
    """Show an account with its stages, opportunities and interactions."""
    ask = checked(AskAccount, id=account_id)

    async def work(client: EngineClient) -> AccountReport:
        return await client.query(ACCOUNT, ask)

    report = ask_engine(session, work)
    if session.json:
        print_json(report)
        return
    account = report.account
    print_facts([
        ("account", account.name),
        ("stage", _stage_of(account)),
        ("sector", account.sector),
        ("location", account.location),
        ("parent", report.parent),
        ("contact", account.contact_email),
        ("open", f"{account.open}, worth {amount(account.open_value, 'money')}"),
        ("won", f"{account.won}, worth {amount(account.won_value, 'money')}"),
        ("lost", str(account.lost)),
    ])  # fmt: skip
    if report.stages:
        say()
        print_table(
            ("since", "stage", "learned", "source", "who"),
            [(one.day or "unknown", one.stage, f"{one.at:%Y-%m-%d}", one.source, one.actor) for one in report.stages],
        )
    if report.opportunities:
        say()
        print_table(_DEALS, [_deal_row(deal) for deal in report.opportunities])
    if report.interactions:
        say()
        print_table(
            ("when", "kind", "who", "what"),
            [(f"{one.at:%Y-%m-%d %H:%M}Z", one.kind, one.actor, one.summary) for one in report.interactions],
        )


@command("list")
@click.option("--account", default="", metavar="ACCOUNT", help="Only those of this account.")
@click.option("--stage", "in_stage", type=click.Choice(_STAGES), help="Only those in this stage.")
@click.option("--as-of", type=DAY, help="As they stood at the end of that day; today by default.")
@click.option("--limit", type=click.IntRange(1, PAGE_LIMIT), default=100, show_default=True, help="How many.")
@click.option("--after", default="", metavar="ID", help="Begin behind this id.")
def list_opportunities(
    session: Session, account: str, in_stage: str | None, as_of: date | None, limit: int, after: str
) -> None:
    """List opportunities by id; with --as-of in the stage that they were in then."""
    ask = checked(AskOpportunities, account=account, stage=in_stage or "", as_of=as_of, limit=limit, after=after)

    async def work(client: EngineClient) -> OpportunityPage:
        return await client.query(OPPORTUNITIES, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
    elif not page.items:
        say("No opportunities.")
    else:
        print_table(_DEALS, [_deal_row(deal) for deal in page.items])
        _more(page.next)


@command("set")
@click.argument("account_id", metavar="ACCOUNT")
@click.argument("stage_name", type=click.Choice(_STAGES), metavar="STAGE")
@click.option("--reason", default="", help="Why, for the journal.")
def set_stage(session: Session, account_id: str, stage_name: str, reason: str) -> None:
    """Set the stage of ACCOUNT against what its opportunities say.

    It holds until its opportunities say something else than they do now. The stage decides what asks for approval.
    """
    send(session, "account.stage", checked(SetStage, account=account_id, stage=stage_name, reason=reason))


_DEALS: Final = ("id", "stage", "engaged", "closed", "value", "product", "agent", "account")


def _deal_row(deal: OpportunityView) -> tuple[str, ...]:
    value = "" if deal.value is None else amount(deal.value, "money")
    return (deal.id, deal.stage, deal.engaged, deal.closed, value, deal.product, deal.agent, deal.account)


def _account_row(account: AccountView) -> tuple[str, ...]:
    return (
        f"{account.stage} (set)" if account.set_by else account.stage,
        str(account.open),
        amount(account.open_value, "money"),
        str(account.won),
        amount(account.won_value, "money"),
        str(account.lost),
        f"{account.last_contact:%Y-%m-%d}" if account.last_contact else "never",
        account.id,
    )


def _stage_of(account: AccountView) -> str:
    if not account.set_by:
        return account.stage
    return f"{account.stage}, set by {account.set_by}; its opportunities say {account.derived}"


def _more(next_id: str) -> None:
    if next_id:
        say(f"More: --after {next_id!r}")
