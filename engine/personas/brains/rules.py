"""The rules brain: no network, no randomness; the same message in the same workspace gets the same answer."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ...canonical import JSON
from ...settings.emotions import Emotion, Interaction
from ..emotions import tone_of
from ..model import POINT, SenderKind
from ..mood import Mood
from .answers import answer
from .facts import AccountFact, Facts
from .findings import escalation
from .intent import Intent
from .intents import Reading, command_line, read
from .protocol import BrainReply, BrainRequest, ProposalDraft
from .wording import facts_text, greeting_text, quoted, routine_text, subject_line

FED_UP: Final = 90 * POINT
"""Frustration from which a persona refuses harsh messages."""
DRAINED: Final = 15 * POINT
"""Energy below which a persona refuses long work that no human asked for."""
_QUESTIONS: Final = frozenset(
    {
        Intent.GOALS, Intent.TASKS, Intent.APPROVALS, Intent.INBOX, Intent.STATUS, Intent.ACCOUNT, Intent.HELP,
        Intent.SELF, Intent.CLOCK, Intent.WAITS, Intent.PAUSED, Intent.DONE, Intent.SCHEDULE, Intent.DEADLINES,
        Intent.FINDINGS, Intent.RISKS, Intent.BUDGET, Intent.PERSONAS, Intent.UNKNOWN,
    }
)  # fmt: skip
_ASKED: Final = "asked how things stand"
_LONG_WORK: Final = frozenset({Intent.BRIEFING, Intent.SEND_PROPOSAL})
_HARD: Final = 2
"""How much more than a plain answer a document or a mail takes."""

_HARD_STOPS: Final = frozenset({Intent.COMMIT_PRICING, Intent.APPROVE_DISCOUNT, Intent.MODIFY_CONTRACT})
_MAILS: Final = {
    Intent.SEND_PROPOSAL: ("Proposal", "please find our proposal below.", "asked for a proposal"),
    Intent.DISCUSS_PRICING: ("Pricing", "here is what we can say about pricing.", "asked to talk about pricing"),
    Intent.COMMIT_PRICING: ("Pricing", "we confirm the pricing below.", "asked to commit to a price"),
    Intent.APPROVE_DISCOUNT: ("Discount", "we confirm the discount below.", "asked to approve a discount"),
    Intent.MODIFY_CONTRACT: ("Contract", "we confirm the contract change below.", "asked to change a contract"),
    Intent.FOLLOW_UP: ("Following up", "I am following up on the matter below.", "asked to follow up"),
}


class RulesBrain:
    """Answers by rules over words, from the workspace's own facts."""

    async def think(self, request: BrainRequest) -> BrainReply:
        """Make up its mind; see :mod:`.intents` for what it understands."""
        message = request.message
        if message.payload is not None and message.payload.get("type") == "finding":
            return BrainReply((escalation(request.persona, message.payload),), complexity=_HARD)
        if message.payload is not None and message.payload.get("type") == "feedback":
            return BrainReply(declined_reason=f"noted: {message.text.splitlines()[0]}")
        declined = _why_declined(request)
        if declined:
            return BrainReply(declined_reason=declined)
        reading = read(message.text)
        refused = _why_refused(request, reading)
        if refused:
            return BrainReply(refused_reason=refused)
        facts = await request.facts.gather(message.text)
        return _answer(request, reading, facts)


def _why_declined(request: BrainRequest) -> str:
    message = request.message
    addressed = request.persona_id in request.addressees or not message.channel
    if not message.text.strip():
        return "the message is empty"
    if request.addressees and not addressed:
        return f"it is addressed to {', '.join(sorted(request.addressees))}"
    if message.sender_kind is SenderKind.PERSONA and not addressed:
        return "another persona said it, and not to me"
    if message.sender_kind is SenderKind.SYSTEM and not addressed:
        return "a notice that asks for nothing"
    return ""


def _why_refused(request: BrainRequest, reading: Reading) -> str:
    asks_human = request.message.sender_kind is SenderKind.HUMAN
    if reading.intent.value in request.persona.out_of_role:
        return f"{reading.intent.value} is not my role ({request.persona.role})"
    harsh = tone_of(request.message.text) is Interaction.NEGATIVE_MESSAGE
    if harsh and request.feelings.get(Emotion.FRUSTRATION, 0) >= FED_UP:
        return "too frustrated to answer this calmly; please put it differently"
    if request.mood is Mood.TIRED and request.energy < DRAINED and reading.intent in _LONG_WORK and not asks_human:
        return "too tired for long work that no human asked for"
    return ""


