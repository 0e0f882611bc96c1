"""Settings of the journal: how long its rows are kept."""

from __future__ import annotations

from pydantic import Field

from .base import Section


class JournalSettings(Section):
    """The table ``[journal]``."""

    keep_days: int = Field(default=0, ge=0, le=36_500)
    """Days that rows are kept before they are sealed and pruned; 0 keeps them for ever."""
    archive: bool = True
    """Write pruned rows to a file in the engine's folder first."""
    prune_hours: float = Field(default=24.0, ge=0.1, le=720)
    """Hours between two looks for rows that are older than that."""
