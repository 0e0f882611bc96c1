"""Tools of MCP servers that the settings declare: found, called, and never believed."""

from .answers import ServerReport, ServerState
from .catalogue import ListedTool, known_tools, remember_tools
from .fleet import Fleet

__all__ = ["Fleet", "ListedTool", "ServerReport", "ServerState", "known_tools", "remember_tools"]
