"""``dead``: tasks that will not be tried again by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from engine.commands import DeadLetters
from engine.queries import DEAD, AskDead

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import instant, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import DeadPage

_COMMANDS: Final = {
    "list": ("commands.dead:list_dead", "List dead tasks with why they died."),
    "replay": ("commands.dead:replay", "Give some or all their attempts again."),
    "purge": ("commands.dead:purge", "Forget some or all; the journal keeps them."),
}
_DAY: Final = 86_400


@click.group("dead", cls=LazyGroup, lazy=_COMMANDS)
def dead() -> None:
    """See, replay and forget tasks that used up their attempts or cannot succeed."""


@command("list")
@click.option("--type", "kind", default="", help="Only those of this type.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="Rows on a page.")
@click.option("--after", default="", metavar="CURSOR", help="The next page: what the page before said.")
def list_dead(session: Session, kind: str, limit: int, after: str) -> None:
    """List dead tasks, the newest first."""
    ask = checked(AskDead, type=kind, limit=limit, after=after)

    async def work(client: EngineClient) -> DeadPage:
        return await client.query(DEAD, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    if not page.items:
        say("No dead tasks.")
        return
    print_table(
        ("id", "type", "attempts", "agent", "died", "title", "why"),
        [(one.id, one.type, str(one.attempts), one.agent, instant(one.ended_at), one.title, one.error)
         for one in page.items],
    )  # fmt: skip
    if page.next:
        say(f"More: --after {page.next}")


@command("replay")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All that the other options leave, 1,000 at a time.")
@click.option("--type", "kind", default="", help="With --all: only those of this type.")
def replay(session: Session, ids: tuple[str, ...], kind: str, *, everything: bool) -> None:
    """Give dead tasks all their attempts again."""
    _send(session, "dead.replay", ids, kind, 0, everything=everything)


@command("purge")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All that the other options leave, 1,000 at a time.")
@click.option("--type", "kind", default="", help="With --all: only those of this type.")
@click.option("--older-days", type=click.FloatRange(0, 3_650), default=0, help="With --all: dead for so long.")
def purge(session: Session, ids: tuple[str, ...], kind: str, older_days: float, *, everything: bool) -> None:
    """Forget dead tasks. The journal keeps what happened to them."""
    _send(session, "dead.purge", ids, kind, older_days * _DAY, everything=everything)


def _send(
    session: Session, name: str, ids: tuple[str, ...], kind: str, older_seconds: float, *, everything: bool
) -> None:
    if bool(ids) is everything:
        raise click.UsageError("Name tasks, or say --all.")
    if ids and (kind or older_seconds):
        raise click.UsageError("--type and --older-days go with --all.")
    send(session, name, checked(DeadLetters, ids=ids, type=kind, older_seconds=older_seconds))
