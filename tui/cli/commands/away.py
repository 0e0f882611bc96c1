"""``away``: what happened while an operator did not look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from engine.commands import SeenJournal
from engine.queries import AWAY, AskAway

from ..arguments import checked
from ..moments import MOMENT
from ..printing import instant, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import AwayView


@command("away")
@click.option("--since", type=MOMENT, metavar="WHEN", help="Since then, instead of since you last looked.")
@click.option("--limit", type=click.IntRange(1, 200), default=30, show_default=True, help="Most lines.")
@click.option("--mark", is_flag=True, help="Note that you have looked now; the console notes it by itself.")
def away(session: Session, mark: bool, **fields: Any) -> None:  # noqa: FBT001
    """Tell what was decided, executed, refused, and what failed or expired, since you last looked."""

    async def work(client: EngineClient) -> AwayView:
        view = await client.query(AWAY, checked(AskAway, operator=client.operator.name, **fields))
        if mark:
            await client.send("journal.seen", SeenJournal(seq=view.upto))
        return view

    view = ask_engine(session, work)
    if session.json:
        print_json(view)
        return
    if not view.counts:
        say(
            f"Nothing happened that concerns you since {instant(view.since)}." if view.since else "Nothing to tell yet."
        )
        return
    counts = " · ".join(f"{number} {what}" for what, number in view.counts)
    say(f"Since {instant(view.since)}: {counts}")
    if view.cut:
        say("Only the newest part is counted; the journal has all of it.")
    print_table(("row", "at", "what"), [(str(line.seq), instant(line.at), line.text) for line in view.lines])
    if view.more:
        say(f"And {view.more} more; see `watchfloor journal`.")
