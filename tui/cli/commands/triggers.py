"""``triggers``: what has personas begin talks, why it does or does not, and what scanners found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from engine.commands import FireTrigger, ResetTrigger
from engine.queries import (
    FINDINGS,
    INITIATIONS,
    TRIGGERS,
    AskFindings,
    AskInitiations,
    AskTriggers,
)

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import instant, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import (
        FindingPage,
        FindingView,
        InitiationPage,
        InitiationView,
        PersonaTriggers,
        ScannerView,
        SkipView,
        TriggersView,
        TriggerView,
    )

_COMMANDS: Final = {
    "list": ("commands.triggers:list_triggers", "List every trigger: emotion, threshold, state, what it waits for."),
    "show": ("commands.triggers:show", "Show a persona's emotions, cooldowns and refusals."),
    "history": ("commands.triggers:history", "List talks that personas began, newest first."),
    "fire": ("commands.triggers:fire", "Have a trigger fire now."),
    "reset": ("commands.triggers:reset", "Arm triggers again, or end a cooldown."),
    "scanners": ("commands.triggers:scanners", "List the territory scanners and who hears them."),
    "findings": ("commands.triggers:findings", "List what the scanners found."),
}


@click.group("triggers", cls=LazyGroup, lazy=_COMMANDS)
def triggers() -> None:
    """Watch and steer what has personas start work by themselves."""


@command("list")
def list_triggers(session: Session) -> None:
    """List every persona's triggers."""
    view = ask_engine(session, lambda client: client.query(TRIGGERS, AskTriggers(skips=0)))
    if session.json:
        print_json([trigger for persona in view.personas for trigger in persona.triggers])
        return
    rows = [_row(trigger) for persona in view.personas for trigger in persona.triggers]
    print_table(("persona", "emotion", "now", "fires at", "state", "fired", "waits for"), rows)
    _tell_next(view)


@command("show")
@click.argument("persona", required=False, default="")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="Most refusals told.")
def show(session: Session, persona: str, limit: int) -> None:
    """Show a persona's emotions with their thresholds, or of all; cooldowns, what is under way, and refusals."""
    ask = checked(AskTriggers, persona=persona, skips=limit)
    view = ask_engine(session, lambda client: client.query(TRIGGERS, ask))
    if session.json:
        print_json(view)
        return
    for one in view.personas:
        _print_persona(one)
    if view.cooldowns:
        say()
        rows = [(c.recipient, instant(c.until), instant(c.delivered_at), c.persona, c.platform) for c in view.cooldowns]
        print_table(("resting", "until", "written to", "by", "on"), rows)
    if view.under_way:
        say()
        _print_talks(view.under_way)
    if view.skips:
        say()
        print_table(("last", "persona", "wanted by", "times", "but"), [_skip_row(one) for one in view.skips])
    _tell_next(view)


