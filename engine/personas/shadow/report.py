"""What the comparison of shadow and sync says, in figures and in examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Final

from ...storage import Reader, from_us
from .compare import Side, Verdict
from .repository import side_of

EXAMPLES: Final = 3
"""Examples of each verdict that a report names."""
TEXT_LIMIT: Final = 400
_SHOWN: Final = (
    "SELECT s.*, substr(p.text, 1, ?) AS text, p.sender FROM shadow_runs s LEFT JOIN messages m ON m.id = s.message_id"
    " LEFT JOIN posts p ON p.id = m.post_id"
)


@dataclass(frozen=True, slots=True)
class ShadowRun:
    """One message with both sides.

    Attributes:
        text: what it said, at most 400 characters.
        sync: what was done at once; nothing until then.
        auto: what autonomy would have done; nothing until it came to it.
        differs: in words; empty where nothing does.
    """

    message_id: str
    persona_id: str
    sender: str
    text: str
    arrived_at: datetime
    sync: Side | None
    auto: Side | None
    verdict: Verdict
    differs: str


@dataclass(frozen=True, slots=True)
class PersonaReport:
    """One persona's comparison, over the messages that are kept.

    Attributes:
        since: the oldest message's arrival.
        verdicts: how many of each.
        sync_seconds, auto_seconds: answers' times, the middle one and that of 95 of 100; nothing without answers.
        sync_tiers, auto_tiers: proposals by who lets them run.
        outcomes: how autonomy ended, how often.
        examples: for each verdict but equal, a few message ids, the newest first.
    """

    persona_id: str
    since: datetime
    verdicts: Mapping[Verdict, int]
    sync_seconds: tuple[float, float] | None
    auto_seconds: tuple[float, float] | None
    sync_tiers: Mapping[str, int]
    auto_tiers: Mapping[str, int]
    outcomes: Mapping[str, int]
    examples: Mapping[Verdict, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Report:
    """All personas that were in shadow mode, by id."""

    personas: tuple[PersonaReport, ...]


def report(reader: Reader, persona_id: str = "") -> Report:
    """Figures of one persona, or of all that have any."""
    rows = reader.rows(
        "SELECT * FROM shadow_runs WHERE ? IN ('', persona_id) ORDER BY persona_id, arrived_us DESC", (persona_id,)
    )
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["persona_id"], []).append(row)
    return Report(tuple(_persona(name, of_one) for name, of_one in found.items()))


def run_page(
    reader: Reader, *, persona_id: str = "", verdict: str = "", after: str = "", limit: int = 100
) -> tuple[ShadowRun, ...]:
    """Messages with both sides, the newest first.

    Args:
        reader: where from.
        persona_id: only this persona's.
        verdict: only these.
        after: begin behind this message.
        limit: most of them.
    """
    rows = reader.rows(
        f"{_SHOWN} WHERE ? IN ('', s.persona_id) AND ? IN ('', s.verdict)"  # noqa: S608  # fixed words
        " AND (? = '' OR (s.arrived_us, s.message_id) <"
        " (SELECT arrived_us, message_id FROM shadow_runs WHERE message_id = ?))"
        " ORDER BY s.arrived_us DESC, s.message_id DESC LIMIT ?",
        (TEXT_LIMIT, persona_id, verdict, after, after, limit),
    )
    return tuple(_run(row) for row in rows)


def _persona(persona_id: str, rows: list[Row]) -> PersonaReport:
    sides = [(row, side_of(row, "sync"), side_of(row, "auto")) for row in rows]
    examples: dict[Verdict, list[str]] = {}
    for row in rows:
        examples.setdefault(Verdict(row["verdict"]), []).append(row["message_id"])
    return PersonaReport(
        persona_id=persona_id,
        since=from_us(min(row["arrived_us"] for row in rows)),
        verdicts=Counter(Verdict(row["verdict"]) for row in rows),
        sync_seconds=_times([_took(row, sync) for row, sync, _ in sides if sync is not None and sync.answers]),
        auto_seconds=_times([_took(row, auto) for row, _, auto in sides if auto is not None and auto.answers]),
        sync_tiers=Counter(made.tier for _, sync, _ in sides if sync is not None for made in sync.made),
        auto_tiers=Counter(made.tier for _, _, auto in sides if auto is not None for made in auto.made),
        outcomes=Counter(auto.outcome for _, _, auto in sides if auto is not None),
        examples={
            verdict: tuple(ids[:EXAMPLES])
            for verdict, ids in examples.items()
            if verdict not in {Verdict.EQUAL, Verdict.OPEN}
        },
    )


def _took(row: Row, side: Side) -> float:
    return max(timedelta(), side.at - from_us(row["arrived_us"])).total_seconds()


def _times(seconds: list[float]) -> tuple[float, float] | None:
    if not seconds:
        return None
    seconds.sort()
    return seconds[(len(seconds) - 1) // 2], seconds[-(-len(seconds) * 95 // 100) - 1]


def _run(row: Row) -> ShadowRun:
    return ShadowRun(
        message_id=row["message_id"],
        persona_id=row["persona_id"],
        sender=row["sender"] or "",
        text=row["text"] or "",
        arrived_at=from_us(row["arrived_us"]),
        sync=side_of(row, "sync"),
        auto=side_of(row, "auto"),
        verdict=Verdict(row["verdict"]),
        differs=row["differs"],
    )
