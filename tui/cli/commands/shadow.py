"""``rollout shadow``: what autonomy would have done, beside what was done at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import click

from engine.queries import SHADOW, AskShadow

from ...widgets.figures import count
from ..arguments import checked
from ..printing import instant, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.queries import ShadowSide, ShadowSummary, ShadowView

VERDICTS: Final = ("open", "equal", "different", "only_sync", "only_auto", "unfinished")


@command("shadow")
@click.argument("persona", required=False, default="")
@click.option("--verdict", type=click.Choice(VERDICTS), default=None, help="Only messages that compare so.")
@click.option("--after", default="", metavar="CURSOR", help="What the page before said.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="Messages on a page.")
def shadow(session: Session, persona: str, verdict: str | None, after: str, limit: int) -> None:
    """Compare what autonomy would have done with what was done at once, for personas in shadow mode."""
    ask = checked(AskShadow, persona=persona, verdict=verdict or "", after=after, limit=limit)
    page = ask_engine(session, lambda client: client.query(SHADOW, ask))
    if session.json:
        print_json(page)
        return
    if not page.summaries:
        say("Nothing was compared yet. `watchfloor rollout mode PERSONA shadow` begins it.")
        return
    for one in page.summaries:
        print_facts(_facts(one))
        say()
    if page.items:
        print_table(
            ("arrived", "persona", "compared", "at once", "by itself", "differs", "message"),
            [_row(one) for one in page.items],
        )
    if page.next:
        say(f"More: --after {page.next}")


def _facts(one: ShadowSummary) -> list[tuple[str, str]]:
    facts = [
        ("persona", f"{one.persona} ({one.mode})"),
        (
            "compared",
            f"{count(one.compared, 'message')} since {instant(one.since)}: {_counted(one.verdicts) or 'none'}",
        ),
        ("at once", f"{_times(one.sync_seconds)}; {_counted(one.sync_tiers) or 'no proposals'}"),
        ("by itself", f"{_times(one.auto_seconds)}; {_counted(one.auto_tiers) or 'no proposals'}"),
        ("ended", _counted(one.outcomes) or "not yet"),
    ]
    facts += [(f"e.g. {verdict.replace('_', ' ')}", ", ".join(ids)) for verdict, ids in one.examples]
    return facts


def _counted(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts)


def _times(seconds: tuple[float, ...]) -> str:
    return (
        f"{seconds[0]:.1f} s in the middle, 95 of 100 within {seconds[1]:.1f} s" if len(seconds) == 2 else "no answers"
    )


def _row(one: ShadowView) -> tuple[str, ...]:
    return (
        instant(one.arrived_at),
        one.persona,
        one.verdict.replace("_", " "),
        _side(one.sync),
        _side(one.auto),
        one.differs,
        one_line(one.text),
    )


def _side(side: ShadowSide | None) -> str:
    if side is None:
        return "–"
    kinds = ", ".join(f"{kind} ({tier})" for kind, _, _, tier, _ in side.proposals) or side.outcome
    return f"{kinds} in {side.seconds:.1f} s"
