"""``personas wait``: have a persona let another one answer first, or no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.commands import Dependency

from ..arguments import checked
from ..printing import print_json, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply


@command("wait")
@click.argument("id_", metavar="ID")
@click.option("--for", "others", multiple=True, metavar="OTHER", help="Let this persona answer first; repeatable.")
@click.option("--not-for", "no_longer", multiple=True, metavar="OTHER", help="No longer wait for it; repeatable.")
def wait(session: Session, id_: str, others: tuple[str, ...], no_longer: tuple[str, ...]) -> None:
    """Have persona ID hold messages that also reach OTHER until OTHER has answered, declined or taken too long.

    It stays so across restarts, whatever the settings say. A circle is refused.
    """
    if not others and not no_longer:
        raise click.UsageError("Name a persona with --for or --not-for.", click.get_current_context(silent=True))
    changes = [("persona.stop_waiting", checked(Dependency, id=id_, waits_for=other)) for other in no_longer]
    changes += [("persona.wait_for", checked(Dependency, id=id_, waits_for=other)) for other in others]

    async def work(client: EngineClient) -> list[Reply]:
        return [await client.send(name, arguments) for name, arguments in changes]

    replies = ask_engine(session, work)
    if session.json:
        print_json({"replies": [{"text": reply.text, "data": reply.data} for reply in replies]})
        return
    for reply in replies:
        say(reply.text)
