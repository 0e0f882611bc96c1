"""Samples and watches in the database: written in one unit for all personas, thinned and pruned by age."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from sqlite3 import Row
from types import MappingProxyType
from typing import Final

from ..settings.emotions import Emotion
from ..settings.persona_rules import HistoryRules
from ..storage import Reader, Transaction, from_us, to_us
from .history import Figures, Sample, Watch
from .mood import Mood

MOST_SAMPLES: Final = 20_000
"""Most samples that one question reads."""
TURNED_AWAY: Final = 1_000
"""Of messages that no inbox took in, so many are remembered for each persona."""
_COLUMNS: Final = "at_us, energy, attention, budget, mood, waiting, emotions"
_SECOND: Final = 1_000_000


def keep(tx: Transaction, watch: Watch, figures: Mapping[str, Figures]) -> None:
    """Write down that somebody looked until now, and how those personas are that changed."""
    tx.execute(
        "INSERT INTO persona_watches (began_us, ended_us) VALUES (?, ?)"
        " ON CONFLICT (began_us) DO UPDATE SET ended_us = excluded.ended_us",
        (to_us(watch.began), to_us(watch.ended)),
    )
    at_us = to_us(watch.ended)
    tx.execute_many(
        f"INSERT OR REPLACE INTO persona_samples (persona_id, {_COLUMNS}) VALUES (?,?,?,?,?,?,?,?)",  # noqa: S608  # constants
        [
            (
                persona_id,
                at_us,
                one.energy,
                one.attention,
                one.budget,
                one.mood.value,
                one.waiting,
                json.dumps({emotion.value: points for emotion, points in one.emotions.items()}),
            )
            for persona_id, one in figures.items()
        ],
    )


def samples(reader: Reader, persona_id: str, since: datetime, until: datetime) -> list[Sample]:
    """A persona's samples of a time, oldest first, and the one before it that tells how it began."""
    began = reader.row(
        "SELECT max(at_us) AS at_us FROM persona_samples WHERE persona_id = ? AND at_us <= ?",
        (persona_id, to_us(since)),
    )
    first = began["at_us"] if began is not None and began["at_us"] is not None else to_us(since)
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM persona_samples WHERE persona_id = ? AND at_us BETWEEN ? AND ?"  # noqa: S608  # constants
        " ORDER BY at_us DESC LIMIT ?",
        (persona_id, first, to_us(until), MOST_SAMPLES),
    )
    return [_sample(row) for row in reversed(rows)]


def watches(reader: Reader, since: datetime, until: datetime) -> list[Watch]:
    """When somebody looked, as far as it touches a time; oldest first."""
    rows = reader.rows(
        "SELECT began_us, ended_us FROM persona_watches WHERE ended_us >= ? AND began_us <= ? ORDER BY began_us DESC"
        " LIMIT ?",
        (to_us(since), to_us(until), MOST_SAMPLES),
    )
    return [Watch(from_us(row["began_us"]), from_us(row["ended_us"])) for row in reversed(rows)]


def sampled(reader: Reader) -> list[str]:
    """Every persona of whom anything is remembered here."""
    rows = reader.rows(
        "SELECT persona_id FROM persona_samples UNION SELECT persona_id FROM turned_away ORDER BY persona_id LIMIT ?",
        (MOST_SAMPLES,),
    )
    return [row["persona_id"] for row in rows]


def thin(tx: Transaction, persona_id: str, rules: HistoryRules) -> int:
    """Forget of one persona what is too old, and of what is old keep one sample for each so many seconds.

    The one that is kept is the last, and has the deepest inbox of all that it stands for.

    Returns:
        how many samples went.
    """
    step = rules.coarse_seconds * _SECOND
    fine_us = to_us(tx.now - timedelta(hours=rules.fine_hours)) // step * step
    rows = tx.rows(
        "SELECT at_us, waiting FROM persona_samples WHERE persona_id = ? AND coarse = 0 AND at_us < ? ORDER BY at_us",
        (persona_id, fine_us),
    )
    gone: deque[int] = deque()
    kept: dict[int, tuple[int, int]] = {}
    for row in rows:
        part = row["at_us"] // step
        before = kept.get(part)
        if before is not None:
            gone.append(before[0])
        kept[part] = (row["at_us"], max(row["waiting"], before[1] if before else 0))
    tx.execute_many(
        "UPDATE persona_samples SET coarse = 1, waiting = ? WHERE persona_id = ? AND at_us = ?",
        [(waiting, persona_id, at_us) for at_us, waiting in kept.values()],
    )
    tx.execute_many(
        "DELETE FROM persona_samples WHERE persona_id = ? AND at_us = ?", [(persona_id, at_us) for at_us in gone]
    )
    return len(gone) + _prune(tx, persona_id, to_us(tx.now - timedelta(days=rules.keep_days)))


def prune_watches(tx: Transaction, rules: HistoryRules) -> None:
    """Forget when somebody looked, as far as it is too old."""
    tx.execute("DELETE FROM persona_watches WHERE ended_us < ?", (to_us(tx.now - timedelta(days=rules.keep_days)),))


def _prune(tx: Transaction, persona_id: str, before_us: int) -> int:
    tx.execute(
        "DELETE FROM turned_away WHERE persona_id = ? AND at_us < (SELECT at_us FROM turned_away WHERE persona_id = ?"
        " ORDER BY at_us DESC LIMIT 1 OFFSET ?)",
        (persona_id, persona_id, TURNED_AWAY - 1),
    )
    # The last one before the border tells how the time after it began.
    return tx.execute(
        "DELETE FROM persona_samples WHERE persona_id = ? AND at_us < (SELECT max(at_us) FROM persona_samples"
        " WHERE persona_id = ? AND at_us <= ?)",
        (persona_id, persona_id, before_us),
    )


def newest(reader: Reader, persona_ids: Iterable[str], since: datetime, until: datetime) -> dict[str, Sequence[Sample]]:
    """The samples of several personas in a time."""
    return {persona_id: samples(reader, persona_id, since, until) for persona_id in persona_ids}


@lru_cache(maxsize=8_192)
def _felt(text: str) -> Mapping[Emotion, int]:
    """Emotions as they were written down; the same samples are read again and again while somebody looks at them."""
    felt = json.loads(text)
    # One that this version no longer knows is left out.
    return MappingProxyType({emotion: felt[emotion.value] for emotion in Emotion if emotion.value in felt})


def _sample(row: Row) -> Sample:
    figures = Figures(
        energy=row["energy"],
        attention=row["attention"],
        budget=row["budget"],
        mood=Mood(row["mood"]),
        waiting=row["waiting"],
        emotions=_felt(row["emotions"]),
    )
    return Sample(from_us(row["at_us"]), figures)
