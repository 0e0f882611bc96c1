"""Running one program of the operating system: argv in, bounded output back, nothing left behind.

The one way in which the engine runs other programs (git, declared shell tools, the agents' commands). There is no
shell: what a caller passes is what the program gets, byte for byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .errors import WatchfloorError

MAX_OUTPUT = 256 * 1024
"""How many bytes of each output stream are kept by default."""

BASE_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
"""The variables that a program may inherit without anyone having named them."""

TERMINATE_GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL."""

CANCEL_GRACE = 0.5
"""The same, where the caller was cancelled: a pause of everything has to hold within a second."""

DRAIN_LIMIT = 1.0
"""Seconds that output may still arrive after the program ended, from a descendant that left its process group."""


class ProcessError(WatchfloorError):
    """A program could not be started at all."""


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """How one program ended.

    Attributes:
        argv: the program and its arguments.
        exit_code: 0 to 255, or the negative number of the signal that ended it.
        stdout: the first bytes of standard output, at most the limit.
        stderr: the first bytes of standard error, at most the limit.
        truncated: either stream held more than was kept.
        timed_out: the program was stopped because its time was up.
        seconds: how long it ran.
    """

    argv: tuple[str, ...]
    exit_code: int
    stdout: bytes
    stderr: bytes
    truncated: bool
    timed_out: bool
    seconds: float

    @property
    def ok(self) -> bool:
        """The program ended by itself, with success."""
        return self.exit_code == 0 and not self.timed_out

    def text(self) -> str:
        """Standard output as text; bytes that are not UTF-8 become U+FFFD."""
        return self.stdout.decode("utf-8", "replace")

    def error_text(self) -> str:
        """Standard error as text; bytes that are not UTF-8 become U+FFFD."""
        return self.stderr.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program and each of its children may use; 0 sets no limit. A core file is never written.

    Attributes:
        cpu_seconds: processor time of each process.
        memory_mb: address space of each process, in megabytes.
        file_mb: size of a file that it writes, in megabytes.
        processes: how many processes the user may have while it starts more; root is not bound by it.
    """

    cpu_seconds: int = 0
    memory_mb: int = 0
    file_mb: int = 0
    processes: int = 0

    def wrapped(self, argv: Sequence[str]) -> list[str]:
        """The command line that sets the limits and then becomes the program.

        The words reach it as they are: the script is fixed, and what it starts are its own arguments.
        """
        steps = ["ulimit -c 0"]
        steps += [f"ulimit -t {self.cpu_seconds}"] if self.cpu_seconds else []
        steps += [f"ulimit -v {self.memory_mb * 1024}"] if self.memory_mb else []
        steps += [f"ulimit -f {self.file_mb * 2048}"] if self.file_mb else []
        # The letter for processes differs between shells.
        steps += (
            [f"{{ ulimit -u {self.processes} 2>/dev/null || ulimit -p {self.processes}; }}"] if self.processes else []
        )
        return ["/bin/sh", "-c", f'{" && ".join(steps)} && exec "$@"', "sh", *argv]


def clean_environment(
    extra_names: Iterable[str] = (), *, source: Mapping[str, str] | None = None, **fixed: str
) -> dict[str, str]:
    """The environment for a program: an allow-list, so that no secret of the engine reaches it by accident.

    Args:
        extra_names: names to pass on besides :data:`BASE_ENVIRONMENT`.
        source: where values come from; the engine's own environment by default.
        fixed: variables set to a value of the caller's, over anything inherited.
    """
    values = os.environ if source is None else source
    kept = {name: values[name] for name in (*BASE_ENVIRONMENT, *extra_names) if name in values}
    return kept | fixed


async def run_process(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float,  # noqa: ASYNC109  # the limit ends the program, not only the waiting
    max_output: int = MAX_OUTPUT,
    grace: float = TERMINATE_GRACE,
    limits: Limits | None = None,
) -> ProcessResult:
    """Run a program to its end in a process group of its own; the group is gone when this returns or raises.

    Standard input is empty. Output beyond the limit is read and thrown away, so that a chatty program never blocks.

    Args:
        argv: program and arguments; the program is looked up in ``env['PATH']`` unless it holds a slash.
        cwd: the directory to run in.
        env: the whole environment; see :func:`clean_environment`.
        timeout: seconds until the group gets SIGTERM, more than 0.
        max_output: bytes kept of each stream, 0 or more.
        grace: seconds from SIGTERM to SIGKILL, 0 or more.
        limits: what it may use; the caller has made sure that the program exists.

    Raises:
        ProcessError: the program cannot be started (unknown, not executable, no such directory, NUL in an argument).
        asyncio.CancelledError: the caller was cancelled; the group was stopped first.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    popen = _spawn(limits.wrapped(argv) if limits is not None and argv else argv, cwd, env)
    exited = watch_exit(popen, loop)
    outputs = (_Collector(max_output, loop), _Collector(max_output, loop))
    transports: list[asyncio.ReadTransport] = []
    timed_out = False
    try:
        for pipe, output in zip((popen.stdout, popen.stderr), outputs, strict=True):
            transport, _ = await loop.connect_read_pipe(lambda output=output: output, _present(pipe))  # type: ignore[misc]  # mypy: bound default
            transports.append(transport)
        try:
            async with asyncio.timeout(timeout):
                await asyncio.shield(exited)
        except TimeoutError:
            timed_out = True
            await _stop(popen.pid, exited, grace)
    except BaseException:
        await _stop(popen.pid, exited, min(grace, CANCEL_GRACE))
        raise
    else:
        await _drain(popen.pid, outputs)
    finally:
        _signal_group(popen.pid, signal.SIGKILL)
        for transport in transports:
            transport.close()
        for pipe in (popen.stdout, popen.stderr)[len(transports) :]:
            _present(pipe).close()
        # The watcher has seen the exit without reaping, so this returns at once and frees the group's number last.
        popen.wait()
    return ProcessResult(
        argv=tuple(argv),
        exit_code=popen.returncode,
        stdout=bytes(outputs[0].kept),
        stderr=bytes(outputs[1].kept),
        truncated=any(output.truncated for output in outputs),
        timed_out=timed_out,
        seconds=loop.time() - started,
    )


