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
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import WatchfloorError
from .guard import Guard
from .limits import Limits
from .pipes import Collector, Follow, feed

MAX_OUTPUT = 256 * 1024
"""How many bytes of each output stream are kept by default."""

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
        cpu_seconds: what it took of the processors, with those of its children that it waited for; 0 where the system
            does not say.
        memory_bytes: the most memory that any one of these had at a time; 0 where the system does not say.
    """

    argv: tuple[str, ...]
    exit_code: int
    stdout: bytes
    stderr: bytes
    truncated: bool
    timed_out: bool
    seconds: float
    cpu_seconds: float = 0.0
    memory_bytes: int = 0

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


async def run_process(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float,  # noqa: ASYNC109  # the limit ends the program, not only the waiting
    max_output: int = MAX_OUTPUT,
    grace: float = TERMINATE_GRACE,
    limits: Limits | None = None,
    stdin: bytes | None = None,
    follow: Follow | None = None,
) -> ProcessResult:
    """Run a program to its end in a process group of its own; the group is gone when this returns or raises.

    It is also gone soon after this process has died, be it by SIGKILL.

    Output beyond the limit is read and thrown away, so that a chatty program never blocks.

    Args:
        argv: program and arguments; the program is looked up in ``env['PATH']`` unless it holds a slash.
        cwd: the directory to run in.
        env: the whole environment; see :func:`clean_environment`.
        timeout: seconds until the group gets SIGTERM, more than 0.
        max_output: bytes kept of each stream, 0 or more.
        grace: seconds from SIGTERM to SIGKILL, 0 or more.
        limits: what it may use; the caller has made sure that the program exists.
        stdin: what it reads on its standard input, which is empty by default.
        follow: told of its output as it comes, also of what is not kept.

    Raises:
        ProcessError: the program cannot be started (unknown, not executable, no such directory, NUL in an argument).
        asyncio.CancelledError: the caller was cancelled; the group was stopped first.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    popen = _spawn(limits.wrapped(argv) if limits is not None and argv else argv, cwd, env, piped=stdin is not None)
    guard = _guarded(popen)
    exited = watch_exit(popen, loop)
    outputs = tuple(Collector(name, max_output, loop, follow) for name in ("stdout", "stderr"))
    feeding: asyncio.Task[None] | None = None
    transports: list[asyncio.ReadTransport] = []
    timed_out = False
    try:
        for pipe, output in zip((popen.stdout, popen.stderr), outputs, strict=True):
            transport, _ = await loop.connect_read_pipe(lambda output=output: output, _present(pipe))  # type: ignore[misc]  # mypy: bound default
            transports.append(transport)
        if stdin is not None:
            feeding = asyncio.create_task(feed(_present(popen.stdin), stdin))
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
        guard.let_go()
        if feeding is not None:
            # It closes the pipe itself, at the loop's next turn.
            feeding.cancel()
        elif popen.stdin is not None:
            popen.stdin.close()
        for transport in transports:
            transport.close()
        for pipe in (popen.stdout, popen.stderr)[len(transports) :]:
            _present(pipe).close()
        # The watcher has seen the exit without reaping, so this returns at once and frees the group's number last.
        cpu_seconds, memory_bytes = _reap(popen)
    return ProcessResult(
        argv=tuple(argv),
        exit_code=popen.returncode,
        stdout=bytes(outputs[0].kept),
        stderr=bytes(outputs[1].kept),
        truncated=any(output.truncated for output in outputs),
        timed_out=timed_out,
        seconds=loop.time() - started,
        cpu_seconds=cpu_seconds,
        memory_bytes=memory_bytes,
    )


def _spawn(argv: Sequence[str], cwd: Path, env: Mapping[str, str], *, piped: bool) -> subprocess.Popen[bytes]:
    if not argv or not argv[0]:
        raise ProcessError("a program cannot be started", why="its argument list is empty", remedy="Name the program.")
    try:
        return subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
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


def _guarded(popen: subprocess.Popen[bytes]) -> Guard:
    try:
        return Guard(popen.pid)
    except OSError as error:
        _signal_group(popen.pid, signal.SIGKILL)
        for pipe in (popen.stdin, popen.stdout, popen.stderr):
            if pipe is not None:
                pipe.close()
        popen.wait()
        raise ProcessError(
            "a program cannot be started",
            why=f"nothing could watch over it: {error.strerror}",
            remedy="Let this user have more processes and open files.",
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


async def _drain(group: int, outputs: Sequence[Collector]) -> None:
    _signal_group(group, signal.SIGKILL)
    await asyncio.wait([output.ended for output in outputs], timeout=DRAIN_LIMIT)


def _signal_group(group: int, number: signal.Signals) -> None:
    # PermissionError is what macOS answers for a group that holds only zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _reap(popen: subprocess.Popen[bytes]) -> tuple[float, int]:
    """What an ended program took: seconds of the processors, and the most memory in bytes."""
    try:
        _, status, used = os.wait4(popen.pid, 0)
    except ChildProcessError:
        # Where the watcher had to reap it to see its end.
        popen.wait()
        return 0.0, 0
    popen.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _present(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("the program was started without its pipes")
    return pipe
