"""The policy in force: the built-in rules and what the settings tighten on top of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ...canonical import JSON, digest
from ...settings.governance import GovernanceSettings
from ..budgets import Allowance
from ..kinds import APPROVAL_KINDS, AUTONOMOUS_KINDS, GATED_STAGES, HARD_STOP_KINDS, TOOLS_BY_KIND, Stage, Tier
from ..names import normalise

_VERSION_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that a verdict depends on besides the action itself.

    Attributes:
        tightened: kinds that the settings lifted to a stricter tier than the built-in one.
        gated_stages: stages in which autonomous kinds ask first.
        tools: which tools may serve a kind; kinds not listed take any tool.
        limits: how much may happen by itself; in the same subject and measure they replace the shipped defaults.
        version: short digest of all of the above; part of every action's digest, so no decision outlives its policy.
    """

    tightened: Mapping[str, Tier]
    gated_stages: frozenset[Stage]
    tools: Mapping[str, frozenset[str]]
    limits: tuple[Allowance, ...]
    version: str

    @classmethod
    def from_settings(cls, settings: GovernanceSettings) -> Policy:
        """The built-in policy with the settings' tightening applied; nothing in the settings can loosen it."""
        tightened = {normalise(kind): Tier.APPROVAL for kind in settings.require_approval}
        tightened |= {normalise(kind): Tier.HARD_STOP for kind in settings.hard_stop}
        gated = GATED_STAGES | {Stage.named(stage) for stage in settings.gated_stages}
        tools = dict(TOOLS_BY_KIND)
        for kind, allowed in settings.tools.items():
            name = normalise(kind)
            tools[name] = tools.get(name, frozenset(allowed)) & frozenset(allowed)
        return cls(tightened, gated, tools, (), _version(tightened, gated, tools))


def _version(tightened: Mapping[str, Tier], gated: frozenset[Stage], tools: Mapping[str, frozenset[str]]) -> str:
    content: dict[str, JSON] = {
        "autonomous": list[JSON](sorted(AUTONOMOUS_KINDS)),
        "approval": list[JSON](sorted(APPROVAL_KINDS)),
        "hard_stop": list[JSON](sorted(HARD_STOP_KINDS)),
        "tightened": {kind: tier.value for kind, tier in tightened.items()},
        "gated_stages": list[JSON](sorted(stage.value for stage in gated)),
        "tools": {kind: list[JSON](sorted(names)) for kind, names in tools.items()},
    }
    return digest(content)[:_VERSION_DIGITS]
