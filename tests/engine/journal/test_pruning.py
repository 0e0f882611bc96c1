"""Pruning: what may go, what must stay, and that nobody can tell it differently afterwards."""

from __future__ import annotations

import shutil

import pytest

from engine.journal.export import verify_file
from engine.journal.pruning import PruneError
from engine.journal.seals import read_seals
from engine.storage import StorageError, Transaction

from ..governance.standing.support import allow, approved_example, revoke
from ..governance.support import World
from .support import anchor, change, executed, later, prove, prune, pruner_of

TAMPERING = {
    "the seal's digest": ("UPDATE journal_seals SET digest = ?", ("0" * 64,)),
    "who sealed": ("UPDATE journal_seals SET actor = ?", ("operator:eve",)),
    "the hash before the rest": ("UPDATE journal_seals SET last_hash = ?", ("0" * 64,)),
    "a sealed state": ("UPDATE journal_sealed_states SET state = replace(state, 'executed', 'rejected')", ()),
    "a sealed state that is gone": ("DELETE FROM journal_sealed_states", ()),
    "the seal itself": ("DELETE FROM journal_seals", ()),
    "the event of the seal": ("UPDATE journal SET actor = 'operator:eve' WHERE kind = 'journal.pruned'", ()),
    "an action under the seal": ("UPDATE actions SET status = 'rejected'", ()),
    "an action under the seal that is gone": ("DELETE FROM actions", ()),
    "a row after the seal": ("UPDATE journal SET data = '{}' WHERE kind = 'later.noted'", ()),
    "a row put where a pruned one was": ("INSERT INTO journal VALUES (2, 0, 'x.y', 's', 'me', '{}', '', '')", ()),
    "a row put before all": ("INSERT INTO journal VALUES (-5, 0, 'x.y', 's', 'me', '{}', '', '')", ()),
}


async def note(world: World, kind: str = "later.noted") -> None:
    """An event that has to do with nothing."""
    await world.write(lambda tx: tx.record(kind, "thing", {"n": 1}))


async def test_what_was_pruned_is_sealed_archived_and_still_proven(world: World) -> None:
    action = await executed(world)
    anchor(world)
    head = world.database.head
    await later(world)
    pruned = await prune(world)
    assert pruned.seal is not None
    assert (pruned.rows, pruned.seal.last_seq, pruned.seal.last_hash) == (head.seq, head.seq, head.hash)
    rows = await world.read(lambda reader: reader.rows("SELECT kind FROM journal ORDER BY seq"))
    assert [row["kind"] for row in rows] == ["journal.pruned"]
    archive = world.path.parent / "archive" / pruned.seal.archive
    report = verify_file(archive)
    assert report.ok
    assert report.whole
    assert (report.rows, report.head, report.digest) == (head.seq, head.hash, pruned.seal.digest)
    assert archive.stat().st_mode & 0o077 == 0
    proof = prove(world)
    assert proof.ok, proof.breach
    assert (proof.rows, proof.pruned) == (head.seq + 1, head.seq)
    assert (await world.get(action)).status.value == "executed"


async def test_the_chain_goes_on_after_a_restart_and_a_second_pruning(world: World) -> None:
    await executed(world, "one")
    await later(world)
    await prune(world)
    await world.restart()
    await executed(world, "two")
    await later(world)
    second = await prune(world, archive=False)
    assert second.seal is not None
    assert (second.seal.number, second.seal.archive) == (2, "")
    anchor(world)
    await note(world)
    assert prove(world).ok
    seals = await world.read(read_seals)
    assert [seal.first_seq for seal in seals] == [1, seals[0].last_seq + 1]


@pytest.mark.parametrize("state", ["pending", "approved", "uncertain"])
async def test_rows_that_a_living_action_needs_stay_with_all_behind_them(world: World, state: str) -> None:
    await executed(world, "gone")
    before = world.database.head.seq
    alive = await world.propose(text="alive")
    if state != "pending":
        await world.approve(alive)
    if state == "uncertain":
        world.fragile.error = OSError("cut")
        await world.launcher.step()
    await note(world)
    await later(world, 60)
    pruned = await prune(world)
    assert pruned.rows == before
    assert pruned.held_by == f"{state} action {alive.id}"
    assert prove(world).ok
    assert (await world.events(alive.id))[0] == "action.proposed"


