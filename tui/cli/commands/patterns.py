"""``patterns``: what accounts show, and the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.queries import PATTERNS, AskPatterns

from ..arguments import checked
from ..printing import one_line, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import PatternPage, PatternView


@command("patterns")
@click.option("--account", default="", metavar="ID", help="Only this account's.")
@click.option("--ended", is_flag=True, help="Also those that are gone.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="Most of them.")
def patterns(session: Session, account: str, limit: int, *, ended: bool) -> None:
    """List patterns in accounts, the gravest first, each with its evidence."""
    ask = checked(AskPatterns, account=account, ended=ended, limit=limit)

    async def work(client: EngineClient) -> PatternPage:
        return await client.query(PATTERNS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
    elif not page.items:
        say("No patterns. They come from the CRM tables: see `watchfloor import crm`.")
    else:
        print_table(
            ("type", "confidence", "since", "became", "account", "evidence"), [_row(item) for item in page.items]
        )


def _row(item: PatternView) -> tuple[str, ...]:
    became = item.action_status or ("proposed" if item.action else "nothing yet")
    return (
        item.type.replace("_", " ") + (" (gone)" if item.gone_at else ""),
        f"{item.confidence} %",
        f"{item.found_at:%Y-%m-%d}",
        became,
        item.account_name,
        one_line("; ".join(text for _, text in item.evidence)),
    )
