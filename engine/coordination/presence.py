"""What an agent says of itself with each sign of life, and how the engine reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .messages import AgentPresence


class RunningTask(BaseModel):
    """A task that the agent works on."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(max_length=200)
    title: str = Field(max_length=500)
    lease_left_seconds: float = Field(ge=0, le=86_400)


class OpenBreaker(BaseModel):
    """An executor or a capability of the agent that keeps failing."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(max_length=200)
    state: str = Field(max_length=20)
    failures: int = Field(default=0, ge=0)
    seconds: float = Field(default=0, ge=0, le=86_400)


class AgentInfo(BaseModel):
    """An agent in its own words; on its way in, hostile until it was validated."""

    model_config = ConfigDict(frozen=True)

    host: str = Field(max_length=255)
    pid: int = Field(ge=0)
    capabilities: tuple[str, ...] = Field(max_length=200)
    concurrency: int = Field(ge=1)
    running: tuple[RunningTask, ...] = Field(default=(), max_length=256)
    done: int = Field(default=0, ge=0)
    failed: int = Field(default=0, ge=0)
    breakers: tuple[OpenBreaker, ...] = Field(default=(), max_length=200)
    rate_per_minute: int = Field(default=0, ge=0)
    draining: bool = False
    executors: tuple[str, ...] = Field(default=(), max_length=200)


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """An agent as the engine sees it.

    Attributes:
        lost: it has been silent for too long.
        info: what it said last; nothing where that made no sense.
    """

    id: str
    seen_at: datetime
    lost: bool
    info: AgentInfo | None

    @property
    def state(self) -> str:
        """``lost``, ``draining``, ``busy`` or ``idle``."""
        if self.lost:
            return "lost"
        if self.info and self.info.draining:
            return "draining"
        return "busy" if self.info and self.info.running else "idle"


def status_of(presence: AgentPresence, lost_after_seconds: float) -> AgentStatus:
    """Read an agent's last sign of life."""
    try:
        info = AgentInfo.model_validate_json(presence.info)
    except ValidationError:
        info = None
    return AgentStatus(presence.id, presence.seen_at, presence.silent_seconds >= lost_after_seconds, info)
