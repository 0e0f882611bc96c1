"""One persona waits for another to answer the same message, on a simulated clock and a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from engine.personas import (
    Accepted,
    BrainReply,
    Change,
    MessageStatus,
    SenderKind,
    drop,
    message_detail,
    persona_detail,
    persona_views,
    reprioritise,
)
from engine.personas.dependencies_waiting import let_go
from engine.settings.persona_rules import DependencyRules, InboxRules, LoopRules, PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings

from ..world import World
from .floor import FIRST, PAIR, SECOND, WaitingFloor, broken


@pytest.fixture
def floor(world: World) -> WaitingFloor:
    return WaitingFloor(world)


async def test_the_second_answers_after_the_first_and_its_message_is_raised_once(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 4}
    await floor.world.people(PAIR)
    post = await floor.tell(kind=SenderKind.SYSTEM)
    before = (await floor.world.service.get(f"second:{post}")).priority
    await floor.world.advance(3.9)
    assert await floor.order() == ["first"]
    assert [event["waits_for"] for event in await floor.events("message.held")] == ["first"]
    await floor.world.advance(0.2)
    assert await floor.order() == ["first", "second"]
    (let_go,) = await floor.events("message.let_go")
    assert (let_go["reason"], let_go["waited"], let_go["raised"]) == ("answered", 4, 20)
    await floor.world.advance(10)
    assert await floor.status("second", post) is MessageStatus.DONE
    assert (await floor.world.service.get(f"second:{post}")).priority == before + 2_000


ENDS: dict[str, tuple[Callable[[], BrainReply], float]] = {
    "declined": (lambda: BrainReply(declined_reason="not mine"), 2),
    "refused": (lambda: BrainReply(refused_reason="will not"), 2),
    "gave up on it": (broken, 60),
}


@pytest.mark.parametrize("reason", ENDS)
async def test_whatever_the_first_makes_of_it_lets_the_second_go(floor: WaitingFloor, reason: str) -> None:
    floor.brain.reply["first"], within = ENDS[reason]
    await floor.world.people(PAIR)
    post = await floor.tell()
    await floor.world.advance(within)
    assert await floor.reasons() == [reason]
    assert await floor.status("second", post) is MessageStatus.DONE


async def test_a_dropped_message_lets_the_second_go(floor: WaitingFloor) -> None:
    floor.world.paused["first"] = ""
    await floor.world.people(PAIR, running=False)
    post = await floor.tell()
    assert await floor.open_holds() == 0  # nobody waits for one who is paused
    floor.world.paused.clear()
    post = await floor.tell("again")
    assert await floor.open_holds() == 1
    await floor.world.database.write(lambda tx: drop(tx, f"first:{post}", "operator:ana", "not needed"))
    await floor.world.people(PAIR)
    await floor.world.advance(10)
    assert await floor.reasons() == ["dropped it"]


async def test_the_time_limit_lets_the_second_go_whatever_happens(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 179}
    await floor.world.people(PAIR)
    post = await floor.tell()
    await floor.world.advance(119.5)
    assert await floor.status("second", post) is MessageStatus.PENDING
    await floor.world.advance(1)
    assert await floor.reasons() == ["took too long"]
    assert await floor.status("second", post) is MessageStatus.DONE
    (event,) = await floor.events("message.let_go")
    assert event["waited"] == 120


async def test_both_numbers_are_settings(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 179}
    rules = PersonaRules(dependencies=DependencyRules(time_limit_seconds=7, raise_points=5))
    await floor.world.people(PAIR, rules)
    await floor.tell(kind=SenderKind.SYSTEM)
    await floor.world.advance(8)
    (event,) = await floor.events("message.let_go")
    assert (event["waited"], event["raised"]) == (7, 5)


@pytest.mark.parametrize("how", ["off", "paused", "rests after failures"])
async def test_one_that_stops_working_is_not_waited_for(floor: WaitingFloor, how: str) -> None:
    world = floor.world
    rules = PersonaRules(loop=LoopRules(circuit_failures=1), inbox=InboxRules(attempts=20))
    if how != "rests after failures":
        # It cannot begin before it is stopped: it is busy with something else.
        floor.brain.seconds = {"first": 100}
        await world.people(PAIR, rules)
        await world.say("for you alone", to="first")
        await world.advance(1)
    else:
        floor.brain.reply["first"] = broken
        await world.people(PAIR, rules)
    post = await floor.tell()
    if how == "off":
        await world.database.write(lambda tx: world.service.set_mode_in(tx, "first", AutonomyMode.OFF, "operator:ana"))
    elif how == "paused":
        world.paused["first"] = "ana paused persona"
        await world.database.write(lambda tx: tx.record("persona.paused", "first", {}))
    await world.advance(2)
    assert await floor.status("second", post) is MessageStatus.DONE
    assert await floor.reasons() == [how if how == "rests after failures" else f"is {how}"]


async def test_one_that_would_not_take_it_up_is_not_waited_for(floor: WaitingFloor) -> None:
    world = floor.world
    await world.people(PAIR)
    await world.database.write(lambda tx: tx.execute("UPDATE personas SET energy = 1000 WHERE id = 'first'"))
    post = await floor.tell(kind=SenderKind.SYSTEM)
    await world.advance(1)
    assert await floor.events("message.held") == []
    assert await floor.status("second", post) is MessageStatus.DONE
    assert await floor.status("first", post) is MessageStatus.PENDING


async def test_one_that_never_got_it_is_not_waited_for(floor: WaitingFloor) -> None:
    elsewhere = FIRST.model_copy(update={"channels": ("attic",)})
    await floor.world.people({"second": SECOND, "first": elsewhere})
    post = await floor.tell()
    await floor.world.advance(1)
    assert await floor.events("message.held") == []
    assert await floor.status("second", post) is MessageStatus.DONE


async def test_a_full_inbox_of_the_first_holds_up_nobody(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 100}
    rules = PersonaRules(inbox=InboxRules(capacity=1, healthy_below=1))
    await floor.world.people(PAIR, rules)
    await floor.world.say("busy", to="first")
    await floor.world.advance(1)
    await floor.world.say("@first urgent", to="first")
    post = await floor.tell(kind=SenderKind.SYSTEM)
    await floor.world.advance(1)
    assert await floor.status("second", post) is MessageStatus.DONE


async def test_what_comes_behind_a_held_message_is_answered_meanwhile(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 60}
    await floor.world.people(PAIR)
    held = await floor.tell("for both")
    await floor.world.advance(1)
    (mine,) = await floor.world.say("for me", to="second", kind=SenderKind.SYSTEM)
    assert isinstance(mine, Accepted)
    await floor.world.advance(10)
    assert (await floor.world.service.get(mine.message_id)).status is MessageStatus.DONE
    assert await floor.status("second", held) is MessageStatus.PENDING
    await floor.world.advance(60)
    assert await floor.status("second", held) is MessageStatus.DONE


async def test_a_chain_answers_in_its_order_and_two_are_waited_for_both(floor: WaitingFloor) -> None:
    third = SECOND.model_copy(update={"name": "Third", "waits_for": ("second", "first")})
    floor.brain.seconds = {"first": 5, "second": 5, "third": 5}
    await floor.world.people({"third": third, **PAIR})
    await floor.tell(kind=SenderKind.SYSTEM)
    await floor.world.advance(60)
    assert await floor.order() == ["first", "second", "third"]
    raised = [(event["persona"], event["waits_for"], event["raised"]) for event in await floor.events("message.let_go")]
    assert sorted(raised) == [("second", "first", 20), ("third", "first", 0), ("third", "second", 20)]


async def test_a_hold_outlives_the_engine_and_so_does_its_end(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 179}
    await floor.world.people(PAIR)
    post = await floor.tell()
    await floor.world.advance(50)
    await floor.world.stop()
    await floor.world.people(PAIR)
    await floor.world.advance(69)
    assert await floor.status("second", post) is MessageStatus.PENDING
    await floor.world.advance(2)
    assert await floor.reasons() == ["took too long"]
    await floor.world.stop()
    before = (await floor.world.service.get(f"second:{post}")).priority
    await floor.world.people(PAIR)
    await floor.world.advance(200)
    assert (await floor.world.service.get(f"second:{post}")).priority == before
    assert len(await floor.events("message.let_go")) == 1


async def test_a_repeat_that_is_folded_in_waits_too_and_is_raised_once(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 10}
    world = floor.world
    await world.people(PAIR)
    for text in ("one", "two"):
        await world.say(text, channel="general", kind=SenderKind.SYSTEM, sender="cron", key="k")
    await world.advance(9)
    assert await floor.order() == ["first"]
    await world.advance(40)
    assert await world.statuses("second") == {"done": 1, "merged": 1}
    assert len([event for event in await floor.events("message.let_go") if event["raised"]]) == 1


async def test_two_that_are_done_at_the_same_moment_raise_it_once(floor: WaitingFloor) -> None:
    world = floor.world
    third = SECOND.model_copy(update={"name": "Third", "waits_for": ("first", "second")})
    free = SECOND.model_copy(update={"waits_for": ()})
    service = await world.people({"third": third, "first": FIRST, "second": free}, running=False)
    post = await floor.tell(kind=SenderKind.SYSTEM)
    before = (await service.get(f"third:{post}")).priority
    for other in ("first", "second"):
        await world.database.write(lambda tx, other=other: drop(tx, f"{other}:{post}", "operator:ana", "no"))  # type: ignore[misc]  # mypy: bound default
    await world.people({"third": third, "first": FIRST, "second": free})
    await world.advance(10)
    assert sorted(event["raised"] for event in await floor.events("message.let_go")) == [0, 20]
    assert (await world.service.get(f"third:{post}")).priority == before + 2_000


async def test_a_message_that_was_let_go_is_not_held_again_by_a_repeat(floor: WaitingFloor) -> None:
    world = floor.world
    service = await world.people(PAIR, running=False)

    async def repeat() -> None:
        await world.say("again", channel="general", kind=SenderKind.SYSTEM, sender="cron", key="k")

    await repeat()
    assert await floor.open_holds() == 1
    await world.advance(120)
    await world.database.write(lambda tx: let_go(tx, "second", service.roster, lambda _reader, _persona: None))
    await repeat()
    assert await world.statuses("second") == {"pending": 1, "merged": 1}
    assert (await floor.open_holds(), len(await floor.events("message.held"))) == (0, 1)


async def test_operators_declare_and_withdraw_while_it_runs(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 60}
    world, free = floor.world, SECOND.model_copy(update={"waits_for": ()})
    service = await world.people({"second": free, "first": FIRST})
    await world.database.write(lambda tx: service.declare_in(tx, "second", "first", "operator:ana"))
    post = await floor.tell()
    await world.advance(5)
    assert await floor.status("second", post) is MessageStatus.PENDING
    await world.database.write(lambda tx: service.withdraw_in(tx, "second", "first", "operator:ana"))
    await world.advance(1)
    assert await floor.status("second", post) is MessageStatus.DONE
    assert await floor.reasons() == ["is no longer waited for"]
    await world.database.write(lambda tx: service.declare_in(tx, "second", "first", "operator:ana"))
    await world.stop()
    service = await world.people({"second": free, "first": FIRST})
    assert service.roster.awaiting("first") == ("second",)
    kinds = [await floor.world.events(f"persona.dependency_{verb}") for verb in ("declared", "withdrawn")]
    assert kinds == [["second", "second"], ["second"]]


async def test_a_message_put_to_the_top_by_an_operator_waits_for_nobody(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 60}
    world = floor.world
    await world.people(PAIR)
    post = await floor.tell()
    await world.advance(5)
    await world.database.write(lambda tx: reprioritise(tx, f"second:{post}", Change.TOP, "operator:ana"))
    await world.advance(10)
    assert await floor.reasons() == ["is passed over by an operator"]
    assert await floor.status("second", post) is MessageStatus.DONE


async def test_a_held_message_that_is_dropped_leaves_nothing_behind(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 60}
    world = floor.world
    await world.people(PAIR)
    post = await floor.tell()
    await world.advance(5)
    await world.database.write(lambda tx: drop(tx, f"second:{post}", "operator:ana", "not needed"))
    await world.advance(40)
    assert (await floor.open_holds(), await floor.reasons()) == (0, [])


SYNC = {"second": SECOND.model_copy(update={"mode": AutonomyMode.SYNC})}


async def test_two_that_answer_at_once_answer_in_one_go_one_after_the_other(floor: WaitingFloor) -> None:
    first = FIRST.model_copy(update={"mode": AutonomyMode.SYNC})
    service = await floor.world.people({**SYNC, "first": first})
    sent = await service.send("ana", "#general", "hello")
    assert await floor.order() == ["first", "second"]
    assert (set(sent.settled), sent.held) == ({"first", "second"}, {})
    assert await floor.reasons() == ["answered"]


async def test_nobody_else_answers_meanwhile_what_is_answered_in_one_go(floor: WaitingFloor) -> None:
    at_once = FIRST.model_copy(update={"mode": AutonomyMode.SYNC})
    floor.brain.seconds = {"slow": 0.9}
    service = await floor.world.people({**SYNC, "first": at_once, "slow": at_once.model_copy(update={"name": "Slow"})})
    sending = asyncio.ensure_future(service.send("ana", "#general", "hello"))
    # The first is done long before the slow one, and the second one's own loop is awake.
    await floor.world.advance(0.5)
    assert await floor.order() == ["first", "slow"]
    await floor.world.advance(0.5)
    assert set((await sending).settled) == {"first", "second", "slow"}


async def test_one_that_answers_at_once_follows_a_slow_one_the_moment_it_may(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 30}
    world = floor.world
    service = await world.people({**SYNC, "first": FIRST})
    for _ in range(3):
        sent = await service.send("ana", "#general", "hello")
        assert (sent.settled, sent.held) == ({}, {"second": ("first",)})
    await world.advance(29.9)
    assert await floor.order() == ["first"]
    await world.advance(0.3)
    assert await floor.order() == ["first", "second"]
    await world.advance(100)
    assert await world.statuses("second") == {"done": 3}


async def test_what_waits_is_told_on_the_panel_and_in_the_details(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 60}
    world = floor.world
    service = await world.people(PAIR)
    post = await floor.tell("what about it?")
    await world.advance(20)
    now, roster = world.clock.now(), service.roster

    def never(_reader: object, _persona: str) -> str | None:
        return None

    views = await world.database.read(lambda reader: persona_views(reader, roster, now, never))
    by_id = {view.id: view for view in views}
    assert (by_id["second"].waits_for, by_id["first"].waits_for) == (("first",), ())
    (held,) = by_id["second"].held
    assert (held.name, held.text, (held.until - now).total_seconds()) == ("First", "what about it?", 100)
    told = await world.database.read(lambda reader: persona_detail(reader, roster, "second", now, never))
    facts = {name: value for section in told.sections for name, value in section.facts}
    assert (facts["waits for"], facts["awaited by"]) == ("First", "nobody")
    assert facts["holds for First"] == "what about it? (since 12:00:00Z, 100 s left)"
    message = await world.database.read(lambda reader: message_detail(reader, roster, f"second:{post}", now))
    assert ("waits for First", "since 12:00:00Z, 100 s left") in message.sections[0].facts
    await world.advance(60)
    message = await world.database.read(
        lambda reader: message_detail(reader, roster, f"second:{post}", world.clock.now())
    )
    assert ("waited for First", "60 s, until it answered") in message.sections[0].facts


async def test_personas_that_are_gone_from_the_settings_hold_up_nobody(floor: WaitingFloor) -> None:
    floor.brain.seconds = {"first": 60}
    world = floor.world
    service = await world.people(PAIR)
    post = await floor.tell()
    await world.advance(5)
    alone: dict[str, PersonaSettings] = {"second": SECOND.model_copy(update={"waits_for": ()})}
    await service.reconfigure(alone, service.roster.rules)
    await world.advance(10)
    assert await floor.status("second", post) is MessageStatus.DONE
