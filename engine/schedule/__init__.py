"""Work by the clock: the background scheduler, and the operator's standing tasks in HEARTBEAT.md."""

from .active_hours import is_active, opening
from .heartbeat import FileLook, Heartbeat, ProposeTask, StatusOf
from .heartbeat_file import HeartbeatFile, HeartbeatTask, LineError, TaskSection, parse_heartbeat
from .heartbeat_rewrite import HeartbeatFileError, tick, tick_file
from .heartbeat_tasks import StoredTask, TaskState, all_tasks
from .heartbeat_tools import CALLS, PROPOSER, TEMPLATE, ToolNames, built_in, check_tools
from .job_repository import JobRun, load_job, load_jobs, open_runs, runs_of
from .jobs import Cause, Job, JobError, JobResult, JobState, Outcome, Retry, due_at
from .plan import Plan, spell
from .planning import planned, usual
from .plugins import GROUP, JobContext, JobOffer, installed, load_job_plugins
from .scheduler import Scheduler

__all__ = [
    "CALLS",
    "GROUP",
    "PROPOSER",
    "TEMPLATE",
    "Cause",
    "FileLook",
    "Heartbeat",
    "HeartbeatFile",
    "HeartbeatFileError",
    "HeartbeatTask",
    "Job",
    "JobContext",
    "JobError",
    "JobOffer",
    "JobResult",
    "JobRun",
    "JobState",
    "LineError",
    "Outcome",
    "Plan",
    "ProposeTask",
    "Retry",
    "Scheduler",
    "StatusOf",
    "StoredTask",
    "TaskSection",
    "TaskState",
    "ToolNames",
    "all_tasks",
    "built_in",
    "check_tools",
    "due_at",
    "installed",
    "is_active",
    "load_job",
    "load_job_plugins",
    "load_jobs",
    "open_runs",
    "opening",
    "parse_heartbeat",
    "planned",
    "runs_of",
    "spell",
    "tick",
    "tick_file",
    "usual",
]
