"""Spans of traces: what happened from when to when, and within what.

A trace belongs to one task or action, and the ids of its spans follow from that one's id. So whoever has to say
something about a task knows the trace without having been told, also after a restart, and nothing has to be kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

_TRACEPARENT: Final = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-01$")


@dataclass(frozen=True, slots=True)
class Span:
    """One piece of work.

    Attributes:
        trace_id, span_id, parent_id: not 0; nothing for a parent where it is the first.
        error: what went wrong; empty where nothing did.
    """

    name: str
    trace_id: int
    span_id: int
    parent_id: int | None
    start: datetime
    end: datetime
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    error: str = ""


def trace_id_of(subject: str) -> int:
    """The trace of a task or an action."""
    return _number(16, subject)


def span_id_of(subject: str, *what: str | int) -> int:
    """The span of one step of it."""
    return _number(8, subject, *what)


def is_traced(subject: str, share: float) -> bool:
    """Whether it is among the share that is traced, 0 to 1; everybody who asks gets the same answer."""
    return _number(8, subject, "share") < share * 2**64


def context_of(subject: str, span_id: int) -> str:
    """What is sent along with work, for those who go on with it: the header ``traceparent`` of W3C Trace Context."""
    return f"00-{trace_id_of(subject):032x}-{span_id:016x}-01"


def read_context(text: str) -> tuple[int, int] | None:
    """The trace and the span that were sent along; nothing where that is not what was sent."""
    match = _TRACEPARENT.match(text)
    found = (int(match[1], 16), int(match[2], 16)) if match else (0, 0)
    return found if all(found) else None


def _number(size: int, *words: str | int) -> int:
    text = "\0".join(map(str, words)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=size, person=b"watchfloor").digest(), "big") or 1
