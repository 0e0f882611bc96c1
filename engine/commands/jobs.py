"""Commands about background jobs."""

from __future__ import annotations

from typing import Final

from ..operators import Role
from .base import Arguments, Command, Identifier


class RunJob(Arguments):
    """A background job, now."""

    name: Identifier
    """The job."""


JOB_COMMANDS: Final = (Command("job.run", "Run a background job now.", RunJob, Role.OPERATOR, reversible=False),)
