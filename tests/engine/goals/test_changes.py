"""Goals that are edited, put away and brought back, and how much of their history is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from engine.goals import Goal, GoalError, GoalRepository, GoalState, GoalType, assess
from engine.storage import Database, Transaction

START = date(2026, 3, 1)
GOAL = Goal("g", "Spring", GoalType.REVENUE, 100_00, START, date(2026, 5, 31))
GOALS = GoalRepository()
ANA = "operator:ana"


@pytest.fixture
async def added(database: Database) -> Database:
    await database.write(lambda tx: GOALS.add(tx, GOAL, actor=ANA, limit=2))
    return database


async def journal(database: Database, kind: str) -> list[dict[str, object]]:
    rows = await database.read(lambda reader: reader.rows("SELECT data FROM journal WHERE kind = ?", (kind,)))
    return [json.loads(row["data"]) for row in rows]


async def test_an_edit_is_journalled_old_and_new(added: Database) -> None:
    edited = replace(GOAL, title="Late spring", target=120_50, end=date(2026, 6, 30))
    assert await added.write(lambda tx: GOALS.edit(tx, edited, actor=ANA))
    assert await added.read(lambda reader: GOALS.get(reader, "g")) == edited
    (told,) = await journal(added, "goal.edited")
    assert told["from"] == {"title": "Spring", "target": "100.00", "end": "2026-05-31"}
    assert told["to"] == {"title": "Late spring", "target": "120.50", "end": "2026-06-30"}
    assert told["changes"] == "title Spring → Late spring; target 100.00 → 120.50; end 2026-05-31 → 2026-06-30"


async def test_an_edit_that_changes_nothing_leaves_no_trace(added: Database) -> None:
    head = added.head
    assert not await added.write(lambda tx: GOALS.edit(tx, GOAL, actor=ANA))
    assert added.head == head


@pytest.mark.parametrize("state", [GoalState.COMPLETED, GoalState.MISSED])
async def test_what_is_over_cannot_be_edited(added: Database, state: GoalState) -> None:
    await added.write(lambda tx: GOALS.change(tx, "g", state))
    with pytest.raises(GoalError, match=state.value):
        await added.write(lambda tx: GOALS.edit(tx, replace(GOAL, target=1), actor=ANA))


async def test_an_edit_keeps_the_state(added: Database) -> None:
    await added.write(lambda tx: GOALS.pause(tx, "g", actor=ANA))
    await added.write(lambda tx: GOALS.edit(tx, replace(GOAL, target=1), actor=ANA))
    assert (await added.read(lambda reader: GOALS.get(reader, "g"))).state is GoalState.PAUSED


async def test_an_active_goal_is_not_put_away(added: Database) -> None:
    with pytest.raises(GoalError, match="active"):
        await added.write(lambda tx: GOALS.archive(tx, "g", actor=ANA))


async def test_what_is_put_away_is_out_of_the_lists_until_it_is_back(added: Database) -> None:
    await added.write(lambda tx: GOALS.pause(tx, "g", actor=ANA))
    for _ in range(2):
        await added.write(lambda tx: GOALS.archive(tx, "g", actor=ANA))
    assert await added.read(GOALS.all) == []
    assert [goal.id for goal in await added.read(lambda reader: GOALS.all(reader, archived=True))] == ["g"]
    await added.write(lambda tx: GOALS.restore(tx, "g", actor=ANA, limit=1))
    assert [goal.state for goal in await added.read(GOALS.all)] == [GoalState.PAUSED]
    assert len(await journal(added, "goal.archived")) == len(await journal(added, "goal.restored")) == 1


async def test_what_is_put_away_makes_room_and_needs_room_to_come_back(added: Database) -> None:
    add: Callable[[Transaction, str], None] = lambda tx, name: GOALS.add(  # noqa: E731  # a shorthand
        tx, replace(GOAL, id=name), actor=ANA, limit=1
    )
    with pytest.raises(GoalError, match="1 already"):
        await added.write(lambda tx: add(tx, "h"))
    await added.write(lambda tx: GOALS.pause(tx, "g", actor=ANA))
    await added.write(lambda tx: GOALS.archive(tx, "g", actor=ANA))
    await added.write(lambda tx: add(tx, "h"))
    with pytest.raises(GoalError, match="1 already"):
        await added.write(lambda tx: GOALS.restore(tx, "g", actor=ANA, limit=1))


async def test_the_history_has_one_row_a_day_and_a_bound(added: Database) -> None:
    for number in range(10):
        day = START + timedelta(days=number)
        for value in (number, number + 1):
            await added.write(
                lambda tx, value=value, day=day: GOALS.note_progress(tx, "g", assess(GOAL, Fraction(value), day), 4)  # type: ignore[misc]  # mypy cannot infer a lambda with bound defaults
            )
    kept = await added.read(lambda reader: GOALS.history(reader, "g"))
    assert [(day, value) for day, value, _ in kept] == [
        (START + timedelta(days=number), number + 1) for number in (6, 7, 8, 9)
    ]
