"""Blanks in texts: ``{name}`` and ``{result:step}``; ``{{`` and ``}}`` are braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from ..canonical import JSON

_BLANK: Final = re.compile(r"\{\{|\}\}|\{(result:)?([A-Za-z0-9_.\-]+)\}")


def used(text: str) -> Iterator[tuple[bool, str]]:
    """The blanks of a text: whether it is a result, and its name."""
    for found in _BLANK.finditer(text):
        if found[2]:
            yield bool(found[1]), found[2]


def replaced(text: str, value: Callable[[bool, str], str | None], *, again: bool = False) -> str:
    """A text with its blanks filled in.

    Args:
        text: the text.
        value: of a blank, as :func:`used` tells it; nothing leaves the blank as it is.
        again: it will be filled in once more: braces stay doubled, and those of values are.
    """

    def fill(found: re.Match[str]) -> str:
        if not found[2]:
            return found[0] if again else found[0][0]
        given = value(bool(found[1]), found[2])
        if given is None:
            return found[0]
        return spelled(given) if again else given

    return _BLANK.sub(fill, text)


def spelled(text: str) -> str:
    """A text that comes out as it is when blanks are filled in."""
    return text.replace("{", "{{").replace("}", "}}")


def strings(value: Any) -> Iterator[str]:
    """Every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def within(value: Any, fill: Callable[[str], JSON]) -> JSON:
    """A value with each text in it filled in."""
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, dict):
        return {key: within(item, fill) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [within(item, fill) for item in value]
    if value is None or isinstance(value, bool | int | float):
        # A number with a fraction is refused, with its place, where the payload is read.
        return cast("JSON", value)
    # TOML has dates and times of its own.
    return str(value)
