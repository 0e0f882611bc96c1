"""Commands about the journal."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from ..operators import Role
from .base import Arguments, Command, Reason


class PruneJournal(Arguments):
    """Take old rows out of the journal; a seal stands in their place, so that the rest still holds."""

    before: AwareDatetime
    """Rows older than this go, up to the first that something still alive needs."""
    archive: bool = True
    """Write them to a file in the engine's folder first."""
    reason: Reason = ""
    """Why, for the seal."""


class SeenJournal(Arguments):
    """How far whoever sends it has seen the journal."""

    seq: Annotated[int, Field(ge=0)]
    """The last row that was on the screen; an older one than is known changes nothing."""


JOURNAL_COMMANDS: Final = (
    Command("journal.prune", "Seal and prune old journal rows.", PruneJournal, Role.ADMIN, reversible=False),
    Command("journal.seen", "Note how far you have looked.", SeenJournal, Role.OPERATOR, reversible=False, quiet=True),
)
