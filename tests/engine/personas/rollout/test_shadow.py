"""Shadow mode: people are answered at once, autonomy does the same for comparison only, and both are kept."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from engine.clock import SimulatedClock
from engine.personas import Accepted, BrainReply, BrainRequest, Outcome, ProposalDraft, SenderKind
from engine.personas.budget import Usage
from engine.personas.shadow import Made, Report, ShadowRun, Side, Verdict, compare, made_of, report, run_page
from engine.personas.shadow import repository as shadows
from engine.settings.personas import AutonomyMode, PersonaSettings

from ..world import World

SHADOW = {"helper": PersonaSettings(name="Helper", mode=AutonomyMode.SHADOW, brain="scripted")}


async def runs_of(world: World, verdict: str = "") -> tuple[ShadowRun, ...]:
    return await world.database.read(lambda reader: run_page(reader, verdict=verdict))


async def report_of(world: World) -> Report:
    return await world.database.read(report)


async def test_the_sender_is_answered_at_once_and_autonomy_only_shows_what_it_would_do(world: World) -> None:
    await world.people(SHADOW)
    sent = await world.service.send("ana", "helper", "hello")
    assert sent.settled["helper"].outcome is Outcome.ANSWERED
    assert len(world.proposed) == 1
    await world.advance(1)
    assert world.proposed == world.proposed[:1]
    assert world.brain.thought == ["hello", "hello"]
    (run,) = await runs_of(world)
    assert (run.verdict, run.text, run.sender, run.differs) == (Verdict.EQUAL, "hello", "ana", "")
    assert len(await world.events("proposal.shadowed")) == 1
    assert await world.events("message.shadowed") == [run.message_id]
    assert await world.statuses() == {"done": 1}


async def test_what_arrives_by_other_ways_is_answered_at_once_too(world: World) -> None:
    await world.people(SHADOW)
    await world.accepted("hello")
    await world.advance(0.1)
    assert await world.statuses() == {"done": 1}
    await world.advance(1)
    assert [run.verdict for run in await runs_of(world)] == [Verdict.EQUAL]


async def test_autonomy_keeps_its_cadence_in_shadow_while_people_do_not_wait_for_it(world: World) -> None:
    await world.people(SHADOW)
    for number in range(3):
        sent = await world.service.send("ana", "helper", f"question {number}")
        assert sent.settled["helper"].outcome is Outcome.ANSWERED
    await world.advance(1)
    assert len(await world.events("message.shadowed")) == 1
    await world.advance(4.5)
    assert len(await world.events("message.shadowed")) == 2
    await world.advance(5)
    assert len(await world.events("message.shadowed")) == 3
    (found,) = (await report_of(world)).personas
    assert found.verdicts == {Verdict.EQUAL: 3}
    assert found.sync_seconds is not None
    assert found.auto_seconds is not None
    assert found.sync_seconds[1] == 0
    assert 9 <= found.auto_seconds[1] <= 11


async def test_shadow_costs_no_energy_and_no_turn(world: World) -> None:
    await world.people(SHADOW)
    await world.service.send("ana", "helper", "hello")
    before = await world.database.read(lambda reader: dict(reader.row("SELECT * FROM personas") or {}))
    await world.advance(1)
    after = await world.database.read(lambda reader: dict(reader.row("SELECT * FROM personas") or {}))
    assert len(await world.events("message.shadowed")) == 1
    assert after == before


class _ChangingBrain:
    """Never says the same twice, and may fail."""

    def __init__(self) -> None:
        self.answers: list[BrainReply | Exception] = []

    async def think(self, request: BrainRequest) -> BrainReply:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def says(text: str, kind: str = "send_chat_message") -> BrainReply:
    return BrainReply((ProposalDraft(kind, "chat", {"channel": "general", "text": text}, "asked"),))


@pytest.mark.parametrize(
    ("answers", "verdict", "differs"),
    [
        ([says("a"), says("a")], Verdict.EQUAL, ""),
        ([says("a"), says("b")], Verdict.DIFFERENT, "send_chat_message: another text"),
        (
            [says("a"), says("a", "send_proposal")],
            Verdict.DIFFERENT,
            "send_chat_message only at once; send_proposal only by itself",
        ),
        ([says("a"), BrainReply(declined_reason="no")], Verdict.ONLY_SYNC, "by itself it was declined: no"),
        ([says("a"), ValueError("oh")], Verdict.ONLY_SYNC, "by itself it was failed: ValueError: oh"),
        ([BrainReply(refused_reason="tired"), says("a")], Verdict.ONLY_AUTO, "at once it was refused: tired"),
        ([BrainReply(declined_reason="x"), BrainReply(declined_reason="y")], Verdict.EQUAL, ""),
        (
            [BrainReply(declined_reason="x"), BrainReply(refused_reason="y")],
            Verdict.DIFFERENT,
            "declined at once, refused by itself",
        ),
    ],
)
async def test_both_sides_are_compared(
    world: World, answers: list[BrainReply | Exception], verdict: Verdict, differs: str
) -> None:
    brain = _ChangingBrain()
    brain.answers = answers
    world.brains["scripted"] = brain
    await world.people(SHADOW)
    await world.service.send("ana", "helper", "hello")
    await world.advance(1)
    (run,) = await runs_of(world)
    assert (run.verdict, run.differs) == (verdict, differs)
    (found,) = (await report_of(world)).personas
    if verdict is not Verdict.EQUAL:
        assert found.examples == {verdict: (run.message_id,)}


async def test_leaving_shadow_ends_what_was_not_compared_and_loses_no_message(world: World) -> None:
    await world.people(SHADOW, running=False)
    await world.accepted("waits")
    await world.service.send("ana", "helper", "answered")
    roster = world.service.roster
    await world.database.write(
        lambda tx: world.service.set_mode_in(tx, "helper", AutonomyMode.AUTONOMOUS, "operator:ana")
    )
    assert {run.verdict for run in await runs_of(world)} == {Verdict.UNFINISHED}
    assert await world.statuses() == {"pending": 1, "done": 1}
    assert roster is world.service.roster


async def test_a_message_that_ends_the_engine_in_shadow_is_given_up(world: World) -> None:
    await world.people(SHADOW, running=False)
    sent = await world.service.send("ana", "helper", "hello")
    assert isinstance(sent.answers[0], Accepted)
    message_id = sent.answers[0].message_id
    for _ in range(3):
        await world.database.write(lambda tx: shadows.attempt(tx, message_id))
    world.brain.thought.clear()
    await world.people(SHADOW)
    await world.advance(1)
    assert world.brain.thought == []
    (run,) = await runs_of(world)
    assert run.auto is not None
    assert (run.auto.outcome, run.auto.reason) == ("failed", "the engine stopped while at it")


async def test_only_the_newest_runs_are_kept(world: World) -> None:
    await world.people(SHADOW, running=False)
    for number in range(5):
        await world.accepted(f"message {number}")
        world.clock.step(timedelta(seconds=1))
    assert await world.database.read(lambda reader: shadows.beyond(reader, 3))
    assert await world.database.write(lambda tx: shadows.prune(tx, 3)) == 2
    assert [run.text for run in await runs_of(world)] == ["message 4", "message 3", "message 2"]
    assert not await world.database.read(lambda reader: shadows.beyond(reader, 3))


async def test_pages_go_on_behind_the_last_one(world: World) -> None:
    await world.people(SHADOW, running=False)
    for number in range(5):
        await world.accepted(f"message {number}")
    seen: list[str] = []
    after = ""
    while page := await world.database.read(lambda reader, after=after: run_page(reader, after=after, limit=2)):  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
        seen += [run.text for run in page]
        after = page[-1].message_id
    assert sorted(seen) == [f"message {number}" for number in range(5)]


def made(text: str, tier: str = "autonomous") -> Made:
    return made_of(ProposalDraft("send_chat_message", "chat", {"text": text}, "asked"), tier)


def test_order_is_no_difference_and_another_tier_is_told(clock: SimulatedClock) -> None:
    now = clock.now()
    here, there = Side(now, "answered", made=(made("a"), made("b"))), Side(now, "answered", made=(made("b"), made("a")))
    assert compare(here, there).verdict is Verdict.EQUAL
    asks = Side(now, "answered", made=(made("a"), made("b", "approval")))
    assert compare(here, asks).differs == "the policy changed in between"


def test_long_arguments_are_compared_whole_and_shown_cut() -> None:
    one, other = made("x" * 5_000 + "a"), made("x" * 5_000 + "b")
    assert len(one.shown) == 2_000
    assert one.shown[:-1] == other.shown[:-1]
    assert one.digest != other.digest
    assert json.loads(made("y").shown) == {"text": "y"}


async def test_shadow_pays_for_what_it_uses_and_takes_nothing_back(world: World) -> None:
    brain = _ChangingBrain()
    draft = ProposalDraft("send_chat_message", "chat", {"text": "taken back"}, "asked")
    reply = BrainReply((draft,), usage=Usage(tokens=30, cents=2), withdraw=True)
    brain.answers = [reply, reply]
    world.brains["scripted"] = brain
    await world.people(SHADOW, running=False)
    withdrawn: list[str] = []
    world.service._shop.withdraw = lambda _tx, persona_id, _sender: withdrawn.append(persona_id)
    await world.service.send("ana", "helper", "forget it")
    loops = [asyncio.create_task(loop.run()) for loop in world.service.loops()]
    await world.advance(1)
    for task in loops:
        task.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    assert [run.verdict for run in await runs_of(world)] == [Verdict.EQUAL]
    assert withdrawn == ["helper"]
    row = await world.database.read(lambda reader: reader.row("SELECT * FROM personas"))
    assert row is not None
    assert (row["spent_tokens"], row["spent_cents"], row["spent_actions"]) == (60, 4, 1)


async def test_a_full_inbox_of_shadow_is_worked_off_by_the_same_priorities(world: World) -> None:
    await world.people(SHADOW, running=False)
    for number in range(3):
        await world.accepted(f"notice {number}", kind=SenderKind.SYSTEM)
    await world.accepted("@helper a person asks")
    await world.people(SHADOW)
    await world.advance(0.5)
    assert await world.statuses() == {"done": 4}
    (first,) = await world.events("message.shadowed")
    (run,) = [run for run in await runs_of(world) if run.auto is not None]
    assert (run.message_id, run.text) == (first, "@helper a person asks")
