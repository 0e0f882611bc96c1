"""Personas that hear each other: humans first, never for ever, nothing twice, and nobody hears itself."""

from __future__ import annotations

import pytest

from engine.assembly.chat_inbox import hearing
from engine.clock import SimulatedClock
from engine.personas import (
    BrainReply,
    BrainRequest,
    Incoming,
    MessageStatus,
    ProposalDraft,
    SenderKind,
)
from engine.settings.persona_rules import ControlRules, PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.storage import Database, Transaction
from engine.tools.chat import Saying

from .world import World

TALK = ("ada", "ben", "cleo", "dan")


class Chatterbox:
    """Answers whatever it hears, with other words each time, and calls everybody by name."""

    def __init__(self) -> None:
        self.thoughts = 0

    async def think(self, request: BrainRequest) -> BrainReply:
        self.thoughts += 1
        others = " ".join(f"@{name}" for name in TALK if name != request.persona_id)
        text = f"{others} thought {self.thoughts}, what do you think?"
        draft = ProposalDraft("send_chat_message", "chat", {"channel": "general", "text": text}, "talks")
        return BrainReply((draft,))


class Party(World):
    """A gate that says at once what personas propose to say, as the launcher does."""

    def __init__(self, database: Database, clock: SimulatedClock) -> None:
        super().__init__(database, clock)
        self.said: list[tuple[float, str]] = []
        self.muted: list[str] = []
        self.chatterbox = Chatterbox()
        self.brains["chatterbox"] = self.chatterbox

    def _propose(self, tx: Transaction, draft: ProposalDraft, persona_id: str, message_id: str) -> str:
        action = super()._propose(tx, draft, persona_id, message_id)
        if draft.tool == "chat":
            channel, text = str(draft.arguments["channel"]), str(draft.arguments["text"])
            saying = Saying(action, f"persona:{persona_id}", channel, text, message_id)
            why = hearing(self.service.post_in)(tx, saying)
            if why is None:
                self.said.append((self.clock.monotonic(), persona_id))
            else:
                self.muted.append(why)
        return action

    async def invite(self, number: int, rules: PersonaRules | None = None) -> None:
        people = {
            name: PersonaSettings(
                name=name.title(), channels=("general",), mode=AutonomyMode.AUTONOMOUS, brain="chatterbox"
            )
            for name in TALK[:number]
        }
        await self.people(people, rules)


@pytest.fixture
async def party(database: Database, clock: SimulatedClock) -> Party:
    return Party(database, clock)


@pytest.fixture(autouse=True)
async def over(party: Party) -> object:
    yield
    await party.stop()


@pytest.mark.parametrize("number", [2, 3, 4])
async def test_personas_that_answer_everything_come_to_rest_by_themselves(party: Party, number: int) -> None:
    await party.invite(number)
    await party.say("what shall we do today?", channel="general")
    await party.advance(600)
    settled = len(party.said)
    # Everybody answers the human, and nobody is woken again by what follows from its own answer.
    assert settled == number
    await party.advance(3_600)
    assert (len(party.said), party.muted) == (settled, [])
    waiting = await party.database.read(lambda r: r.row("SELECT count(*) AS n FROM messages WHERE status = 'pending'"))
    assert waiting is not None
    assert waiting["n"] == 0


async def test_what_a_persona_begins_comes_to_rest_too(party: Party) -> None:
    await party.invite(3)
    opening = Incoming("chat:1", "ada", SenderKind.PERSONA, "@ben @cleo good morning", channel="general")
    await party.service.post(opening)
    await party.advance(3_600)
    assert sorted(who for _, who in party.said) == ["ben", "cleo"]


async def test_more_turns_are_a_setting_and_still_end(party: Party) -> None:
    await party.invite(2, PersonaRules(control=ControlRules(turns=3)))
    await party.say("what shall we do today?", channel="general")
    await party.advance(3_600)
    by = [sum(1 for _, who in party.said if who == name) for name in TALK[:2]]
    assert max(by) == 3
    # No more than five of them stand together within two minutes, although nobody is muted here.
    assert all(sum(1 for at, _ in party.said if start <= at < start + 120) <= 6 for start, _ in party.said)


