"""Who a text names with ``@``, and which of a persona's words it uses."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from ..settings.personas import normal_name

MOST: Final = 200
"""Marks that are looked at in one text; nobody calls so many, and reading a text must not take long."""
_SEPARATORS: Final = re.compile(r"[\s_-]+")
_AT: Final = re.compile(r"(?<![a-z0-9.@+%_/-])@(?=\w)")
_NAME_SPAN: Final = 130
"""Characters after an ``@`` that can belong to a name: the longest name and generous blanks."""
_ADDRESS_SPAN: Final = 2_000
"""Characters before an ``@`` in which the beginning of a web address is looked for."""
_FENCE: Final = re.compile(r"[ \t]*(`{3,}|~{3,})")
_INLINE: Final = re.compile(r"(?<!`)(`++)[^`]++\1(?!`)")


def spoken_names(names: Mapping[str, Iterable[str]]) -> Mapping[str, str]:
    """Whom each spoken name means.

    Args:
        names: for each persona's id, the names it answers to.
    """
    return {normal_name(_folded(name)): persona for persona, known in names.items() for name in known}


def mentioned(text: str, spoken: Mapping[str, str]) -> frozenset[str]:
    """Which personas a text names.

    ``@Code Review``, ``@code-review`` and ``@CODE_REVIEW`` are one name, however its letters are composed. An ``@`` in
    a mail address, in a web address or in code (between back ticks, or in a fenced block) names nobody, and a name ends
    where its word does: ``@helpers`` and ``@helper-bot`` are not ``@helper``. Of several names that fit, the longest is
    meant. Only the first ``MOST`` marks are looked at.

    Args:
        text: the message.
        spoken: whom each name means, by :func:`spoken_names`.
    """
    if "@" not in text and "\uff20" not in text:
        return frozenset()
    plain = _folded(_without_code(text))
    found: set[str] = set()
    for at in itertools.islice(_AT.finditer(plain), MOST):
        if not _in_address(plain, at.start()):
            name = _longest(plain[at.end() : at.end() + _NAME_SPAN], spoken)
            if name is not None:
                found.add(spoken[name])
    return frozenset(found)


def _longest(following: str, spoken: Mapping[str, str]) -> str | None:
    """The longest name that a text begins with, ending where a word ends."""
    joined = _SEPARATORS.sub("-", following)
    ends = {len(_SEPARATORS.sub("-", following[:end])) for end in _word_ends(following)}
    fitting = [name for name in spoken if joined.startswith(name) and len(name) in ends]
    return max(fitting, key=len, default=None)


def _word_ends(following: str) -> list[int]:
    """Where a name may end: before what neither goes on with the word nor ties another one to it."""
    ends = [len(following)] if len(following) < _NAME_SPAN else []
    for place, character in enumerate(following):
        after = following[place + 1 : place + 2]
        tied = character in "-_." and (after.isalnum() or after in {"-", "_"})
        if not (character.isalnum() or unicodedata.category(character).startswith("M") or tied):
            ends.append(place)
    return ends


def _folded(text: str) -> str:
    """Letters as they are compared: one composition, one width, no case, one apostrophe."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("\u2019", "'")


def _without_code(text: str) -> str:
    if "`" not in text and "~~~" not in text:
        return text
    kept: list[str] = []
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            if mark is not None and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        elif mark is not None and "`" not in line[mark.end() :]:
            fence = mark[1]
        else:
            kept.append(line)
    return _INLINE.sub(" ", "\n".join(kept))


def _in_address(text: str, place: int) -> bool:
    """Whether the word that a mark stands in began as a web address."""
    before = text[max(0, place - _ADDRESS_SPAN) : place]
    begun = max(before.rfind(blank) for blank in " \n\t")
    return "://" in before[begun + 1 :]


def uses_word(text: str, words: Iterable[str]) -> bool:
    """Whether a text holds one of the words, whole and in any case; spaces and hyphens in a word are the same."""
    pattern = _pattern(tuple(words))
    return pattern is not None and pattern.search(_SEPARATORS.sub(" ", text.casefold())) is not None


@lru_cache(maxsize=1_024)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    wanted = [_SEPARATORS.sub(" ", word.casefold()).strip() for word in words]
    known = "|".join(re.escape(word) for word in wanted if word)
    return re.compile(rf"(?<!\w)(?:{known})s?(?!\w)") if known else None
