"""What agents can do: built-in executors, declared programs, and executors that other packages bring."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

from ..canonical import canonical
from ..clock import Clock, SystemClock
from ..errors import WatchfloorError
from ..settings.agents import AgentSettings
from .entry import executor_of
from .job import COMMAND, Executor, Job, JobFailed
from .programs import Programs
from .worktrees import Worktrees

ENTRY_POINTS: Final = "watchfloor.executors"
"""The group in which a package names its executors: coroutines that take a :class:`Job`, or plain callables, which run
in a process of their own so that they can be stopped."""
BUILT_IN: Final = ("echo", "word_count")
"""What every agent can do."""


def executors_of(
    settings: AgentSettings, folder: Path, worktrees: Worktrees | None = None, clock: Clock | None = None
) -> dict[str, Executor]:
    """Every executor that an agent with these settings has, by the task type that it serves.

    Args:
        settings: declare the programs.
        folder: where programs run.
        worktrees: makes work trees; in a folder below ``folder`` by default.
        clock: the machine's by default.

    Raises:
        WatchfloorError: two have the same name, or a package's executor cannot be loaded.
    """
    clock = clock or SystemClock()
    worktrees = worktrees or Worktrees(folder / ".watchfloor" / "worktrees", folder, settings.worktrees, clock)
    programs = Programs(folder, settings.repositories, worktrees)
    found: dict[str, Executor] = {"echo": echo, "word_count": word_count}
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        try:
            _add(found, entry.name, executor_of(entry.value, folder))
        except (ImportError, AttributeError) as error:
            raise WatchfloorError(
                f"executor {entry.name} cannot be loaded", why=str(error), remedy=f"Repair or remove {entry.value}."
            ) from error
    for name, command in settings.commands.items():
        _add(found, name, programs.command(command))
    for name, coder in settings.coders.items():
        _add(found, name, programs.coder(coder))
    if settings.commands:
        _add(found, COMMAND, programs.any_command(settings.commands))
    return found


async def echo(job: Job) -> str:
    """Return the payload: shows that the way there and back works."""
    return canonical(job.payload).decode()


async def word_count(job: Job) -> str:
    """Count the words of the payload's ``text``."""
    text = job.payload.get("text")
    if not isinstance(text, str):
        raise JobFailed("word_count needs a text", remedy='Write {"text": "..."} as the payload.', retry=False)
    return str(len(text.split()))


def _add(found: dict[str, Executor], name: str, executor: Executor) -> None:
    if name in found:
        raise WatchfloorError(f"two executors are called {name}", remedy="Rename the one in agents.commands.")
    found[name] = executor
