"""While you were away: what became of things since an operator last looked, counted, and the lines that matter most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ...queries import AskAway, AwayView
from ...storage import Reader, Transaction, from_us, to_us
from ...view import ActivityView
from .activity import told

WINDOW: Final = 50_000
"""Most rows that one digest looks at, the newest."""
_WORDS: Final[Mapping[str, str]] = {
    "action.uncertain": "uncertain",
    "action.failed": "failed",
    "rollout.breached": "rollout{s} sent back",
    "rollout.soaked": "rollout stage{s} that waited for you",
    "task.died": "task{s} dead",
    "message.dead": "message{s} dead",
    "engine.halted": "pause{s} of everything",
    "engine.resumed": "resumed",
    "engine.started": "start{s} of the engine",
    "command.refused": "command{s} refused",
    "settings.refused": "settings refused",
    "job.failed": "job{s} failed",
    "persona.circuit_opened": "persona{s} resting after failures",
    "action.blocked": "blocked",
    "action.expired": "expired",
    "message.dropped": "message{s} dropped",
    "goal.lagged": "goal{s} fell behind",
    "goal.missed": "goal{s} missed",
    "goal.completed": "goal{s} completed",
    "action.rejected": "rejected",
    "action.undone": "undone",
    "action.withdrawn": "withdrawn",
    "action.approved": "approved",
    "action.executed": "executed",
    "action.proposed": "proposed",
    "rule.allowed": "standing rule{s} made",
    "rule.denied": "standing denial{s} made",
    "persona.mode_changed": "change{s} of mode",
    "journal.pruned": "pruning{s} of the journal",
    "task.done": "task{s} done",
    "message.answered": "message{s} answered",
}
"""What is counted, by event, the most important first; ``{s}`` where it is more than one."""
_IMPORTANT: Final = tuple(_WORDS)[: tuple(_WORDS).index("action.proposed") + 1]
"""What is also told line by line."""
_RANK: Final = {kind: rank for rank, kind in enumerate(_WORDS)}


def away_view(reader: Reader, ask: AskAway, now: datetime) -> AwayView:
    """The digest since a row, a moment, or since an operator last looked; empty where nothing is known of them."""
    head = reader.row("SELECT max(seq) AS seq FROM journal")
    upto = int((head["seq"] if head else None) or 0)
    since = ask.since
    if ask.after >= 0:
        after = ask.after
    elif since is not None:
        row = reader.row(
            "SELECT min(seq) AS seq FROM journal WHERE seq > ? AND at_us >= ?", (upto - WINDOW, to_us(since))
        )
        after = int(row["seq"]) - 1 if row and row["seq"] is not None else upto
    else:
        seen = reader.row("SELECT seq, at_us FROM operators_seen WHERE operator = ?", (ask.operator,))
        after = int(seen["seq"]) if seen else upto
        since = from_us(seen["at_us"]) if seen else None
    begin = max(after, upto - WINDOW)
    marks = ", ".join("?" * len(_WORDS))
    counted: Counter[str] = Counter()
    for row in reader.rows(
        f"SELECT kind, count(*) AS n FROM journal WHERE seq > ? AND kind IN ({marks}) GROUP BY kind",  # noqa: S608  # marks only
        (begin, *_WORDS),
    ):
        counted[row["kind"]] = row["n"]
    lines, total = _lines(reader, begin, ask.limit)
    if since is None and begin < upto:
        first = reader.row("SELECT at_us FROM journal WHERE seq > ? ORDER BY seq LIMIT 1", (begin,))
        since = from_us(first["at_us"]) if first else None
    counts = tuple(
        (word.format(s="" if counted[kind] == 1 else "s"), counted[kind])
        for kind, word in _WORDS.items()
        if counted[kind]
    )
    return AwayView(begin, upto, since, now, counts, lines, total - len(lines), cut=begin > after)


def note_seen(tx: Transaction, operator: str, seq: int) -> None:
    """Keep how far an operator has looked; it never goes back, and never past what there is."""
    head = tx.row("SELECT max(seq) AS seq FROM journal")
    known = min(seq, int((head["seq"] if head else None) or 0))
    tx.execute(
        "INSERT INTO operators_seen (operator, seq, at_us) VALUES (?,?,?) ON CONFLICT (operator) DO UPDATE SET"
        " seq = max(seq, excluded.seq), at_us = excluded.at_us WHERE excluded.seq >= seq",
        (operator, known, to_us(tx.now)),
    )


def _lines(reader: Reader, begin: int, limit: int) -> tuple[tuple[ActivityView, ...], int]:
    """The lines that matter most, and how many there are altogether; of one thing only the newest."""
    marks = ", ".join("?" * len(_IMPORTANT))
    newest = (
        f"SELECT max(seq) AS seq FROM journal WHERE seq > ? AND kind IN ({marks})"  # noqa: S608  # marks only
        " GROUP BY CASE WHEN kind LIKE 'action.%' THEN subject ELSE seq END"
    )
    rank = " ".join(f"WHEN '{kind}' THEN {rank}" for kind, rank in _RANK.items())
    rows = reader.rows(
        "SELECT j.seq, at_us, kind, subject, actor, data, count(*) OVER () AS total"  # noqa: S608  # constants
        f" FROM journal j JOIN ({newest}) n ON n.seq = j.seq ORDER BY CASE kind {rank} END, j.seq DESC LIMIT ?",
        (begin, *_IMPORTANT, limit),
    )
    return told(reader, rows), int(rows[0]["total"]) if rows else 0
