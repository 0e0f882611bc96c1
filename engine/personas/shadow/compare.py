"""Compares what was done at once with what autonomy would have done."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ...canonical import canonical
from ..brains.protocol import ProposalDraft

SHOWN: Final = 2_000
"""Characters of a proposal's arguments that are kept to be read; they are compared by their hash."""
_DIFFERENCES: Final = 5


class Verdict(StrEnum):
    """How the two sides relate."""

    OPEN = "open"
    """One of them is not done yet."""
    EQUAL = "equal"
    """Both did the same."""
    DIFFERENT = "different"
    """Both did something, and not the same."""
    ONLY_SYNC = "only_sync"
    """Only the answer at once came to something."""
    ONLY_AUTO = "only_auto"
    """Only autonomy came to something."""
    UNFINISHED = "unfinished"
    """The persona left shadow mode before autonomy came to it."""


@dataclass(frozen=True, slots=True)
class Made:
    """One proposal, as it is kept.

    Attributes:
        kind, tool, account: what it is.
        digest: of its arguments.
        shown: the arguments as JSON, at most ``SHOWN`` characters.
        tier: who would have let it run: autonomous, approval, hard_stop; or why nobody can tell.
        fields: a digest for each of its arguments.
    """

    kind: str
    tool: str
    account: str
    digest: str
    shown: str
    tier: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Side:
    """What one side came to.

    Attributes:
        at: when.
        outcome: answered, declined, refused, failed or dropped.
        reason: why it was not answered.
        made: what it proposed.
    """

    at: datetime
    outcome: str
    reason: str = ""
    made: tuple[Made, ...] = ()

    @property
    def answers(self) -> bool:
        """It came to something."""
        return bool(self.made)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two sides relate, and in words what differs."""

    verdict: Verdict
    differs: str = ""


def made_of(draft: ProposalDraft, tier: str) -> Made:
    """A draft as it is kept."""
    whole = canonical(draft.arguments)
    text = whole.decode("utf-8", "replace")
    return Made(
        kind=draft.kind,
        tool=draft.tool,
        account=draft.account_id or "",
        digest=_hash(whole),
        shown=text if len(text) <= SHOWN else text[: SHOWN - 1] + "…",
        tier=tier,
        fields={name: _hash(canonical(value)) for name, value in list(draft.arguments.items())[:50]},
    )


def compare(sync: Side, auto: Side) -> Comparison:
    """Say how the answer at once relates to what autonomy would have done; the order of proposals is no difference."""
    if not sync.answers and not auto.answers:
        if sync.outcome == auto.outcome:
            return Comparison(Verdict.EQUAL)
        return Comparison(Verdict.DIFFERENT, f"{sync.outcome} at once, {auto.outcome} by itself")
    if not auto.answers:
        return Comparison(Verdict.ONLY_SYNC, f"by itself it was {auto.outcome}{_because(auto)}")
    if not sync.answers:
        return Comparison(Verdict.ONLY_AUTO, f"at once it was {sync.outcome}{_because(sync)}")
    if _contents(sync.made) == _contents(auto.made):
        tiers = Counter(one.tier for one in sync.made) == Counter(one.tier for one in auto.made)
        return Comparison(Verdict.EQUAL, "" if tiers else "the policy changed in between")
    return Comparison(Verdict.DIFFERENT, _differences(sync.made, auto.made))


def _contents(made: Sequence[Made]) -> Counter[tuple[str, str, str, str]]:
    return Counter((one.kind, one.tool, one.account, one.digest) for one in made)


def _differences(sync: Sequence[Made], auto: Sequence[Made]) -> str:
    here, there = Counter(one.kind for one in sync), Counter(one.kind for one in auto)
    told = [f"{kind} only at once" for kind in sorted((here - there).elements())]
    told += [f"{kind} only by itself" for kind in sorted((there - here).elements())]
    if not told:
        told = [_fields(one, other) for one, other in zip(_sorted(sync), _sorted(auto), strict=True)]
    return "; ".join([text for text in told if text][:_DIFFERENCES])


def _fields(one: Made, other: Made) -> str:
    names = [
        name
        for name in sorted(one.fields.keys() | other.fields.keys())
        if one.fields.get(name) != other.fields.get(name)
    ]
    if one.tool != other.tool:
        names.append("the tool")
    if one.account != other.account:
        names.append("the account")
    return f"{one.kind}: another {', '.join(names[:_DIFFERENCES])}" if names else ""


def _sorted(made: Sequence[Made]) -> list[Made]:
    return sorted(made, key=lambda one: (one.kind, one.tool, one.account, one.digest))


def _because(side: Side) -> str:
    return f": {side.reason}" if side.reason else ""


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def made_text(made: Sequence[Made]) -> str:
    """Proposals as the database keeps them."""
    return json.dumps([
        [one.kind, one.tool, one.account, one.digest, one.shown, one.tier, one.fields] for one in made
    ])  # fmt: skip


def made_from(text: str) -> tuple[Made, ...]:
    """Proposals as :func:`made_text` wrote them."""
    return tuple(Made(*fields) for fields in json.loads(text))
