"""What a policy file may not say, although its tables are well formed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from ...errors import WatchfloorError
from ..kinds import ALL_KINDS
from ..names import normalise, resembles
from .document import Document, LimitTable, RuleTable, TrialTable
from .lines import Place
from .model import subject_of
from .rules import compile_rule

Problem = tuple[Place, str]


def problems_of(document: Document) -> Iterator[Problem]:
    """Everything that is wrong with a file, with the place."""
    yield from _about_kinds(document)
    own = {normalise(name) for name in document.kinds}
    by_rule = {normalise(name) for name, kind in document.kinds.items() if kind.tier == "by_rule"}
    limits = [row.name for row in document.limit if row.name is not None]
    for place, persona, rule in _rules(document):
        yield from ((place + at, said) for at, said in _about_rule(rule, persona, own, by_rule, set(limits)))
    yield from _twice((((*place, "name"), rule.name, persona) for place, persona, rule in _rules(document)), "rule")
    named: list[tuple[Place, str, str | None]] = [
        (("limit", i, "name"), row.name, None) for i, row in enumerate(document.limit) if row.name is not None
    ]
    yield from _twice(named, "limit")
    for i, row in enumerate(document.limit):
        yield from ((("limit", i, *at), said) for at, said in _about_limit(row, own))
    for place, trial in trials_of(document):
        yield from ((place, f"there is no limit named {name}") for name in trial.over if name not in limits)
        if trial.at is not None and trial.at.tzinfo is None:
            yield place, "its moment has no offset; write 2026-03-01T22:30:00+01:00"


def trials_of(document: Document) -> Iterator[tuple[Place, TrialTable]]:
    """Every inline test, with its place."""
    for place, _, rule in _rules(document):
        yield from (((*place, "tests", number), trial) for number, trial in enumerate(rule.tests))
    yield from ((("test", number), trial) for number, trial in enumerate(document.test))


def _rules(document: Document) -> Iterator[tuple[Place, str | None, RuleTable]]:
    for number, rule in enumerate(document.rule):
        yield ("rule", number), None, rule
    for persona, table in document.personas.items():
        for number, rule in enumerate(table.rule):
            yield ("personas", persona, "rule", number), persona, rule


def _about_kinds(document: Document) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for written, kind in document.kinds.items():
        place: Place = ("kinds", written)
        name = normalise(written)
        double = None if name in ALL_KINDS else resembles(written, sorted(ALL_KINDS))
        if not name:
            yield place, "a kind needs a name"
        elif name in ALL_KINDS:
            yield place, f"{name} is built in; a rule with this kind can tighten it, nothing can loosen it"
        elif double is not None:
            yield place, f"it could be read as {double}, which is built in"
        elif name in seen:
            yield place, f"it is the same kind as {seen[name]}"
        if kind.tier in {"autonomous", "by_rule"} and not kind.tools:
            yield place, f"a kind whose tier is {kind.tier} must name its tools"
        seen[name] = written


def _about_rule(
    rule: RuleTable, persona: str | None, own: set[str], by_rule: set[str], limits: set[str]
) -> Iterator[Problem]:
    for written in rule.kinds:
        name = normalise(written)
        if not {"*", "?", "["} & set(name) and name not in ALL_KINDS | own:
            close = get_close_matches(name, sorted(ALL_KINDS | own), 1)
            yield ("kinds",), f"there is no kind {name[:60]}" + (f"; did you mean {close[0]}?" if close else "")
    yield from _about_tier(rule, persona, by_rule)
    if persona is not None and rule.proposers:
        yield ("proposers",), f"it is about persona:{persona} already"
    if rule.budget is not None and rule.budget not in limits:
        yield ("budget",), f"there is no limit named {rule.budget}"
    try:
        compile_rule(rule, persona)
    except (WatchfloorError, ValueError) as error:
        yield (), error.sentence() if isinstance(error, WatchfloorError) else str(error)


def _about_tier(rule: RuleTable, persona: str | None, by_rule: set[str]) -> Iterator[Problem]:
    asked = (rule.quorum, rule.expiry_seconds, rule.grace_seconds)
    if rule.tier in {"autonomous", "hard_stop"} and any(value is not None for value in asked):
        yield ("tier",), f"nobody is asked about {rule.tier}, so quorum, expiry and grace say nothing"
    if rule.tier is None and all(value is None for value in asked):
        yield (), "it says nothing: name a tier, or quorum, expiry_seconds or grace_seconds"
    if rule.tier == "autonomous":
        if persona is not None:
            yield ("tier",), "the rules of a persona can only tighten"
        elif not rule.kinds or not all(normalise(kind) in by_rule for kind in rule.kinds):
            yield ("tier",), 'only kinds declared with tier = "by_rule" can be let run by a rule; name them in kinds'


def _about_limit(row: LimitTable, own: set[str]) -> Iterator[Problem]:
    subject = subject_of(row.subject)
    sort, colon, name = subject.partition(":")
    if subject != "*" and not (colon and sort and name) and subject != "heartbeat":
        yield ("subject",), "it must look like *, persona:helper, persona:*, kind:send_proposal or kind:*"
    elif sort == "kind" and name != "*" and name not in ALL_KINDS | own:
        yield ("subject",), f"there is no kind {name[:60]}"


def _twice(named: Iterable[tuple[Place, str, str | None]], sort: str) -> Iterator[Problem]:
    seen: set[tuple[str, str | None]] = set()
    for place, name, scope in named:
        if (name, scope) in seen:
            yield place, f"there is another {sort} of that name"
        seen.add((name, scope))
