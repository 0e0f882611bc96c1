"""What agents can do: built-in executors, declared programs, and executors that other packages bring."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

from ..canonical import canonical
from ..errors import WatchfloorError
from ..process import ProcessError, clean_environment, run_process
from ..settings.agents import AgentSettings, CommandSettings
from .job import Executor, Job, JobFailed

ENTRY_POINTS: Final = "watchfloor.executors"
"""The group in which a package names its executors; each is an :data:`~engine.agents.job.Executor`."""
COMMAND: Final = "command"
PAYLOAD_VARIABLE: Final = "WATCHFLOOR_PAYLOAD"
PAYLOAD_LIMIT: Final = 100_000
"""Most bytes of a payload that a program can get; operating systems refuse longer variables."""
_ERROR_SHOWN: Final = 2_000


def executors_of(settings: AgentSettings, folder: Path) -> dict[str, Executor]:
    """Every executor that an agent with these settings has, by the task type that it serves.

    Args:
        settings: declare the programs.
        folder: where programs run.

    Raises:
        WatchfloorError: two have the same name, or a package's executor cannot be loaded.
    """
    found: dict[str, Executor] = {"echo": echo, "word_count": word_count}
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        try:
            _add(found, entry.name, entry.load())
        except (ImportError, AttributeError) as error:
            raise WatchfloorError(
                f"executor {entry.name} cannot be loaded", why=str(error), remedy=f"Repair or remove {entry.value}."
            ) from error
    for name, command in settings.commands.items():
        _add(found, name, _program(command, folder))
    if settings.commands:
        _add(found, COMMAND, _any_program(settings.commands, folder))
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


def _any_program(commands: Mapping[str, CommandSettings], folder: Path) -> Executor:
    async def execute(job: Job) -> str:
        name = job.payload.get("name")
        if not isinstance(name, str) or name not in commands:
            raise JobFailed(
                "there is no such program", remedy="Declare it in agents.commands of this agent.", retry=False
            )
        return await _program(commands[name], folder)(job)

    return execute


def _program(command: CommandSettings, folder: Path) -> Executor:
    async def execute(job: Job) -> str:
        if len(job.payload_text.encode()) > PAYLOAD_LIMIT or "\0" in job.payload_text:
            raise JobFailed("the payload cannot be handed to a program", why="it is too long", retry=False)
        try:
            result = await run_process(
                command.argv,
                cwd=folder,
                env=clean_environment(command.environment) | {PAYLOAD_VARIABLE: job.payload_text},
                timeout=min(command.timeout_seconds, job.timeout_seconds),
                max_output=command.max_output_bytes,
            )
        except ProcessError as error:
            raise JobFailed(error.what, why=error.why, remedy=error.remedy, retry=False) from error
        if result.timed_out:
            raise JobFailed(f"{command.argv[0]} was stopped", why=f"it ran for {result.seconds:.0f} s")
        if not result.ok:
            raise JobFailed(
                f"{command.argv[0]} failed with {result.exit_code}", why=result.error_text()[-_ERROR_SHOWN:].strip()
            )
        return result.text()

    return execute
