"""The policy in force: the built-in rules, and what the settings and the policy file put on top of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ...canonical import JSON, digest
from ...settings.governance import GovernanceSettings
from ..budgets import Allowance, Limits
from ..facts import Opinion
from ..kinds import APPROVAL_KINDS, AUTONOMOUS_KINDS, GATED_STAGES, HARD_STOP_KINDS, TOOLS_BY_KIND, Stage, Tier
from ..names import normalise
from .document import Document, RuleTable
from .index import RuleIndex
from .rules import compile_rule

_VERSION_DIGITS: Final = 12
_NO_TESTS: Final = {"__all__": {"tests"}}


@dataclass(frozen=True, slots=True)
class OwnKind:
    """A kind that the workspace declares.

    Attributes:
        tier: what it asks for; nothing where rules say what runs by itself.
        why: the reason.
    """

    tier: Tier | None
    why: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What a policy file says, ready to be asked.

    Attributes:
        document: the file's tables.
        index: its rules.
        kinds: the kinds that it declares, by normalised name.
        shell_lines: by tool, the argument that is a shell line.
        limits: its limits.
        named: its limits by name, for rules that name them as their budget.
    """

    document: Document | None = None
    index: RuleIndex = field(default_factory=lambda: RuleIndex(()))
    kinds: Mapping[str, OwnKind] = field(default_factory=dict)
    shell_lines: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[Allowance, ...] = ()
    named: Mapping[str, Allowance] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document) -> Rules:
        """The file's rules.

        Raises:
            PatternError, ValueError: a rule cannot be used; :func:`read_policy` says which.
        """
        layered: list[tuple[str | None, RuleTable]] = [(None, rule) for rule in document.rule]
        layered += [(persona, rule) for persona, table in document.personas.items() for rule in table.rule]
        return cls(
            document=document,
            index=RuleIndex([compile_rule(rule, persona) for persona, rule in layered]),
            kinds={
                normalise(name): OwnKind(None if kind.tier == "by_rule" else Tier(kind.tier), kind.why)
                for name, kind in document.kinds.items()
            },
            shell_lines=dict(document.shell_lines),
            limits=tuple(Allowance(subject_of(row.subject), row.measure, row.value) for row in document.limit),
            named={
                row.name: Allowance(subject_of(row.subject), row.measure, row.value)
                for row in document.limit
                if row.name is not None
            },
        )


NO_FILE: Final = Rules()
"""A workspace without a policy file."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that a verdict depends on besides the action itself.

    Attributes:
        tightened: kinds that the settings lifted to a stricter tier than the built-in one.
        gated_stages: stages in which autonomous kinds ask first.
        tools: which tools may serve a kind; kinds not listed take any tool.
        rules: what the policy file says.
        capped: why nothing runs by itself for now: the file cannot be read; empty where it can.
        outline: all of the above as JSON, for comparing two policies.
        version: short digest of the outline; part of every action's digest, so no decision outlives its policy.
        stops: every kind that nobody can approve, sorted.
        remembered: what kinds and tools alone say, as far as it was asked.
    """

    tightened: Mapping[str, Tier]
    gated_stages: frozenset[Stage]
    tools: Mapping[str, frozenset[str]]
    rules: Rules
    capped: str
    outline: dict[str, JSON]
    version: str
    stops: tuple[str, ...]
    remembered: dict[tuple[str, str], tuple[Opinion, ...]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_settings(cls, settings: GovernanceSettings, rules: Rules = NO_FILE, capped: str = "") -> Policy:
        """The built-in policy with the settings' and the file's tightening applied; nothing can loosen it."""
        tightened = {normalise(kind): Tier.APPROVAL for kind in settings.require_approval}
        tightened |= {normalise(kind): Tier.HARD_STOP for kind in settings.hard_stop}
        gated = GATED_STAGES | {Stage.named(stage) for stage in settings.gated_stages}
        tools = dict(TOOLS_BY_KIND)
        document = rules.document
        if document is not None:
            gated |= set(document.gated_stages)
            tools |= {normalise(name): frozenset(kind.tools) for name, kind in document.kinds.items() if kind.tools}
        for kind, allowed in settings.tools.items():
            name = normalise(kind)
            tools[name] = tools.get(name, frozenset(allowed)) & frozenset(allowed)
        outline = _outline(tightened, gated, tools, rules)
        version = digest({**outline, "capped": bool(capped)})[:_VERSION_DIGITS]
        stops = {kind for kind, tier in tightened.items() if tier is Tier.HARD_STOP}
        stops |= {kind for kind, own in rules.kinds.items() if own.tier is Tier.HARD_STOP}
        return cls(tightened, gated, tools, rules, capped, outline, version, tuple(sorted(HARD_STOP_KINDS | stops)))

    @property
    def limits(self) -> tuple[Allowance, ...]:
        """How much may happen by itself; in the same subject and measure they replace the shipped defaults."""
        return self.rules.limits


def subject_of(text: str) -> str:
    """A limit's subject in the spelling that is counted."""
    sort, colon, name = text.strip().partition(":")
    return f"kind:{normalise(name)}" if sort == "kind" and colon and name != "*" else text.strip()


def _outline(
    tightened: Mapping[str, Tier], gated: frozenset[Stage], tools: Mapping[str, frozenset[str]], rules: Rules
) -> dict[str, JSON]:
    tables: dict[str, JSON] = {}
    if rules.document is not None:
        tables = rules.document.model_dump(
            mode="json",
            by_alias=True,
            exclude_defaults=True,
            exclude={"test": True, "rule": _NO_TESTS, "personas": {"__all__": {"rule": _NO_TESTS}}},
        )
    return {
        "autonomous": list[JSON](sorted(AUTONOMOUS_KINDS)),
        "approval": list[JSON](sorted(APPROVAL_KINDS)),
        "hard_stop": list[JSON](sorted(HARD_STOP_KINDS)),
        "tightened": {kind: tier.value for kind, tier in tightened.items()},
        "gated_stages": list[JSON](sorted(stage.value for stage in gated)),
        "tools": {kind: list[JSON](sorted(names)) for kind, names in tools.items()},
        "limits": {f"{limit.subject} {limit.measure.value}": limit.most for limit in Limits(rules.limits).all},
        "file": tables,
    }
