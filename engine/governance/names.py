"""Names as guardrails compare them: one spelling for each, and look-alikes of forbidden ones found out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

MAX_NAME: Final = 120
"""The longest name that is looked at, in characters."""

_IGNORABLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
_SEPARATORS: Final = re.compile(r"[\s_\-]+")
# What a hurried reader takes for another letter, applied alike to both sides of a comparison.
_DIGITS: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "3": "e", "4": "a", "5": "s", "7": "t"})
_MARKS: Final = str.maketrans({"|": "l", "!": "l", "@": "a", "$": "s"})
_PAIRS: Final = (("rn", "m"), ("vv", "w"))


@lru_cache(maxsize=1_024)
def normalise(name: str) -> str:
    """The spelling under which a kind or stage is looked up.

    Compatibility forms are folded (NFKC), case is folded, invisible characters go, and every run of blanks, dashes and
    underscores becomes one underscore. Whatever else is not ASCII stays and thereby matches nothing known.
    """
    text = unicodedata.normalize("NFKC", name)
    text = unicodedata.normalize("NFKC", text.casefold())
    text = "".join(_separator(char) for char in text if not _is_invisible(char))
    return _SEPARATORS.sub("_", text).strip("_")


def resembles(name: str, known: Iterable[str]) -> str | None:
    """The known ASCII name that a reader could take ``name`` for, if any.

    Marks, separators and punctuation are ignored, digits and letters that look alike are treated as equal, and a letter
    from another script may stand for any one letter as long as most of the name agrees.
    """
    skeletons = _skeletons(name)
    return next((candidate for candidate in known if _any_agrees(skeletons, _skeletons(candidate))), None)


def _separator(char: str) -> str:
    return "_" if unicodedata.category(char) in {"Pd", "Pc", "Zs", "Zl", "Zp"} else char


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) == "Cf" or _IGNORABLE.match(char) is not None


def _skeletons(name: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold()).translate(_DIGITS)
    found: list[str] = []
    # Each reading on its own: a mark may stand for a letter or be mere punctuation, a pair for one letter or for two.
    for text in (folded, folded.translate(_MARKS)):
        letters = "".join(char for char in text if unicodedata.category(char)[0] == "L" and not _is_invisible(char))
        joined = letters
        for pair, single in _PAIRS:
            joined = joined.replace(pair, single)
        found += [letters, joined]
    return tuple(found)


def _any_agrees(skeletons: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return any(_agrees(one, other) for one, other in zip(skeletons, known, strict=True))


def _agrees(skeleton: str, known: str) -> bool:
    if len(skeleton) != len(known):
        return False
    same = sum(a == b for a, b in zip(skeleton, known, strict=True))
    foreign = sum(not char.isascii() for char in skeleton)
    return same + foreign == len(known) and same * 2 >= len(known)
