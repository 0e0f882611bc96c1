"""What tools need around them, made up for one test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from engine.clock import SystemClock
from engine.governance import ToolContext
from engine.settings.tools import ToolsSettings
from engine.tools import Surroundings, ToolRegistry, built_in_tools

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def context(workspace: Path, action_id: str = "0190-abc") -> ToolContext:
    return ToolContext(action_id, "persona:helper", None, None, NOW, workspace)


def registry(
    workspace: Path, settings: Mapping[str, object], environ: Mapping[str, str] | None = None, **around: object
) -> ToolRegistry:
    """The built-in tools over the real clock, as these settings want them."""
    surroundings = Surroundings(workspace=workspace, environ=environ or {}, **around)  # type: ignore[arg-type]  # fields by name
    return ToolRegistry(built_in_tools(ToolsSettings.model_validate(settings), surroundings), SystemClock())
