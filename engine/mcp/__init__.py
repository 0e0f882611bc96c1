"""The workspace as an MCP server: what other agents may ask of the engine, which never includes a decision."""

from .entry import serve
from .toolbox import Toolbox

__all__ = ["Toolbox", "serve"]
