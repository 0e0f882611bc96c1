"""The rollout in a whole engine: commands and their roles, what operators decided, and what can be asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.assembly.rollout import decided_since, tier_of
from engine.assembly.views.away import away_view
from engine.assembly.views.rollout import rollout_line, rollout_notice
from engine.assembly.views.shadow import shadow_page
from engine.canonical import JSON
from engine.client.protocol import CommandRefused
from engine.insights import digest_text, headline, read_digest_facts
from engine.operators import AGENT_SESSION, Operator, Role
from engine.personas import ProposalDraft
from engine.queries import AskAway, AskShadow, ShadowPage
from engine.settings import Settings
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.settings.rollout import RolloutGates, RolloutSettings
from engine.storage import Reader
from engine.view import RolloutLine

from .floor import ANA, START, EngineFloor, engine_floor

NAMES = ("helper", "planner", "reviewer", "seller")
SETTINGS = Settings(
    personas={name: PersonaSettings(name=name.title(), mode=AutonomyMode.SYNC) for name in NAMES},
    rollout=RolloutSettings(
        soak_one_seconds=60, check_seconds=10, shadow_keep=10, gates=RolloutGates(least_answers=1, least_decisions=99)
    ),
)
MAIL: dict[str, JSON] = {"to": ["a@b.example"], "subject": "x", "body": "y"}
VIC = Operator("vic", Role.VIEWER)
BEN = Operator("ben", Role.OPERATOR)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[EngineFloor]:
    async with engine_floor(tmp_path, SETTINGS) as made:
        yield made


@pytest.mark.parametrize("name", ["plan", "start", "advance", "hold", "resume", "back", "abort", "restart"])
async def test_a_viewer_may_do_none_of_it(floor: EngineFloor, name: str) -> None:
    with pytest.raises(CommandRefused, match="viewer"):
        await floor.command(f"rollout.{name}", VIC)
    assert (await floor.view()).state == "none"


async def test_past_the_rollout_only_an_admin_changes_modes(floor: EngineFloor) -> None:
    with pytest.raises(CommandRefused, match="admin"):
        await floor.command("persona.set_mode", BEN, id="helper", mode="autonomous")
    await floor.command("persona.set_mode", ANA, id="helper", mode="autonomous")
    await floor.command("rollout.start", BEN)


@pytest.mark.parametrize("name", ["plan", "start", "advance", "resume", "abort", "restart"])
async def test_an_agent_may_stop_and_not_begin(floor: EngineFloor, name: str) -> None:
    agent = Operator("ana", Role.ADMIN, f"{AGENT_SESSION} agent")
    assert agent.is_agent
    with pytest.raises(CommandRefused, match="only a person"):
        await floor.command(f"rollout.{name}", agent)
    await floor.command("rollout.start")
    await floor.command("rollout.hold", agent)
    await floor.command("rollout.back", agent)
    assert (await floor.view()).state == "rolled_back"


async def test_what_was_shown_is_what_advances(floor: EngineFloor) -> None:
    await floor.command("rollout.start", first="seller")
    await floor.command("rollout.advance", stage="one")
    with pytest.raises(CommandRefused, match="stage half by now"):
        await floor.command("rollout.advance", stage="one")
    with pytest.raises(CommandRefused, match="was not understood"):
        await floor.command("rollout.advance", stage="two")
    await floor.command("rollout.abort")
    with pytest.raises(CommandRefused, match="no persona 'nobody'"):
        await floor.command("rollout.plan", personas=("nobody",))


async def test_each_state_says_what_comes_next_and_what_can_be_done(floor: EngineFloor) -> None:
    async def told() -> tuple[str, tuple[str, ...]]:
        shown = await floor.view()
        return shown.next, shown.can

    assert await told() == ("", ("start",))
    assert await floor.database.read(lambda reader: rollout_line(reader, SETTINGS.rollout)) is None
    await floor.command("rollout.plan", first="seller")
    assert await told() == ("seller begins when an operator starts it", ("abort", "start"))
    await floor.command("rollout.start")
    assert await told() == ("50% begins after the soak", ("abort", "advance", "back", "hold"))
    line = await floor.database.read(lambda reader: rollout_line(reader, SETTINGS.rollout))
    assert line == RolloutLine("soaking", "one", "1 persona", 60, "")
    await floor.advance(80)
    assert await told() == (
        "50% begins after 1 more messages: too few to tell the health by",
        ("abort", "advance", "back", "hold"),
    )
    await floor.command("rollout.hold", reason="lunch")
    shown = await floor.view()
    assert (shown.why, shown.next[:7], shown.can) == ("lunch", "nothing", ("abort", "back", "resume"))
    await floor.command("rollout.resume")
    await floor.say("seller")
    await floor.advance(20)
    assert (await floor.view()).stage == "half"
    await floor.command("rollout.abort", reason="never mind")
    shown = await floor.view()
    assert [one.state for one in shown.stages] == ["done", "ended", "ahead"]
    assert shown.can == ("restart", "start")
    await floor.command("rollout.restart")
    assert [one.step for one in (await floor.view()).steps] == [
        "restart", "abort", "advance", "resume", "hold", "start", "plan",
    ]  # fmt: skip


async def test_a_breach_is_noticed_for_a_day_and_an_operators_step_is_not(floor: EngineFloor) -> None:
    async def noticed(later: timedelta = timedelta()) -> tuple[str, ...]:
        line = await floor.database.read(lambda reader: rollout_line(reader, SETTINGS.rollout))
        return rollout_notice(line, floor.clock.now() + later)

    assert await noticed() == ()
    await floor.command("rollout.start", first="seller")
    await floor.command("rollout.back", reason="enough")
    assert await noticed() == ()
    await floor.command("rollout.restart")
    floor.brain.failing.add("seller")
    for number in range(8):
        await floor.say("seller", f"question {number}")
        await floor.advance(10)
    await floor.advance(120)
    assert (await floor.view()).steps[0].step == "breach"
    (notice,) = await noticed()
    assert notice.startswith("the rollout went back from 1 persona: 100.0 % of what seller tried failed")
    assert await noticed(timedelta(days=1)) == ()


async def test_only_operators_own_decisions_about_new_proposals_count(floor: EngineFloor) -> None:
    floor.brain.asking.add("helper")
    for _ in range(3):
        await floor.say("helper")
    await floor.advance(1)
    since = floor.clock.now()

    async def decided() -> tuple[int, int]:
        return await floor.database.read(lambda reader: decided_since(reader, "helper", since))

    await floor.reject_all()
    assert await decided() == (0, 0)
    assert await floor.database.read(lambda reader: decided_since(reader, "helper", START)) == (3, 3)
    await floor.advance(1)
    await floor.say("helper")
    await floor.advance(1)
    asked, *_ = await floor.database.read(
        lambda reader: reader.rows("SELECT id, revision, digest FROM actions WHERE status = 'pending'")
    )
    await floor.command("action.approve", id=asked["id"], revision=asked["revision"], digest=asked["digest"])
    assert await decided() == (1, 0)
    assert await floor.database.read(lambda reader: decided_since(reader, "planner", START)) == (0, 0)


@pytest.mark.parametrize(
    ("draft", "tier"),
    [
        (ProposalDraft("send_chat_message", "chat", {"channel": "general", "text": "x"}, ""), "autonomous"),
        (ProposalDraft("send_proposal", "email", MAIL, ""), "approval"),
        (ProposalDraft("approve_discount", "email", MAIL, ""), "hard_stop"),
        (ProposalDraft("send_chat_message", "chat", {"nothing": "fits"}, ""), "refused"),
        (ProposalDraft("send_chat_message", "no_such_tool", {"channel": "x"}, ""), "refused"),
    ],
)  # fmt: skip
async def test_a_draft_is_judged_as_the_gate_would(floor: EngineFloor, draft: ProposalDraft, tier: str) -> None:
    gate = floor.rooms.gate
    assert await floor.database.read(lambda reader: tier_of(gate, reader, draft, "helper", "helper:m")) == tier


async def test_shadow_is_compared_reported_and_bounded(floor: EngineFloor) -> None:
    await floor.command("persona.set_mode", id="helper", mode="shadow")
    for number in range(15):
        await floor.say("helper", f"question {number}")
        await floor.advance(10)

    async def page(**ask: object) -> ShadowPage:
        roster = floor.rooms.personas.roster
        return await floor.database.read(lambda reader: shadow_page(reader, AskShadow.model_validate(ask), roster))

    assert len((await page()).items) > 10
    await floor.advance(70)
    (summary,) = (await page()).summaries
    assert (summary.persona, summary.name, summary.mode, summary.compared) == ("helper", "Helper", "shadow", 10)
    assert (summary.verdicts, summary.outcomes) == ((("equal", 10),), (("answered", 10),))
    assert (summary.sync_tiers, summary.auto_tiers) == ((("autonomous", 10),), (("autonomous", 10),))
    assert summary.sync_seconds[1] <= 1
    assert 0 < summary.auto_seconds[0] <= summary.auto_seconds[1] <= 10
    first = await page(limit=4)
    assert len(first.items) == 4
    rest = await page(after=first.next, limit=100)
    assert (len(rest.items), rest.next) == (6, "")
    assert (await page(verdict="different")).items == ()
    assert (await page(persona="planner")).summaries == ()
    shown = first.items[0]
    assert shown.sync is not None
    assert shown.auto is not None
    assert shown.sync.proposals[0][:2] == ("send_chat_message", "chat")
    chats = await floor.database.read(lambda reader: reader.row("SELECT count(*) AS n FROM chat_messages"))
    assert chats is not None
    assert chats["n"] == 15


async def test_a_stage_that_has_soaked_waits_for_an_operator_and_says_so(tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"rollout": SETTINGS.rollout.model_copy(update={"advance": "operator"})})
    async with engine_floor(tmp_path, settings) as floor:
        await floor.command("rollout.start", first="seller")
        await floor.say("seller")
        await floor.advance(100)

        def told(reader: Reader) -> tuple[bool, str, list[tuple[str, int]], str, str]:
            line = rollout_line(reader, settings.rollout)
            assert line is not None
            now = floor.clock.now()
            away = away_view(reader, AskAway(after=0), now)
            facts = read_digest_facts(reader, START, now, 10)
            return (
                line.waits,
                " ".join(rollout_notice(line, now)),
                [one for one in away.counts if one[0].startswith("rollout")],
                headline(facts).split(",")[0],
                digest_text(facts, "acme"),
            )

        waits, notice, counts, short, whole = await floor.database.read(told)
        assert (waits, counts, short) == (True, [("rollout stage that waited for you", 1)], "1 waiting for a decision")
        assert "the rollout waits for you: 1 persona has soaked" in notice
        assert "**the rollout**: its stage one has soaked" in whole
        await floor.command("rollout.advance", stage="one")
        waits, notice, _, short, whole = await floor.database.read(told)
        assert (waits, notice, short) == (False, "", "0 waiting for a decision")
        assert "the rollout" not in whole
