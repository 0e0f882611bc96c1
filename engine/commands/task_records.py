"""The command that brings tasks in as they stand elsewhere."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, model_validator

from ..operators import Role
from .base import Arguments, Command

RECORDS: Final = 500
"""Most tasks in one command."""
RECORD_CHARACTERS: Final = 2_000_000
"""Most characters of all of them together."""


class ImportTasks(Arguments):
    """Take over tasks as they stand elsewhere, where they are newer than here, and cron entries."""

    records: Annotated[tuple[str, ...], Field(max_length=RECORDS)] = ()
    """Each a task's record, as it stands in its file; what it depends on is here already, or among them."""
    crons: Annotated[tuple[str, ...], Field(max_length=RECORDS)] = ()
    """Each a cron entry's record; where its name is taken here, what is here stays."""

    @model_validator(mode="after")
    def _bounded(self) -> ImportTasks:
        if not self.records and not self.crons:
            raise ValueError("there is neither a task nor a cron entry")
        if sum(map(len, (*self.records, *self.crons))) > RECORD_CHARACTERS:
            raise ValueError(f"the records have more than {RECORD_CHARACTERS} characters together")
        return self


RECORD_COMMANDS: Final = (
    Command("task.import", "Take over tasks as they stand elsewhere.", ImportTasks, Role.ADMIN, reversible=False),
)
