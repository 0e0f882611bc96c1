"""Questions about the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from ..view import ActivityView
from .base import AskPage, Query


class AskJournal(AskPage):
    """The journal, newest first; ``subject`` and ``kind`` narrow it (a kind may end in ``*``)."""

    subject: Annotated[str, Field(max_length=200)] = ""
    kind: Annotated[str, Field(max_length=100)] = ""


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Some journal rows, and where the next page begins (empty at the end)."""

    items: tuple[ActivityView, ...]
    next: str = ""


JOURNAL: Final = Query("journal", AskJournal, JournalPage)
