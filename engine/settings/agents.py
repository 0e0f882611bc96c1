"""Settings of the worker processes that carry out tasks."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field, field_validator

from .base import Section
from .coordination import RetrySettings

Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]{1,100}$")]
"""Name of an executor or a capability."""
Argument: TypeAlias = Annotated[str, Field(max_length=8_192, pattern=r"^[^\x00]*$")]
Variable: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,100}$")]


class CommandSettings(Section):
    """A program that tasks may run: ``[agents.commands.<name>]``. A task of type ``<name>`` runs exactly this."""

    argv: tuple[Argument, ...] = Field(min_length=1, max_length=100)
    """Program and arguments; never a shell line. A task cannot change them; it reads its payload from the variable
    ``WATCHFLOOR_PAYLOAD``."""
    timeout_seconds: float = Field(default=300.0, ge=0.1, le=86_400)
    """How long it may run; a task's own limit may be shorter."""
    environment: tuple[Variable, ...] = Field(default=(), max_length=50)
    """Names of the agent's environment variables that it may see besides PATH, HOME, LANG, LC_ALL and TZ."""
    max_output_bytes: int = Field(default=262_144, ge=0, le=4_194_304)
    """Most bytes kept of each of its two outputs."""

    @field_validator("argv")
    @classmethod
    def _named(cls, argv: tuple[str, ...]) -> tuple[str, ...]:
        if not argv[0].strip():
            raise ValueError("the first element must name a program")
        return argv


class AgentSettings(Section):
    """The table ``[agents]``."""

    concurrency: int = Field(default=4, ge=1, le=256)
    """How many tasks one agent carries out at once."""
    capabilities: tuple[Name, ...] = Field(default=(), max_length=100)
    """What the agent can do besides the executors that it has; tasks may ask for it."""
    presence_seconds: float = Field(default=5.0, ge=0.1, le=60)
    """Time between two signs of life."""
    poll_seconds: float = Field(default=1.0, ge=0.05, le=60)
    """Longest wait before an idle agent looks for work without having been told of any."""
    grace_seconds: float = Field(default=10.0, ge=0, le=3_600)
    """How long a stopping agent lets running tasks finish; then they are stopped and given back."""
    default_timeout_seconds: float = Field(default=300.0, ge=0.1, le=86_400)
    """How long a task may run that sets no limit of its own."""
    retry: RetrySettings = RetrySettings()
    """When failed tasks are tried again."""
    commands: dict[Name, CommandSettings] = Field(default_factory=dict, max_length=100)
    """Programs that tasks may run, by the task type that runs them."""
