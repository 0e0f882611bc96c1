"""The question for tasks as a store keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .base import AskPage, Query

__all__ = ["TASK_RECORDS", "AskRecords", "RecordPage"]


class AskRecords(AskPage):
    """Tasks by state; empty is every state."""

    state: str = ""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Some tasks, newest first, each as its file would hold it; and where the next page begins (empty at the end).

    A page ends early where its texts get long.

    Attributes:
        crons: every cron entry likewise, on the first page of every state.
    """

    items: tuple[str, ...]
    next: str = ""
    crons: tuple[str, ...] = ()


TASK_RECORDS: Final = Query("task_records", AskRecords, RecordPage)
