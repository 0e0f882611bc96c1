"""What is paused, and what was under way at the moment when everything was."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from ...governance.halt import HALTED, halt_epoch, halted, pauses
from ...storage import Reader, from_us

if TYPE_CHECKING:
    from ...queries.halts import FlightView, HaltView, PausesView

LIST_LIMIT: Final = 100
"""Most things of each sort that are listed by name."""


def in_flight(reader: Reader) -> list[dict[str, object]]:
    """Every action whose tool runs and every task that an agent holds, as the journal keeps them."""
    actions = reader.rows(
        "SELECT id, kind, tool, proposer, status FROM actions WHERE status = 'executing' ORDER BY id LIMIT ?",
        (LIST_LIMIT,),
    )
    tasks = reader.rows(
        "SELECT id, title, agent, state FROM tasks WHERE state IN ('assigned', 'active')"
        " ORDER BY started_us, id LIMIT ?",
        (LIST_LIMIT,),
    )
    return [
        *(
            {"what": "action", "id": row["id"], "title": row["kind"], "by": f"{row['proposer']} with {row['tool']}"}
            | {"then": row["status"]}
            for row in actions
        ),
        *(
            {"what": "task", "id": row["id"], "title": row["title"], "by": row["agent"], "then": row["state"]}
            for row in tasks
        ),
    ]


def counted(things: Sequence[str]) -> str:
    """``2 actions and 1 task``; ``nothing`` of nothing."""
    parts = [f"{number} {what}{'s' if number > 1 else ''}" for what, number in Counter(things).items()]
    return " and ".join(parts) or "nothing"


def pauses_view(reader: Reader) -> PausesView:
    """Everything that is paused, and the newest pause of everything."""
    from ...queries.halts import PausesView, PauseView

    items = tuple(
        PauseView(pause.scope.value, pause.target, pause.operator, pause.reason, pause.at) for pause in pauses(reader)
    )
    return PausesView(items, newest_halt(reader))


def newest_halt(reader: Reader) -> HaltView | None:
    """The newest pause of everything, with what became of what was under way."""
    from ...queries.halts import HaltView

    row = reader.row("SELECT at_us, actor, data FROM journal WHERE kind = ? ORDER BY seq DESC LIMIT 1", (HALTED,))
    if row is None:
        return None
    data: dict[str, Any] = json.loads(row["data"])
    flights = tuple(_flight(reader, one) for one in data.get("in_flight", ()))
    return HaltView(
        in_force=halted(reader) is not None,
        epoch=halt_epoch(reader),
        operator=row["actor"].removeprefix("operator:"),
        reason=data.get("reason", ""),
        at=from_us(row["at_us"]),
        in_flight=flights,
    )


def halt_lines(reader: Reader) -> tuple[str, ...]:
    """While everything is paused: what was under way and what became of it, a line each."""
    halt = newest_halt(reader) if halted(reader) is not None else None
    if halt is None:
        return ()
    return tuple(f"{one.what} {one.title} ({one.by}): {one.now}" for one in halt.in_flight)


def _flight(reader: Reader, one: dict[str, Any]) -> FlightView:
    from ...queries.halts import FlightView

    table, column = ("actions", "status") if one["what"] == "action" else ("tasks", "state")
    row = reader.row(f"SELECT {column} FROM {table} WHERE id = ?", (one["id"],))  # noqa: S608  # one of two fixed pairs
    now = row[column] if row else "gone"
    return FlightView(one["what"], one["id"], one["title"], one["by"], one["then"], now)
