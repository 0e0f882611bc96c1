"""What waits in the order of its urgency: the same as sorting all of it, at the cost of a page."""

from __future__ import annotations

import random
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.personas import Change, SenderKind, reprioritise
from engine.personas.inbox import ranked
from engine.personas.inbox_views import inbox_page, inbox_view
from engine.personas.model import PersonaError
from engine.personas.queue import most_urgent
from engine.personas.repository import candidates
from engine.queries import AskInbox, InboxPage
from engine.settings.persona_rules import InboxRules, PersonaRules
from engine.storage import Database, Reader, to_us

from ..world import HELPER, PLANNER, World

ROOMY = PersonaRules(inbox=InboxRules(capacity=100_000))


async def crowd(world: World, count: int, seed: int = 7) -> None:
    """Messages of all sorts over two minutes, some moved by an operator."""
    chance = random.Random(seed)  # a test's
    await world.people({"helper": HELPER, "planner": PLANNER}, ROOMY, running=False)
    ids = []
    for number in range(count):
        kind = chance.choice([SenderKind.HUMAN, SenderKind.SYSTEM])
        to = chance.choice(["helper", "planner"])
        text = chance.choice(["look", "an invoice", "plan it"])
        answers = await world.say(f"{text} {number}", to=to, kind=kind)
        ids.append(answers[0].message_id)  # type: ignore[union-attr]  # nothing is dropped
        await world.clock.advance(chance.random() * 120 / count)
    for one in chance.sample(ids, count // 5):
        change = chance.choice(list(Change))
        points = chance.randrange(101) if change is Change.SET else None
        await world.database.write(lambda tx: reprioritise(tx, one, change, "ana", points))  # noqa: B023  # awaited at once
        await world.clock.advance(0.01)


async def page(world: World, **asked: object) -> InboxPage:
    ask = AskInbox.model_validate(asked)
    now = world.clock.now()
    return await world.database.read(lambda reader: inbox_page(reader, ask, world.service.roster, now))


@pytest.mark.parametrize("seed", range(4))
async def test_the_order_is_that_in_which_a_persona_takes_them_up(world: World, seed: int) -> None:
    await crowd(world, 60, seed)
    now, rules = world.clock.now(), ROOMY
    for persona in ("helper", "planner"):

        def both(reader: Reader, persona: str = persona) -> tuple[list[str], list[str]]:
            sorted_all = [item.entry.id for item in ranked(candidates(reader, persona, now), now, rules)]
            merged = [place.id for place in most_urgent(reader, now, rules.priority, 1_000, persona_id=persona)]
            return sorted_all, merged

        expected, found = await world.database.read(both)
        assert found == expected
        assert len(found) > 10


async def test_pages_put_together_are_the_whole_and_aging_moves_nothing_between_them(world: World) -> None:
    await crowd(world, 100)
    whole = [one.id for one in (await page(world, limit=1_000)).items]
    assert len(whole) == len(set(whole)) == 100
    found: list[str] = []
    after = ""
    while True:
        one = await page(world, limit=7, after=after)
        found += [item.id for item in one.items]
        assert (one.waiting, one.dead) == (100, 0)
        await world.clock.advance(3)
        if not one.next:
            break
        after = one.next
    assert found == whole


@pytest.mark.parametrize("order", ["oldest", "newest"])
async def test_by_arrival(world: World, order: str) -> None:
    await crowd(world, 40)
    items = [*(first := await page(world, order=order, limit=25)).items]
    items += (await page(world, order=order, limit=25, after=first.next)).items
    arrived = [item.arrived_at for item in items]
    assert len(items) == 40
    assert arrived == sorted(arrived, reverse=order == "newest")


async def test_one_persona_and_other_states(world: World) -> None:
    await crowd(world, 30)
    mine = await page(world, persona="planner")
    assert {item.persona for item in mine.items} == {"planner"}
    assert mine.waiting == len(mine.items) < 30
    assert (await page(world, state="dead")).items == ()
    assert len((await page(world, state="all")).items) == 30
    assert {item.state for item in (await page(world, state="all", limit=5)).items} == {"pending"}


@pytest.mark.parametrize("cursor", ["x", "12", "1:2:3", "1:a:b:c:d", "9" * 40 + ":x", "1:1:1:"])
async def test_a_page_that_nobody_told_is_refused(world: World, cursor: str) -> None:
    await crowd(world, 3)
    with pytest.raises(PersonaError, match="no such page"):
        await page(world, after=cursor)


async def test_the_head_of_ten_thousand_looks_at_the_head_only(
    tmp_path: Path, clock: SimulatedClock, database: Database, world: World
) -> None:
    await world.people({"helper": HELPER}, ROOMY, running=False)
    first = await world.accepted("the one")
    await clock.advance(1)

    def fill(count: int) -> None:
        base = to_us(clock.now())
        with sqlite3.connect(tmp_path / "engine.db") as connection:
            connection.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                " INSERT INTO messages (id, persona_id, post_id, sender_kind, mentioned, priority, arrived_us,"
                " changed_us, status) SELECT 'x' || ? || '-' || i, persona_id, post_id, sender_kind, mentioned,"
                " 1000 * (i % 9), ? + i, ? + i, 'pending' FROM n, messages WHERE id = ?",
                (count, count, base, base, first),
            )
        connection.close()

    async def steps() -> int:
        """How many steps SQLite takes for the head, counting none of what counts all that waits."""
        taken = 0

        def step() -> int:
            nonlocal taken
            taken += 1
            return 0

        def work(reader: Reader) -> int:
            connection: sqlite3.Connection = reader._connection  # the engine has no use for it
            connection.set_progress_handler(step, 1)
            places = most_urgent(reader, clock.now(), ROOMY.priority, 200)
            connection.set_progress_handler(None, 1)
            assert len(places) == 200
            return taken

        return await database.read(work)

    fill(500)
    few = await steps()
    fill(10_000)
    many = await steps()
    assert many < few * 2


async def test_the_view_says_how_many_there_are_and_holds_its_limit(world: World) -> None:
    await crowd(world, 80)
    now = world.clock.now() + timedelta(seconds=60)
    view = await world.database.read(lambda reader: inbox_view(reader, world.service.roster, now, 20))
    assert len(view.items) == 20
    assert view.total == 80
    assert [item.priority for item in view.items if not item.pinned][:1] == [100]
