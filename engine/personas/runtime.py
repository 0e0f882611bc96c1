"""What the engine remembers of a persona between two moments, and how it is kept in the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from sqlite3 import Row
from typing import Final

from ..settings.emotions import Emotion, EmotionRules, Interaction
from ..settings.personas import AutonomyMode
from ..storage import Reader, Transaction, from_us, to_us
from .budget import Spending
from .emotions import Feelings, Habit, at_rest
from .model import UnknownPersona
from .mood import Mood
from .state import Vigour

_REMEMBERED: Final = 256
_COLUMNS: Final = (
    "mode", "mood", "as_of_us", "energy", "attention", "energy_rest", "attention_rest", "energy_work", "budget_day",
    "spent_actions", "spent_tokens", "spent_cents", "left_alone_us", "answered_us", "turn",
    "failures_in_row", "circuit_us", "bookmark", "bookmark_us", "feelings",
)  # fmt: skip
_UPDATE: Final = f"UPDATE personas SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ?"  # noqa: S608  # constants
_UPDATE_UNMOVED: Final = _UPDATE.replace(", feelings = ?", "")
_INSERT: Final = (
    f"INSERT INTO personas ({', '.join(_COLUMNS)}, id) VALUES ({', '.join('?' * (len(_COLUMNS) + 1))})"  # noqa: S608  # as above
    " ON CONFLICT (id) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Runtime:
    """A persona as it is now.

    Attributes:
        id: its id in the settings.
        mode: how far it acts by itself; durable, whatever the settings say later.
        mood: the mood at its last activity.
        vigour: energy and attention.
        spending: what it used of its daily budget.
        feelings: its emotions.
        left_alone_at: the last human message, or the last time it felt left alone since.
        answered_at: the last answer.
        turn: messages handled so far, whatever came of them.
        failures_in_row: since the last success.
        circuit_until: it thinks about nothing before this.
        bookmark: the message it handled last.
        bookmark_at: when.
    """

    id: str
    mode: AutonomyMode
    mood: Mood
    vigour: Vigour
    spending: Spending
    feelings: Feelings
    left_alone_at: datetime
    answered_at: datetime | None = None
    turn: int = 0
    failures_in_row: int = 0
    circuit_until: datetime | None = None
    bookmark: str = ""
    bookmark_at: datetime | None = None

    def circuit_open(self, now: datetime) -> bool:
        """It failed too often in a row and rests."""
        return self.circuit_until is not None and now < self.circuit_until


@dataclass(frozen=True, slots=True)
class Counters:
    """What became of a persona's messages so far; accepted ones are never uncounted.

    Attributes:
        accepted: taken into the inbox.
        merged: folded into others.
        dropped: refused by, or removed from, a full inbox, or dropped by an operator.
    """

    accepted: int
    merged: int
    dropped: int


def introduce(tx: Transaction, persona_id: str, mode: AutonomyMode, rules: EmotionRules) -> bool:
    """Make sure that a persona has a row; one that has keeps it as it is.

    Returns:
        whether it is new.
    """
    fresh = Runtime(
        id=persona_id,
        mode=mode,
        mood=Mood.IDLE,
        vigour=Vigour(tx.now),
        spending=Spending(tx.now.date()),
        feelings=at_rest(tx.now, rules),
        left_alone_at=tx.now,
    )
    if not tx.execute(_INSERT, (*_values(fresh), _feelings_text(fresh.feelings), persona_id)):
        return False
    tx.record("persona.introduced", persona_id, {"mode": mode.value})
    return True


def load(reader: Reader, persona_id: str) -> Runtime:
    """A persona as it was last saved.

    Raises:
        UnknownPersona: it was never introduced.
    """
    row = reader.row("SELECT * FROM personas WHERE id = ?", (persona_id,))
    if row is None:
        raise UnknownPersona(persona_id)
    return _runtime(row)


def mode_of(reader: Reader, persona_id: str) -> AutonomyMode | None:
    """How far a persona acts by itself; nothing where it was never introduced."""
    row = reader.row("SELECT mode FROM personas WHERE id = ?", (persona_id,))
    return None if row is None else AutonomyMode(row["mode"])


def load_all(reader: Reader, limit: int = 1_000) -> dict[str, tuple[Runtime, Counters]]:
    """Every persona that was ever introduced, by id."""
    rows = reader.rows("SELECT * FROM personas ORDER BY id LIMIT ?", (limit,))
    return {row["id"]: (_runtime(row), Counters(row["accepted"], row["merged"], row["dropped"])) for row in rows}


def save(tx: Transaction, runtime: Runtime, before: Runtime | None = None) -> None:
    """Keep a persona as it is now.

    Args:
        tx: the unit of work.
        runtime: the persona.
        before: as it was loaded in the same unit; feelings that are the very same are not written again.
    """
    if before is not None and runtime.feelings is before.feelings:
        tx.execute(_UPDATE_UNMOVED, (*_values(runtime), runtime.id))
    else:
        tx.execute(_UPDATE, (*_values(runtime), _feelings_text(runtime.feelings), runtime.id))


def count(tx: Transaction, persona_id: str, *, accepted: int = 0, merged: int = 0, dropped: int = 0) -> None:
    """Count what became of messages."""
    tx.execute(
        "UPDATE personas SET accepted = accepted + ?, merged = merged + ?, dropped = dropped + ? WHERE id = ?",
        (accepted, merged, dropped, persona_id),
    )


def _values(runtime: Runtime) -> tuple[str | int | None, ...]:
    vigour, spending = runtime.vigour, runtime.spending
    return (
        runtime.mode.value,
        runtime.mood.value,
        to_us(vigour.as_of),
        vigour.energy,
        vigour.attention,
        vigour.energy_rest,
        vigour.attention_rest,
        vigour.energy_work,
        spending.day.isoformat(),
        spending.actions,
        spending.tokens,
        spending.cents,
        to_us(runtime.left_alone_at),
        _maybe_us(runtime.answered_at),
        runtime.turn,
        runtime.failures_in_row,
        _maybe_us(runtime.circuit_until),
        runtime.bookmark,
        _maybe_us(runtime.bookmark_at),
    )


def _runtime(row: Row) -> Runtime:
    return Runtime(
        id=row["id"],
        mode=AutonomyMode(row["mode"]),
        mood=Mood(row["mood"]),
        vigour=Vigour(
            from_us(row["as_of_us"]),
            row["energy"],
            row["attention"],
            row["energy_rest"],
            row["attention_rest"],
            row["energy_work"],
        ),
        spending=Spending(
            date.fromisoformat(row["budget_day"]), row["spent_actions"], row["spent_tokens"], row["spent_cents"]
        ),
        feelings=_feelings(row["feelings"]),
        left_alone_at=from_us(row["left_alone_us"]),
        answered_at=maybe_instant(row["answered_us"]),
        turn=row["turn"],
        failures_in_row=row["failures_in_row"],
        circuit_until=maybe_instant(row["circuit_us"]),
        bookmark=row["bookmark"],
        bookmark_at=maybe_instant(row["bookmark_us"]),
    )


def _feelings_text(feelings: Feelings) -> str:
    habits = feelings.habits or {}
    return json.dumps(
        {
            "as_of_us": to_us(feelings.as_of),
            "left_over": feelings.left_over,
            "values": {emotion.value: value for emotion, value in feelings.values.items()},
            "habits": {kind.value: [habit.count, to_us(habit.at)] for kind, habit in habits.items()},
        },
        sort_keys=True,
    )


@lru_cache(maxsize=_REMEMBERED)
def _feelings(text: str) -> Feelings:
    # Most messages move nobody, so that the same text is read again at the next one.
    stored: Mapping[str, object] = json.loads(text)
    values, habits = stored["values"], stored["habits"]
    as_of, left_over = stored["as_of_us"], stored["left_over"]
    assert isinstance(values, dict)  # noqa: S101  # written by _feelings_text alone
    assert isinstance(habits, dict)  # noqa: S101  # as above
    assert isinstance(as_of, int)  # noqa: S101  # as above
    assert isinstance(left_over, int)  # noqa: S101  # as above
    return Feelings(
        from_us(as_of),
        {Emotion(name): value for name, value in values.items()},
        left_over,
        {Interaction(name): Habit(times, from_us(at)) for name, (times, at) in habits.items()},
    )


def _maybe_us(instant: datetime | None) -> int | None:
    return None if instant is None else to_us(instant)


def maybe_instant(microseconds: int | None) -> datetime | None:
    """An instant that may be missing."""
    return None if microseconds is None else from_us(microseconds)
