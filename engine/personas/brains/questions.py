"""What a plain question is about; nothing here does anything but tell."""

from __future__ import annotations

import re
from typing import Final

from .intent import Intent

_ASKED: Final = (
    (
        Intent.HELP,
        r"\b(?:who are you|what (?:can|do) you (?:do|know|tell)|what can i ask|help me|how does this work)\b",
    ),
    (Intent.SELF, r"\bhow (?:are|do) you (?:feel|doing|today|\?|$)|\bhow are you\b|\bare you (?:tired|ok|busy|well)\b"),
    (Intent.CLOCK, r"\bwhat(?:'s| is)? (?:the )?(?:time|day|date)\b"),
    (
        Intent.WAITS,
        r"\bwho(?:m)? (?:is|are)? ?wait|\bwho waits\b|\bwait(?:s|ing)? (?:for|on) (?:what|who)|\bblock(?:ed|ing)\b",
    ),
    (Intent.PAUSED, r"\b(?:paused|halted|stopped|on hold|switched off|turned off)\b"),
    (Intent.DEADLINES, r"\b(?:due|deadlines?|overdue|ends?|ending|days left|time left)\b"),
    (
        Intent.SCHEDULE,
        r"\b(?:schedule[ds]?|scheduler|next (?:run|beat|job)|jobs?|heartbeat|digest|pattern scan|outreach|cron)\b",
    ),
    (
        Intent.FINDINGS,
        r"\b(?:uncommitted|unpushed|unreviewed|commit(?:ted|s)?|branch(?:es)?|repositor\w+|git|findings?)\b",
    ),
    (Intent.RISKS, r"\b(?:risks?|at risk|churn\w*|buying signals?|patterns?|worr\w+|losing)\b"),
    (Intent.BUDGET, r"\b(?:budgets?|allowance|tokens?|spen[dt]|money left)\b"),
    (
        Intent.APPROVALS,
        r"\b(?:approvals?|approve|waiting for (?:me|us|my|a decision|an operator)|needs? me|decide|pending)\b",
    ),
    (
        Intent.ACCOUNT,
        r"\b(?:last (?:talk|spoke|contact|call|meet|hear)\w*|(?:talk(?:ed)?|speak|spoke|heard?) (?:to|with|from))\b",
    ),
    (
        Intent.DONE,
        (
            r"\b(?:happened|today|yesterday|lately|recently|go(?:ne)? out"
            r"|(?:was|were|been|got)\b.{0,40}\b(?:sent|done|approved)"
            r"|did (?:you|we|they|it|the)|rejected|blocked|who approved|went wrong|have you (?:done|sent))\b"
        ),
    ),
    (
        Intent.PERSONAS,
        r"\b(?:moods?|tired|overwhelmed|exhausted|energy|personas?|who is (?:here|on duty|working|off|busy))\b",
    ),
    (Intent.INBOX, r"\b(?:inbox(?:es)?|messages?|unread)\b"),
    (Intent.GOALS, r"\b(?:goals?|targets?|on track|quota|progress|pipeline|revenue|behind)\b"),
    (Intent.TASKS, r"\b(?:tasks?|backlog|queue|agents?|running|failed|fail)\b"),
    (Intent.ACCOUNT, r"\b(?:accounts?|customers?|clients?|stages?|contacts?|deals?|opportunit\w+)\b"),
    (
        Intent.STATUS,
        (
            r"\b(?:status|how (?:are|is) (?:things|it|we|everything|business)|what'?s (?:up|new|going on)|overview"
            r"|report|news|agenda|should i know)\b"
        ),
    ),
)
_COMPILED: Final = tuple((intent, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for intent, pattern in _ASKED)
_ONE_SENTENCE: Final = re.compile(r"[^.!?;\n]*[.!?]?\s*")
_ASKING: Final = re.compile(
    r"(?:and |so |hey |hi |hello |ok(?:ay)?,? )?(?:what(?:'s)?|when|who(?:m|se|'s)?|which|where|why|how|is|are|was|were"
    r"|do|does|did|has|have|any|anything|show|list|tell me)\b",
    re.IGNORECASE,
)
_WISHING: Final = re.compile(r"(?:please|can|could|would|will|shall|may|let'?s)\b", re.IGNORECASE)
_GREETING: Final = re.compile(
    r"(?:thanks?|thank you|cheers|great|ok(?:ay)?|good (?:morning|evening|afternoon|night)|hello|hi|hey|bye)\b"
    r"[^?]{0,40}",
    re.IGNORECASE,
)
_NAMEABLE: Final = frozenset(
    {Intent.HELP, Intent.SCHEDULE, Intent.PAUSED, Intent.RISKS, Intent.FINDINGS, Intent.BUDGET, Intent.PERSONAS}
)
_NAMED_AT_MOST: Final = 40
"""Characters of a message that is only a thing's name."""


def is_plain_question(text: str) -> bool:
    """One sentence that asks, and wishes for nothing."""
    if _ONE_SENTENCE.fullmatch(text) is None or _WISHING.match(text) is not None:
        return False
    return _ASKING.match(text) is not None or text.endswith("?")


def asked_about(text: str) -> Intent:
    """What a question is about."""
    return next((intent for intent, pattern in _COMPILED if pattern.search(text)), Intent.UNKNOWN)


def greeting_or_name(text: str) -> Intent | None:
    """What is meant by words that only greet, or that only name a thing ("heartbeat", "the schedule")."""
    if _GREETING.fullmatch(text):
        return Intent.GREETING
    if len(text) > _NAMED_AT_MOST:
        return None
    return next((intent for intent, pattern in _COMPILED if intent in _NAMEABLE and pattern.search(text)), None)
