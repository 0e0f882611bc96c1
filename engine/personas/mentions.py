"""Who a text names with ``@``, and which of a persona's words it uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ..settings.personas import normal_name

_SEPARATORS: Final = re.compile(r"[\s_-]+")
_AT: Final = re.compile(r"(?<![\w@.])@(?=\w)")
_NAME_SPAN: Final = 130
"""Characters after an ``@`` that can belong to a name: the longest name and generous blanks."""


def mentioned(text: str, names: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Which personas a text names.

    ``@Code Review``, ``@code-review`` and ``@CODE_REVIEW`` are one name. An ``@`` inside a word (a mail address) names
    nobody, and a name ends where its word does: ``@helpers`` is not ``@helper``. Of several names that fit, the longest
    is meant.

    Args:
        text: the message.
        names: for each persona's id, the names it answers to.
    """
    spoken = {normal_name(name): persona for persona, known in names.items() for name in known}
    found: set[str] = set()
    for at in _AT.finditer(text):
        following = _SEPARATORS.sub("-", text[at.end() : at.end() + _NAME_SPAN].casefold())
        fitting = [name for name in spoken if _begins_with(following, name)]
        if fitting:
            found.add(spoken[max(fitting, key=len)])
    return frozenset(found)


def uses_word(text: str, words: Iterable[str]) -> bool:
    """Whether a text holds one of the words, whole and in any case; spaces and hyphens in a word are the same."""
    plain = _SEPARATORS.sub(" ", text.casefold())
    for word in words:
        wanted = _SEPARATORS.sub(" ", word.casefold()).strip()
        if wanted and re.search(rf"(?<!\w){re.escape(wanted)}s?(?!\w)", plain):
            return True
    return False


def _begins_with(following: str, name: str) -> bool:
    if not following.startswith(name):
        return False
    rest = following[len(name) :]
    return not rest or not (rest[0].isalnum() or rest[0] == "_")
