"""What the rules brain proposes."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest

from engine.personas import (
    AccountFact,
    BrainError,
    BrainReply,
    BrainRequest,
    Facts,
    GoalFact,
    Message,
    MessageStatus,
    ProposalDraft,
    Roster,
    RulesBrain,
    SenderKind,
    WaitingAction,
)
from engine.personas.brains import checked_reply
from engine.personas.mood import Mood
from engine.settings.emotions import Emotion
from engine.settings.persona_rules import LoopRules
from engine.settings.personas import PersonaSettings, default_personas

from .world import KnownFacts

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ACME = AccountFact("A1", "Acme", "evaluation", "buyer@acme.example")
FACTS = Facts(
    goals=(GoalFact("Q4 revenue", "revenue", "$120.00", "$300.00", 40, on_track=False),),
    tasks={"PENDING": 2, "DONE": 7, "FAILED": 0},
    approvals=(WaitingAction("1", "send_proposal", "persona:helper"),),
    approvals_total=1,
    accounts=(ACME,),
    accounts_total=85,
    inbox={"Helper": 3},
)


def request(
    text: str,
    *,
    facts: Facts = FACTS,
    persona: PersonaSettings | None = None,
    kind: SenderKind = SenderKind.HUMAN,
    channel: str = "",
    payload: dict[str, object] | None = None,
    mood: Mood = Mood.IDLE,
    energy: int = 10_000,
    frustration: int = 5_000,
) -> BrainRequest:
    roster = Roster(default_personas())
    message = Message(
        id="helper:p", persona_id="helper", post_id="p", sender="ana", sender_kind=kind, channel=channel, text=text,
        payload=payload, mentioned=False, priority=5_000, boost=0, pinned_at=None, dedupe_key=None,  # type: ignore[arg-type]
        arrived_at=NOW, status=MessageStatus.IN_PROGRESS, attempts=1, not_before=None, last_error="", merged=0,
    )  # fmt: skip
    return BrainRequest(
        "helper", persona or roster.get("helper"), message, roster.mentioned(text), mood, energy,
        {Emotion.FRUSTRATION: frustration}, NOW, KnownFacts(facts),
    )  # fmt: skip


async def draft(asked: BrainRequest) -> ProposalDraft:
    (proposal,) = (await RulesBrain().think(asked)).proposals
    return proposal


@pytest.mark.parametrize(
    ("text", "kind", "tool"),
    [
        ("@helper what is the status?", "send_chat_message", "chat"),
        ("are we on track?", "send_chat_message", "chat"),
        ("how many tasks are there", "send_chat_message", "chat"),
        ("send a proposal to Acme", "send_proposal", "email"),
        ("talk to Acme about the price", "discuss_pricing", "email"),
        ("can we give a discount? what discount is usual", "approve_discount", "email"),
        ("please commit to this price for Acme", "commit_pricing", "email"),
        ("guarantee Acme the old price for 3 years", "commit_pricing", "email"),
        ("approve the 20% discount", "approve_discount", "email"),
        ("we need a contract change", "modify_contract", "email"),
        ("please amend the contract", "modify_contract", "email"),
        ("follow up with Acme", "send_follow_up_email", "email"),
        ("write a briefing about Acme", "create_briefing", "briefing"),
        ("log that they called", "log_interaction", "log_interaction"),
        ("run backup --full 'two words'", "run_command", "command"),
        ("good morning", "send_routine_response", "chat"),
    ],
)
async def test_intents(text: str, kind: str, tool: str) -> None:
    proposal = await draft(request(text))
    assert (proposal.kind, proposal.tool) == (kind, tool)
    assert proposal.reason.startswith("ana ")


async def test_mail_goes_to_the_address_in_the_text_before_the_accounts_contact() -> None:
    mail = await draft(request("send a proposal to Acme, cfo@acme.example."))
    assert (mail.arguments["to"], mail.account_id) == (["cfo@acme.example"], "A1")
    mail = await draft(request("send a proposal to Acme"))
    assert mail.arguments["to"] == ["buyer@acme.example"]
    assert set(mail.arguments) == {"to", "subject", "body"}


async def test_an_address_is_not_read_as_a_wish() -> None:
    assert (await draft(request("follow up with proposals@acme.example"))).kind == "send_follow_up_email"


async def test_without_a_recipient_it_asks_but_never_hides_what_is_forbidden() -> None:
    assert (await draft(request("send a proposal", facts=Facts()))).kind == "send_routine_response"
    forbidden = await draft(request("approve a discount of 30 percent", facts=Facts()))
    assert (forbidden.kind, forbidden.arguments["to"]) == ("approve_discount", ["owner@localhost"])
    unknown = await draft(request("send Acme a proposal", facts=Facts(accounts=(AccountFact("A1", "Acme"),))))
    assert (unknown.kind, unknown.account_id, unknown.arguments["to"]) == ("send_proposal", "A1", ["owner@localhost"])


async def test_answers_are_made_of_facts() -> None:
    said = str((await draft(request("status?"))).arguments["text"])
    for part in ("1 of 1 goals are behind", "$120.00 of $300.00", "7 done, 2 pending", "send_proposal", "Helper 3"):
        assert part in said
    assert (await draft(request("status?", channel="general"))).arguments == {
        "channel": "general",
        "text": said,
        "in_reply_to": "p",
    }


async def test_commands_become_argument_vectors() -> None:
    command = await draft(request("Please Run backup 'two words' ; rm -rf ~"))
    assert command.arguments == {"name": "backup", "arguments": ["two words", ";", "rm", "-rf", "~"]}
    assert (await draft(request("run 'unclosed"))).tool == "chat"


async def test_a_finding_is_escalated_with_its_particulars() -> None:
    finding: dict[str, object] = {
        "type": "finding", "scanner": "git_patrol", "path": "/srv/app", "category": "uncommitted",
        "summary": "3 uncommitted\nchanges", "details": ["M a.py", "?? b\x1b[2J"] + ["x"] * 100,
    }  # fmt: skip
    mail = await draft(request("3 uncommitted changes", kind=SenderKind.SYSTEM, payload=finding))
    assert (mail.kind, mail.tool, mail.arguments["to"]) == ("escalate_to_management", "email", ["owner@localhost"])
    assert mail.arguments["subject"] == "3 uncommitted changes"
    body = str(mail.arguments["body"])
    assert "/srv/app" in body
    assert "M a.py" in body
    assert "and 62 more" in body
    assert "Commit what is finished" in body


@pytest.mark.parametrize("text", ["   ", "@planner do it"])
async def test_it_declines_what_is_not_for_it(text: str) -> None:
    assert (await RulesBrain().think(request(text, channel="general"))).declined_reason


async def test_it_declines_chatter_of_personas_that_does_not_name_it() -> None:
    chatter = await RulesBrain().think(request("I agree", kind=SenderKind.PERSONA, channel="general"))
    assert chatter.declined_reason
    named = await RulesBrain().think(request("@helper do you agree", kind=SenderKind.PERSONA, channel="general"))
    assert named.proposals


async def test_it_refuses_with_a_reason() -> None:
    reviewer = default_personas()["code-review"]
    think = RulesBrain().think
    assert "not my role" in (await think(request("send Acme a proposal", persona=reviewer))).refused_reason
    assert "frustrated" in (await think(request("you are useless", frustration=9_000))).refused_reason
    tired = request("write a briefing", kind=SenderKind.SYSTEM, mood=Mood.TIRED, energy=1_400)
    assert "tired" in (await think(tired)).refused_reason
    assert (await think(request("write a briefing", mood=Mood.TIRED, energy=1_400))).proposals


async def test_the_longest_text_makes_bounded_proposals() -> None:
    for text in ("follow up with Acme " + "x" * 1_000_000, "[" * 100_000, "briefing " + "é" * 500_000):
        proposal = await draft(request(text))
        assert sum(len(str(value)) for value in proposal.arguments.values()) < 10_000


DRAFT = ProposalDraft("send_chat_message", "chat", {"channel": "c", "text": "t"}, "r")


@pytest.mark.parametrize(
    "reply",
    [
        BrainReply(),
        BrainReply((DRAFT,), declined_reason="no"),
        BrainReply((DRAFT, DRAFT, DRAFT)),
        BrainReply(tuple(ProposalDraft("k", "t", {"n": n}, "r") for n in range(11))),
        BrainReply((DRAFT,), complexity=0),
    ],
)
def test_replies_beyond_the_limits_are_refused(reply: BrainReply) -> None:
    with pytest.raises(BrainError):
        checked_reply(reply, LoopRules())


def test_replies_within_the_limits_pass() -> None:
    reply = BrainReply((DRAFT, DRAFT, *(ProposalDraft("k", "t", {"n": n}, "r") for n in range(8))))
    assert checked_reply(reply, LoopRules()) is reply


@pytest.mark.parametrize(
    "text", ["@helper send a proposal to jo@acme.example \x1b]52;c;aGk=\x07 now", "@helper write a briefing \x00\x9b2J"]
)
async def test_controls_in_a_message_reach_no_tool(text: str) -> None:
    proposal = await draft(request(text))
    body = str(proposal.arguments["body"])
    assert not any(unicodedata.category(character) == "Cc" for character in body if character != "\n")
    assert "<U+001B>" in body or "<U+0000>" in body
