"""What every command is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ..operators import Role

Text = Annotated[str, Field(min_length=1, max_length=1_048_576)]
Identifier = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(max_length=2_000)]


class Arguments(BaseModel):
    """The arguments of a command: immutable, unknown ones refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class Nothing(Arguments):
    """A command without arguments."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing an operator can have the engine do.

    Attributes:
        name: its name on every door, ``noun.verb``.
        doc: what it does, in a sentence for help and palette.
        arguments: the model its arguments are checked against.
        role: the least role that may send it.
        reversible: another command undoes it.
        quiet: bookkeeping that has no effect on anybody: neither journalled nor remembered, so that it may be frequent.
    """

    name: str
    doc: str
    arguments: type[Arguments]
    role: Role
    reversible: bool
    quiet: bool = False
