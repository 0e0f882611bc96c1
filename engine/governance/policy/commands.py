"""Patterns of commands: which simple commands a rule means."""

from __future__ import annotations

from .pattern import Pattern
from .shell import Danger, Line, Simple, doubts_of

REST = "**"
"""As the last word of a pattern: any words, or none."""


class CommandPattern:
    """A command as words: ``git push``, ``git commit -m *``, ``make **``.

    In a rule that asks or stops, the words have to occur in this order, with others between and behind them, and the
    program is known by its name in any folder. In a rule that lets run, the words are the whole command: ``*`` stands
    for any one word or part of one, ``**`` at the end for any others.

    Args:
        text: the pattern, words parted by blanks.

    Raises:
        PatternError: a word cannot be used as a glob.
    """

    def __init__(self, text: str) -> None:
        words = text.split()
        self._open = len(words) > 1 and words[-1] == REST
        self._texts = words[:-1] if self._open else words
        self._words = [Pattern(word, glob=True, fold=False) for word in self._texts]

    def touches(self, command: Simple) -> bool:
        """Whether a rule that asks or stops means it."""
        if not self._words or not (self._words[0].matches(command.program) or self._words[0].matches(command.argv[0])):
            return False
        at = 0
        rest = command.argv[1:]
        for pattern, text in zip(self._words[1:], self._texts[1:], strict=True):
            found = next((i for i in range(at, len(rest)) if pattern.matches(rest[i])), None)
            if found is None:
                if not _has_letters(text, rest):
                    return False
                continue
            at = found + 1
        return True

    def is_whole(self, command: Simple) -> bool:
        """Whether a rule that lets run means it."""
        argv = command.argv
        if len(argv) < len(self._words) or (len(argv) > len(self._words) and not self._open):
            return False
        return bool(self._words) and all(word.matches(text) for word, text in zip(self._words, argv, strict=False))


def lifted(line: Line, patterns: tuple[CommandPattern, ...]) -> bool:
    """Whether every doubt about a line is one that these patterns answer for."""
    return all(
        doubt.danger is Danger.UNKNOWN
        and doubt.command is not None
        and any(pattern.is_whole(doubt.command) for pattern in patterns)
        for doubt in doubts_of(line)
    )


def _has_letters(option: str, words: tuple[str, ...]) -> bool:
    # "-rf" also means "-r -f" and "-fvr".
    if len(option) < 2 or option[0] != "-" or not option[1:].isalpha():  # a dash and a letter
        return False
    given = {letter for word in words if word[:1] == "-" and word[:2] != "--" for letter in word[1:]}
    return set(option[1:]) <= given