async def test_at_most_five_things_in_two_minutes_without_a_human(party: Party) -> None:
    await party.invite(2, PersonaRules(control=ControlRules(turns=1_000)))
    opening = Incoming("chat:1", "ada", SenderKind.PERSONA, "@ben good morning", channel="general")
    await party.service.post(opening)
    began = party.clock.monotonic()
    await party.advance(119)
    assert len([1 for at, _ in party.said if at - began < 120]) == 4  # with the opening five
    assert party.muted
    assert all("5 things here within 120 s and no human spoke" in why for why in party.muted)
    # What was not said was not heard either, so that even these two come to rest.
    quiet = len(party.said)
    await party.advance(3_600)
    assert len(party.said) == quiet
    await party.say("go on", channel="general")
    await party.advance(10)
    assert len(party.said) > quiet


async def test_a_human_goes_first_whatever_personas_say(party: Party) -> None:
    await party.invite(2)
    party.brains["chatterbox"] = party.chatterbox
    for number in range(5):
        text = f"@ben urgent {number}"
        await party.service.post(Incoming(f"p{number}", "ada", SenderKind.PERSONA, text, channel="general"))
    await party.say("a quiet question", to="ben")
    heard: list[str] = []
    think = party.chatterbox.think

    async def listen(request: BrainRequest) -> BrainReply:
        heard.append(request.message.text)
        return await think(request)

    party.chatterbox.think = listen  # type: ignore[method-assign]  # only to see the order
    await party.advance(60)
    first = heard.index("a quiet question")
    assert first <= 1  # one may have been under way already


async def test_the_same_words_are_not_said_twice_within_a_minute(party: Party) -> None:
    await party.invite(2)
    say = hearing(party.service.post_in)

    async def speak(number: int, text: str) -> str | None:
        saying = Saying(f"a{number}", "persona:ada", "general", text, None)
        return await party.database.write(lambda tx: say(tx, saying))

    assert await speak(1, "Good   morning") is None
    assert "said the same here within 60 s" in str(await speak(2, "good morning"))
    await party.advance(59.9)
    assert await speak(3, "good morning") is not None
    await party.advance(0.2)
    assert await speak(4, "good morning") is None


async def test_a_persona_does_not_hear_itself_and_others_do(party: Party) -> None:
    await party.invite(3)
    say = hearing(party.service.post_in)
    await party.database.write(lambda tx: say(tx, Saying("a1", "persona:ada", "#general", "I, @ada, speak", None)))
    rows = await party.database.read(lambda r: r.rows("SELECT persona_id, sender_kind FROM messages ORDER BY 1"))
    assert [(row["persona_id"], row["sender_kind"]) for row in rows] == [("ben", "persona"), ("cleo", "persona")]


@pytest.mark.parametrize(
    ("proposer", "sender", "kind"),
    [
        ("persona:ada", "ada", "persona"),
        ("operator:ana", "ana", "human"),
        ("heartbeat", "heartbeat", "system"),
        ("agent:mcp-ana", "agent:mcp-ana", "system"),
        ("job:digest", "job:digest", "system"),
    ],
)
async def test_who_speaks_is_what_the_gate_knows(party: Party, proposer: str, sender: str, kind: str) -> None:
    await party.invite(2)
    say = hearing(party.service.post_in)
    await party.database.write(lambda tx: say(tx, Saying("a1", proposer, "general", "hello", None)))
    row = await party.database.read(lambda r: r.row("SELECT sender, sender_kind, id FROM posts"))
    assert row is not None
    assert (row["sender"], row["sender_kind"], row["id"]) == (sender, kind, "chat:a1")


