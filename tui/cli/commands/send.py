"""``send``: a message to a persona or a channel."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from engine.commands import SendMessage
from engine.errors import WatchfloorError

from ..arguments import checked
from ..printing import print_json, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply

_TEXT_BYTES = 1_048_576


@command("send")
@click.argument("to")
@click.argument("text", nargs=-1, required=True)
def send(session: Session, to: str, text: tuple[str, ...]) -> None:
    """Write TEXT to a persona (its id) or a channel ('#name'); '-' reads the text from standard input."""
    words = _from_input() if text == ("-",) else " ".join(text)
    arguments = checked(SendMessage, to=to, text=words)

    async def work(client: EngineClient) -> tuple[Reply, bool]:
        return await client.send("message.send", arguments), client.attached

    reply, attached = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data, "engine_running": attached})
        return
    say(reply.text)
    if not attached:
        say("No engine is running: the message waits in the inbox until one starts.")


def _from_input() -> str:
    raw = sys.stdin.buffer.read(_TEXT_BYTES + 1)
    if len(raw) > _TEXT_BYTES:
        raise WatchfloorError("the message is too long", why=f"standard input has more than {_TEXT_BYTES} bytes")
    text = raw.decode("utf-8", "replace").rstrip("\n")
    if not text:
        raise WatchfloorError("the message is empty", why="standard input holds nothing")
    return text
