"""Letters that look like others: what an address, a domain or a path must not hide."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

__all__ = ["Suspicion", "mixed_script", "suspicious_characters"]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One character that an address, a domain or a path has no good reason to hold."""

    index: int
    """Where it stands in the text, from 0."""
    code_point: int
    name: str
    """Its Unicode name, or ``"unnamed"``."""

    def __str__(self) -> str:
        return f"U+{self.code_point:04X} {self.name.lower()}"


def suspicious_characters(text: str) -> tuple[Suspicion, ...]:
    """Every character outside printable ASCII: the look-alikes and odd spaces of addresses, domains and paths."""
    return tuple(
        Suspicion(index, ord(character), unicodedata.name(character, "unnamed"))
        for index, character in enumerate(text)
        if not "\x20" <= character <= "\x7e"
    )


def mixed_script(text: str) -> bool:
    """Whether one dot-, at- or slash-separated part of the text has letters of several scripts, or is punycode.

    A name in one foreign script alone is honest; Latin with one Cyrillic letter in it is a look-alike.
    """
    return any(part.lower().startswith("xn--") or len(_scripts(part)) > 1 for part in re.split(r"[.@/:\s]", text))


def _scripts(part: str) -> frozenset[str]:
    names = (unicodedata.name(character, "UNNAMED") for character in part if character.isalpha())
    return frozenset(_FAMILIES.get(name.split(" ")[0].split("-")[0], name.split(" ")[0]) for name in names)


# Japanese is written in three scripts at once.
_FAMILIES: Final = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HALFWIDTH": "WIDTH", "FULLWIDTH": "WIDTH"}