async def test_an_answer_belongs_to_the_conversation_that_it_answers(party: Party) -> None:
    await party.invite(2)
    await party.service.post(Incoming("q", "ana", SenderKind.HUMAN, "well?", channel="general"))
    await party.advance(20)
    rows = await party.database.read(
        lambda r: r.rows("SELECT sender, in_reply_to, root FROM posts ORDER BY arrived_us")
    )
    assert {row["root"] for row in rows} == {"q"}
    assert {row["in_reply_to"] for row in rows} == {None, "q"}
    # What did not wake anybody is told with its reason, and costs nothing.
    told = await party.database.read(
        lambda r: r.rows("SELECT status, outcome_reason, attempts FROM messages WHERE sender_kind = 'persona'")
    )
    assert [(row["status"], row["attempts"]) for row in told] == [("declined", 0)] * 2
    assert all("did itself in this conversation" in row["outcome_reason"] for row in told)


async def test_what_waits_of_a_conversation_is_settled_when_its_persona_has_had_its_say(party: Party) -> None:
    await party.invite(2)
    await party.advance(1)
    await party.service.post(Incoming("q", "ana", SenderKind.HUMAN, "well?", to=("ben",)))
    answer = Incoming("a", "ada", SenderKind.PERSONA, "I say", channel="general", in_reply_to="q")
    await party.service.post(answer)
    assert (await party.service.get("ben:a")).status is MessageStatus.PENDING
    await party.advance(2)
    assert (await party.service.get("ben:q")).status is MessageStatus.DONE
    assert (await party.service.get("ben:a")).status is MessageStatus.DECLINED
    # A human always wakes, in the same conversation too.
    await party.service.post(Incoming("q2", "ana", SenderKind.HUMAN, "and?", to=("ben",), in_reply_to="a"))
    await party.advance(10)
    assert (await party.service.get("ben:q2")).status is MessageStatus.DONE


async def test_whoever_waits_for_another_is_shown_what_that_one_said(party: Party) -> None:
    seen: dict[str, tuple[tuple[str, str], ...]] = {}
    think = party.chatterbox.think

    async def listen(request: BrainRequest) -> BrainReply:
        seen[request.persona_id] = request.said_before
        return await think(request)

    party.chatterbox.think = listen  # type: ignore[method-assign]  # only to see what it is shown
    one = PersonaSettings(name="Ada", channels=("general",), mode=AutonomyMode.SYNC, brain="chatterbox")
    other = one.model_copy(update={"name": "Ben", "waits_for": ("ada",)})
    await party.people({"ben": other, "ada": one})
    await party.service.send("ana", "#general", "well?")
    assert seen == {"ada": (), "ben": (("Ada", "@ben @cleo @dan thought 1, what do you think?"),)}


async def test_direct_talks_are_nobodys_channel(party: Party) -> None:
    rules = PersonaRules(control=ControlRules(chatter_limit=1))
    curious = PersonaSettings(name="Ben", channels=("direct",), mode=AutonomyMode.SYNC, brain="chatterbox")
    await party.people({"ada": curious.model_copy(update={"name": "Ada"}), "ben": curious}, rules, running=False)
    say = hearing(party.service.post_in)
    for number, text in enumerate(("to ana alone", "to chloe alone", "@ben, to you alone")):
        saying = Saying(f"a{number}", "persona:ada", "direct", text, None)
        assert await party.database.write(lambda tx, saying=saying: say(tx, saying)) is None  # type: ignore[misc]  # mypy: bound default
    rows = await party.database.read(
        lambda r: r.rows("SELECT m.id, p.channel FROM messages m JOIN posts p ON p.id = m.post_id")
    )
    assert [(row["id"], row["channel"]) for row in rows] == [("ben:chat:a2", "")]


def test_every_rule_here_is_a_setting() -> None:
    rules = ControlRules()
    assert (rules.chatter_limit, rules.chatter_seconds, rules.repeat_seconds, rules.turns) == (5, 120, 60, 1)
