"""The one way into and out of the engine."""

from .checking import HeartbeatCheck, check_heartbeat
from .cron_check import check_cron
from .journal_files import Exported, export_journal, prove_file
from .opening import attach, embed, identify, is_running, make_workspace, prove_journal, run_headless
from .opening_client import OpeningClient
from .policy_check import PolicyCheck, check_policy
from .protocol import CommandRefused, EngineClient, EngineUnreachable, Reply

__all__ = [
    "CommandRefused",
    "EngineClient",
    "EngineUnreachable",
    "Exported",
    "HeartbeatCheck",
    "OpeningClient",
    "PolicyCheck",
    "Reply",
    "attach",
    "check_cron",
    "check_heartbeat",
    "check_policy",
    "embed",
    "export_journal",
    "identify",
    "is_running",
    "make_workspace",
    "prove_file",
    "prove_journal",
    "run_headless",
]
