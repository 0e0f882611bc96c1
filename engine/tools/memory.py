"""What the engine uses and holds, in figures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from ..canonical import JSON
from ..governance.ports import Effect, ToolContext, ToolResult
from .base import OutsideTool, ToolArguments


@dataclass(frozen=True, slots=True)
class Memory:
    """Figures of one moment.

    Attributes:
        process_kb: resident memory of the engine's process, in KiB; nothing where the system does not tell.
        peak_kb: the most that it ever was, in KiB.
        database_kb: the database with its log, in KiB.
        rows: how many rows there are of what people ask for, by name.
    """

    process_kb: int | None
    peak_kb: int
    database_kb: int
    rows: dict[str, int]


Figures: TypeAlias = Callable[[], Awaitable[Memory]]
"""Measures now."""


class MemoryStatsArguments(ToolArguments):
    """No arguments."""


class MemoryStatsTool(OutsideTool[MemoryStatsArguments]):
    """Measures the engine; changes nothing.

    Args:
        figures: does the measuring.
    """

    name: ClassVar[str] = "memory_stats"
    description: ClassVar[str] = "Measures the engine's memory, its database and what is in it."
    effect: ClassVar[Effect] = Effect.NONE
    undoable: ClassVar[bool] = True
    idempotent: ClassVar[bool] = True
    arguments = MemoryStatsArguments

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def summary(self, arguments: MemoryStatsArguments) -> str:
        return "measures the engine, changes nothing"

    async def run(self, arguments: MemoryStatsArguments, context: ToolContext) -> ToolResult:
        found = await self._figures()
        process = f"{found.process_kb // 1024} MiB in memory" if found.process_kb else "memory not told by this system"
        counts = ", ".join(f"{number} {name}" for name, number in found.rows.items() if number)
        rows: dict[str, JSON] = dict(found.rows)
        return ToolResult(
            f"{process} (peak {found.peak_kb // 1024}), database {found.database_kb} KiB; {counts or 'no rows'}",
            {
                "process_kb": found.process_kb,
                "peak_kb": found.peak_kb,
                "database_kb": found.database_kb,
                "rows": rows,
            },
        )
