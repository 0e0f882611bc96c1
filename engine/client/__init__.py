"""The one way into and out of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..lazy import lazily

if TYPE_CHECKING:
    from .checking import HeartbeatCheck, check_heartbeat
    from .cron_check import check_cron
    from .identity import who_sits_here
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
    "who_sits_here",
]

_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "checking": ("HeartbeatCheck", "check_heartbeat"),
    "cron_check": ("check_cron",),
    "identity": ("who_sits_here",),
    "journal_files": ("Exported", "export_journal", "prove_file"),
    "opening": ("attach", "embed", "identify", "is_running", "make_workspace", "prove_journal", "run_headless"),
    "opening_client": ("OpeningClient",),
    "policy_check": ("PolicyCheck", "check_policy"),
    "protocol": ("CommandRefused", "EngineClient", "EngineUnreachable", "Reply"),
}

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
