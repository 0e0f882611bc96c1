"""How commands, queries, replies and views travel between processes: JSON, checked on both sides."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ..queries import Query
from ..view import View
from .protocol import CommandRefused, Reply

R = TypeVar("R")

_ADAPTERS: Final[dict[Any, TypeAdapter[Any]]] = {}
MESSAGE_LIMIT: Final = 4 * 1_048_576
"""Most bytes of one message, either way."""


class WireRequest(BaseModel):
    """A command or a query on its way to the engine."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: Annotated[str, Field(min_length=8, max_length=100)]
    sort: Literal["command", "query"]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    arguments: dict[str, Any]
    operator: Annotated[str, Field(min_length=1, max_length=100)]
    session: Annotated[str, Field(max_length=200)] = "local"
    identity: Annotated[str, Field(max_length=200)] = ""
    read_only: bool = False


class WireRefusal(BaseModel):
    """A no, part by part."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    why: str = ""
    remedy: str = ""
    code: str = "failed"


class WireReply(BaseModel):
    """The engine's answer: a reply to a command, the result of a query, or a refusal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str = ""
    data: dict[str, Any] = {}
    result: Any = None
    refusal: WireRefusal | None = None


def refusal_of(error: CommandRefused) -> WireRefusal:
    """A refusal as it travels."""
    return WireRefusal(what=error.what, why=error.why, remedy=error.remedy, code=error.code)


def reply_or_raise(answer: WireReply) -> Reply:
    """The reply that came, or the refusal raised.

    Raises:
        CommandRefused: the engine said no.
    """
    if answer.refusal is not None:
        no = answer.refusal
        raise CommandRefused(no.what, why=no.why, remedy=no.remedy, code=no.code)
    return Reply(answer.text, answer.data)


def encode_view(view: View) -> bytes:
    """A view as it travels."""
    return _adapter(View).dump_json(view)


def decode_view(raw: bytes) -> View:
    """A view that travelled.

    Raises:
        pydantic.ValidationError: it is not one, or of another version.
    """
    view: View = _adapter(View).validate_json(raw)
    return view


def encode_result(query: Query[R], result: R) -> Any:
    """A query's result as plain JSON values."""
    return _adapter(query.result).dump_python(result, mode="json")


def decode_result(query: Query[R], value: Any) -> R:
    """A query's result from plain JSON values."""
    result: R = _adapter(query.result).validate_python(value)
    return result


def _adapter(kind: Any) -> TypeAdapter[Any]:
    adapter = _ADAPTERS.get(kind)
    if adapter is None:
        adapter = _ADAPTERS[kind] = TypeAdapter(kind)
    return adapter
