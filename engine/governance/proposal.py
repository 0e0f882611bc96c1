"""What a proposer hands to the gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..canonical import JSON
from ..errors import WatchfloorError

MAX_REASON: Final = 4_000
"""The longest reason, in characters."""
MAX_KEY: Final = 200
"""The longest proposer, account, origin or dedupe key, in characters."""


class ProposalError(WatchfloorError):
    """A proposal is not well formed, so the guardrails never saw it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody's wish to act.

    Attributes:
        kind: what it is ("send_chat_message"), however spelled.
        tool: the tool that would do it.
        arguments: the tool's arguments, as JSON text (strictly parsed) or as a JSON object.
        proposer: who asks: ``persona:helper``, ``heartbeat``, ``goal:<id>``, ``operator:ana``.
        reason: why, for the operator.
        account_id: the account it is about, where it is about one. The stage is never the proposer's to say.
        origin: the message that it answers.
        dedupe_key: asked again with this key by this proposer, the first action is returned, whatever became of it;
            for work that a crash may repeat.
        must_ask: an operator has to answer, even where the guardrails would let it run.
    """

    kind: str
    tool: str
    arguments: str | bytes | dict[str, JSON]
    proposer: str
    reason: str
    account_id: str | None = None
    origin: str | None = None
    dedupe_key: str | None = None
    must_ask: bool = False