async def test_an_action_that_ended_too_lately_stays_whole(world: World) -> None:
    action = await world.propose()
    await later(world, 600)
    cutoff = world.clock.now()
    await world.approve(action)
    await world.launcher.step()
    await later(world)
    pruned = await pruner_of(world).prune(cutoff, actor="engine", reason="", archive=False)
    assert pruned.rows == 0
    assert pruned.held_by == f"executed action {action.id}"


async def test_nothing_young_goes(world: World) -> None:
    await note(world)
    assert (await prune(world)).rows == 0
    assert await world.read(read_seals) == ()


async def test_what_does_not_hold_is_never_taken_away(world: World) -> None:
    await executed(world)
    await later(world)
    await world.tamper("UPDATE journal SET data = '{}' WHERE seq = 2")
    with pytest.raises(PruneError, match="row 2 does not hold"):
        await prune(world)
    assert (await world.read(lambda reader: reader.row("SELECT count(*) AS n FROM journal")))["n"] > 2  # type: ignore[index]  # a count
    assert not list((world.path.parent / "archive").glob("*"))


async def test_a_row_can_only_be_deleted_under_a_seal(world: World) -> None:
    await note(world)
    with pytest.raises(Exception, match="append-only"):
        await world.write(lambda tx: tx.execute("DELETE FROM journal"))


async def test_after_a_crash_between_seal_and_deletion_the_next_look_finishes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await executed(world)
    await later(world)
    pruner = pruner_of(world)

    finish, calls = pruner._finish, []

    async def crash_at_the_second() -> int:
        calls.append(1)
        if len(calls) == 2:
            raise StorageError("the engine was killed")
        return await finish()

    monkeypatch.setattr(pruner, "_finish", crash_at_the_second)
    with pytest.raises(StorageError):
        await pruner.prune(world.clock.now(), actor="engine", reason="", archive=True)
    assert prove(world).ok
    assert await pruner_of(world).finish() > 0
    assert prove(world).ok
    rows = await world.read(lambda reader: reader.rows("SELECT kind FROM journal"))
    assert [row["kind"] for row in rows] == ["journal.pruned"]


@pytest.mark.parametrize("what", TAMPERING)
async def test_no_change_to_what_pruning_left_goes_unseen(world: World, what: str) -> None:
    await executed(world)
    anchor(world)
    await later(world)
    await prune(world)
    await note(world)
    await world.database.close()
    assert prove(world).ok
    copy = world.path.with_name("changed.db")
    shutil.copy(world.path, copy)
    sql, parameters = TAMPERING[what]
    assert change(copy, sql, *parameters) >= 1
    world.path = copy
    assert not prove(world).ok


async def test_thousands_of_rows_are_pruned_in_pages(world: World) -> None:
    def many(tx: Transaction) -> None:
        for number in range(5_000):
            tx.record("thing.done", f"t{number}", {"n": number})

    await world.write(many)
    await later(world)
    assert (await prune(world)).rows == 5_000
    assert prove(world).ok


async def test_a_standing_rule_keeps_its_rows_while_it_stands_and_is_proven_after(world: World) -> None:
    example = await approved_example(world)
    rule = await allow(world, example)
    await world.launcher.step()
    await later(world, 60)
    assert (await prune(world)).held_by == f"standing rule {rule.id}"
    await revoke(world, rule)
    await later(world, 60)
    assert (await prune(world)).held_by == ""
    assert prove(world).ok
    await world.database.close()
    assert change(world.path, "UPDATE standing_rules SET uses = uses + 1") == 1
    breach = prove(world).breach
    assert breach is not None
    assert rule.id in breach.reason
