"""``halt``, ``pause``, ``resume``, ``paused``: stop everything or one thing, let it go on, and see what is stopped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from engine.commands import HaltEngine, Nothing, Target
from engine.queries import PAUSES, AskNothing

from ..arguments import checked
from ..printing import instant, one_line, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import HaltView, PausesView

SCOPES: Final = ("persona", "agent", "queue", "job", "heartbeat", "platform")


@command("halt")
@click.option("--reason", default="", help="Why, for the journal.")
def halt(session: Session, reason: str) -> None:
    """Stop everything that could have an effect: personas, agents, jobs, tools. It holds across restarts.

    What runs is cut off within a second, in every process, and listed with what becomes of it.
    """
    send(session, "engine.halt", checked(HaltEngine, reason=reason))


@command("pause")
@click.argument("scope", type=click.Choice(SCOPES), required=False)
@click.argument("target", required=False)
@click.option("--capability", default="", metavar="NAME", help="What tasks ask for: hand out none that does.")
@click.option("--reason", default="", help="Why, for the journal.")
def pause(session: Session, scope: str | None, target: str | None, capability: str, reason: str) -> None:
    """Stop one thing, or without arguments everything, as `watchfloor halt` does.

    SCOPE is what sort of thing and TARGET which one; for the heartbeat, the queue and platforms '*' is all of it.
    """
    scope, target = _meant(scope, target, capability)
    if scope is None:
        send(session, "engine.halt", checked(HaltEngine, reason=reason))
    else:
        send(session, "target.pause", checked(Target, scope=scope, id=_named(scope, target), reason=reason))


@command("resume")
@click.argument("scope", type=click.Choice(SCOPES), required=False)
@click.argument("target", required=False)
@click.option("--capability", default="", metavar="NAME", help="What tasks ask for: hand such tasks out again.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def resume(session: Session, scope: str | None, target: str | None, capability: str, *, yes: bool) -> None:
    """Let one thing go on, or without arguments everything; things that were paused by name stay paused."""
    scope, target = _meant(scope, target, capability)
    if scope is not None:
        send(session, "target.resume", checked(Target, scope=scope, id=_named(scope, target)))
        return
    if not yes and sys.stdin.isatty():
        click.confirm("Let everything go on? Personas, jobs and agents start to act again at once.", abort=True)
    send(session, "engine.resume", Nothing())


@command("paused")
def paused(session: Session) -> None:
    """List what is paused; and for the last pause of everything: what was in flight, and what became of it."""

    async def work(client: EngineClient) -> PausesView:
        return await client.query(PAUSES, AskNothing())

    view = ask_engine(session, work)
    if session.json:
        print_json(view)
        return
    if view.items:
        rows = [(one.scope, one.target, one.operator, instant(one.at), one.reason) for one in view.items]
        print_table(("scope", "target", "by", "since", "why"), rows)
    else:
        say("Nothing is paused.")
    if view.halt is not None:
        _tell_halt(view.halt)


def _tell_halt(view: HaltView) -> None:
    state = "Everything is paused" if view.in_force else "Everything was last paused"
    say(f"\n{state}: by {one_line(view.operator)} at {instant(view.at)}. In flight at that moment:")
    if not view.in_flight:
        say("nothing")
        return
    rows = [(one.what, one.title, one.by, one.then, one.now, one.id) for one in view.in_flight]
    print_table(("what", "title", "by", "was", "is now", "id"), rows)


def _meant(scope: str | None, target: str | None, capability: str) -> tuple[str | None, str | None]:
    if not capability:
        return scope, target
    if scope is not None:
        raise click.UsageError("--capability names the thing; leave the arguments out")
    return "queue", capability


def _named(scope: str, target: str | None) -> str:
    if target is None and scope not in {"queue", "heartbeat"}:
        raise click.UsageError(f"which {scope}? Name it, or say '*' for all")
    return target or "*"
