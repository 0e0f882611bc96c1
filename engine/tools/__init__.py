"""What an action can do in the world: one file per tool, one registry."""

from .base import InsideTool, OutsideTool, Tool, ToolArguments
from .registry import ToolRegistry, built_in_tools

__all__ = ["InsideTool", "OutsideTool", "Tool", "ToolArguments", "ToolRegistry", "built_in_tools"]
