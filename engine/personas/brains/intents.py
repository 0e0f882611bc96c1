"""What a message asks for, by its words. The gravest rules are tried first, so that nothing grave hides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .intent import Intent
from .questions import asked_about, greeting_or_name, is_plain_question

_RULES: Final = (
    (Intent.RUN_COMMAND, r"^\s*(?:please\s+)?run\s+\S"),
    (Intent.COMMIT_PRICING, r"\b(?:commit(?:ting)?|guarantee|lock in|promise)\b.{0,60}\b(?:price|pricing|rate)s?\b"),
    (Intent.APPROVE_DISCOUNT, r"\b(?:approve|grant|give|offer)\b.{0,60}\b(?:discount|rebate)s?\b"),
    (
        Intent.MODIFY_CONTRACT,
        r"\bcontract\b.{0,40}\b(?:change|amend|modif)|\b(?:change|amend|modify)\w*\b.{0,40}\bcontract",
    ),
    (
        Intent.WITHDRAW,
        r"^\s*(?:please\s+)?(?:never ?mind|forget (?:about )?(?:it|that)|withdraw (?:it|that)|take (?:it|that) back)\b",
    ),
    (Intent.SEND_PROPOSAL, r"\b(?:proposal|quote|quotation|offer letter)\b"),
    (Intent.DISCUSS_PRICING, r"\b(?:price|pricing|discount|cost|rate card)s?\b"),
    (Intent.FOLLOW_UP, r"\b(?:follow(?:ing)?[ -]?up|check in with|get back to|reach out|chase)\b"),
    (Intent.BRIEFING, r"\b(?:brief|briefing|summari[sz]e|digest|write[ -]up)\b"),
    (Intent.LOG, r"^\s*(?:please\s+)?(?:log|note|record)\b"),
    (Intent.APPROVALS, r"\b(?:approvals?|waiting for me|needs? me|pending actions?)\b"),
    (Intent.GOALS, r"\b(?:goals?|targets?|on track|quota|progress|pipeline|revenue)\b"),
    (Intent.TASKS, r"\b(?:tasks?|backlog|queue|agents?)\b"),
    (Intent.INBOX, r"\b(?:inbox|messages?|unread)\b"),
    (
        Intent.STATUS,
        r"\b(?:status|how (?:are|is) (?:things|it|we|everything)|what'?s up|overview|report|due|deadlines?|agenda)\b",
    ),
    (Intent.ACCOUNT, r"\b(?:account|customer|client|stage|contact)\b"),
)
_COMPILED: Final = tuple((intent, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for intent, pattern in _RULES)
_ADDRESS: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?![\w-])")
_MENTION: Final = re.compile(r"(?<![\w@.])@[\w-]{1,64}[,:]?\s*")
_RUN: Final = re.compile(r"^(?:please\s+)?run\s+", re.IGNORECASE)
READ_LIMIT: Final = 8_000
"""Characters of a message that are read for its intent."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message was understood to say.

    Attributes:
        intent: what is asked for.
        topic: the message without mentions, in one line.
        addresses: mail addresses in it, each once, in order, at most ten.
    """

    intent: Intent
    topic: str
    addresses: tuple[str, ...]


def read(text: str) -> Reading:
    """Understand a message. Whatever fits no rule is routine.

    One plain question is answered and never carried out: "did the proposal go out?" wants no proposal. Where more is
    said than that, or something is wished for, the words count as a request, the gravest first.
    """
    head = text[:READ_LIMIT]
    addresses = tuple(dict.fromkeys(match.group().rstrip(".") for match in _ADDRESS.finditer(head)))[:10]
    spoken = " ".join(_MENTION.sub("", head).split())
    # An address such as proposals@example.com must not be read as a wish for a proposal.
    asking = _ADDRESS.sub(" ", spoken)
    return Reading(_intent(asking.strip()), spoken, addresses)


def _intent(asking: str) -> Intent:
    if is_plain_question(asking):
        return asked_about(asking)
    found = next((intent for intent, pattern in _COMPILED if pattern.search(asking)), None)
    return found or greeting_or_name(asking) or Intent.ROUTINE


def command_line(reading: Reading) -> str:
    """What follows the word ``run``."""
    return _RUN.sub("", reading.topic)