@command("history")
@click.argument("persona", required=False, default="")
@click.option("--after", default="", metavar="CURSOR", help="What the page before said.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="Talks on a page.")
def history(session: Session, persona: str, after: str, limit: int) -> None:
    """List talks that a persona began, or all of them, newest first."""
    ask = checked(AskInitiations, persona=persona, after=after, limit=limit)

    async def work(client: EngineClient) -> InitiationPage:
        if persona:
            await client.query(TRIGGERS, AskTriggers(persona=persona, skips=0))
        return await client.query(INITIATIONS, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
    elif not page.items:
        say("No talks yet.")
    else:
        _print_talks(page.items)
        if page.next:
            say(f"More: --after {page.next}")


@command("fire")
@click.argument("persona")
@click.argument("emotion")
def fire(session: Session, persona: str, emotion: str) -> None:
    """Have a persona's trigger fire now, whatever it feels. Modes, pauses, cooldowns and hourly limits hold."""
    send(session, "trigger.fire", checked(FireTrigger, persona=persona, emotion=emotion))


@command("reset")
@click.argument("persona", required=False, default="")
@click.argument("emotion", required=False, default="")
@click.option("--recipient", default="", metavar="NAME", help="End this one's cooldown.")
def reset(session: Session, persona: str, emotion: str, recipient: str) -> None:
    """Arm a persona's triggers again, or one of them, or end somebody's cooldown."""
    send(session, "trigger.reset", checked(ResetTrigger, persona=persona, emotion=emotion, recipient=recipient))


@command("scanners")
def scanners(session: Session) -> None:
    """List the territory scanners: when they look, what they found, and who hears them."""
    page = ask_engine(session, lambda client: client.query(FINDINGS, AskFindings(limit=1)))
    if session.json:
        print_json(page.scanners)
        return
    print_table(
        ("scanner", "state", "open", "heard by", "next", "last look", "from"),
        [_scanner_row(one) for one in page.scanners],
    )


@command("findings")
@click.argument("scanner", required=False, default="")
@click.option("--closed", is_flag=True, help="Also those that are gone.")
@click.option("--after", default="", metavar="CURSOR", help="What the page before said.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="Findings on a page.")
def findings(session: Session, scanner: str, after: str, limit: int, *, closed: bool) -> None:
    """List what a scanner found, or all of them, the oldest first."""
    ask = checked(AskFindings, scanner=scanner, closed=closed, after=after, limit=limit)
    page: FindingPage = ask_engine(session, lambda client: client.query(FINDINGS, ask))
    if session.json:
        print_json(page)
    elif not page.items:
        say("Nothing was found." if closed else "Nothing is open.")
    else:
        print_table(("since", "scanner", "sort", "told", "what"), [_finding_row(one) for one in page.items])
        if page.next:
            say(f"More: --after {page.next}")


def _print_persona(one: PersonaTriggers) -> None:
    say()
    to = f"{one.recipient} in {one.place} ({one.platform})" if one.recipient else "nobody yet"
    print_facts([
        ("persona", f"{one.name} ({one.persona}), {one.mode}"),
        ("would write to", to),
        ("talks this hour", f"{one.this_hour} of {one.per_hour}"),
    ])  # fmt: skip
    rows = [
        (
            feeling.emotion,
            str(feeling.value),
            str(feeling.resting),
            "–" if feeling.threshold is None else str(feeling.threshold),
            "–" if feeling.rearm_below is None else str(feeling.rearm_below),
            feeling.state or "no trigger",
        )
        for feeling in one.emotions
    ]
    print_table(("emotion", "now", "at rest", "fires at", "armed below", "state"), rows)


def _row(trigger: TriggerView) -> tuple[str, ...]:
    return (
        trigger.persona,
        trigger.emotion,
        str(trigger.value),
        str(trigger.threshold),
        trigger.state,
        str(trigger.fired),
        one_line(trigger.waits_for),
    )


def _skip_row(one: SkipView) -> tuple[str, ...]:
    return (instant(one.last_at), one.persona, one.source, str(one.times), one_line(one.reason))


def _scanner_row(one: ScannerView) -> tuple[str, ...]:
    heard = ", ".join(one.heard_by) or "nobody"
    following = instant(one.next_at) if one.next_at else "–"
    last = f"{instant(one.last_at)} {one_line(one.last_note)}" if one.last_at else "never"
    return (one.name, one.state, str(one.open), heard, following, last, one.source)


def _finding_row(one: FindingView) -> tuple[str, ...]:
    told = instant(one.told_at) if one.told_at else "nobody"
    sort = one.category if one.state == "open" else f"{one.category} (gone)"
    return (instant(one.opened_at), one.scanner, sort, told, one_line(one.summary))


def _print_talks(talks: tuple[InitiationView, ...]) -> None:
    rows = [
        (
            instant(one.ended_at or one.queued_at),
            one.persona,
            f"{one.source}{' by hand' if one.manual else ''}",
            one.recipient,
            f"{one.place} ({one.platform})",
            one.state,
            str(one.attempts),
            one_line(one.error or one.reason),
        )
        for one in talks
    ]
    print_table(("at", "persona", "because of", "to", "where", "became", "tries", "why"), rows)


def _tell_next(view: TriggersView) -> None:
    say()
    if view.held:
        say(f"Triggers are not evaluated: {one_line(view.held)}.")
    elif not view.alive:
        say("No engine runs; triggers are evaluated when one does.")
    elif view.next_at is not None:
        say(f"Evaluated every {view.every_seconds} s, next at {instant(view.next_at)}.")
