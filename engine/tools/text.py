"""Text that tools accept: whole characters, no controls that a terminal or a mail reader would obey."""

from __future__ import annotations

import unicodedata
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, StringConstraints


def _controls(text: str, allowed: str) -> str:
    found = next((char for char in text if char not in allowed and unicodedata.category(char) in {"Cc", "Cs"}), None)
    if found is not None:
        raise ValueError(f"holds the control character U+{ord(found):04X}")
    return text


def one_line(text: str) -> str:
    """The text, if it has no control character, line ends included.

    Raises:
        ValueError: it has one.
    """
    if "\u2028" in text or "\u2029" in text:
        raise ValueError("holds a line or paragraph separator")
    return _controls(text, "")


def prose(text: str) -> str:
    """The text with uniform line ends, if it has no other control character than newline and tab.

    Raises:
        ValueError: it has one.
    """
    return _controls(text.replace("\r\n", "\n"), "\n\t")


Line: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(one_line)]
"""One line of text, 1 to 200 characters."""
Prose: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(prose)]
"""Text of several lines, 1 to 20,000 characters."""
Identifier: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(one_line)]
"""The id of something, 1 to 200 characters."""
