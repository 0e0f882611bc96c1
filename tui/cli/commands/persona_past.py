"""``personas history`` and ``personas why``: how a persona was, and what became of its messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from engine.queries import PERSONA_HISTORY, PERSONA_WHY, AskHistory, AskWhy

from ..arguments import checked
from ..printing import instant, one_line, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import HistoryPoint, PersonaHistory, WhyPage, WhyView

_TEXT = 60


@command("history")
@click.argument("id_", metavar="ID")
@click.option(
    "--hours", type=click.FloatRange(0, 8_784, min_open=True), default=24, show_default=True, help="How far back."
)
@click.option("--points", type=click.IntRange(1, 1_000), default=24, show_default=True, help="Parts of that time.")
def history(session: Session, id_: str, hours: float, points: int) -> None:
    """Show how persona ID was: energy, attention, budget, mood, inbox, emotions; gaps are where no engine ran."""
    ask = checked(AskHistory, id=id_, hours=hours, points=points)

    async def work(client: EngineClient) -> PersonaHistory:
        return await client.query(PERSONA_HISTORY, ask)

    found = ask_engine(session, work)
    if session.json:
        print_json(found)
    else:
        print_past(found)


@command("why")
@click.argument("id_", metavar="ID")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Messages, newest first.")
def why(session: Session, id_: str, limit: int) -> None:
    """Say what became of the last messages of persona ID, and why; of those that wait, what keeps them."""
    ask = checked(AskWhy, id=id_, limit=limit)

    async def work(client: EngineClient) -> WhyPage:
        return await client.query(PERSONA_WHY, ask)

    page = ask_engine(session, work)
    if session.json:
        print_json(page)
    else:
        print_why(page.items)


def print_past(found: PersonaHistory) -> None:
    """A history as a table, a line for each part; neighbours that say the same are one line."""
    rows: list[tuple[str, ...]] = []
    for point in found.points:
        row = _row(point)
        if not rows or rows[-1][1:] != row:
            rows.append((instant(point.at), *row))
    print_table(("until", "energy", "attention", "budget", "mood", "waiting", "strongest feelings"), rows)


def print_why(messages: Sequence[WhyView]) -> None:
    """What became of messages, as a table."""
    if not messages:
        say("No messages yet.")
        return
    rows = [
        (
            instant(one.arrived_at),
            one.state,
            f"{one.seconds:.1f} s",
            str(one.priority) if one.gate is None else f"{one.priority} of {one.gate}",
            str(len(one.action_ids)),
            one.sender,
            one_line(one.text)[:_TEXT],
            "; ".join(one.blocks) or one.why,
        )
        for one in messages
    ]
    print_table(("arrived", "state", "took", "priority", "proposals", "from", "text", "why"), rows)


def _row(point: HistoryPoint) -> tuple[str, ...]:
    if not point.known:
        return ("gap", "", "", "", "", "")
    strongest = sorted(point.emotions, key=lambda pair: -pair[1])[:3]
    return (
        str(point.energy),
        str(point.attention),
        str(point.budget),
        point.mood,
        str(point.waiting),
        ", ".join(f"{name} {points}" for name, points in strongest),
    )