def _answer(request: BrainRequest, reading: Reading, facts: Facts) -> BrainReply:
    if reading.intent is Intent.WITHDRAW:
        text = "I take back what you last asked me for, if it has not started."
        return replace(_say(request, "send_routine_response", text, "took the last request back"), withdraw=True)
    if reading.intent in _QUESTIONS:
        return _say(request, "send_chat_message", answer(reading.intent, request, facts, reading.topic), _ASKED)
    if reading.intent is Intent.GREETING:
        greeting = greeting_text(request.persona.name, request.message.sender)
        return _say(request, "send_routine_response", greeting, "said hello or thanks")
    if reading.intent in _MAILS:
        return _mail(request, reading, facts)
    makers: dict[Intent, Callable[[BrainRequest, Reading, Facts], BrainReply]] = {
        Intent.BRIEFING: _briefing,
        Intent.LOG: _log,
        Intent.RUN_COMMAND: _command,
    }
    maker = makers.get(reading.intent)
    if maker is not None:
        return maker(request, reading, facts)
    text = routine_text(request.persona.name, request.message.sender, request.mood)
    return _say(request, "send_routine_response", text, "said something that asks for nothing in particular")


def _mail(request: BrainRequest, reading: Reading, facts: Facts) -> BrainReply:
    account = _account(facts)
    to = list(reading.addresses) or ([account.contact] if account and account.contact else [])
    title, opening, why = _MAILS[reading.intent]
    forward = ""
    if not to and (account is not None or reading.intent in _HARD_STOPS):
        # Whom it is for is not known, so it goes to the person in charge; the gate still judges what was asked.
        to = [request.persona.escalation_address]
        forward = f"No mail address is known for {account.name if account else 'the recipient'}: please forward.\n\n"
    if not to:
        return _say(
            request,
            "send_routine_response",
            "Whom should it go to? Name a mail address, or an account that has a contact.",
            f"{why} but named no recipient",
        )
    about = f"{title}: {account.name}" if account else f"{title}: {reading.topic}"
    body = f"{forward}Hello,\n\n{opening}\n\n{quoted(reading.topic)}\n\nKind regards\n{request.persona.name}\n"
    arguments: dict[str, JSON] = {"to": list[JSON](to), "subject": subject_line(about), "body": body}
    return _draft(request, reading.intent.value, "email", arguments, why, account)


def _briefing(request: BrainRequest, reading: Reading, facts: Facts) -> BrainReply:
    account = _account(facts)
    parts = [quoted(reading.topic), "", facts_text(Intent.STATUS, facts)]
    if facts.accounts:
        parts += ["", facts_text(Intent.ACCOUNT, facts)]
    title = subject_line(f"Briefing: {account.name if account else reading.topic}")
    arguments: dict[str, JSON] = {"title": title, "body": "\n".join(parts)}
    return _draft(request, Intent.BRIEFING.value, "briefing", arguments, "asked for a briefing", account)


def _log(request: BrainRequest, reading: Reading, facts: Facts) -> BrainReply:
    account = _account(facts)
    if account is None:
        text = "Which account is it about? Name it and I will log the interaction."
        return _say(request, "send_routine_response", text, "asked to log something but named no account")
    arguments: dict[str, JSON] = {
        "account_id": account.id,
        "summary": quoted(reading.topic),
        "kind": "note",
    }
    return _draft(request, Intent.LOG.value, "log_interaction", arguments, "asked to log an interaction", account)


def _command(request: BrainRequest, reading: Reading, facts: Facts) -> BrainReply:
    del facts
    try:
        words = shlex.split(command_line(reading))
    except ValueError as error:
        return _say(request, "send_routine_response", f"I cannot read that command: {error}.", "asked for a command")
    if not words:
        return _say(request, "send_routine_response", "Which command should run?", "asked for a command")
    arguments: dict[str, JSON] = {"name": words[0], "arguments": list[JSON](words[1:])}
    return _draft(request, Intent.RUN_COMMAND.value, "command", arguments, "asked to run a declared command", None)


def _draft(
    request: BrainRequest, kind: str, tool: str, arguments: dict[str, JSON], why: str, account: AccountFact | None
) -> BrainReply:
    reason = f"{quoted(request.message.sender, 60)} {why}"
    draft = ProposalDraft(kind, tool, arguments, reason, account.id if account else None)
    return BrainReply((draft,), complexity=_HARD)


def _say(request: BrainRequest, kind: str, text: str, why: str) -> BrainReply:
    message = request.message
    arguments: dict[str, JSON] = {
        "channel": message.channel or "direct",
        "text": quoted(text),
        "in_reply_to": message.post_id,
    }
    return BrainReply((ProposalDraft(kind, "chat", arguments, f"{quoted(message.sender, 60)} {why}"),))


def _account(facts: Facts) -> AccountFact | None:
    return facts.accounts[0] if facts.accounts else None
