"""The settings as an agent reads them: its own tables are checked, which takes a third of the memory of all of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from .agents import AgentSettings
from .base import Section
from .coordination import CoordinationSettings
from .telemetry import TelemetrySettings


def _nothing(_: object) -> None:
    # It may hold secrets of others.
    return None


Unused = Annotated[None, BeforeValidator(_nothing)]


class AgentSide(Section):
    """The same tables as :class:`engine.settings.Settings`; of those that an agent does not use nothing is kept."""

    coordination: CoordinationSettings = CoordinationSettings()
    """Redis."""
    agents: AgentSettings = AgentSettings()
    """Agents and what they may run."""
    telemetry: TelemetrySettings = TelemetrySettings()
    """Metrics and traces."""
    workspace: Unused = None
    console: Unused = None
    keys: Unused = None
    personas: Unused = None
    persona_rules: Unused = None
    rollout: Unused = None
    governance: Unused = None
    tools: Unused = None
    goals: Unused = None
    insights: Unused = None
    llm: Unused = None
    triggers: Unused = None
    schedule: Unused = None
    heartbeat: Unused = None
    tasks: Unused = None
    journal: Unused = None
