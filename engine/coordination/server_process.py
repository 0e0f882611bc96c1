"""One run of the private server: a child that cannot outlive the engine, even when the engine is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from pathlib import Path
from typing import Final

from ..errors import WatchfloorError
from ..process import clean_environment, run_process, watch_exit
from .resp import RespError, ask, info_fields

READY_SECONDS: Final = 10.0
"""How long a server may take from start to its first answer."""
STOP_SECONDS: Final = 1.5
"""How long a server may take to end in order."""
PID_NAME: Final = "redis.pid"
MEMORY: Final = "512mb"
"""Most memory of the server; beyond it, it refuses writes instead of forgetting."""
# The shell waits on a pipe (its standard input) whose other end only the engine holds: when the engine is gone, for
# whatever reason, the pipe ends and the server is told to stop. It works without any help of the kernel or of a timer.
_LIFELINE: Final = (
    "exec 3<&0 </dev/null; "
    '"$@" 3<&- & c=$!; trap "" HUP INT; '
    "(read -r _ <&3; kill -TERM $c) & w=$!; exec 3<&-; "
    "wait $c; r=$?; kill $w; exit $r"
)


class ServerFailed(WatchfloorError):
    """The private server did not start, or could not be replaced."""


class ServerProcess:
    """A running server. Make it with :meth:`start`."""

    def __init__(self, popen: subprocess.Popen[bytes], lifeline: int) -> None:
        self.pid = 0
        self._popen = popen
        self._lifeline: int | None = lifeline
        self.exited = watch_exit(popen, asyncio.get_running_loop())

    @classmethod
    async def start(cls, program: Path, socket: Path, data_dir: Path) -> ServerProcess:
        """Start a server and return once it answers.

        Raises:
            ServerFailed: it ended at once, did not answer in time, or another server answered in its place.
        """
        log = data_dir / "server.log"
        log.unlink(missing_ok=True)
        inherited, kept = os.pipe()
        try:
            popen = subprocess.Popen(  # noqa: ASYNC220  # a start of one child, then everything is awaited
                ["/bin/sh", "-c", _LIFELINE, "sh", str(program), *_options(socket)],
                cwd=data_dir,
                env=clean_environment(),
                stdin=inherited,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except BaseException:
            os.close(kept)
            raise
        finally:
            os.close(inherited)
        server = cls(popen, kept)
        try:
            server.pid = await server._ready(socket)
        except BaseException as error:
            await server.stop()
            if isinstance(error, TimeoutError):
                raise _failed(f"no answer within {READY_SECONDS:.0f} s", log) from error
            if isinstance(error, ChildProcessError):
                raise _failed(str(error), log) from error
            raise
        return server

    async def stop(self) -> None:
        """End the server in order, or by force when it takes too long."""
        self._let_go()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await asyncio.shield(self.exited)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
            if not self.exited.done():
                await asyncio.shield(self.exited)
            self._popen.wait()

    def _let_go(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None

    async def _ready(self, socket: Path) -> int:
        async with asyncio.timeout(READY_SECONDS):
            while True:
                if self.exited.done():
                    raise ChildProcessError("it ended at once")
                try:
                    await ask(socket, "PING")
                    fields = info_fields(await ask(socket, "INFO", "server"))
                except (OSError, RespError):  # not listening yet, or still loading its file
                    await asyncio.sleep(0.01)
                    continue
                pid = int(fields["process_id"])
                if os.getpgid(pid) != self._popen.pid:
                    raise ChildProcessError(f"process {pid}, which is not ours, answers at its socket")
                return pid


async def clear_leftover(socket: Path, data_dir: Path) -> None:
    """Stop a server that an earlier engine left behind, and remove its socket.

    Only to be called by the holder of the workspace's lock: whatever still runs there belongs to nobody.

    Raises:
        ServerFailed: a server is there and does not go.
    """
    with contextlib.suppress(OSError, RespError, TimeoutError):
        # It closes the connection instead of answering.
        await ask(socket, "SHUTDOWN", "NOSAVE", seconds=2)
    pid = await _leftover_pid(socket, data_dir)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                while await _leftover_pid(socket, data_dir) is not None:  # noqa: ASYNC110  # no child of ours: no event
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise ServerFailed(
                "an old server does not end",
                why=f"process {pid} still holds {data_dir}",
                remedy=f"End process {pid} and start again.",
            ) from None
    socket.unlink(missing_ok=True)  # noqa: ASYNC240  # a local folder, and nothing runs beside a start
    (data_dir / PID_NAME).unlink(missing_ok=True)


async def _leftover_pid(socket: Path, data_dir: Path) -> int | None:
    try:
        pid = int((data_dir / PID_NAME).read_text(encoding="ascii"))
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError, PermissionError):
        return None
    # The number may have been given to a stranger since: only a process that names our socket is the old server.
    listed = await run_process(
        ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)], cwd=Path("/"), env=clean_environment(), timeout=5
    )
    state, _, command = listed.text().strip().partition(" ")
    return pid if str(socket) in command and not state.startswith("Z") else None


def _options(socket: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "dir": ".",
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory": MEMORY,
        "maxmemory-policy": "noeviction",
        "pidfile": PID_NAME,
        "logfile": "server.log",
        "loglevel": "warning",
        "daemonize": "no",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def _failed(why: str, log: Path) -> ServerFailed:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    told = next((line for line in reversed(lines) if line.strip()), "")
    return ServerFailed(
        "the private Redis server did not start",
        why=f"{why} ({told[-300:]})" if told else why,
        remedy=f"Look into {log.name} in the workspace's state folder; disk space and rights are the usual causes.",
    )
