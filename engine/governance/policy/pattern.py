"""Text patterns that take linear time on every text: globs, and regular expressions without backtracking.

The expressions are a subset of Python's: literals, ``.``, ``[...]``, ``\\d \\w \\s`` and their opposites, groups,
``|``, ``* + ?`` and ``{m,n}``, ``^`` and ``$``. There are no back-references, no look-around and no lazy repeats, and
therefore no text that makes a match slow.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ...errors import WatchfloorError
from .syntax import Chain, CharSet, Edge, Node, Repeat, parse_expression, parse_glob

MAX_STEPS: Final = 2_000
"""Most steps of a compiled pattern."""
_MAX_EMITTED: Final = 10_000
_REMEMBERED: Final = 4_096


class PatternError(WatchfloorError):
    """A pattern that cannot be used."""


@dataclass(slots=True)
class _Program:
    """A pattern as steps: at each a character set, a way on without a character, or an edge of the text."""

    sets: list[CharSet | None] = field(default_factory=list)
    ways: list[tuple[int, ...]] = field(default_factory=list)
    edges: list[Edge | None] = field(default_factory=list)

    def add(self, chars: CharSet | None = None, ways: tuple[int, ...] = (), edge: Edge | None = None) -> int:
        if len(self.sets) >= MAX_STEPS:
            raise PatternError("the pattern is too large", remedy="Use smaller repeats.")
        self.sets.append(chars)
        self.ways.append(ways)
        self.edges.append(edge)
        return len(self.sets) - 1


@dataclass(slots=True, eq=False)
class _State:
    """Where a match can be, and where each character seen so far leads from there."""

    steps: frozenset[int]
    moves: dict[str, _State] = field(default_factory=dict)


@dataclass(slots=True)
class _Memory:
    """The states met so far."""

    first: _State | None = None
    states: dict[frozenset[int], _State] = field(default_factory=dict)
    count: int = 0


class Pattern:
    """One compiled pattern.

    Args:
        text: the glob or expression.
        glob: it is a glob (``*``, ``?``, ``[...]``) and has to match the whole text; an expression is looked for
            anywhere in it.
        fold: case, width and other compatibility forms make no difference.

    Raises:
        PatternError: the pattern does not parse or is too large.
    """

    def __init__(self, text: str, *, glob: bool, fold: bool) -> None:
        if fold:
            text = unicodedata.normalize("NFKC", text)
        self.text = text
        self._fold = fold
        self._whole = glob
        try:
            root = parse_glob(text, fold=fold) if glob else parse_expression(text, fold=fold)
        except ValueError as error:
            raise PatternError(f"the pattern {text[:60]!r} cannot be used", why=str(error)) from error
        self._program = _Program()
        self._emitted = 0
        self._end = self._program.add()
        self._first = self._emit(root, self._end)
        self._memory = _Memory()
        self._plain = _plain(text, fold=fold) if glob else None

    def matches(self, text: str) -> bool:
        """Whether the text has the pattern."""
        text = folded(text) if self._fold else text
        if self._plain is not None:
            return self._plain(text)
        # Several threads may ask at once: each goes on with the memory that it began with, and only ever adds to it.
        memory = self._memory
        if memory.count > _REMEMBERED:
            memory = self._memory = _Memory()
        if memory.first is None or not text:
            begin = _State(self._closure({self._first}, start=True, end=not text))
            memory.first = begin if text else memory.first
        else:
            begin = memory.first
        anywhere = not self._whole
        state = begin
        if self._end in state.steps and (anywhere or not text):
            return True
        for char in text:
            state = state.moves.get(char) or self._move(memory, state, char)
            if anywhere and self._end in state.steps:
                return True
        return self._end in self._closure(set(state.steps), start=False, end=True)

    def _move(self, memory: _Memory, state: _State, char: str) -> _State:
        sets = self._program.sets
        found = [step for step in state.steps if (chars := sets[step]) is not None and chars.holds(char)]
        after = {self._program.ways[step][0] for step in found}
        if not self._whole:
            after.add(self._first)
        steps = self._closure(after, start=False, end=False)
        reached = memory.states.setdefault(steps, _State(steps))
        state.moves[char] = reached
        memory.count += 1
        return reached

    def _closure(self, steps: set[int], *, start: bool, end: bool) -> frozenset[int]:
        seen: set[int] = set()
        pending = list(steps)
        while pending:
            step = pending.pop()
            if step in seen:
                continue
            seen.add(step)
            edge = self._program.edges[step]
            if self._program.sets[step] is None and (
                edge is None or (edge is Edge.START and start) or (edge is Edge.END and end)
            ):
                pending.extend(self._program.ways[step])
        return frozenset(seen)

    def _emit(self, node: Node, after: int) -> int:
        """Steps that match the node and then go on at ``after``; returns the first."""
        add = self._program.add
        self._emitted += 1
        if self._emitted > _MAX_EMITTED:
            raise PatternError("the pattern is too large", remedy="Use smaller repeats.")
        match node:
            case CharSet():
                return add(node, (after,))
            case Edge():
                return add(ways=(after,), edge=node)
            case Chain(parts):
                for part in reversed(parts):
                    after = self._emit(part, after)
                return after
            case Repeat(inner, least, most):
                return self._repeat(inner, least, most, after)
            case _:
                return add(ways=tuple(self._emit(way, after) for way in node.ways))

    def _repeat(self, inner: Node, least: int, most: int | None, after: int) -> int:
        first = after
        if most is None:
            loop = self._program.add()
            self._program.ways[loop] = (self._emit(inner, loop), after)
            first = loop
        else:
            for _ in range(most - least):
                first = self._program.add(ways=(self._emit(inner, first), after))
        for _ in range(least):
            first = self._emit(inner, first)
        return first


def folded(text: str) -> str:
    """The text without case, width and other compatibility forms."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _plain(glob: str, *, fold: bool) -> Callable[[str], bool] | None:
    """How to find a glob that is plain text but for stars at its ends, without walking through the text."""
    core = glob.strip("*")
    if not core or any(char in "*?[" for char in core):
        return None
    wanted = folded(core) if fold else core
    match glob.startswith("*"), glob.endswith("*"):
        case (True, True):
            return lambda text: wanted in text
        case (True, False):
            return lambda text: text.endswith(wanted)
        case (False, True):
            return lambda text: text.startswith(wanted)
        case _:
            return lambda text: text == wanted
