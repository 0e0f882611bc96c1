"""``personas``: who works here, how each is, and who lets whom answer first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from engine.queries import DETAIL, STATUS, AskDetail, AskNothing

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import instant, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.view import Detail, PersonaView, View

_COMMANDS: Final = {
    "list": ("commands.personas:list_personas", "List personas, how each is, and what each waits for."),
    "show": ("commands.personas:show", "Show everything about one."),
    "wait": ("commands.persona_waiting:wait", "Have one let another answer first, or no longer."),
}


@click.group("personas", cls=LazyGroup, lazy=_COMMANDS)
def personas() -> None:
    """See personas, and say who lets whom answer first."""


@command("list")
def list_personas(session: Session) -> None:
    """List personas: mode, mood, energy, what waits, whom each lets answer first and what it holds back for them."""

    async def work(client: EngineClient) -> View:
        return await client.query(STATUS, AskNothing())

    view = ask_engine(session, work)
    if session.json:
        print_json({"items": view.personas})
    elif not view.personas:
        say("No personas. Add one to watchfloor.toml.")
    else:
        print_table(
            ("id", "name", "mode", "mood", "energy", "waiting", "waits for", "holds back"),
            [_row(persona) for persona in view.personas],
        )


@command("show")
@click.argument("id_", metavar="ID")
def show(session: Session, id_: str) -> None:
    """Show one persona: how it is, whom it waits for and since when, and its last messages."""
    ask = checked(AskDetail, scope="persona", id=id_)

    async def work(client: EngineClient) -> Detail:
        return await client.query(DETAIL, ask)

    found = ask_engine(session, work)
    if session.json:
        print_json(found)
        return
    say(one_line(found.title))
    for section in found.sections:
        say(section.heading.upper())
        print_facts((f"  {name}", value) for name, value in section.facts)
        for event in section.events:
            say(f"  {instant(event.at)}  {one_line(event.text)}")


def _row(persona: PersonaView) -> tuple[str, ...]:
    mode = "paused" if persona.paused else "resting" if persona.circuit_open else persona.mode
    held = len({hold.message_id for hold in persona.held})
    names = ", ".join(dict.fromkeys(hold.name for hold in persona.held))
    return (
        persona.id,
        persona.name,
        mode,
        persona.mood,
        str(persona.energy),
        str(persona.waiting),
        ", ".join(persona.waits_for) or "nobody",
        f"{held} for {names}" if held else "nothing",
    )
