"""Settings of the work that is shared between processes over Redis."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, model_validator

from .base import Section


class CoordinationSettings(Section):
    """The table ``[coordination]``."""

    url: SecretStr = SecretStr("")
    """Address of a Redis 7.0+ or Valkey 7.2+ server (``redis://``, ``rediss://`` or ``unix://``), of Sentinels
    (``redis+sentinel://host:26379,host:26379/service/0``) or of a Cluster (``redis+cluster://host:6379,host:6379``);
    it may hold a password. Empty: the engine starts a private server of its own."""
    allow_without_password: bool = False
    """A server on another machine may be used that asks for no password. Whoever reaches such a server can do to the
    workspace what operators do."""
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]{1,64}$")] = "watchfloor"
    """What every key begins with; workspaces that share a server need different ones."""
    command_timeout_seconds: float = Field(default=2.0, ge=0.1, le=30)
    """How long one command may take before the connection counts as lost."""
    health_seconds: float = Field(default=1.0, ge=0.1, le=60)
    """Time between two checks of the connection."""
    lease_seconds: float = Field(default=30.0, ge=1, le=3_600)
    """How long a claimed task belongs to a silent agent; it renews at a third of this."""
    sweep_seconds: float = Field(default=1.0, ge=0.05, le=60)
    """Time between two searches for lapsed leases and for waiting retries that are due."""
    reconcile_seconds: float = Field(default=30.0, ge=1, le=3_600)
    """Time between two comparisons of the database with what Redis knows."""
    lost_after_seconds: float = Field(default=15.0, ge=1, le=3_600)
    """An agent that was silent for so long is shown as lost."""
    results_limit: int = Field(default=100_000, ge=100, le=10_000_000)
    """Most events of tasks that may wait for the engine; beyond it no task is handed out, and none is lost."""
    shards: int = Field(default=1, ge=1, le=64)
    """Into how many parts the queue is cut, so that a Redis Cluster can spread it over its servers; one is right for a
    single server. Agents look at all of them before they take tasks: a more urgent task is passed over only by what
    agents take in the same moment, and a claim costs one more command for each shard. Every process of a workspace
    needs the same number, and it is only to be changed while no task waits."""
    leader_seconds: float = Field(default=15.0, ge=1, le=300)
    """How long a silent engine stays the leader; it renews at a third of this."""
    max_connections: int = Field(default=32, ge=4, le=1_000)
    """Most connections of one process to the server, for each of its two clients."""

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        url = self.url.get_secret_value()
        if not self.allow_without_password and not _has_password(url) and not all(map(_is_here, _hosts(url))):
            raise ValueError(
                "a server on another machine must ask for a password (redis://:PASSWORD@HOST:6379): whoever reaches it"
                " can do what operators do; allow_without_password = true accepts that"
            )
        return self


def _has_password(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.password or parse_qs(parts.query).get("password"))


def _hosts(url: str) -> list[str]:
    where = urlsplit(url).netloc.rpartition("@")[2]
    return [urlsplit(f"//{host}").hostname or "" for host in where.split(",")]


def _is_here(host: str) -> bool:
    try:
        return host in {"", "localhost"} or ip_address(host).is_loopback
    except ValueError:
        return False


class RetrySettings(Section):
    """How failed tasks are tried again: ``[agents.retry]``."""

    base_seconds: float = Field(default=1.0, ge=0, le=3_600)
    """Wait before the second attempt; doubled before each further one."""
    cap_seconds: float = Field(default=300.0, ge=0, le=86_400)
    """Longest wait between two attempts."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.cap_seconds < self.base_seconds:
            raise ValueError("cap_seconds must not be less than base_seconds")
        return self
