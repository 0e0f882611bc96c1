"""The whole configuration, table by table."""

from __future__ import annotations

from pydantic import Field

from .agents import AgentSettings
from .base import Section
from .console import ConsoleSettings, WorkspaceSettings
from .coordination import CoordinationSettings
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
