"""Who a text names with ``@``, and which of a persona's words it uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from ..settings.personas import normal_name

_SEPARATORS: Final = re.compile(r"[\s_-]+")
_AT: Final = re.compile(r"(?<![\w@.])@(?=\w)")
_NAME_SPAN: Final = 130
"""Characters after an ``@`` that can belong to a name: the longest name and generous blanks."""


def spoken_names(names: Mapping[str, Iterable[str]]) -> Mapping[str, str]:
    """Whom each spoken name means.

    Args:
        names: for each persona's id, the names it answers to.
    """
    return {normal_name(name): persona for persona, known in names.items() for name in known}


def mentioned(text: str, spoken: Mapping[str, str]) -> frozenset[str]:
    """Which personas a text names.

    ``@Code Review``, ``@code-review`` and ``@CODE_REVIEW`` are one name. An ``@`` inside a word (a mail address) names
    nobody, and a name ends where its word does: ``@helpers`` is not ``@helper``. Of several names that fit, the longest
    is meant.

    Args:
        text: the message.
        spoken: whom each name means, by :func:`spoken_names`.
    """
    if "@" not in text:
        return frozenset()
    found: set[str] = set()
    for at in _AT.finditer(text):
        following = _SEPARATORS.sub("-", text[at.end() : at.end() + _NAME_SPAN].casefold())
        fitting = [name for name in spoken if _begins_with(following, name)]
        if fitting:
            found.add(spoken[max(fitting, key=len)])
    return frozenset(found)


def uses_word(text: str, words: Iterable[str]) -> bool:
    """Whether a text holds one of the words, whole and in any case; spaces and hyphens in a word are the same."""
    pattern = _pattern(tuple(words))
    return pattern is not None and pattern.search(_SEPARATORS.sub(" ", text.casefold())) is not None


@lru_cache(maxsize=1_024)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    wanted = [_SEPARATORS.sub(" ", word.casefold()).strip() for word in words]
    known = "|".join(re.escape(word) for word in wanted if word)
    return re.compile(rf"(?<!\w)(?:{known})s?(?!\w)") if known else None


def _begins_with(following: str, name: str) -> bool:
    if not following.startswith(name):
        return False
    rest = following[len(name) :]
    return not rest or not (rest[0].isalnum() or rest[0] == "_")
