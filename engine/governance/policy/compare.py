"""What one policy lets run that another did not, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from ...canonical import JSON
from ...settings.governance import GovernanceSettings

_TIERS: Final = ("autonomous", "by_rule", "approval", "hard_stop")
_ROLES: Final = ("viewer", "operator", "admin")
_ASKING: Final = ("tier", "quorum", "expiry_seconds", "grace_seconds", "why")


@dataclass(frozen=True, slots=True)
class Changes:
    """How a policy differs from the one before.

    Attributes:
        loosened: what lets more run than before, or might; one sentence each.
        tightened: what lets less run.
    """

    loosened: tuple[str, ...] = ()
    tightened: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.loosened or self.tightened)


def compare(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> Changes:
    """How two outlines of policies differ. What cannot be told apart counts as loosened."""
    told = [
        *_kinds(_table(before, "tightened"), _table(after, "tightened"), "the settings'"),
        *_kinds(_declared(before), _declared(after), "own"),
        *_sets("stage gate", _names(before.get("gated_stages")), _names(after.get("gated_stages"))),
        *_tools(_table(before, "tools"), _table(after, "tools")),
        *_rules(_file_rules(before), _file_rules(after)),
        *_limits(_table(before, "limits"), _table(after, "limits")),
        *_shell_lines(before, after),
        *_answering(_table(before, "answering"), _table(after, "answering")),
    ]
    return Changes(
        tuple(sorted(said for loose, said in told if loose)), tuple(sorted(said for loose, said in told if not loose))
    )


def _kinds(before: Mapping[str, JSON], after: Mapping[str, JSON], whose: str) -> Iterator[tuple[bool, str]]:
    # What is not named asks: as an unknown kind if it is the workspace's own.
    default = "approval" if whose == "own" else "autonomous"
    for name in sorted(before.keys() | after.keys()):
        old, new = str(before.get(name, default)), str(after.get(name, default))
        if old != new:
            yield _TIERS.index(new) < _TIERS.index(old), f"{whose} kind {name} went from {old} to {new}"


def _sets(what: str, before: frozenset[str], after: frozenset[str]) -> Iterator[tuple[bool, str]]:
    for name in sorted(before ^ after):
        yield name in before, f"{what} {name} is {'gone' if name in before else 'new'}"


def _tools(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> Iterator[tuple[bool, str]]:
    for kind in sorted(before.keys() | after.keys()):
        if kind not in before:
            yield False, f"{kind} is bound to its tools"
        elif kind not in after:
            yield True, f"{kind} is not bound to its tools any more"
        else:
            old, new = _names(before[kind]), _names(after[kind])
            yield from ((True, f"{kind} may use {tool}") for tool in sorted(new - old))
            yield from ((False, f"{kind} may not use {tool} any more") for tool in sorted(old - new))


def _rules(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> Iterator[tuple[bool, str]]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None and isinstance(new, dict):
            yield new.get("tier") == "autonomous", f"rule {name} is new: {new.get('why')}"
        elif new is None and isinstance(old, dict):
            yield old.get("tier") != "autonomous", f"rule {name} is gone: {old.get('why')}"
        elif isinstance(old, dict) and isinstance(new, dict):
            yield from _rule(name, old, new)


def _rule(name: str, old: dict[str, JSON], new: dict[str, JSON]) -> Iterator[tuple[bool, str]]:
    if {key: value for key, value in old.items() if key not in _ASKING} != {
        key: value for key, value in new.items() if key not in _ASKING
    }:
        yield True, f"rule {name} matches something else than before"
    was, now = (str(rule.get("tier", "no tier")) for rule in (old, new))
    if was != now:
        yield _rank(now) < _rank(was), f"rule {name} went from {was} to {now}"
    for key, stricter_is_more in (("quorum", True), ("grace_seconds", True), ("expiry_seconds", False)):
        low, high = _amount(old, key, more=stricter_is_more), _amount(new, key, more=stricter_is_more)
        if low != high:
            yield (high < low) is stricter_is_more, f"rule {name} changed its {key.replace('_', ' ')}"


def _rank(tier: str) -> int:
    return _TIERS.index(tier) if tier in _TIERS else 1


def _amount(rule: dict[str, JSON], key: str, *, more: bool) -> int:
    value = rule.get(key)
    return value if isinstance(value, int) else (0 if more else 10**9)


def _limits(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> Iterator[tuple[bool, str]]:
    for name in sorted(before.keys() | after.keys()):
        # Where a subject has no limit of its own, the one for all of its sort binds it.
        subject, _, measure = name.partition(" ")
        each = f"{subject.partition(':')[0]}:* {measure}"
        old, new = (table.get(name, table.get(each)) for table in (before, after))
        if old != new:
            loose = new is None or (isinstance(old, int) and isinstance(new, int) and new > old)
            yield loose, f"limit {name} went from {_said(old)} to {_said(new)}"


def _shell_lines(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> Iterator[tuple[bool, str]]:
    old, new = (_table(_table(each, "file"), "shell_lines") for each in (before, after))
    for tool in sorted(old.keys() | new.keys()):
        if old.get(tool) != new.get(tool):
            yield tool in old, f"where the shell line of tool {tool} is found changed"


def answering(settings: GovernanceSettings) -> dict[str, JSON]:
    """Who answers questions, and how long they have, by the settings: no part of the policy, and worth telling."""
    table: dict[str, JSON] = {
        "expiry_seconds": settings.expiry_seconds,
        "grace_milliseconds": round(settings.grace_seconds * 1_000),
        "role of others": _ROLES.index(settings.default_role),
    }
    table |= {f"expiry_seconds of {kind}": seconds for kind, seconds in settings.expiry_seconds_by_kind.items()}
    return table | {f"role of {name}": _ROLES.index(role) for name, role in settings.operators.items()}


def _answering(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> Iterator[tuple[bool, str]]:
    for name in sorted(before.keys() | after.keys()) if before and after else ():
        # Whoever and whatever is not named is treated as the others are.
        others = "role of others" if name.startswith("role") else "expiry_seconds"
        old, new = (table.get(name, table[others]) for table in (before, after))
        if isinstance(old, int) and isinstance(new, int) and old != new:
            more = new > old
            said = (_ROLES[old], _ROLES[new]) if name.startswith("role") else (str(old), str(new))
            yield more is not name.startswith("grace"), f"{name} went from {said[0]} to {said[1]}"


def _said(value: JSON) -> str:
    return "none" if value is None else str(value)


def _declared(outline: Mapping[str, JSON]) -> dict[str, JSON]:
    kinds = _table(_table(outline, "file"), "kinds")
    return {name: _table(kinds, name).get("tier", "approval") for name in kinds}


def _file_rules(outline: Mapping[str, JSON]) -> dict[str, JSON]:
    file = _table(outline, "file")
    found = {str(rule["name"]): rule for rule in _tables(file.get("rule"))}
    personas = _table(file, "personas")
    for persona in personas:
        found |= {f"{persona}/{rule['name']}": rule for rule in _tables(_table(personas, persona).get("rule"))}
    return cast("dict[str, JSON]", found)


def _table(outer: Mapping[str, JSON], name: str) -> dict[str, JSON]:
    value = outer.get(name)
    return value if isinstance(value, dict) else {}


def _tables(value: JSON) -> list[dict[str, JSON]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _names(value: JSON) -> frozenset[str]:
    return frozenset(item for item in value if isinstance(item, str)) if isinstance(value, list) else frozenset()
