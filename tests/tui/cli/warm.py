"""Runs of the program in processes of their own that need not load its modules again.

Most of a command's time is loading modules, and the end-to-end tests run thousands of commands. One process for each
test worker loads them once, runs nothing, and forks a child for each command; the child has its own folder,
environment, input, outputs, exit code and signals, as any process has. What a start loads is tested by fresh processes
(``Program.running`` and tests/test_layers.py).
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

HOST: Final = """
import gc, io, json, os, select, signal, socket, sys
import tui.cli.main, tui.cli.reach, tui.cli.printing
import engine.client, engine.assembly.engine, engine.client.remote, engine.coordination.door, redis.asyncio
import engine.crashpoint, engine.tools.mcp, engine.governance.proof, engine.governance.standing, engine.journal_audit
from tui.cli.main import main

def serve(server):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    # The other end of standard input is closed when the one that started it ends, however that comes about.
    while 0 not in select.select([server, 0], [], [])[0]:
        connection, _ = server.accept()
        if os.fork() == 0:
            server.close()
            attend(connection)
            os._exit(0)
        connection.close()

def attend(connection):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size = int.from_bytes(connection.recv(8), "big")
    raw, descriptors, _, _ = socket.recv_fds(connection, 65536, 3)
    while len(raw) < size:
        raw += connection.recv(65536)
    request = json.loads(raw)
    child = os.fork()
    if child == 0:
        connection.close()
        os._exit(run(request, descriptors))
    for descriptor in descriptors:
        os.close(descriptor)
    connection.sendall(child.to_bytes(8, "big"))
    _, status = os.waitpid(child, 0)
    connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(8, "big", signed=True))

def run(request, descriptors):
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    engine.crashpoint.arm(os.environ.get(engine.crashpoint.VARIABLE, ""))
    arguments = [os.fsdecode(bytes.fromhex(one)) for one in request["arguments"]]
    sys.argv = ["watchfloor", *arguments]
    sys.stdin = io.TextIOWrapper(open(0, "rb", closefd=False), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(open(1, "wb", closefd=False), encoding="utf-8", errors="surrogateescape")
    sys.stderr = io.TextIOWrapper(open(2, "wb", closefd=False), encoding="utf-8", errors="backslashreplace")
    try:
        code = main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        import traceback
        traceback.print_exc()
        code = 1
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = code or 120
    return code

serve(socket.socket(fileno=int(sys.argv[1])))
"""


class WarmHost:
    """The process that forks; it ends with the one that started it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="wf-warm-")
        self._address = str(Path(self._folder.name) / "s")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(self._address)
            server.listen(64)
            environment = {"PATH": os.environ["PATH"], "HOME": self._folder.name, "LANG": "C.UTF-8", "USER": "tester"}
            argv = [sys.executable, "-P", "-W", "error", "-c", HOST, str(server.fileno())]
            self._process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, env=environment, pass_fds=[server.fileno()], cwd=self._folder.name
            )
        atexit.register(self.close)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def run(
        self, arguments: Sequence[str | bytes], folder: Path, environment: dict[str, str], stdin: bytes, timeout: float
    ) -> tuple[int, bytes, bytes]:
        """One run to its end: exit code (negative: the signal), standard output, standard error.

        Raises:
            subprocess.TimeoutExpired: it took longer than ``timeout`` seconds; it was killed.
        """
        with (
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
            self._ask(arguments, folder, environment, (given.fileno(), out.fileno(), err.fileno()), stdin) as line,
        ):
            line.settimeout(timeout)
            child = int.from_bytes(_exactly(line, 8), "big")
            try:
                code = int.from_bytes(_exactly(line, 8), "big", signed=True)
            except TimeoutError:
                os.kill(child, signal.SIGKILL)
                raise subprocess.TimeoutExpired([os.fsdecode(one) for one in arguments], timeout) from None
            out.seek(0)
            err.seek(0)
            return code, out.read(), err.read()

    def start(self, arguments: Sequence[str | bytes], folder: Path, environment: dict[str, str]) -> WarmProcess:
        """Begin a run that goes on; its outputs are pipes."""
        with Path(os.devnull).open("rb") as nothing:
            (out, out_end), (err, err_end) = os.pipe(), os.pipe()
            line = self._ask(arguments, folder, environment, (nothing.fileno(), out_end, err_end), b"")
            os.close(out_end)
            os.close(err_end)
        child = int.from_bytes(_exactly(line, 8), "big")
        return WarmProcess(line, child, arguments, os.fdopen(out, "rb"), os.fdopen(err, "rb"))

    def _ask(
        self,
        arguments: Sequence[str | bytes],
        folder: Path,
        environment: dict[str, str],
        descriptors: tuple[int, int, int],
        stdin: bytes,
    ) -> socket.socket:
        words = [os.fsencode(one).hex() for one in arguments]
        raw = json.dumps({"arguments": words, "folder": str(folder), "environment": environment}).encode()
        if stdin:
            os.write(descriptors[0], stdin)
            os.lseek(descriptors[0], 0, os.SEEK_SET)
        line = socket.socket(socket.AF_UNIX)
        line.connect(self._address)
        line.sendall(len(raw).to_bytes(8, "big"))
        sent = socket.send_fds(line, [raw], list(descriptors))
        line.sendall(raw[sent:])
        return line


class WarmProcess(subprocess.Popen[bytes]):
    """A run in the background, as :class:`subprocess.Popen` shows one."""

    def __init__(
        self,
        line: socket.socket,
        pid: int,
        arguments: Sequence[str | bytes],
        stdout: BinaryIO,
        stderr: BinaryIO,
    ) -> None:
        self._child_created = False
        # What ``communicate`` looks at.
        self._communication_started = False
        self._input = None
        self.text_mode = None
        self._line = line
        self._words = [os.fsdecode(one) for one in arguments]
        self.args = self._words
        self.pid = pid
        self.stdin = None
        self.stdout = stdout
        self.stderr = stderr
        self.returncode = None

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        return self._ended(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it has not ended in time.
        """
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self._words, timeout or 0.0)
        return code

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._line], [], [], timeout)[0]:
            self.returncode = int.from_bytes(_exactly(self._line, 8), "big", signed=True)
            self._line.close()
        return self.returncode


def _exactly(line: socket.socket, size: int) -> bytes:
    raw = b""
    while len(raw) < size:
        more = line.recv(size - len(raw))
        if not more:
            raise ConnectionError("the process that forks ended")
        raw += more
    return raw


_hosts: dict[int, WarmHost] = {}


def warm_host() -> WarmHost:
    """This process's host."""
    if os.getpid() not in _hosts:
        _hosts[os.getpid()] = WarmHost()
    return _hosts[os.getpid()]
