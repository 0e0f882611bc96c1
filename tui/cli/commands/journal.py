"""``journal``: what happened, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.queries import JOURNAL, AskJournal

from ..arguments import checked
from ..printing import instant, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import JournalPage


@command("journal")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="Rows on a page.")
@click.option("--after", default="", metavar="CURSOR", help="The next page: what the page before said.")
@click.option("--subject", default="", metavar="ID", help="Only what is about this.")
@click.option("--kind", default="", metavar="KIND", help="Only this kind of event; may end in '*'.")
def journal(session: Session, limit: int, after: str, subject: str, kind: str) -> None:
    """Read the journal, newest first."""
    ask = checked(AskJournal, limit=limit, after=after, subject=subject, kind=kind)

    async def work(client: EngineClient) -> JournalPage:
        return await client.query(JOURNAL, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    rows = [(str(row.seq), instant(row.at), row.kind, row.actor, row.text) for row in page.items]
    print_table(("row", "at", "kind", "by", "what"), rows)
    if page.next:
        say(f"More: --after {page.next}")
