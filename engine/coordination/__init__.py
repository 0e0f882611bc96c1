"""Work shared over Redis: the private server, the connection, the queue with its leases, and the engine's door.

The bridge between the queue and the database is imported from :mod:`engine.coordination.bridge`, so that agents, which
never see the database, do not load it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..lazy import lazily

if TYPE_CHECKING:
    from .connection import LinkState, LinkStatus, RedisLink, ServerInfo
    from .coordinator import RedisCoordinator
    from .door import DoorError, EngineDoor, RedisTransport
    from .embedded import EmbeddedServer, ServerState
    from .faults import RedisUnavailable
    from .leader import Leader, LeaderLease, NotLeader
    from .lock import WorkspaceLock, WorkspaceLocked
    from .places import private_url
    from .presence import AgentInfo, AgentStatus, status_of

__all__ = [
    "AgentInfo",
    "AgentStatus",
    "DoorError",
    "EmbeddedServer",
    "EngineDoor",
    "Leader",
    "LeaderLease",
    "LinkState",
    "LinkStatus",
    "NotLeader",
    "RedisCoordinator",
    "RedisLink",
    "RedisTransport",
    "RedisUnavailable",
    "ServerInfo",
    "ServerState",
    "WorkspaceLock",
    "WorkspaceLocked",
    "private_url",
    "status_of",
]

_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "connection": ("LinkState", "LinkStatus", "RedisLink", "ServerInfo"),
    "coordinator": ("RedisCoordinator",),
    "door": ("DoorError", "EngineDoor", "RedisTransport"),
    "embedded": ("EmbeddedServer", "ServerState"),
    "faults": ("RedisUnavailable",),
    "leader": ("Leader", "LeaderLease", "NotLeader"),
    "lock": ("WorkspaceLock", "WorkspaceLocked"),
    "places": ("private_url",),
    "presence": ("AgentInfo", "AgentStatus", "status_of"),
}

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
