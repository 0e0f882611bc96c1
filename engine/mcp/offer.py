"""What an offer is: something that another agent may ask of the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import BaseModel

from ..client import Reply

Work: TypeAlias = Callable[[Any], Awaitable[object]]
"""Does what was asked; what it returns is the answer, as JSON."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be asked.

    Attributes:
        doc: what it does, for the asking agent.
        arguments: the model of its arguments.
        reads: it changes nothing.
    """

    name: str
    doc: str
    arguments: type[BaseModel]
    work: Work
    reads: bool = False


def said(reply: Reply) -> dict[str, object]:
    """What a command answered."""
    return {"text": reply.text, **reply.data}
