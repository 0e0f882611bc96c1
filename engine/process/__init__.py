"""Running other programs: argv in, bounded output back, nothing left behind."""

from .limits import BASE_ENVIRONMENT, Limits, clean_environment
from .pipes import Follow
from .running import (
    CANCEL_GRACE,
    MAX_OUTPUT,
    TERMINATE_GRACE,
    ProcessError,
    ProcessResult,
    run_process,
    watch_exit,
)

__all__ = [
    "BASE_ENVIRONMENT",
    "CANCEL_GRACE",
    "MAX_OUTPUT",
    "TERMINATE_GRACE",
    "Follow",
    "Limits",
    "ProcessError",
    "ProcessResult",
    "clean_environment",
    "run_process",
    "watch_exit",
]
