"""The functions that a model may call while it thinks, and how a call is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..canonical import JSON, JsonError, canonical, parse_strict
from ..personas.brains import ProposalDraft
from .model import Call, Offer

SAY: Final = "say"
PROPOSE: Final = "propose"
"""Followed by ``_`` and the tool: each tool is offered with its own schema."""
DECLINE: Final = "decline"
REFUSE: Final = "refuse"
LOOK_UP: Final = "look_up"
_SHOWN: Final = 3
_PROPOSING: Final = "Propose an action; guardrails and people decide about it. The tool:"
_NAME_AT_MOST: Final = 64
_OTHER: Final = re.compile(r"[^A-Za-z0-9_-]")
_TEXT: Final[dict[str, JSON]] = {"type": "string"}


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class _Proposal(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    kind: Annotated[str, Field(min_length=1, max_length=120)]
    arguments: dict[str, object]
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]
    account_id: Annotated[str, Field(max_length=200)] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A call that was understood: its text, or what it proposes."""

    name: str
    text: str = ""
    draft: ProposalDraft | None = None


def offers(tools: Mapping[str, tuple[str, Mapping[str, JSON]]]) -> Sequence[Offer]:
    """What the model may call.

    Args:
        tools: description and argument schema of each tool that may be proposed.
    """
    named = names_of(tools)
    return (
        Offer(SAY, "Answer in the channel that the message came from. Ends your turn.", _text_schema("what to say")),
        Offer(LOOK_UP, "Look up how things stand, and the accounts named in a text.", _text_schema("what about")),
        Offer(DECLINE, "There is nothing to do for you here. Ends your turn.", _text_schema("because …")),
        Offer(REFUSE, "You could and will not. Ends your turn.", _text_schema("because …")),
        *(
            Offer(name, f"{_PROPOSING} {tools[tool][0]}", _proposal_schema(tools[tool][1]))
            for name, tool in sorted(named.items())
        ),
    )


def names_of(tools: Iterable[str]) -> Mapping[str, str]:
    """The tool that each proposing function proposes: names as providers take them, each its own."""
    named: dict[str, str] = {}
    for tool in sorted(tools):
        plain = f"{PROPOSE}_{_OTHER.sub('_', tool)}"[:_NAME_AT_MOST]
        name, number = plain, 1
        while name in named:
            number += 1
            name = f"{plain[: _NAME_AT_MOST - 4]}_{number}"
        named[name] = tool
    return named


def read_call(call: Call, tools: Iterable[str]) -> Read | str:
    """A call, or in words why it is none that can be taken.

    Args:
        call: as it came.
        tools: what may be proposed.
    """
    tool = names_of(tools).get(call.name)
    try:
        arguments = parse_strict(call.arguments or "{}")
        if tool is not None:
            found = _Proposal.model_validate(arguments)
            given = parse_strict(canonical(arguments["arguments"])) if isinstance(arguments, dict) else {}
            chosen = given if isinstance(given, dict) else {}
            return Read(PROPOSE, draft=ProposalDraft(found.kind, tool, chosen, found.reason, found.account_id))
        if call.name in {SAY, DECLINE, REFUSE, LOOK_UP}:
            return Read(call.name, text=_Text.model_validate(arguments).text)
    except JsonError as error:
        return f"its arguments are no JSON: {error.why}"
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)[:_SHOWN]
        return "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'arguments'}: {problem['msg']}" for problem in problems
        )
    return f"there is no function {call.name[:60]!r}"


def _proposal_schema(arguments: Mapping[str, JSON]) -> Mapping[str, JSON]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["kind", "arguments", "reason"],
        "properties": {
            "kind": {"type": "string", "description": "such as send_follow_up_email, send_proposal, create_briefing"},
            "arguments": dict(arguments),
            "reason": {"type": "string", "description": "why, for whoever decides"},
            "account_id": {"type": ["string", "null"], "description": "the account that it is about, if any"},
        },
    }


def _text_schema(what: str) -> Mapping[str, JSON]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["text"],
        "properties": {"text": {**_TEXT, "description": what}},
    }
