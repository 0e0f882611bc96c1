"""Agents: the three of them, and what they need.

The :class:`SupervisorAgent` makes tasks of goals, watches them and has operators asked; the :class:`AutonomousAgent`
carries tasks out in a process of its own; the :class:`InterfaceAgent` stands between them and people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..lazy import lazily

if TYPE_CHECKING:
    from .executors import ENTRY_POINTS, executors_of
    from .interface import InterfaceAgent, StatusReport, TaskSummary, summarise
    from .job import Executor, Job, JobFailed
    from .runner import run_agent
    from .supervisor import SupervisorAgent
    from .worker import AutonomousAgent

__all__ = [
    "ENTRY_POINTS",
    "AutonomousAgent",
    "Executor",
    "InterfaceAgent",
    "Job",
    "JobFailed",
    "StatusReport",
    "SupervisorAgent",
    "TaskSummary",
    "executors_of",
    "run_agent",
    "summarise",
]

_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "executors": ("ENTRY_POINTS", "executors_of"),
    "interface": ("InterfaceAgent", "StatusReport", "TaskSummary", "summarise"),
    "job": ("Executor", "Job", "JobFailed"),
    "runner": ("run_agent",),
    "supervisor": ("SupervisorAgent",),
    "worker": ("AutonomousAgent",),
}

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
