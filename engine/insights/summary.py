"""A few sentences about an account, taken from what is on record about it: the extractive way. Pure.

Sentences are scored by the words that the record uses most, as in H. P. Luhn, "The Automatic Creation of Literature
Abstracts", IBM Journal of Research and Development 2 (1958), and told in the order in which they were written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_COMMON: Final = frozenset(
    [
        "the",
        "and",
        "for",
        "with",
        "that",
        "this",
        "from",
        "have",
        "has",
        "had",
        "was",
        "were",
        "are",
        "will",
        "would",
        "about",
        "they",
        "them",
        "their",
        "there",
        "been",
        "into",
        "over",
        "but",
        "not",
        "you",
        "your",
        "our",
        "his",
        "her",
        "its",
        "who",
        "what",
        "when",
        "which",
        "also",
        "just",
        "than",
        "then",
        "out",
        "all",
        "any",
        "can",
        "could",
        "should",
    ]
)
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was logged about an account."""

    day: date
    text: str


def extract(notes: Sequence[Note], most: int) -> tuple[str, ...]:
    """The sentences that say most, each with its day, in the order in which they were written.

    Args:
        notes: what was logged, oldest first.
        most: how many sentences at most.
    """
    sentences = [
        (note.day, sentence)
        for note in notes
        for part in _SENTENCE.split(note.text)
        if (sentence := " ".join(part.split())[:_LONGEST])
    ]
    counts = Counter(word for _, sentence in sentences for word in _words(sentence))
    scored: dict[str, tuple[float, int]] = {}
    for place, (_, sentence) in enumerate(sentences):
        words = _words(sentence)
        if words and sentence not in scored:
            # Per word, so that long sentences do not win by length alone; later ones weigh a little more.
            scored[sentence] = (sum(counts[word] for word in words) / len(words) + place / len(sentences), place)
    best = sorted(scored.values(), key=lambda score: -score[0])[:most]
    chosen = sorted(place for _, place in best)
    return tuple(f"{sentences[place][0].isoformat()}: {sentences[place][1]}" for place in chosen)


def _words(sentence: str) -> list[str]:
    return [word for word in _WORD.findall(sentence.casefold()) if word not in _COMMON]
