"""The whole configuration, table by table."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from .agents import AgentSettings
from .base import Section
from .console import ConsoleSettings, Keys, WorkspaceSettings
from .coordination import CoordinationSettings
from .emotions import Emotion
from .goals import GoalSettings
from .governance import GovernanceSettings
from .insights import InsightSettings
from .journal import JournalSettings
from .llm import LlmSettings
from .persona_rules import PersonaRules
from .personas import Personas, default_personas
from .rollout import RolloutSettings
from .schedule import HeartbeatSettings, ScheduleSettings
from .tasks import TaskSettings
from .telemetry import TelemetrySettings
from .tools import ToolsSettings
from .triggers import TriggerSettings


class Settings(Section):
    """Everything that can be set; what is not set has its default."""

    workspace: WorkspaceSettings = WorkspaceSettings()
    """The workspace itself."""
    console: ConsoleSettings = ConsoleSettings()
    """The console."""
    keys: Keys = Field(default_factory=dict)
    """Keys of the console that are not the shipped ones, by the id of what they do."""
    personas: Personas = Field(default_factory=default_personas)
    """The personas by id; naming any replaces the shipped ones."""
    persona_rules: PersonaRules = PersonaRules()
    """The rules that all personas share."""
    rollout: RolloutSettings = RolloutSettings()
    """How personas become autonomous, a few at a time."""
    governance: GovernanceSettings = GovernanceSettings()
    """Guardrails, approvals and operators."""
    tools: ToolsSettings = ToolsSettings()
    """What actions can do in the world."""
    goals: GoalSettings = GoalSettings()
    """Goals and the CRM tables that measure them."""
    insights: InsightSettings = InsightSettings()
    """What is read out of the CRM tables: patterns, digests, summaries."""
    llm: LlmSettings = LlmSettings()
    """The language model, where there is one."""
    triggers: TriggerSettings = TriggerSettings()
    """What starts work by itself."""
    schedule: ScheduleSettings = ScheduleSettings()
    """Background jobs."""
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    """HEARTBEAT.md."""
    coordination: CoordinationSettings = CoordinationSettings()
    """Redis."""
    agents: AgentSettings = AgentSettings()
    """Agents and what they may run."""
    tasks: TaskSettings = TaskSettings()
    """Where tasks are kept, and how long."""
    telemetry: TelemetrySettings = TelemetrySettings()
    """Metrics and traces."""
    journal: JournalSettings = JournalSettings()
    """How long the journal is kept."""

    @model_validator(mode="after")
    def _triggers_can_calm(self) -> Self:
        resting = self.persona_rules.emotions.resting
        thresholds = self.triggers.emotional.thresholds
        named = {f"triggers.emotional.thresholds.{one.value}": thresholds.of(one) for one in Emotion}
        for key, persona in self.personas.items():
            named |= {f"personas.{key}.emotion_thresholds.{one}": at for one, at in persona.emotion_thresholds.items()}
        low = next((name for name, at in named.items() if 0 < at <= resting), None)
        if low is not None:
            raise ValueError(f"{low} is not above persona_rules.emotions.resting ({resting}): it would fire at rest")
        return self
