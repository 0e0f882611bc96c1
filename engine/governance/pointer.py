"""JSON pointers (RFC 6901): one value inside of an action's arguments, by its path."""

from __future__ import annotations

import re
from typing import Final

from ..canonical import JSON

_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_ESCAPE: Final = re.compile(r"~(?![01])")


class Absent:
    """The path leads nowhere."""


ABSENT: Final = Absent()
"""What :func:`value_at` returns where the path leads nowhere."""


def is_pointer(text: str) -> bool:
    """Whether the text is a JSON pointer: empty for the whole, else parts that each begin with ``/``."""
    return (text == "" or text.startswith("/")) and _ESCAPE.search(text) is None


def value_at(document: JSON, pointer: str) -> JSON | Absent:
    """The value at a path; ``ABSENT`` where the document has none, or the text is no pointer."""
    if not is_pointer(pointer):
        return ABSENT
    found = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and _INDEX.fullmatch(name) and int(name) < len(found):
            found = found[int(name)]
        else:
            return ABSENT
    return found
