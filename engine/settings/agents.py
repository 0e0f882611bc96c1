"""Settings of the worker processes that carry out tasks."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, field_validator, model_validator

from .base import Section
from .coordination import RetrySettings

Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]{1,100}$")]
"""Name of an executor or a capability."""
Argument: TypeAlias = Annotated[str, Field(max_length=8_192, pattern=r"^[^\x00]*$")]
Variable: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,100}$")]


Place: TypeAlias = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]


class BreakerSettings(Section):
    """When an executor, or a capability, that keeps failing is left alone: ``[agents.breaker]``."""

    failures: int = Field(default=5, ge=1, le=1_000)
    """So many failures in a row open the breaker."""
    open_seconds: float = Field(default=30.0, ge=0.1, le=86_400)
    """How long it stays open; then one attempt shows whether it works again."""


class RepositorySettings(Section):
    """A git repository in which tasks work: ``[agents.repositories.<name>]``."""

    path: Place = "."
    """Where it is; relative to the workspace."""
    base: Annotated[str, Field(pattern=r"^[A-Za-z0-9_./@^~][A-Za-z0-9_./@^~\-]{0,199}$")] = "HEAD"
    """The commit or branch from which a task's own branch begins."""


class WorktreeSettings(Section):
    """Work trees of git repositories, one for each task that needs one: ``[agents.worktrees]``."""

    author: Annotated[str, Field(pattern=r"^[^<>\x00-\x1f]{1,100} <[^<>\s\x00-\x1f]{1,200}>$")] = (
        "Watchfloor agent <agent@localhost>"
    )
    """Who commits what tasks leave in their work trees."""
    git_timeout_seconds: float = Field(default=60.0, ge=1, le=3_600)
    """How long one git command may take."""
    lock_wait_seconds: float = Field(default=10.0, ge=0, le=600)
    """How long to wait for a repository that another program has locked."""
    max_diff_bytes: int = Field(default=262_144, ge=0, le=4_194_304)
    """Most bytes of a diff that are kept for whoever looks; the branch has it whole."""


class CommandSettings(Section):
    """A program that tasks may run: ``[agents.commands.<name>]``. A task of type ``<name>`` runs exactly this."""

    argv: tuple[Argument, ...] = Field(min_length=1, max_length=100)
    """Program and arguments; never a shell line. A task cannot change them; it reads its payload from the variable
    ``WATCHFLOOR_PAYLOAD``."""
    timeout_seconds: float = Field(default=300.0, ge=0.1, le=86_400)
    """How long it may run; a task may set a shorter limit."""
    environment: tuple[Variable, ...] = Field(default=(), max_length=50)
    """Names of the agent's environment variables that it may see besides PATH, HOME, LANG, LC_ALL and TZ."""
    max_output_bytes: int = Field(default=262_144, ge=0, le=4_194_304)
    """Most bytes kept of each of its two outputs."""
    repository: Name | None = None
    """It runs in a fresh work tree of this repository of ``[agents.repositories]``, and what it leaves there is
    committed on a branch of its own. Without one it runs in the workspace."""
    folder: Place = ""
    """The folder below that place in which it runs."""

    @field_validator("argv")
    @classmethod
    def _named(cls, argv: tuple[str, ...]) -> tuple[str, ...]:
        if not argv[0].strip():
            raise ValueError("the first element must name a program")
        return argv

    @field_validator("folder")
    @classmethod
    def _inside(cls, folder: str) -> str:
        if folder.startswith("/") or ".." in folder.split("/"):
            raise ValueError("it must lie below the place where the program runs")
        return folder


class CoderSettings(CommandSettings):
    """A coding agent's command line: ``[agents.coders.<name>]``. A task of type ``<name>`` gives it a prompt.

    The prompt is the payload's ``prompt``; it is never part of a shell line.
    """

    prompt: Literal["stdin", "argument"] = "stdin"
    """How the prompt reaches the program: on its standard input, or as one last argument after ``--``."""
    timeout_seconds: float = Field(default=1_800.0, ge=0.1, le=86_400)
    """How long it may run; a task may set a shorter limit."""


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
    ahead: int = Field(default=496, ge=0, le=496)
    """Most tasks that an agent holds besides those that it carries out. Short tasks come in large batches so; a more
    urgent one that comes later waits for at most so many."""
    ahead_seconds: float = Field(default=0.1, ge=0, le=10)
    """It holds no more ahead than it would begin within this time, by how long tasks took lately."""
    grace_seconds: float = Field(default=10.0, ge=0, le=3_600)
    """How long a stopping agent lets running tasks finish; then they are stopped and given back."""
    default_timeout_seconds: float = Field(default=300.0, ge=0.1, le=86_400)
    """How long a task may run that sets no limit of its own and whose type is no program with one."""
    retry: RetrySettings = RetrySettings()
    """When failed tasks are tried again."""
    commands: dict[Name, CommandSettings] = Field(default_factory=dict, max_length=100)
    """Programs that tasks may run, by the task type that runs them."""
    coders: dict[Name, CoderSettings] = Field(default_factory=dict, max_length=100)
    """Coding agents that tasks may give prompts to, by the task type that does."""
    repositories: dict[Name, RepositorySettings] = Field(default_factory=dict, max_length=100)
    """Git repositories in whose work trees programs run, by the name that programs are declared with."""
    worktrees: WorktreeSettings = WorktreeSettings()
    """Those work trees."""
    breaker: BreakerSettings = BreakerSettings()
    """When what keeps failing is left alone."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, declared in {**self.commands, **self.coders}.items():
            if declared.repository is not None and declared.repository not in self.repositories:
                raise ValueError(
                    f"{name} names the repository {declared.repository}, which is not in [agents.repositories]"
                )
        twice = sorted(self.commands.keys() & self.coders.keys())
        if twice:
            raise ValueError(f"{twice[0]} is declared both in [agents.commands] and in [agents.coders]")
        return self
