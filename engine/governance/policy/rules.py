"""Rules as they are asked: what each looks at, compiled once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from ..facts import ActionFacts, Layer, Opinion
from ..kinds import Tier
from ..names import normalise
from ..pointer import value_at
from .commands import CommandPattern, lifted
from .document import RuleTable, WhenTable
from .pattern import Pattern, folded
from .shell import Line, read_argv, read_line
from .values import Key, ValueCheck, keys_of

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GLOB: Final = frozenset("*?[")


class Case:
    """One action, as rules look at it.

    Args:
        facts: what is known about it.
        kind: its kind, normalised.
        pointer: the argument that is a shell line, if any.
    """

    __slots__ = ("_lines", "_pointer", "arguments", "facts", "kind")

    def __init__(self, facts: ActionFacts, kind: str, pointer: str | None) -> None:
        self.facts = facts
        self.kind = kind
        self.arguments = dict(facts.arguments)
        self._pointer = pointer
        self._lines: tuple[Line, ...] | None = None

    @property
    def has_lines(self) -> bool:
        """Whether it would run any command line."""
        return self._pointer is not None or bool(self.facts.argv)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The command lines that it would run, read."""
        if self._lines is None:
            found = [read_argv(self.facts.argv)] if self.facts.argv else []
            if self._pointer is not None:
                said = value_at(self.arguments, self._pointer)
                if isinstance(said, list):
                    found.append(read_argv(tuple(word if isinstance(word, str) else "\0" for word in said)))
                else:
                    found.append(read_line(said if isinstance(said, str) else "\0"))
            self._lines = tuple(found)
        return self._lines


Check: TypeAlias = Callable[[Case], bool]


class Names:
    """Names that a rule means: written out, or as globs; nothing written means all.

    Args:
        names: as written, already normalised where that matters.
        fold: whether case and width make no difference.

    Raises:
        PatternError: a glob cannot be used.
    """

    __slots__ = ("_fold", "exact", "globs")

    def __init__(self, names: Iterable[str], *, fold: bool = False) -> None:
        plain = tuple(folded(name) if fold else name for name in names)
        self._fold = fold
        self.exact = frozenset(name for name in plain if _GLOB.isdisjoint(name))
        self.globs = tuple(Pattern(name, glob=True, fold=fold) for name in plain if not _GLOB.isdisjoint(name))

    def hold(self, name: str) -> bool:
        """Whether that name is meant."""
        if not self.exact and not self.globs:
            return True
        if self._fold:
            name = folded(name)
        return name in self.exact or any(glob.matches(name) for glob in self.globs)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule, ready to be asked.

    Attributes:
        opinion: what it says where it matches.
        kinds, tools, proposers: whom it means at all.
        checks: everything else that has to hold.
        lifts: for a rule that lets run: the commands that it answers for.
        pointer, keys: an argument without one of whose values it cannot match, where there is such a one.
    """

    opinion: Opinion
    kinds: Names
    tools: Names
    proposers: Names
    checks: tuple[Check, ...]
    lifts: tuple[CommandPattern, ...] = ()
    pointer: str | None = None
    keys: frozenset[Key] = frozenset()

    @property
    def lets_run(self) -> bool:
        """It lets run what it matches, where nothing else asks or stops."""
        return self.opinion.tier is Tier.AUTONOMOUS

    def matches(self, case: Case) -> bool:
        """Whether an action whose kind, tool and proposer it means is one of its own."""
        for check in self.checks:  # noqa: SIM110  # asked a thousand times a decision: a generator costs as much again
            if not check(case):
                return False
        return True


def compile_rule(table: RuleTable, persona: str | None = None) -> Rule:
    """A rule of the file, ready to be asked.

    Args:
        table: the rule.
        persona: whose layer it is in; nothing for the workspace's.

    Raises:
        PatternError, ValueError: something in it cannot be used.
    """
    tier = Tier(table.tier) if table.tier else None
    strict = tier is not Tier.AUTONOMOUS
    patterns = tuple(CommandPattern(text) for text in table.commands)
    keyed = next(
        ((part.at, keys) for part in table.arguments if (keys := keys_of(part, strict=strict)) is not None), None
    )
    name = f"workspace.{table.name}" if persona is None else f"persona.{persona}.{table.name}"
    opinion = Opinion(
        layer=Layer.WORKSPACE if persona is None else Layer.PERSONA,
        rule=name,
        tier=tier,
        why=table.why,
        remedy="" if tier is Tier.AUTONOMOUS else f"Change rule {table.name} in policy.toml.",
        quorum=table.quorum or 1,
        expiry_seconds=table.expiry_seconds,
        grace_seconds=table.grace_seconds,
        passing=table.when is not None or table.budget is not None,
    )
    return Rule(
        opinion=opinion,
        kinds=Names(normalise(kind) for kind in table.kinds),
        tools=Names(table.tools),
        proposers=Names(table.proposers if persona is None else (f"persona:{persona}",)),
        checks=tuple(_checks(table, patterns, strict=strict)),
        lifts=() if strict else patterns,
        pointer=keyed[0] if keyed else None,
        keys=keyed[1] if keyed else frozenset(),
    )


def _checks(table: RuleTable, patterns: tuple[CommandPattern, ...], *, strict: bool) -> Iterator[Check]:
    yield from _about_facts(table)
    if table.accounts:
        accounts = Names(table.accounts, fold=strict)
        yield lambda case: case.facts.account is not None and accounts.hold(case.facts.account.id)
    for part in table.arguments:
        yield _argument(part.at, ValueCheck(part, strict=strict))
    if table.recipients is not None:
        recipients = ValueCheck(table.recipients, strict=strict)
        yield lambda case: recipients.holds(list(case.facts.recipients))
    if patterns:
        yield _touched(patterns) if strict else _answered(patterns)


def _about_facts(table: RuleTable) -> Iterator[Check]:
    if table.effects:
        effects = frozenset(table.effects)
        yield lambda case: case.facts.effect in effects
    if table.tainted is not None:
        yield lambda case: case.facts.tainted is table.tainted
    if table.stages:
        stages = frozenset(table.stages)
        yield lambda case: case.facts.account is not None and case.facts.account.stage in stages
    if table.cost_over_cents is not None:
        most = table.cost_over_cents
        yield lambda case: case.facts.cost_cents > most
    if table.budget is not None:
        yield lambda case: table.budget in case.facts.exceeded
    if table.when is not None:
        when = _moment(table.when)
        yield lambda case: case.facts.now is not None and when(case.facts.now)


def _argument(pointer: str, check: ValueCheck) -> Check:
    return lambda case: check.holds(value_at(case.arguments, pointer))


def _touched(patterns: tuple[CommandPattern, ...]) -> Check:
    return lambda case: any(
        pattern.touches(command) for line in case.lines for command in line.commands for pattern in patterns
    )


def _answered(patterns: tuple[CommandPattern, ...]) -> Check:
    return lambda case: bool(case.lines) and all(lifted(line, patterns) for line in case.lines)


def _moment(when: WhenTable) -> Callable[[datetime], bool]:
    zone = ZoneInfo(when.zone)
    start, end = _minutes(when.start), _minutes(when.end)
    days = frozenset(when.days or _DAYS)

    def holds(moment: datetime) -> bool:
        local = moment.astimezone(zone)
        minute = local.hour * 60 + local.minute
        if start < end:
            within, begun = start <= minute < end, local
        else:
            within, begun = minute >= start or minute < end, local if minute >= start else local - timedelta(days=1)
        return within and _DAYS[begun.weekday()] in days

    return holds


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)
