"""What every query is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

R = TypeVar("R")

PAGE_LIMIT: Final = 1_000
"""Most items of one page."""
ANSWER_SECONDS: Final = 10.0
"""How long an engine may be silent before it is taken for lost."""


class Ask(BaseModel):
    """The arguments of a query."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class AskPage(Ask):
    """Which page: ``after`` is the ``next`` of the page before, empty for the first."""

    after: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = 100


class AskNothing(Ask):
    """A query without arguments."""


@dataclass(frozen=True, slots=True)
class Query(Generic[R]):
    """One thing that can be asked.

    Attributes:
        name: its name on every door.
        arguments: the model its arguments are checked against.
        result: the type of the answer.
        patience_seconds: how long whoever asks waits for the answer.
    """

    name: str
    arguments: type[Ask]
    result: type[R]
    patience_seconds: float = ANSWER_SECONDS
