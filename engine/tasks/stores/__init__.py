"""Where tasks are kept besides the engine's own database: one protocol, three stores, and what keeps them in step."""

from .crons import CronRecord
from .files import JsonTaskStore
from .keeping import TaskKeeper
from .mirror import MirrorStatus, TaskMirror, end_mirror
from .protocol import Fault, Mark, StoreUnavailable, TaskQuery, TaskStore
from .record import RecordError, TaskRecord, decode, encode, seal_of
from .sqlite import SqliteTaskStore

__all__ = [
    "CronRecord",
    "Fault",
    "JsonTaskStore",
    "Mark",
    "MirrorStatus",
    "RecordError",
    "SqliteTaskStore",
    "StoreUnavailable",
    "TaskKeeper",
    "TaskMirror",
    "TaskQuery",
    "TaskRecord",
    "TaskStore",
    "decode",
    "encode",
    "end_mirror",
    "seal_of",
]
