"""``personas``: who works here, how each is and was, why it did or did not answer, and who lets whom answer first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from engine.commands import SetMode
from engine.queries import PERSONA, PERSONAS, AskNothing, AskPersona

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import instant, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import PersonaPage, PersonaReport
    from engine.view import PersonaView

MODES: Final = ("off", "sync", "shadow", "autonomous")
_COMMANDS: Final = {
    "list": ("commands.personas:list_personas", "List personas, how each is, and what each waits for."),
    "show": ("commands.personas:show", "Show everything about one."),
    "why": ("commands.persona_past:why", "Say why one did or did not answer its last messages."),
    "history": ("commands.persona_past:history", "Show how one was over time."),
    "mode": ("commands.personas:mode", "Change how far one acts by itself."),
    "wait": ("commands.persona_waiting:wait", "Have one let another answer first, or no longer."),
}


@click.group("personas", cls=LazyGroup, lazy=_COMMANDS)
def personas() -> None:
    """See personas, how they were, why they answered or not; change how they work."""


@command("list")
def list_personas(session: Session) -> None:
    """List personas: mode, mood, energy, what waits, whom each lets answer first and what it holds back for them."""

    async def work(client: EngineClient) -> PersonaPage:
        return await client.query(PERSONAS, AskNothing())

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
    elif not page.items:
        say("No personas. Add one to watchfloor.toml.")
    else:
        print_table(
            (
                "id",
                "name",
                "mode",
                "mood",
                "energy",
                "waiting",
                "dead",
                "last reply",
                "feels",
                "waits for",
                "holds back",
            ),
            [_row(persona) for persona in page.items],
        )


@command("show")
@click.argument("id_", metavar="ID")
@click.option(
    "--hours", type=click.FloatRange(0, 8_784, min_open=True), default=24, show_default=True, help="How far back."
)
def show(session: Session, id_: str, hours: float) -> None:
    """Show one persona: how it is and was, what it feels, whom it waits for, and its last messages with the reasons."""
    ask = checked(AskPersona, id=id_, hours=hours, points=60)

    async def work(client: EngineClient) -> PersonaReport:
        return await client.query(PERSONA, ask)

    report = ask_engine(session, work)
    if session.json:
        print_json(report)
        return
    from .persona_past import print_past, print_why

    say(f"{one_line(report.persona.name)} ({report.persona.id})")
    print_facts(_facts(report))
    say()
    print_past(report.history)
    say()
    print_why(report.messages)


@command("mode")
@click.argument("id_", metavar="ID")
@click.argument("mode_", metavar="MODE", type=click.Choice(MODES))
def mode(session: Session, id_: str, mode_: str) -> None:
    """Change how far persona ID acts by itself: off, sync, shadow or autonomous. It holds across restarts."""
    send(session, "persona.set_mode", checked(SetMode, id=id_, mode=mode_))


def _row(persona: PersonaView) -> tuple[str, ...]:
    held = len({hold.message_id for hold in persona.held})
    names = ", ".join(dict.fromkeys(hold.name for hold in persona.held))
    strongest = f"{persona.emotions[0][0]} {persona.emotions[0][1]}" if persona.emotions else ""
    return (
        persona.id,
        persona.name,
        _mode(persona),
        persona.mood,
        str(persona.energy),
        f"{persona.waiting}{' (overloaded)' if persona.overloaded else ''}",
        str(persona.dead),
        instant(persona.last_reply) or "never",
        strongest,
        ", ".join(persona.waits_for) or "nobody",
        f"{held} for {names}" if held else "nothing",
    )


def _facts(report: PersonaReport) -> list[tuple[str, str]]:
    one = report.persona
    facts = [
        ("role", one.role),
        ("mode", f"{_mode(one)}, by the settings {report.first_mode}"),
        ("paused", report.paused or "no"),
        ("mood", one.mood),
        ("energy", str(one.energy)),
        ("attention", str(one.attention)),
        ("budget", str(one.budget)),
        ("inbox", f"{one.waiting} waiting, {report.dead} dead"),
        ("messages", f"{report.accepted} accepted, {report.merged} merged, {report.dropped} dropped"),
        ("cadence", f"at least every {report.cadence_seconds:g} s, free in {report.free_seconds:.1f} s"),
        ("answering", report.busy_with or "nobody"),
        ("last reply", instant(one.last_reply) or "never"),
        ("circuit", _circuit(report)),
        ("emotions", ", ".join(f"{name} {points}" for name, points in one.emotions)),
        ("waits for", ", ".join(one.waits_for) or "nobody"),
        ("brain", report.brain),
        ("channels", ", ".join(report.channels) or "none"),
        ("expertise", ", ".join(report.expertise) or "none"),
        ("scanners", ", ".join(report.scanners) or "none"),
    ]
    facts += [(f"{name} today", f"{used} of {limit}") for name, used, limit in report.today]
    facts += [("holds back", f"{hold.message_id} for {hold.name} until {instant(hold.until)}") for hold in one.held]
    return facts


def _circuit(report: PersonaReport) -> str:
    failures = f"{report.failures_in_row} of {report.circuit_opens_at} failures in a row"
    return f"open until {instant(report.circuit_until)}, {failures}" if report.circuit_until else f"closed, {failures}"


def _mode(persona: PersonaView) -> str:
    return "paused" if persona.paused else "resting" if persona.circuit_open else persona.mode
