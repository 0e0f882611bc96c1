"""``tasks follow|diff|retry``: what a task writes while it runs, what it changed, and trying it again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import click

from engine.commands import RetryTask
from engine.queries import OUTPUT, TASK, AskOutput, AskTask, OutputPage, TaskReport

from ..arguments import checked
from ..printing import one_line, print_json, say
from ..reach import ask_engine
from ..replies import print_reply
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply

LOOK_SECONDS: Final = 0.25
"""Time between two looks at a task that runs."""


@command("follow")
@click.argument("id_", metavar="ID")
@click.option("--once", is_flag=True, help="Show what is there and do not wait for more.")
def follow(session: Session, id_: str, *, once: bool) -> None:
    """Show what a task writes while it runs, until it has ended."""
    checked(AskOutput, id=id_)

    async def work(client: EngineClient) -> str:
        after = 0
        while True:
            page = await client.query(OUTPUT, AskOutput(id=id_, after=after))
            _show(session, page)
            waiting = after == page.next
            after = page.next
            if page.ended or (once and waiting):
                return page.state
            if waiting:
                await asyncio.sleep(LOOK_SECONDS)

    state = ask_engine(session, work)
    if not session.json:
        say(f"The task is {state}.")


@command("diff")
@click.argument("id_", metavar="ID")
def diff(session: Session, id_: str) -> None:
    """Show what a task changed in its work tree, and on which branch it lies."""
    report = _report(session, id_)
    if session.json:
        print_json({"worktree": report.worktree, "diff": report.diff})
        return
    where = report.worktree
    if where is None:
        say("It did not work in a git repository.")
        return
    what = f"commit {one_line(where.commit)}" if where.commit else "nothing changed"
    say(f"{one_line(where.repository)}  branch {one_line(where.branch)}  {what}")
    say(report.diff)


@command("retry")
@click.argument("id_", metavar="ID")
def retry(session: Session, id_: str) -> None:
    """Try a dead or failed task again, and what failed because of it."""

    async def work(client: EngineClient) -> Reply:
        return await client.send("task.retry", checked(RetryTask, id=id_))

    print_reply(session, ask_engine(session, work))


def _report(session: Session, id_: str) -> TaskReport:
    ask = checked(AskTask, id=id_)

    async def work(client: EngineClient) -> TaskReport:
        return await client.query(TASK, ask)

    return ask_engine(session, work)


def _show(session: Session, page: OutputPage) -> None:
    for piece in page.items:
        if session.json:
            print_json(piece)
            continue
        mark = {"stderr": "! ", "note": "* "}.get(piece.source, "")
        for line in piece.text.removesuffix("\n").split("\n"):
            say(f"{mark}{line}")
