"""What an action can do in the world: one file per tool, one registry."""

from .base import Inside, InsideTool, Outside, OutsideTool, Tool, ToolArguments
from .builtin import Surroundings, built_in_tools
from .registry import ToolRegistry

__all__ = [
    "Inside",
    "InsideTool",
    "Outside",
    "OutsideTool",
    "Surroundings",
    "Tool",
    "ToolArguments",
    "ToolRegistry",
    "built_in_tools",
]
