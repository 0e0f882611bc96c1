"""The inbox at its limits: a thousand and one, who goes first, and that choosing looks at no more than it has to."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.personas import Accepted, Dropped, Incoming, Merged, SenderKind
from engine.personas import repository as messages
from engine.personas.acceptance import Intake
from engine.personas.inbox import Entry, Fitness, choose, ranked, victim
from engine.personas.mood import Mood
from engine.settings.persona_rules import PersonaRules
from engine.storage import Database, Transaction

from ..world import HELPER, World

ONLY = {"helper": HELPER}
RULES = PersonaRules()
CAPACITY = RULES.inbox.capacity
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


async def fill(world: World, number: int, kind: SenderKind, *, direct: bool = False) -> list[object]:
    def many(tx: Transaction) -> list[object]:
        intake = Intake(tx, world.service.roster)
        answers: list[object] = []
        for index in range(number):
            to, channel = (("helper",), "") if direct else ((), "general")
            name = f"{kind.value}-{direct}-{index}"
            answers.extend(intake.post(Incoming(name, "x", kind, f"text {index}", channel=channel, to=to)))
        intake.close()
        return answers

    answers = await world.database.write(many)
    world.clock.step(timedelta(seconds=1))
    return answers


async def test_the_thousandth_is_taken_and_the_next_is_told_that_it_was_not(world: World) -> None:
    await world.people(ONLY, running=False)
    answers = await fill(world, CAPACITY, SenderKind.SYSTEM, direct=True)
    assert all(isinstance(answer, Accepted) for answer in answers)
    (late,) = await world.say("one more", to="helper", kind=SenderKind.SYSTEM, sender="cron")
    assert late == Dropped("helper", "the inbox is full (1000)")
    (human,) = await world.say("one more", to="helper")
    assert isinstance(human, Accepted)
    assert await world.statuses() == {"pending": CAPACITY, "dropped": 1}


async def test_a_full_inbox_still_folds_what_has_the_same_key(world: World) -> None:
    await world.people(ONLY, running=False)
    await world.say("first", to="helper", key="k")
    await fill(world, CAPACITY - 1, SenderKind.SYSTEM)
    (answer,) = await world.say("newer", to="helper", key="k")
    assert isinstance(answer, Merged)
    assert "dropped" not in await world.statuses()


@pytest.mark.parametrize("direct", [False, True])
async def test_no_human_is_dropped_while_a_machine_waits(world: World, direct: bool) -> None:
    """A notice sent straight to a persona counts as a mention; a human's plain word still outlives it."""
    await world.people(ONLY, running=False)
    await fill(world, CAPACITY, SenderKind.SYSTEM, direct=direct)
    for index in range(20):
        (answer,) = await world.say(f"question {index}", channel="general")
        assert isinstance(answer, Accepted)
    rows = await world.database.read(
        lambda r: r.rows("SELECT DISTINCT sender_kind FROM messages WHERE status = 'dropped'")
    )
    assert [row["sender_kind"] for row in rows] == ["system"]


async def test_among_humans_alone_the_lowest_goes_and_what_is_at_hand_stays(world: World) -> None:
    await world.people(ONLY, running=False)
    first = await world.accepted("at hand")
    await world.database.write(
        lambda tx: tx.execute("UPDATE messages SET status = 'in_progress' WHERE id = ?", (first,))
    )
    await fill(world, CAPACITY, SenderKind.HUMAN, direct=True)
    (answer,) = await world.say("one more", channel="general")
    assert answer == Dropped("helper", "the inbox is full (1000)")
    assert await world.statuses() == {"in_progress": 1, "pending": CAPACITY}


async def test_taking_is_by_id_and_once(world: World) -> None:
    await world.people({"helper": HELPER.model_copy(update={"brain": "scripted"})}, running=False)
    loop = world.service.loops()[0]
    for index in range(5):
        await world.accepted(f"m{index}")
    made = await asyncio.gather(*(loop.cycle() for _ in range(5)))
    assert len(made) == 5
    assert len(world.brain.thought) == len(set(world.brain.thought))


class Inbox:
    """Entries as the database has them, and as plain objects."""

    def __init__(self, seed: int, number: int) -> None:
        source = Random(seed)  # reproducible
        self.entries = [
            Entry(
                f"m{index:03}",
                source.choice(list(SenderKind)),
                source.random() < 0.3,
                source.choice((2_000, 4_000, 7_000, 10_000)),
                source.choice((-3_000, 0, 0, 0, 1_000)),
                NOW - timedelta(seconds=index) if source.random() < 0.02 else None,
                NOW - timedelta(seconds=source.randrange(0, 40), microseconds=index),
            )
            for index in range(number)
        ]
        self.held = frozenset(entry.id for entry in self.entries if source.random() < 0.1)
        self.fitness = Fitness(source.choice(list(Mood)), source.choice((1_000, 2_500, 9_000)), 10_000, index_of(seed))

    def put(self, tx: Transaction) -> None:
        tx.execute("PRAGMA defer_foreign_keys = ON")
        for entry in self.entries:
            tx.execute(
                "INSERT INTO posts (id, channel, sender, sender_kind, text, digest, sent_us, arrived_us)"
                " VALUES (?, '', 'x', 'human', 't', 'd', 0, 0)",
                (entry.id,),
            )
            place = messages.Place(entry.id, "helper", entry.mentioned, entry.priority, entry.arrived_at)
            messages.insert(tx, place, Incoming(entry.id, "x", entry.sender_kind, "t"))
            messages.set_rank(tx, messages.get_message(tx, entry.id), entry.boost, entry.pinned_at)


def index_of(seed: int) -> int:
    return seed % 10


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 120))
def test_looking_at_the_heads_chooses_what_looking_at_all_chooses(seed: int, number: int) -> None:
    inbox = Inbox(seed, number)

    async def compare() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with await Database.open(Path(folder) / "x.db", SimulatedClock(NOW), inline=True) as database:
                await World(database, SimulatedClock(NOW)).people(ONLY, running=False)
                await database.write(inbox.put)
                held = len(inbox.held)
                heads = await database.read(lambda r: messages.first_candidates(r, "helper", NOW, held))
                whole = await database.read(lambda r: messages.candidates(r, "helper", NOW))
                assert len(whole) == number
                free = [
                    ranked([entry for entry in some if entry.id not in inbox.held], NOW, RULES)
                    for some in (heads, whole)
                ]
                assert choose(free[0], inbox.fitness, RULES) == choose(free[1], inbox.fitness, RULES)
                newcomer = Entry("new", SenderKind.SYSTEM, True, 10_000, 0, None, NOW)
                few = await database.read(lambda r: messages.droppable(r, "helper"))
                assert victim(few, newcomer, NOW, RULES) == victim(whole, newcomer, NOW, RULES)

    asyncio.run(compare())
