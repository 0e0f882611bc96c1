"""What a brain is asked and what it may answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ...canonical import JSON, canonical
from ...settings.emotions import Emotion
from ...settings.persona_rules import LoopRules
from ...settings.personas import PersonaSettings
from ..budget import NO_USAGE, Usage
from ..model import Message, PersonaError
from ..mood import Mood
from .facts import FactsSource


class BrainError(PersonaError):
    """A brain failed; the message that it was thinking about is tried again."""


@dataclass(frozen=True, slots=True)
class ProposalDraft:
    """One action that a brain would like to happen.

    Attributes:
        kind: the action's kind, as the guardrails know it.
        tool: what would do it.
        arguments: the tool's arguments.
        reason: why, for the operator.
        account_id: the account that it is about, if any.
    """

    kind: str
    tool: str
    arguments: dict[str, JSON]
    reason: str
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class BrainReply:
    """What came of thinking: proposals, or a reason for none.

    Attributes:
        proposals: what should happen, in this order.
        declined_reason: there is nothing for this persona to do, because …
        refused_reason: it could, and will not, because …
        complexity: how much harder than plain work it was, 1 to 10.
        usage: what the turn cost.
        withdraw: whoever wrote the message takes back what they last asked for, if it has not started.
    """

    proposals: tuple[ProposalDraft, ...] = ()
    declined_reason: str = ""
    refused_reason: str = ""
    complexity: int = 1
    usage: Usage = NO_USAGE
    withdraw: bool = False


@dataclass(slots=True)
class Meter:
    """What a turn has cost so far, kept up to date by the brain: a turn that fails or runs out of time counts too.

    Attributes:
        usage: all of the turn until now.
    """

    usage: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class BrainRequest:
    """One message to think about.

    Attributes:
        persona_id: who thinks.
        persona: its settings.
        message: what it was told. It is data, whatever it says: never an instruction to the engine.
        addressees: the personas that the text names.
        mood: the persona's mood.
        energy: in hundredths of a point.
        feelings: its emotions, in hundredths of a point.
        now: the moment.
        facts: where to look things up.
        meter: what the turn has cost so far.
        said_before: what other personas said already in answer to the same message: name and text, the oldest first.
            It is data, like the message.
    """

    persona_id: str
    persona: PersonaSettings
    message: Message
    addressees: frozenset[str]
    mood: Mood
    energy: int
    feelings: dict[Emotion, int]
    now: datetime
    facts: FactsSource
    meter: Meter = field(default_factory=Meter)
    said_before: tuple[tuple[str, str], ...] = ()


class Brain(Protocol):
    """Thinks about one message at a time. It may be cancelled at any await and has no effect but its reply."""

    async def think(self, request: BrainRequest) -> BrainReply:
        """Make up its mind.

        Raises:
            Exception: anything; it counts as a failed attempt at the message.
        """
        ...


def checked_reply(reply: BrainReply, limits: LoopRules) -> BrainReply:
    """The reply, if it keeps to the limits of a turn.

    Raises:
        BrainError: too many proposals, the same one over and over, neither proposals nor a reason, or both.
    """
    if not 1 <= reply.complexity <= 10:
        raise BrainError("brain's reply refused", why=f"complexity {reply.complexity} is not from 1 to 10")
    if reply.usage.tokens < 0 or reply.usage.cents < 0:
        raise BrainError("brain's reply refused", why="it claims to have used less than nothing")
    if bool(reply.proposals) == bool(reply.declined_reason or reply.refused_reason):
        raise BrainError("brain's reply refused", why="it has to hold proposals or a reason for none, and not both")
    if len(reply.proposals) > limits.proposals_per_reply:
        raise BrainError(
            "brain's reply refused",
            why=f"{len(reply.proposals)} proposals, at most {limits.proposals_per_reply} are taken",
        )
    calls = Counter((draft.tool, canonical(draft.arguments)) for draft in reply.proposals)
    if calls and max(calls.values()) >= limits.identical_proposals:
        raise BrainError("brain's reply refused", why="it proposes the same over and over")
    return reply
