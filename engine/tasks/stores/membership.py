"""What a task is in the graph of a goal, as part of its record; with the graph itself: a record stands alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ...canonical import canonical, parse_strict
from ...storage import Reader, Transaction, from_us, to_us
from ..asks_proof import note_planned
from ..graph import ACTION_TYPE, MOST_STEPS, Asking
from ..graph_rows import Graph
from ..task import FailurePolicy

ASKS_CHARACTERS: Final = 262_144
"""Most characters of what an approval step asks."""
_ID: Final = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}$")
_INSTANT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_NAMES: Final = frozenset({
    "id", "title", "origin", "parameters", "actor", "created_at", "step", "place", "asks", "rounds",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Membership:
    """What a task is in its graph.

    Attributes:
        place: of its step among those of the plan, from 0.
        asks: what an approval step asks, as canonical JSON; nothing for agents' work.
        rounds: how often it was asked before.
    """

    graph: Graph
    step: str
    place: int
    asks: str | None
    rounds: int

    def fields(self) -> dict[str, Any]:
        """The same as JSON values."""
        graph = self.graph
        return {
            "id": graph.id,
            "title": graph.title,
            "origin": graph.origin,
            # As pairs: they stand in the order in which the template asks for them.
            "parameters": [[name, value] for name, value in graph.parameters.items()],
            "actor": graph.actor,
            "created_at": graph.created_at.astimezone(UTC).strftime(_INSTANT),
            "step": self.step,
            "place": self.place,
            "asks": self.asks,
            "rounds": self.rounds,
        }


def membership_of(fields: object) -> Membership:
    """The membership that these values say.

    Raises:
        TypeError, ValueError: they are not what they must be.
    """
    if not isinstance(fields, dict) or fields.keys() != _NAMES:
        raise TypeError("graph is not what a task is in a graph")
    texts = ("id", "title", "origin", "actor", "created_at", "step")
    if not all(isinstance(fields[name], str) and len(fields[name]) <= 1_000 for name in texts):
        raise TypeError("graph has a text that is none, or too long")
    for name, most in (("place", MOST_STEPS), ("rounds", 1_000_000)):
        if type(fields[name]) is not int or not 0 <= fields[name] <= most:
            raise TypeError(f"graph has a {name} that is none")
    parameters = fields["parameters"]
    if not isinstance(parameters, list) or not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(word, str) for word in pair) for pair in parameters
    ):
        raise TypeError("graph has parameters that are no pairs of texts")
    if not _ID.match(fields["id"]) or not fields["step"]:
        raise ValueError("graph has an id that an id cannot be")
    asks = fields["asks"]
    if asks is not None:
        asking_of(asks)
    created = datetime.strptime(fields["created_at"], _INSTANT).replace(tzinfo=UTC)
    graph = Graph(fields["id"], fields["title"], fields["origin"], dict(parameters), fields["actor"], created)
    return Membership(graph, fields["step"], fields["place"], asks, fields["rounds"])


def asking_of(text: object) -> Asking:
    """What an approval step asks, as it is spelled in the database.

    Raises:
        TypeError, ValueError: it is no such spelling.
    """
    if not isinstance(text, str) or len(text) > ASKS_CHARACTERS:
        raise TypeError("asks is no text, or too long")
    read = parse_strict(text, max_bytes=4 * ASKS_CHARACTERS)
    kinds: Mapping[str, tuple[type, ...]] = {
        "kind": (str,), "tool": (str,), "arguments": (dict,), "reason": (str,), "account": (str, type(None)),
        "always": (bool,),
    }  # fmt: skip
    if not isinstance(read, dict) or read.keys() != kinds.keys():
        raise TypeError("asks is not what an approval step asks")
    if not all(isinstance(read[name], kind) for name, kind in kinds.items()):
        raise TypeError("asks has a value that cannot be there")
    if canonical(read).decode() != text:
        raise ValueError("asks is not in its one spelling")
    values: dict[str, Any] = read
    return Asking(**values)


def memberships(reader: Reader, ids: Iterable[str]) -> dict[str, Membership]:
    """What tasks are in their graphs; those that are in none are left out."""
    rows = reader.rows(
        "SELECT m.task_id, m.step, m.place, m.asks, m.rounds, g.* FROM graph_tasks m"
        " JOIN task_graphs g ON g.id = m.graph_id WHERE m.task_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {
        row["task_id"]: Membership(
            Graph(
                row["id"],
                row["title"],
                row["origin"],
                json.loads(row["parameters"]),
                row["actor"],
                from_us(row["created_us"]),
            ),
            row["step"],
            row["place"],
            row["asks"],
            row["rounds"],
        )
        for row in rows
    }


def put_membership(tx: Transaction, task_id: str, found: Membership | None, on_failure: FailurePolicy) -> None:
    """Make a task what its record says in its graph; where another task is that step already, it stays out of it."""
    if found is None:
        tx.execute("DELETE FROM graph_tasks WHERE task_id = ?", (task_id,))
        return
    graph = found.graph
    tx.execute(
        "INSERT INTO task_graphs (id, title, origin, parameters, actor, created_us) VALUES (?,?,?,?,?,?)"
        " ON CONFLICT (id) DO NOTHING",
        (
            graph.id,
            graph.title,
            graph.origin,
            json.dumps(dict(graph.parameters)),
            graph.actor,
            to_us(graph.created_at),
        ),
    )
    tx.execute(
        "INSERT INTO graph_tasks (task_id, graph_id, step, place, on_failure, asks, rounds)"
        " SELECT :task, :graph, :step, :place, :policy, :asks, :rounds WHERE NOT EXISTS"
        "  (SELECT 1 FROM graph_tasks WHERE graph_id = :graph AND step = :step AND task_id <> :task)"
        " ON CONFLICT (task_id) DO UPDATE SET graph_id = excluded.graph_id, step = excluded.step,"
        " place = excluded.place, on_failure = excluded.on_failure, asks = excluded.asks, rounds = excluded.rounds",
        {
            "task": task_id,
            "graph": graph.id,
            "step": found.step,
            "place": found.place,
            "policy": on_failure,
            "asks": found.asks,
            "rounds": found.rounds,
        },
    )
    if found.asks is not None:
        note_planned(tx, task_id, found.asks, "engine")


def fits(type_: str, found: Membership | None) -> bool:
    """Whether a task of that type can be what its record says: whatever asks goes through the gate, nothing else."""
    return (type_ == ACTION_TYPE) == (found is not None and found.asks is not None)
