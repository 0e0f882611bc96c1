"""What a yes covers: this version and no later one, from this moment on, and so many people."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from engine.canonical import canonical
from engine.governance import ActionStatus, Held, HoldCode, repository
from engine.governance.trail import Grant, distinct, state
from engine.storage import Transaction

from .support import World


async def test_a_yes_covers_no_later_version(world: World) -> None:
    """Another version is in force as if by the engine itself: journalled properly, but by nobody's yes."""
    action = await world.propose()
    await world.approve(action)
    agreed = await world.get(action)
    arguments = canonical({"text": "something else"}).decode()
    other = dataclasses.replace(agreed, revision=2, arguments_json=arguments)
    other = dataclasses.replace(other, digest=other.computed_digest())

    def slip(tx: Transaction) -> None:
        repository.move(tx, agreed, other)
        tx.record("action.revised", other.id, state(other))

    await world.write(slip)
    assert (await world.get(action)).digest == other.digest
    await world.launcher.step()
    assert world.ledger == []
    found = await world.get(action)
    assert found.status is ActionStatus.BLOCKED
    assert found.outcome == "record changed: the journal holds no operator's yes to exactly this"


async def test_nothing_starts_within_its_grace_period(world: World) -> None:
    world.configure(grace_seconds=5)
    action = await world.propose()
    await world.approve(action)
    await world.clock.advance(4.9)
    begun = await world.begin(action)
    assert isinstance(begun, Held)
    assert begun.code is HoldCode.NOT_DUE
    await world.clock.advance(0.1)
    await world.started(action)


@pytest.mark.parametrize(
    ("grants", "people"),
    [
        ([("pat", "key one"), ("quinn", "key two")], 2),
        ([("pat", "key one"), ("Pat", "key two")], 1),
        ([("pat", "key one"), ("quinn", "key one")], 1),
        ([("pat", "key one"), ("quinn", "key one"), ("robin", "key two")], 2),
    ],
)
def test_only_people_who_differ_for_certain_are_counted(grants: list[tuple[str, str]], people: int) -> None:
    assert distinct([Grant(by, seat) for by, seat in grants]) == people


async def test_what_expired_stays_expired_when_the_clock_is_put_back(world: World) -> None:
    action, late = await world.propose(), await world.propose(text="later")
    await world.approve(late)
    world.halted = "ana paused engine *"
    await world.clock.advance(1_800)
    assert await world.write(world.gate.expire_due) == 1
    world.halted = None
    await world.launcher.step()
    world.clock.step(-timedelta(hours=1))
    answer = await world.approve(action)
    assert getattr(answer, "code", "") == "expired"
    await world.launcher.step()
    assert world.ledger == []
    assert {(await world.get(one)).status for one in (action, late)} == {ActionStatus.EXPIRED}
