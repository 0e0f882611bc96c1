"""More of ``tasks``: pausing one, cron entries, and what waits by what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.commands import CronTarget, TaskTarget
from engine.queries import CRONS, DETAIL, QUEUES, AskDetail, AskNothing, AskPage

from ..arguments import checked
from ..printing import instant, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..replies import print_reply, send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply
    from engine.queries import CronPage, QueuesView


@command("pause")
@click.argument("id_", metavar="ID")
@click.option("--reason", default="", help="Why, for the journal.")
def pause(session: Session, id_: str, reason: str) -> None:
    """Keep a waiting task from the agents."""
    _steer(session, "task.pause", id_, reason)


@command("resume")
@click.argument("id_", metavar="ID")
def resume(session: Session, id_: str) -> None:
    """Let a paused task go on."""
    _steer(session, "task.resume", id_, "")


@command("crons")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="Rows on a page.")
@click.option("--after", default="", metavar="CURSOR", help="The next page: what the page before said.")
def crons(session: Session, limit: int, after: str) -> None:
    """List the tasks that come again and again."""
    ask = checked(AskPage, limit=limit, after=after)

    async def work(client: EngineClient) -> CronPage:
        return await client.query(CRONS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
        return
    if not page.items:
        say("No cron tasks.")
        return
    print_table(
        ("name", "cron", "zone", "next", "runs", "missed", "type", "title"),
        [(c.name, c.cron, c.zone, instant(c.next_at), str(c.runs), str(c.missed), c.type, c.title) for c in page.items],
    )
    if page.next:
        say(f"More: --after {page.next}")


@command("uncron")
@click.argument("name")
def uncron(session: Session, name: str) -> None:
    """End a cron entry; what it has submitted goes on."""
    send(session, "cron.remove", checked(CronTarget, name=name))


@command("queues")
def queues(session: Session) -> None:
    """Show what waits in Redis by what it asks for, and how fast it goes."""

    async def work(client: EngineClient) -> QueuesView:
        return await client.query(QUEUES, AskNothing())

    view = ask_engine(session, work)
    if session.json:
        print_json(view)
        return
    if view.seen_at is None:
        say("Redis has not been reached yet.")
        return
    state = "halted" if view.halted else "paused" if view.paused else "open"
    print_facts(
        [
            ("queue", state),
            ("waiting for their moment", str(view.delayed)),
            ("held by agents", str(view.leased)),
            ("not taken in yet", str(view.untold)),
            ("seen", instant(view.seen_at)),
        ]
    )
    if view.queues:
        say()
        print_table(
            ("waiting", "done/min", "done/h", "limit/min", "paused", "needs"),
            [
                (
                    str(queue.waiting),
                    # The present minute has only begun.
                    str(queue.throughput[-2]) if len(queue.throughput) > 1 else "",
                    str(sum(queue.throughput)),
                    f"{queue.per_minute:g}" if queue.per_minute is not None else "",
                    ", ".join(queue.paused),
                    ", ".join(queue.needs),
                )
                for queue in view.queues
            ],
        )


def _steer(session: Session, name: str, id_: str, reason: str) -> None:
    ask = checked(AskDetail, scope="task", id=id_)

    async def work(client: EngineClient) -> Reply:
        found = await client.query(DETAIL, ask)
        return await client.send(name, checked(TaskTarget, id=found.subject, reason=reason))

    print_reply(session, ask_engine(session, work))
