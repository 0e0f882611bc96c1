"""``journal``: what happened; listed, followed, written to a file, and pruned."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from engine.commands import PruneJournal
from engine.queries import JOURNAL, AskJournal, AskRows

from ...widgets.figures import count
from ..arguments import checked
from ..lazy import LazyGroup
from ..moments import MOMENT
from ..printing import instant, one_line, plain, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command, session_options

if TYPE_CHECKING:
    from engine.client import EngineClient, Exported
    from engine.queries import JournalPage
    from engine.view import ActivityView

POLL_SECONDS: Final = 0.5
ROUNDS: Final = 10_000
"""Most questions behind one listing; each looks at some ten thousand rows."""
_COMMANDS: Final = {
    "list": ("commands.journal:list_rows", "Read the journal, newest first."),
    "follow": ("commands.journal:follow", "Tell what happens as it happens."),
    "export": ("commands.journal:export", "Write whole rows with their hashes to a file that anybody can prove."),
    "prune": ("commands.journal:prune", "Seal old rows and take them out."),
}


def _narrowed(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which rows."""
    options = (
        click.option("--since", type=MOMENT, metavar="WHEN", help="Not before this: a date, a time, or 2h ago."),
        click.option("--until", type=MOMENT, metavar="WHEN", help="Before this."),
        click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind; may end in '*'."),
        click.option("--subject", default="", metavar="ID", help="Only what is about this."),
        click.option("--actor", default="", metavar="NAME", help="Only what this one caused."),
        click.option("--text", default="", metavar="WORDS", help="Only what says this."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _listed(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a listing."""
    for option in (
        click.option("--before", default="", metavar="CURSOR", help="Newer rows than a page showed."),
        click.option("--after", default="", metavar="CURSOR", help="Older rows: what the page before said."),
        click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="Rows on a page."),
    ):
        function = option(function)
    return _narrowed(function)


@click.group("journal", cls=LazyGroup, lazy=_COMMANDS, params=session_options(), invoke_without_command=True)
@_listed
@click.pass_context
def journal(context: click.Context, /, **options: Any) -> None:
    """Read the journal, newest first; without a subcommand it is listed."""
    if context.invoked_subcommand is None:
        _list(context.find_object(Session) or Session(), **options)


@command("list")
@_listed
def list_rows(session: Session, **options: Any) -> None:
    """Read the journal, newest first."""
    _list(session, **options)


def _list(session: Session, *, limit: int, kinds: tuple[str, ...], **fields: Any) -> None:
    ask = checked(AskJournal, kind=",".join(kinds), limit=limit, **fields)

    async def work(client: EngineClient) -> JournalPage:
        found: list[ActivityView] = []
        page = first = await client.query(JOURNAL, ask)
        found += page.items
        for _ in range(ROUNDS):
            if not page.next or len(found) >= limit or ask.before:
                break
            page = await client.query(JOURNAL, ask.model_copy(update={"after": page.next, "limit": limit - len(found)}))
            found += page.items
        return type(page)(tuple(found), page.next, first.previous)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    rows = [(str(row.seq), instant(row.at), row.kind, row.actor, row.text) for row in page.items]
    print_table(("row", "at", "kind", "by", "what"), rows)
    if page.next:
        say(f"More: --after {page.next}")


@command("follow")
@_narrowed
@click.option("--last", type=click.IntRange(0, 1_000), default=10, show_default=True, help="Rows to begin with.")
@click.option("--count", type=click.IntRange(1), help="End after so many rows.")
def follow(session: Session, kinds: tuple[str, ...], last: int, count: int | None, **fields: Any) -> None:
    """Tell what happens as it happens, oldest first, until interrupted."""
    ask = checked(AskJournal, kind=",".join(kinds), limit=max(last, 1), **fields)

    async def work(client: EngineClient) -> None:
        page = await client.query(JOURNAL, ask)
        told = 0
        rows = page.items[:last]
        while True:
            for row in reversed(rows):
                _tell(session, row)
                told += 1
                if told == count:
                    return
            sys.stdout.flush()
            if not rows:
                await asyncio.sleep(POLL_SECONDS)
            page = await client.query(JOURNAL, ask.model_copy(update={"before": page.previous or "0", "limit": 500}))
            rows = page.items

    ask_engine(session, work)


def _tell(session: Session, row: ActivityView) -> None:
    if session.json:
        click.echo(json.dumps(plain(row), ensure_ascii=True).replace("\x7f", "\\u007f"))
    else:
        click.echo(f"{row.seq:>7}  {instant(row.at)}  {one_line(row.kind):<24}  {one_line(row.text)}")


@command("export")
@_narrowed
@click.option("-o", "--output", "output", default="-", metavar="FILE", help="Where to; '-' is standard output.")
@click.option("--force", is_flag=True, help="Take the place of a file that is there.")
def export(session: Session, kinds: tuple[str, ...], output: str, force: bool, **fields: Any) -> None:  # noqa: FBT001
    """Write whole rows with their hashes, oldest first, one JSON object a line.

    `watchfloor audit verify FILE` proves such a file anywhere.
    """
    from engine.client import export_journal

    ask = checked(AskRows, kind=",".join(kinds), **fields)
    path = None if output == "-" else Path(output)
    if path is not None and path.exists() and not force:
        raise click.UsageError(f"{output} is there already; name another file, or say --force")

    async def work(client: EngineClient) -> Exported:
        return await export_journal(client, ask, path)

    done = ask_engine(session, work)
    if path is None:
        return
    if session.json:
        print_json(done)
    else:
        gaps = "" if done.whole else ", with rows left out in between"
        rows = count(done.rows, "row")
        say(f"{rows} written to {output} ({done.first} to {done.last}{gaps}); the last has hash {done.head}.")


@command("prune")
@click.option("--before", type=MOMENT, required=True, metavar="WHEN", help="Rows older than this go.")
@click.option("--no-archive", is_flag=True, help="Do not keep them in a file.")
@click.option("--reason", default="", help="Why, for the seal.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune(session: Session, before: datetime, no_archive: bool, reason: str, yes: bool) -> None:  # noqa: FBT001
    """Seal rows older than a moment and take them out; a seal proves what was there. For admins."""
    arguments = checked(PruneJournal, before=before, archive=not no_archive, reason=reason)
    if not yes and sys.stdin.isatty():
        click.confirm(f"Take every row from before {instant(before)} out of the journal?", abort=True)

    send(session, "journal.prune", arguments)
