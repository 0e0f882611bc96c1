"""The daily digest: one Markdown file for each day in the workspace."""

from __future__ import annotations

import asyncio
from typing import Annotated, ClassVar

from pydantic import AfterValidator, StringConstraints

from ..governance.ports import Effect, ToolContext, ToolResult
from .base import OutsideTool, ToolArguments
from .files import write_once
from .text import prose

FOLDER = "digests"


class DigestArguments(ToolArguments):
    """A day's digest."""

    day: Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
    """The day, ISO."""
    text: Annotated[str, StringConstraints(min_length=1, max_length=60_000), AfterValidator(prose)]
    """The digest, Markdown, 1 to 60,000 characters."""


class DigestTool(OutsideTool[DigestArguments]):
    """Writes a Markdown file into ``digests/``, named after the day; the first one of a day stays."""

    name: ClassVar[str] = "digest"
    description: ClassVar[str] = "Writes the digest of a day."
    effect: ClassVar[Effect] = Effect.LOCAL
    undoable: ClassVar[bool] = True
    idempotent: ClassVar[bool] = True
    arguments = DigestArguments

    def summary(self, arguments: DigestArguments) -> str:
        return f"writes {FOLDER}/{arguments.day}.md"

    async def run(self, arguments: DigestArguments, context: ToolContext) -> ToolResult:
        name = f"{arguments.day}.md"
        text = arguments.text.rstrip() + "\n"
        written = await asyncio.to_thread(write_once, context.workspace, FOLDER, name, text.encode())
        return ToolResult(
            f"{'wrote' if written else 'had already written'} {FOLDER}/{name}", {"file": f"{FOLDER}/{name}"}
        )
