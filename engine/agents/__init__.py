"""Agents: worker processes that carry out tasks, and what they tell people of it."""

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
