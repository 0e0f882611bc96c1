"""What keeps personas from talking among themselves for ever, and from saying the same thing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..settings.persona_rules import ControlRules
from .model import SenderKind


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said in a channel.

    Attributes:
        sender_kind: who said it.
        digest: of what was said, by :func:`text_digest`.
        at: when.
    """

    sender_kind: SenderKind
    digest: str
    at: datetime


def text_digest(text: str) -> str:
    """Equal for texts that say the same: case and blanks do not count."""
    plain = " ".join(text.casefold().split())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def why_muted(recent: Sequence[Said], digest: str, now: datetime, rules: ControlRules) -> str | None:
    """Why a persona must not say this in this channel now; nothing if it may.

    Not asked about a persona's first answer to a human: humans are always answered.

    Args:
        recent: what was said there within the longer of the two windows.
        digest: of what it wants to say.
        now: the moment.
        rules: the limits.
    """
    by_personas = [said for said in recent if said.sender_kind is SenderKind.PERSONA]
    repeat = timedelta(seconds=rules.repeat_seconds)
    if any(said.digest == digest and now - said.at < repeat for said in by_personas):
        return f"a persona said the same here within {rules.repeat_seconds:g} s"
    since = now - timedelta(seconds=rules.chatter_seconds)
    last_human = max((said.at for said in recent if said.sender_kind is SenderKind.HUMAN), default=since)
    spoken = sum(1 for said in by_personas if said.at > since and said.at >= last_human)
    if spoken >= rules.chatter_limit:
        return f"personas said {spoken} things here within {rules.chatter_seconds:g} s and no human spoke"
    return None
