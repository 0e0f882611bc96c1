from __future__ import annotations

from ..conftest import clock, database, world

__all__ = ["clock", "database", "world"]
