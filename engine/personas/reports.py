"""Everything about one persona: how it is, how it was, and what became of its last messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..storage import Reader
from ..view import PersonaView
from . import history_store as store
from . import repository as messages
from .budget import on_day
from .disposition import disposition
from .handling import PauseCheck
from .history import Sample, Stretch, stretches
from .history_keeper import MISSED, figures_of
from .inbox_views import counts
from .model import MessageStatus
from .roster import Roster
from .runtime import load, load_all
from .why import recent

if TYPE_CHECKING:
    from ..queries.personas import AskHistory, AskPersona, HistoryPoint, PersonaHistory, PersonaReport


def persona_history(reader: Reader, ask: AskHistory, roster: Roster, now: datetime) -> PersonaHistory:
    """How a persona was over the last hours.

    Raises:
        UnknownPersona: it is not configured.
    """
    from ..queries.personas import PersonaHistory

    roster.get(ask.id)
    every = roster.rules.history.sample_seconds
    grace = timedelta(seconds=MISSED * every)
    since = now - timedelta(hours=ask.hours)
    samples, watches = store.samples(reader, ask.id, since, now), store.watches(reader, since, now)
    if watches and watches[-1].ended + grace >= now:
        # Somebody looks: what has changed since the last look is known too.
        depth = messages.depth(reader, ask.id)
        samples.append(Sample(now, figures_of(load(reader, ask.id), depth, roster, now)))
    parts = stretches(samples, watches, since, now, ask.points, grace)
    return PersonaHistory(ask.id, since, now, every, tuple(_point(part) for part in parts))


def persona_report(
    reader: Reader,
    ask: AskPersona,
    roster: Roster,
    now: datetime,
    is_paused: PauseCheck,
    shown: Callable[[Reader, datetime], tuple[PersonaView, ...]],
) -> PersonaReport:
    """Everything about one persona.

    Args:
        reader: one consistent state.
        ask: which one, and how much.
        roster: who there is.
        now: the moment.
        is_paused: why it is stopped.
        shown: all personas as the first screen shows them.

    Raises:
        UnknownPersona: it is not configured, or was never introduced.
    """
    from ..queries.personas import PersonaReport

    settings, rules = roster.get(ask.id), roster.rules
    runtime = load(reader, ask.id)
    view = next(one for one in shown(reader, now) if one.id == ask.id)
    _, counters = load_all(reader)[ask.id]
    stands = disposition(reader, runtime, roster, now, is_paused)
    today = on_day(runtime.spending, now)
    return PersonaReport(
        at=now,
        persona=view,
        paused=stands.paused,
        brain=settings.brain,
        first_mode=settings.mode.value,
        channels=tuple(settings.channels),
        expertise=tuple(settings.expertise),
        scanners=tuple(settings.scanners),
        out_of_role=tuple(settings.out_of_role),
        today=(
            ("actions", today.actions, settings.daily_actions),
            ("tokens", today.tokens, settings.daily_tokens),
            ("cents", today.cents, settings.daily_cents),
        ),
        accepted=counters.accepted,
        merged=counters.merged,
        dropped=counters.dropped,
        dead=counts(reader, MessageStatus.DEAD).get(ask.id, 0),
        turns=runtime.turn,
        failures_in_row=runtime.failures_in_row,
        circuit_opens_at=rules.loop.circuit_failures,
        circuit_until=stands.circuit_until,
        cadence_seconds=stands.wait.total_seconds(),
        free_seconds=stands.free.total_seconds(),
        busy_with=stands.busy_with,
        history=persona_history(reader, ask, roster, now),
        messages=recent(reader, roster, ask.id, stands, now, ask.messages) if ask.messages else (),
    )


def _point(part: Stretch) -> HistoryPoint:
    from ..queries.personas import HistoryPoint

    figures = part.figures
    if figures is None:
        return HistoryPoint(part.at, known=False)
    return HistoryPoint(
        at=part.at,
        known=True,
        energy=figures.energy,
        attention=figures.attention,
        budget=figures.budget,
        mood=figures.mood.value,
        waiting=part.most_waiting,
        emotions=tuple((emotion.value, points) for emotion, points in figures.emotions.items()),
    )
