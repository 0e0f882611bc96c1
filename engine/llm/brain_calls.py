"""The functions that a model may call while it thinks, and how a call is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..canonical import JSON, JsonError, canonical, parse_strict
from ..personas.brains import ProposalDraft
from .model import Call, Offer

SAY: Final = "say"
PROPOSE: Final = "propose"
DECLINE: Final = "decline"
REFUSE: Final = "refuse"
LOOK_UP: Final = "look_up"
_SHOWN: Final = 3
_TEXT: Final[dict[str, JSON]] = {"type": "string"}


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class _Proposal(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    kind: Annotated[str, Field(min_length=1, max_length=120)]
    tool: Annotated[str, Field(min_length=1, max_length=200)]
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
    return (
        Offer(SAY, "Answer in the channel that the message came from. Ends your turn.", _text_schema("what to say")),
        Offer(LOOK_UP, "Look up goals, tasks, approvals and the accounts named in a text.", _text_schema("what about")),
        Offer(DECLINE, "There is nothing to do for you here. Ends your turn.", _text_schema("because …")),
        Offer(REFUSE, "You could and will not. Ends your turn.", _text_schema("because …")),
        Offer(PROPOSE, _proposing(tools), _proposal_schema(sorted(tools))),
    )


def read_call(call: Call) -> Read | str:
    """A call, or in words why it is none that can be taken."""
    try:
        arguments = parse_strict(call.arguments or "{}")
        if call.name == PROPOSE:
            found = _Proposal.model_validate(arguments)
            given = parse_strict(canonical(arguments["arguments"])) if isinstance(arguments, dict) else {}
            chosen = given if isinstance(given, dict) else {}
            return Read(PROPOSE, draft=ProposalDraft(found.kind, found.tool, chosen, found.reason, found.account_id))
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


def _proposing(tools: Mapping[str, tuple[str, Mapping[str, JSON]]]) -> str:
    lines = ["Propose an action. Guardrails and people decide about it. Its arguments have to fit the tool:"]
    for name, (description, schema) in sorted(tools.items()):
        lines.append(f"- {name}: {description} Arguments: {canonical(dict(schema)).decode()}")
    return "\n".join(lines)


def _proposal_schema(tools: Sequence[str]) -> Mapping[str, JSON]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["kind", "tool", "arguments", "reason"],
        "properties": {
            "kind": {"type": "string", "description": "such as send_follow_up_email, send_proposal, create_briefing"},
            "tool": {"type": "string", "enum": list[JSON](tools)},
            "arguments": {"type": "object"},
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
