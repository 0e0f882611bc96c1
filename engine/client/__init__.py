"""The one way into and out of the engine."""

from .protocol import CommandRefused, EngineClient, EngineUnreachable, Reply

__all__ = ["CommandRefused", "EngineClient", "EngineUnreachable", "Reply"]
