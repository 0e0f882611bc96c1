"""Reads globs and regular expressions into trees."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

MAX_LENGTH: Final = 500
"""The longest pattern, in characters."""
MAX_REPEAT: Final = 200
"""The most that ``{m,n}`` can count."""
_MAX_DEPTH: Final = 20
_DIGITS: Final = ((48, 57),)
_WORD: Final = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Final = ((9, 13), (32, 32))
_CLASSES: Final = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, slots=True)
class CharSet:
    """One character out of a set.

    Attributes:
        ranges: code points, first and last.
        but: it is any character that is not in them.
        parts: more sets that count as well.
        fold: each case of a character counts as the others.
    """

    ranges: tuple[tuple[int, int], ...]
    but: bool = False
    parts: tuple[CharSet, ...] = ()
    fold: bool = False

    def holds(self, char: str) -> bool:
        """Whether the character is one."""
        found = self._within(char)
        if not found and self.fold:
            found = any(len(other) == 1 and self._within(other) for other in (char.upper(), char.lower(), char.title()))
        return found is not self.but

    def _within(self, char: str) -> bool:
        code = ord(char)
        return any(low <= code <= high for low, high in self.ranges) or any(part.holds(char) for part in self.parts)


class Edge(Enum):
    """A place in the text."""

    START = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Chain:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any one of them."""

    ways: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same so many times; without a most, any number."""

    inner: Node
    least: int
    most: int | None


Node: TypeAlias = "CharSet | Edge | Chain | Choice | Repeat"
_ANY: Final = CharSet((), but=True)
_MARKS: Final[Mapping[str, Node]] = {".": CharSet(((10, 10),), but=True), "^": Edge.START, "$": Edge.END}


def parse_glob(text: str, *, fold: bool) -> Node:
    """A glob: ``*`` any text, ``?`` any character, ``[...]`` one of a set, everything else itself.

    Raises:
        ValueError: it is too long, or a bracket is not closed.
    """
    reader = _Reader(text, fold=fold)
    parts: list[Node] = []
    while not reader.done:
        char = reader.take()
        if char == "*":
            parts.append(Repeat(_ANY, 0, None))
        elif char == "?":
            parts.append(_ANY)
        elif char == "[":
            parts.append(reader.bracket("!"))
        else:
            parts.append(reader.literal(char))
    return Chain(tuple(parts))


def parse_expression(text: str, *, fold: bool) -> Node:
    """A regular expression.

    Raises:
        ValueError: it is too long, or holds something that is not supported.
    """
    reader = _Reader(text, fold=fold)
    node = reader.choice(0)
    if not reader.done:
        raise ValueError(f"a bracket is closed that was not opened, at {reader.at + 1}")
    return node


class _Reader:
    def __init__(self, text: str, *, fold: bool) -> None:
        if not text or len(text) > MAX_LENGTH:
            raise ValueError(f"it must have 1 to {MAX_LENGTH} characters")
        self.text, self.at, self.fold = text, 0, fold

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    def peek(self) -> str:
        return "" if self.done else self.text[self.at]

    def take(self) -> str:
        if self.done:
            raise ValueError("it ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def literal(self, char: str) -> Node:
        if not self.fold:
            return CharSet(((ord(char), ord(char)),))
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
        return Chain(tuple(CharSet(((ord(each), ord(each)),)) for each in text))

    def choice(self, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise ValueError("its groups are nested too deeply")
        ways = [self.sequence(depth)]
        while self.peek() == "|":
            self.take()
            ways.append(self.sequence(depth))
        return ways[0] if len(ways) == 1 else Choice(tuple(ways))

    def sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.peek() not in {"", "|", ")"}:
            parts.append(self.repeated(self.atom(depth)))
        return Chain(tuple(parts))

    def atom(self, depth: int) -> Node:
        char = self.take()
        match char:
            case "(":
                return self.group(depth)
            case "[":
                return self.bracket("^")
            case "." | "^" | "$":
                return _MARKS[char]
            case "\\":
                return self.escape()
            case "*" | "+" | "?" | "{":
                raise ValueError(f"nothing to repeat at {self.at}")
            case _:
                return self.literal(char)

    def group(self, depth: int) -> Node:
        if self.peek() == "?":
            self.take()
            if self.take() != ":":
                raise ValueError("only plain groups are supported")
        inner = self.choice(depth + 1)
        if self.peek() != ")":
            raise ValueError("a group is not closed")
        self.take()
        return inner

    def escape(self) -> Node:
        char = self.take()
        if char.lower() in _CLASSES:
            return CharSet(_CLASSES[char.lower()], but=char.isupper(), fold=self.fold)
        if char in _CONTROLS:
            return self.literal(_CONTROLS[char])
        if char.isalnum():
            raise ValueError(f"\\{char} is not supported")
        return self.literal(char)

    def repeated(self, node: Node) -> Node:
        match self.peek():
            case "*":
                least, most = 0, None
            case "+":
                least, most = 1, None
            case "?":
                least, most = 0, 1
            case "{":
                return self._counted(node)
            case _:
                return node
        self.take()
        return self._once(Repeat(node, least, most))

    def bracket(self, opposite: str) -> Node:
        but = self.peek() == opposite
        if but:
            self.take()
        ranges: list[tuple[int, int]] = []
        parts: list[CharSet] = []
        first = True
        while (char := self.take()) != "]" or first:
            first = False
            if char == "\\":
                escaped = self.escape()
                if isinstance(escaped, CharSet) and escaped.ranges[0][0] != escaped.ranges[0][1]:
                    parts.append(escaped)
                    continue
                char = _CONTROLS.get(self.text[self.at - 1], self.text[self.at - 1])
            ranges.append((ord(char), self._range_end(char)))
        return CharSet(tuple(ranges), but, tuple(parts), self.fold)

    def _range_end(self, low: str) -> int:
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in {"", "]"}:
            return ord(low)
        self.take()
        high = self.take()
        if high == "\\":
            high = self.take()
        if ord(high) < ord(low):
            raise ValueError(f"the range {low}-{high} is empty")
        return ord(high)

    def _counted(self, node: Node) -> Node:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : end].partition(",") if end > 0 else ("", "", "")
        if not (low.isascii() and low.isdigit() and (not high or (high.isascii() and high.isdigit()))):
            raise ValueError("a count must look like {2}, {2,} or {2,5}")
        least = int(low)
        most = least if not comma else int(high) if high else None
        if max(least, most or 0) > MAX_REPEAT or (most is not None and most < least):
            raise ValueError(f"a count goes from 0 to {MAX_REPEAT}, the smaller first")
        self.at = end + 1
        return self._once(Repeat(node, least, most))

    def _once(self, node: Node) -> Node:
        if self.peek() in {"*", "+", "?", "{"} and not self.done:
            raise ValueError("lazy, possessive and double repeats are not supported")
        return node
