"""Agents: worker processes that carry out tasks, and what they tell people of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..lazy import lazily

if TYPE_CHECKING:
    from .executors import ENTRY_POINTS, executors_of
    from .interface import TaskSummary, summarise
    from .job import Executor, Job, JobFailed
    from .runner import run_agent
    from .worker import AutonomousAgent

__all__ = [
    "ENTRY_POINTS",
    "AutonomousAgent",
    "Executor",
    "Job",
    "JobFailed",
    "TaskSummary",
    "executors_of",
    "run_agent",
    "summarise",
]

_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "executors": ("ENTRY_POINTS", "executors_of"),
    "interface": ("TaskSummary", "summarise"),
    "job": ("Executor", "Job", "JobFailed"),
    "runner": ("run_agent",),
    "worker": ("AutonomousAgent",),
}

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
