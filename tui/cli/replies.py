"""Has the engine carry out one command, and prints what it says to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .printing import print_json, say
from .reach import ask_engine

if TYPE_CHECKING:
    from engine.client import Reply
    from engine.commands import Arguments

    from .session import Session


def send(session: Session, name: str, arguments: Arguments) -> None:
    """Have the engine carry out a command, and print its reply.

    Args:
        name: one of :data:`engine.commands.COMMANDS`.
        arguments: its arguments.

    Raises:
        WatchfloorError: the engine refused, failed or cannot be reached.
    """
    print_reply(session, ask_engine(session, lambda client: client.send(name, arguments)))


def print_reply(session: Session, reply: Reply) -> None:
    """What the engine said to a command: its sentence, or as JSON with the data."""
    if session.json:
        print_json({"text": reply.text, "data": reply.data})
    else:
        say(reply.text)
