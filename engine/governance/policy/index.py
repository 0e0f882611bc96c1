"""Finds the few rules that could match an action, out of thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from ...canonical import JSON
from ..pointer import Absent, value_at
from .rules import Rule
from .values import Key, key_of

_REMEMBERED: Final = 10_000
"""Most combinations of kind, tool and proposer whose rules are kept at hand."""

Numbered: TypeAlias = tuple[int, Rule]


class _Shelf:
    """The rules for one kind, tool and proposer: those bound to an argument's value under that value."""

    __slots__ = ("bound", "open")

    def __init__(self, rules: Iterable[Numbered]) -> None:
        self.open: list[Numbered] = []
        self.bound: dict[tuple[str, bool], dict[Key, list[Numbered]]] = {}
        for number, rule in rules:
            if rule.pointer is None:
                self.open.append((number, rule))
                continue
            values = self.bound.setdefault((rule.pointer, not rule.lets_run), defaultdict(list))
            for key in rule.keys:
                values[key].append((number, rule))

    def within(self, arguments: dict[str, JSON]) -> Sequence[Numbered]:
        """Those that an action with these arguments could match, in the order of the file."""
        if not self.bound:
            return self.open
        found = list(self.open)
        for (pointer, strict), values in self.bound.items():
            found.extend(_under(values, value_at(arguments, pointer), strict=strict))
        found.sort(key=_number)
        return found


class RuleIndex:
    """All rules of a policy, in the order of the file.

    Args:
        rules: the rules.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._by_kind: dict[str, list[Numbered]] = defaultdict(list)
        self._anywhere: list[Numbered] = []
        for number, rule in enumerate(self.rules):
            if rule.kinds.exact and not rule.kinds.globs:
                for kind in rule.kinds.exact:
                    self._by_kind[kind].append((number, rule))
            else:
                self._anywhere.append((number, rule))
        self._shelves: dict[tuple[str, str, str], _Shelf] = {}

    def candidates(self, kind: str, tool: str, proposer: str, arguments: dict[str, JSON]) -> Sequence[Numbered]:
        """The rules that could match, each with its place in the file, in its order.

        Args:
            kind: normalised.
            tool: empty means any, and only rules that name no tool are found.
            proposer: who asks.
            arguments: the tool's.
        """
        key = (kind, tool, proposer)
        shelf = self._shelves.get(key)
        if shelf is None:
            if len(self._shelves) >= _REMEMBERED:
                self._shelves = {}
            shelf = self._shelves[key] = _Shelf(self._meant(kind, tool, proposer))
        return shelf.within(arguments)

    def _meant(self, kind: str, tool: str, proposer: str) -> Iterator[Numbered]:
        for number, rule in sorted((*self._by_kind.get(kind, ()), *self._anywhere), key=_number):
            if rule.kinds.hold(kind) and rule.tools.hold(tool) and rule.proposers.hold(proposer):
                yield number, rule


def _under(values: dict[Key, list[Numbered]], value: JSON | Absent, *, strict: bool) -> Iterator[Numbered]:
    if isinstance(value, Absent):
        return
    entries = value if isinstance(value, list) else [value]
    if not all(entry is None or isinstance(entry, (str, int)) for entry in entries):
        # What cannot be compared may match any of them.
        yield from {number: (number, rule) for bound in values.values() for number, rule in bound}.values()
        return
    keys = {key_of(entry, strict=strict) for entry in entries if isinstance(entry, (str, int))}
    if len(keys) == 1:
        yield from values.get(keys.pop(), ())
    else:
        yield from {number: (number, rule) for key in keys for number, rule in values.get(key, ())}.values()


def _number(numbered: Numbered) -> int:
    return numbered[0]