class _Collector(asyncio.Protocol):
    """Keeps the head of a stream and counts nothing else."""

    def __init__(self, limit: int, loop: asyncio.AbstractEventLoop) -> None:
        self.kept = bytearray()
        self.truncated = False
        self.ended: asyncio.Future[None] = loop.create_future()
        self._limit = limit

    def data_received(self, data: bytes) -> None:
        room = self._limit - len(self.kept)
        self.kept += data[:room]
        self.truncated = self.truncated or len(data) > room

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


def _spawn(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    if not argv or not argv[0]:
        raise ProcessError("a program cannot be started", why="its argument list is empty", remedy="Name the program.")
    try:
        return subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        if str(error.filename) == str(cwd):
            raise ProcessError(
                f"{argv[0]} cannot be started", why=f"the directory {cwd} does not exist", remedy="Create it."
            ) from error
        raise ProcessError(
            f"{argv[0]} cannot be started", why="no such program", remedy="Install it or correct its name."
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProcessError(
            f"{argv[0]} cannot be started", why=reason, remedy="Check its path, rights and arguments."
        ) from error


def watch_exit(popen: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
    """A future that ends with the program, leaving it unreaped where the platform can."""
    exited: asyncio.Future[None] = loop.create_future()

    def settle() -> None:
        if not exited.done():
            exited.set_result(None)

    def wait() -> None:
        if hasattr(os, "waitid"):
            # Unreaped, its process group's number cannot be given to anyone else before the group has been swept.
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOWAIT)
        else:
            popen.wait()
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(settle)

    threading.Thread(target=wait, name=f"process-{popen.pid}", daemon=True).start()
    return exited


async def _stop(group: int, exited: asyncio.Future[None], grace: float) -> None:
    """SIGTERM, ``grace`` seconds, SIGKILL; returns when the program has ended, whoever cancels meanwhile."""
    try:
        if not exited.done():
            _signal_group(group, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await asyncio.shield(exited)
    finally:
        _signal_group(group, signal.SIGKILL)
        if not exited.done():
            await asyncio.shield(exited)


async def _drain(group: int, outputs: Sequence[_Collector]) -> None:
    _signal_group(group, signal.SIGKILL)
    await asyncio.wait([output.ended for output in outputs], timeout=DRAIN_LIMIT)


def _signal_group(group: int, number: signal.Signals) -> None:
    # PermissionError is what macOS answers for a group that holds only zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _present(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("the program was started without its pipes")
    return pipe
