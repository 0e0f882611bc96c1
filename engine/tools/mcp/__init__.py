"""Tools of MCP servers that the settings declare: found, called, and never believed."""

from .catalogue import ListedTool, known_tools, remember_tools
from .fleet import Fleet
from .server import ServerReport, ServerState

__all__ = ["Fleet", "ListedTool", "ServerReport", "ServerState", "known_tools", "remember_tools"]
