"""Looks at all personas again and again, and writes down how those are that changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from ..clock import Clock
from ..settings.emotions import Emotion
from ..storage import Database, Reader
from . import history_store as store
from .budget import budget_left
from .emotions import decayed
from .history import Figures, Watch, stretches
from .model import POINT
from .mood import mood_now
from .roster import Roster
from .runtime import Runtime, load_all
from .state import rested

TREND: Final = 12
"""Points of a trend."""
TREND_SAMPLES: Final = 5
"""Looks between two points of a trend."""
UNKNOWN: Final = -1
"""Stands in a trend where nobody looked."""
MISSED: Final = 2.5
"""A watch ends where no look followed within so many times the usual."""
_THIN_SECONDS: Final = 3_600


class HistoryKeeper:
    """Keeps the history of all personas: a service.

    Args:
        database: where it is kept.
        clock: when to look.
        roster: who there is, and how often to look.
    """

    def __init__(self, database: Database, clock: Clock, roster: Callable[[], Roster]) -> None:
        self._database = database
        self._clock = clock
        self._roster = roster
        self._watch: Watch | None = None
        self._known: dict[str, Figures] = {}
        self._trends: Mapping[str, Mapping[Emotion, tuple[int, ...]]] = {}
        self._thinned: datetime | None = None

    def trend(self, persona_id: str, emotion: str) -> tuple[int, ...]:
        """An emotion of the last while in whole points, ``UNKNOWN`` where nobody looked; empty where it never was."""
        return self._trends.get(persona_id, {}).get(Emotion(emotion), ())

    async def run(self) -> None:
        """Look until cancelled.

        Raises:
            StorageError: the database failed; start it again when that is well.
        """
        while True:
            await self.look()
            await self._clock.sleep(self._roster().rules.history.sample_seconds)

    async def look(self) -> int:
        """Look once.

        Returns:
            how many personas had changed.
        """
        roster, rules = self._roster(), self._roster().rules.history
        now = self._clock.now()
        before = self._watch
        goes_on = before is not None and timedelta() <= now - before.ended <= MISSED * _seconds(rules.sample_seconds)
        watch = Watch(before.began if before is not None and goes_on else now, now)
        known = self._known if goes_on else {}
        seen = await self._database.read(lambda reader: figures(reader, roster, now))
        changed = {persona_id: one for persona_id, one in seen.items() if known.get(persona_id) != one}
        await self._database.write(lambda tx: store.keep(tx, watch, changed))
        self._watch, self._known = watch, seen
        await self._follow(now)
        if self._thinned is None or now - self._thinned >= _seconds(_THIN_SECONDS):
            await self.thin()
            self._thinned = now
        return len(changed)

    async def thin(self) -> None:
        """Forget what is too old, one persona at a time, so that nothing else waits for long."""
        rules = self._roster().rules.history
        for persona_id in await self._database.read(store.sampled):
            await self._database.write(lambda tx, persona_id=persona_id: store.thin(tx, persona_id, rules))  # type: ignore[misc]  # bound in the loop
        await self._database.write(lambda tx: store.prune_watches(tx, rules))

    async def _follow(self, now: datetime) -> None:
        """Work the trends out, once for all views until the next look."""
        step = _seconds(self._roster().rules.history.sample_seconds)
        since = now - step * TREND * TREND_SAMPLES
        ids = tuple(self._known)

        def read(reader: Reader) -> Mapping[str, Mapping[Emotion, tuple[int, ...]]]:
            looked = store.watches(reader, since, now)
            found = store.newest(reader, ids, since, now)
            parts = {
                key: stretches(samples, looked, since, now, TREND, MISSED * step) for key, samples in found.items()
            }
            return {
                key: {
                    emotion: tuple(
                        part.figures.emotions.get(emotion, UNKNOWN) if part.figures else UNKNOWN for part in few
                    )
                    for emotion in Emotion
                }
                for key, few in parts.items()
            }

        self._trends = await self._database.read(read)


def figures(reader: Reader, roster: Roster, now: datetime) -> dict[str, Figures]:
    """How every configured persona is at a moment."""
    waiting = {
        row["persona_id"]: row["n"]
        for row in reader.rows("SELECT persona_id, count(*) AS n FROM messages WHERE status = 'pending' GROUP BY 1")
    }
    known = load_all(reader)
    return {
        persona_id: figures_of(known[persona_id][0], waiting.get(persona_id, 0), roster, now)
        for persona_id in roster.personas
        if persona_id in known
    }


def figures_of(runtime: Runtime, waiting: int, roster: Roster, now: datetime) -> Figures:
    """How one persona is at a moment, with so many messages waiting."""
    vigour = rested(runtime.vigour, now, roster.rules.energy)
    felt = decayed(runtime.feelings, now, roster.rules.emotions).values
    return Figures(
        energy=vigour.energy // POINT,
        attention=vigour.attention // POINT,
        budget=budget_left(runtime.spending, now, roster.get(runtime.id)) // POINT,
        mood=mood_now(runtime.mood, waiting, vigour.energy, runtime.answered_at, now, roster.rules.mood),
        waiting=waiting,
        emotions={emotion: value // POINT for emotion, value in felt.items()},
    )


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)
