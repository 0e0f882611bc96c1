"""Months of messages: what is over goes, and nothing that is still needed goes with it."""

from __future__ import annotations

import json
from datetime import timedelta

from engine.personas import Incoming, SenderKind
from engine.personas.retention import BATCH, InboxKeeper
from engine.settings.persona_rules import InboxRules
from engine.storage import Transaction, to_us

from .world import HELPER, World

ONLY = {"helper": HELPER}


def keeper(world: World, keep: int = 90, dead: int = 180) -> InboxKeeper:
    return InboxKeeper(world.database, world.clock, lambda: InboxRules(keep_days=keep, keep_dead_days=dead))


async def end(world: World, message_id: str, status: str) -> None:
    await world.database.write(
        lambda tx: tx.execute("UPDATE messages SET status = ? WHERE id = ?", (status, message_id))
    )


async def left(world: World, table: str = "messages") -> set[str]:
    rows = await world.database.read(lambda r: r.rows(f"SELECT id FROM {table}"))  # the test's own words
    return {row["id"].rpartition(":")[2] for row in rows}


async def say(world: World, name: str, *, answers: str | None = None, to: str = "helper") -> str:
    kind = SenderKind.HUMAN
    await world.service.post(
        Incoming(name, "ana", kind, name, to=(to,) if to else (), channel="x", in_reply_to=answers)
    )
    return f"helper:{name}"


async def test_each_sort_goes_at_its_moment_and_what_waits_stays(world: World) -> None:
    await world.people(ONLY, running=False)
    for status in ("done", "declined", "dropped", "merged", "dead", "pending", "in_progress"):
        await end(world, await say(world, status), status)
    world.clock.step(timedelta(days=90))
    assert await keeper(world).look() == (await keeper(world, keep=0).look())
    assert len(await left(world)) == 7
    world.clock.step(timedelta(seconds=1))
    assert (await keeper(world).look()).messages == 4
    assert await left(world) == await left(world, "posts") == {"dead", "pending", "in_progress"}
    world.clock.step(timedelta(days=90))
    await keeper(world).look()
    assert await left(world) == await left(world, "posts") == {"pending", "in_progress"}
    kept = await world.database.read(lambda r: r.row("SELECT accepted FROM personas"))
    assert kept is not None
    assert kept["accepted"] == 7
    events = await world.database.read(
        lambda r: r.rows("SELECT data FROM journal WHERE kind = 'inbox.pruned' ORDER BY seq")
    )
    assert [json.loads(row["data"])["messages"] for row in events] == [4, 1]


async def test_what_an_unfinished_action_answers_stays(world: World) -> None:
    await world.people(ONLY, running=False)
    for name in ("asked", "over"):
        await end(world, await say(world, name), "done")

    def propose(tx: Transaction) -> None:
        for name, status in (("asked", "pending"), ("over", "executed")):
            tx.execute(
                "INSERT INTO actions (id, revision, kind, tool, binding, arguments, tier, rule, why, policy, risk,"
                " effect, proposer, reason, origin, fingerprint, digest, status, created_us, expires_us) VALUES"
                " (?,1,'k','t','b','{}','approval','r','w','p','low','e','persona:helper','r',?,?,'d',?,0,?)",
                (name, f"helper:{name}", name, status, to_us(world.clock.now())),
            )

    await world.database.write(propose)
    world.clock.step(timedelta(days=91))
    await keeper(world).look()
    assert await left(world) == {"asked"}
    assert await left(world, "posts") == {"asked"}


async def test_a_conversation_keeps_its_beginning(world: World) -> None:
    await world.people(ONLY, running=False)
    await end(world, await say(world, "question"), "done")
    world.clock.step(timedelta(days=80))
    await end(world, await say(world, "answer", answers="question"), "done")
    await say(world, "unheard", to="")
    world.clock.step(timedelta(days=20))
    await keeper(world).look()
    assert await left(world) == {"answer"}
    assert await left(world, "posts") == {"question", "answer", "unheard"}
    world.clock.step(timedelta(days=80))
    for _ in range(2):
        await keeper(world).look()
    assert await left(world, "posts") == set()


async def test_many_go_some_at_a_time(world: World) -> None:
    await world.people(ONLY, running=False)

    def fill(tx: Transaction) -> None:
        for number in range(2 * BATCH + 10):
            world.service.post_in(tx, Incoming(f"m{number}", "cron", SenderKind.SYSTEM, "x", to=("helper",)))
        tx.execute("UPDATE messages SET status = 'done'")

    await world.database.write(fill)
    world.clock.step(timedelta(days=91))
    made = await keeper(world).look()
    assert made.messages == made.posts == 2 * BATCH + 10
    assert len(await world.events("inbox.pruned")) == 3
