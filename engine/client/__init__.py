"""The one way into and out of the engine."""

from .opening import attach, embed, identify, is_running, make_workspace, prove_journal, run_headless
from .opening_client import OpeningClient
from .protocol import CommandRefused, EngineClient, EngineUnreachable, Reply

__all__ = [
    "CommandRefused",
    "EngineClient",
    "EngineUnreachable",
    "OpeningClient",
    "Reply",
    "attach",
    "embed",
    "identify",
    "is_running",
    "make_workspace",
    "prove_journal",
    "run_headless",
]
