"""Executors that other packages bring: coroutines run in the agent, plain callables in a process of their own."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

from ..process import run_process
from .job import Executor, Job, JobFailed
from .programs import Teller

ANSWER_BYTES: Final = 8 * 1_048_576
_ERROR_SHOWN: Final = 2_000


def load(target: str) -> Callable[[Job], Any]:
    """The object that an entry point names as ``module:attribute.attribute``.

    Raises:
        ImportError: there is no such module.
        AttributeError: there is no such object in it.
    """
    module, _, path = target.partition(":")
    found: Any = importlib.import_module(module)
    for name in filter(None, path.split(".")):
        found = getattr(found, name)
    if not callable(found):
        raise ImportError(f"{target} cannot be called")  # noqa: TRY004  # for the caller it is a package that does not fit
    return cast("Callable[[Job], Any]", found)


def executor_of(target: str, folder: Path) -> Executor:
    """An executor from an entry point's value.

    Args:
        target: ``module:attribute``.
        folder: where a plain callable runs.

    Raises:
        ImportError: there is no such module.
        AttributeError: there is no such object in it.
    """
    found = load(target)
    if inspect.iscoroutinefunction(found) or inspect.iscoroutinefunction(getattr(found, "__call__", None)):  # noqa: B004  # an object with a coroutine to call
        return _bounded(found)
    return _apart(target, folder)


def _bounded(found: Callable[[Job], Any]) -> Executor:
    async def execute(job: Job) -> str:
        return str(await found(job))

    return execute


def _apart(target: str, folder: Path) -> Executor:
    """A plain callable could not be stopped in this process; in one of its own it can."""

    async def execute(job: Job) -> str:
        with tempfile.TemporaryDirectory(prefix="watchfloor-") as private:
            answer = Path(private) / "answer.json"
            result = await run_process(
                [sys.executable, "-P", "-m", "engine.agents.child", target, str(answer)],
                cwd=folder,
                env=dict(os.environ),
                timeout=job.timeout_seconds,
                max_output=_ERROR_SHOWN,
                stdin=_told(job),
                follow=Teller(job),
            )
            job.spent.add(result.cpu_seconds, result.memory_bytes)
            if result.timed_out:
                raise JobFailed("its time was up", why=f"it ran for {result.seconds:.0f} s")
            text = await asyncio.to_thread(_read, answer)
        if text is None:
            raise JobFailed(
                f"the process of {target} ended with {result.exit_code}",
                why=result.error_text()[-_ERROR_SHOWN:].strip(),
            )
        return _understood(json.loads(text))

    return execute


def _told(job: Job) -> bytes:
    return json.dumps(
        {
            "id": job.id,
            "title": job.title,
            "type": job.type,
            "payload_text": job.payload_text,
            "attempt": job.attempt,
            "timeout_seconds": job.timeout_seconds,
            "token": job.token,
            "capabilities": job.capabilities,
        }
    ).encode()


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(ANSWER_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def _understood(answer: dict[str, Any]) -> str:
    if "result" in answer:
        return str(answer["result"])
    what, why, remedy = answer["failed"]
    raise JobFailed(what, why=why, remedy=remedy, retry=bool(answer["retry"]), blames=bool(answer["blames"]))
