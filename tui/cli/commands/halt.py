"""``pause`` and ``resume``: stop everything, and let it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.commands import HaltEngine, Nothing

from ..arguments import checked
from ..printing import print_json, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply
    from engine.commands import Arguments


@command("pause")
@click.option("--reason", default="", help="Why, for the journal.")
def pause(session: Session, reason: str) -> None:
    """Stop everything that could have an effect: personas, agents, jobs, tools. It holds across restarts."""
    _send(session, "engine.halt", checked(HaltEngine, reason=reason))


@command("resume")
def resume(session: Session) -> None:
    """Let everything go on."""
    _send(session, "engine.resume", Nothing())


def _send(session: Session, name: str, arguments: Arguments) -> None:
    async def work(client: EngineClient) -> Reply:
        return await client.send(name, arguments)

    reply = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data})
    else:
        say(reply.text)
