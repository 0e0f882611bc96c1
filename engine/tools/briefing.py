"""Briefings: Markdown files in the workspace."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from ..governance.ports import Effect, ToolContext, ToolResult
from .base import OutsideTool, ToolArguments
from .files import write_once
from .text import Line, Prose

FOLDER = "briefings"


class BriefingArguments(ToolArguments):
    """A briefing."""

    title: Line
    """Its heading."""
    body: Prose
    """Its text, Markdown."""


class BriefingTool(OutsideTool[BriefingArguments]):
    """Writes a Markdown file into ``briefings/``."""

    name: ClassVar[str] = "briefing"
    description: ClassVar[str] = "Writes a briefing."
    effect: ClassVar[Effect] = Effect.LOCAL
    undoable: ClassVar[bool] = True
    idempotent: ClassVar[bool] = True
    arguments = BriefingArguments

    def summary(self, arguments: BriefingArguments) -> str:
        return "writes 1 file in briefings"

    async def run(self, arguments: BriefingArguments, context: ToolContext) -> ToolResult:
        name = f"{context.action_id}.md"
        signature = f"{context.proposer}, {context.now:%Y-%m-%d %H:%M} UTC"
        text = f"# {arguments.title}\n\n{arguments.body.rstrip()}\n\n---\n{signature}\n"
        written = await asyncio.to_thread(write_once, context.workspace, FOLDER, name, text.encode())
        return ToolResult(
            f"{'wrote' if written else 'had already written'} {FOLDER}/{name}", {"file": f"{FOLDER}/{name}"}
        )
