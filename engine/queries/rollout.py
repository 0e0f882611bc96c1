"""Questions about the rollout of autonomy, and about what autonomy would have done in shadow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from .base import Ask, AskPage, Query


class AskRollout(Ask):
    """The newest rollout with its last steps."""

    steps: Annotated[int, Field(ge=0, le=1_000)] = 50
    """How many steps of this and earlier rollouts, the newest first."""


class AskShadow(AskPage):
    """Compared messages, the newest first."""

    persona: Annotated[str, Field(max_length=200)] = ""
    """Only this persona's."""
    verdict: Literal["", "open", "equal", "different", "only_sync", "only_auto", "unfinished"] = ""
    """Only those that compare so."""


@dataclass(frozen=True, slots=True)
class RolloutStageView:
    """One stage.

    Attributes:
        stage: one, half or all.
        share: in a word: ``1 persona``, ``50%``, ``100%``.
        personas: everybody who works by themselves in it.
        soak_seconds: how long it has to soak.
        soaked_seconds: how long it has.
        state: done, now, ahead, or ended for the one from which it went back.
    """

    stage: str
    share: str
    personas: tuple[str, ...]
    soak_seconds: int
    soaked_seconds: int
    state: str


@dataclass(frozen=True, slots=True)
class GateView:
    """One gate about one persona.

    Attributes:
        gate: answers, depth, failures, rejections or starvation.
        health: ok, few (too little to go by) or breach.
        value, limit: seconds, messages or percent.
        samples, least: how many cases it rests on, and below how many nothing is said.
        text: the figures in words.
    """

    gate: str
    persona: str
    health: str
    value: float
    limit: float
    unit: str
    samples: int
    least: int
    text: str


@dataclass(frozen=True, slots=True)
class MemberView:
    """One persona of the rollout, or of nobody's.

    Attributes:
        mode: how it works now.
        before: how it worked before it joined; empty until then.
        joined_at: when it joined.
        place: its place in the order, from 1; 0 for one that takes no part.
    """

    persona: str
    name: str
    mode: str
    before: str
    joined_at: datetime | None
    place: int
    waiting: int


@dataclass(frozen=True, slots=True)
class RolloutStepView:
    """One thing that happened.

    Attributes:
        step: plan, start, soaked, advance, hold, resume, breach, back, abort or restart.
        before, after: the states around it.
        figures: for a breach: the gate's figures in words.
    """

    id: int
    rollout: int
    at: datetime
    step: str
    before: str
    after: str
    stage: str
    actor: str
    reason: str
    gate: str
    persona: str
    figures: str


@dataclass(frozen=True, slots=True)
class RolloutView:
    """The rollout that counts, or none.

    Attributes:
        number: its id; 0 where there never was one.
        state: none, planned, soaking, ready, held, complete, rolled_back or aborted.
        why: why it is in this state.
        next: what happens next, in words.
        missing: messages that the stage's personas have to see through before their health can be told.
        gates: the worst persona of each gate.
        all_gates: every gate of every persona on trial.
        steps: what happened, the newest first.
        advance: automatic or operator.
        can: the steps that it can take now.
    """

    number: int
    state: str
    stage: str
    why: str
    next: str
    soak_left_seconds: int
    missing: int
    stages: tuple[RolloutStageView, ...]
    gates: tuple[GateView, ...]
    all_gates: tuple[GateView, ...]
    personas: tuple[MemberView, ...]
    steps: tuple[RolloutStepView, ...]
    advance: str
    can: tuple[str, ...]
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShadowSide:
    """What one side came to.

    Attributes:
        seconds: from the message's arrival.
        outcome: answered, declined, refused, failed.
        proposals: kind, tool, account, tier and arguments of each.
    """

    at: datetime
    seconds: float
    outcome: str
    reason: str
    proposals: tuple[tuple[str, str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ShadowView:
    """One message with both sides.

    Attributes:
        verdict: open, equal, different, only_sync, only_auto or unfinished.
        differs: in words.
    """

    id: str
    persona: str
    sender: str
    text: str
    arrived_at: datetime
    verdict: str
    differs: str
    sync: ShadowSide | None = None
    auto: ShadowSide | None = None


@dataclass(frozen=True, slots=True)
class ShadowSummary:
    """One persona's comparison over the messages that are kept.

    Attributes:
        compared: messages with both sides.
        verdicts: how many of each, only those there are.
        sync_seconds, auto_seconds: answer times, the middle one and that of 95 of 100; none without answers.
        sync_tiers, auto_tiers: proposals by who lets them run.
        outcomes: how autonomy ended, how often.
        examples: for each verdict but equal, some ids of messages.
    """

    persona: str
    name: str
    mode: str
    since: datetime
    compared: int
    verdicts: tuple[tuple[str, int], ...]
    sync_seconds: tuple[float, ...]
    auto_seconds: tuple[float, ...]
    sync_tiers: tuple[tuple[str, int], ...]
    auto_tiers: tuple[tuple[str, int], ...]
    outcomes: tuple[tuple[str, int], ...]
    examples: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class ShadowPage:
    """The figures of each persona, some messages, and where the next page begins (empty at the end)."""

    summaries: tuple[ShadowSummary, ...]
    items: tuple[ShadowView, ...]
    next: str = ""


ROLLOUT: Final = Query("rollout", AskRollout, RolloutView)
SHADOW: Final = Query("shadow", AskShadow, ShadowPage)
ROLLOUT_QUERIES: Final = (ROLLOUT, SHADOW)
