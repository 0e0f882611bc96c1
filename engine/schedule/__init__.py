"""Work by the clock: the background scheduler, and the operator's standing tasks in HEARTBEAT.md."""

from .active_hours import is_active
from .heartbeat import Heartbeat, HeartbeatStatus, ProposeTask, StatusOf
from .heartbeat_file import HeartbeatFile, HeartbeatTask, LineError, TaskSection, parse_heartbeat
from .heartbeat_rewrite import HeartbeatFileError, tick, tick_file
from .heartbeat_tasks import StoredTask, TaskState, all_tasks
from .heartbeat_tools import CALLS, PROPOSER, TEMPLATE
from .job_repository import load_job, load_jobs
from .jobs import Job, JobError, JobResult, JobState, Retry
from .scheduler import Scheduler, why_held

__all__ = [
    "CALLS",
    "PROPOSER",
    "TEMPLATE",
    "Heartbeat",
    "HeartbeatFile",
    "HeartbeatFileError",
    "HeartbeatStatus",
    "HeartbeatTask",
    "Job",
    "JobError",
    "JobResult",
    "JobState",
    "LineError",
    "ProposeTask",
    "Retry",
    "Scheduler",
    "StatusOf",
    "StoredTask",
    "TaskSection",
    "TaskState",
    "all_tasks",
    "is_active",
    "load_job",
    "load_jobs",
    "parse_heartbeat",
    "tick",
    "tick_file",
    "why_held",
]
