"""Every sort of Redis that this machine can start: single servers, a Cluster of three, a primary behind a Sentinel."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from redis import Redis
from redis.exceptions import RedisError

from engine.clock import SystemClock
from engine.coordination.embedded import EmbeddedServer
from engine.coordination.places import PROGRAM_VARIABLE, server_program

from ..waiting import until_true

SLOTS: Final = 16_384


def programs() -> dict[str, Path]:
    """The single servers by name: the packaged one, the one named in the environment, and those on PATH."""
    path = os.environ.get("PATH", "")
    found = {"embedded": server_program({"PATH": path})}
    if named := os.environ.get(PROGRAM_VARIABLE):
        found["named"] = Path(named)
    for name in ("redis-server", "valkey-server"):
        if (there := shutil.which(name)) and Path(there) not in found.values():
            found[name] = Path(there)
    return found


def sorts() -> dict[str, Callable[[], AbstractContextManager[str]]]:
    """How to start each sort; what is started gives its address."""
    known = programs()
    packaged = known["embedded"]
    return {
        **{name: partial(single, program) for name, program in known.items()},
        "cluster": partial(cluster, packaged),
        "sentinel": partial(sentinel, packaged),
    }


@contextmanager
def single(program: Path) -> Iterator[str]:
    """A private server, as the engine starts one."""
    folder = Path(tempfile.mkdtemp(prefix="wf-"))
    before = os.environ.get(PROGRAM_VARIABLE)
    os.environ[PROGRAM_VARIABLE] = str(program)
    loop = asyncio.new_event_loop()
    server = EmbeddedServer(folder, SystemClock())
    try:
        loop.run_until_complete(server.start())
        yield server.url
    finally:
        os.environ.pop(PROGRAM_VARIABLE)
        if before is not None:
            os.environ[PROGRAM_VARIABLE] = before
        loop.run_until_complete(server.stop())
        loop.close()
        shutil.rmtree(folder)


@contextmanager
def cluster(program: Path) -> Iterator[str]:
    """Three servers that share the slots."""
    with _servers() as start:
        ports = [start(program, "--cluster-enabled", "yes") for _ in range(3)]
        clients: list[Any] = [Redis(port=port) for port in ports]
        for number, client in enumerate(clients):
            first, last = SLOTS * number // 3, SLOTS * (number + 1) // 3 - 1
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
            client.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[0])
        until_true(lambda: all(_agree(client) for client in clients))
        for client in clients:
            client.close()
        yield f"redis+cluster://{','.join(f'127.0.0.1:{port}' for port in ports)}"


@contextmanager
def sentinel(program: Path) -> Iterator[str]:
    """A primary and a Sentinel that knows it."""
    with _servers() as start:
        primary = start(program)
        watcher = start(program, "--sentinel", text=f"sentinel monitor main 127.0.0.1 {primary} 1\n")
        yield f"redis+sentinel://127.0.0.1:{watcher}/main"


@contextmanager
def _servers() -> Iterator[Callable[..., int]]:
    folder = Path(tempfile.mkdtemp(prefix="wf-"))
    running: list[subprocess.Popen[bytes]] = []

    def start(program: Path, *options: str, text: str = "") -> int:
        port = _free_port()
        place = folder / str(port)
        place.mkdir()
        (place / "server.conf").write_text(f"port {port}\nbind 127.0.0.1\ndir {place}\nlogfile log\n{text}")
        argv = [str(program), str(place / "server.conf"), *options]
        if not text:
            argv += ["--save", "", "--appendonly", "no"]
        running.append(subprocess.Popen(argv, cwd=place, stdout=subprocess.DEVNULL))
        until_true(lambda: _answers(port))
        return port

    try:
        yield start
    finally:
        for process in running:
            process.kill()
            process.wait()
        shutil.rmtree(folder)


def _free_port() -> int:
    # A server of a cluster needs the port 10,000 above too.
    while True:
        with socket.socket() as probe, socket.socket() as bus:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            if port < 55_000:
                with suppress(OSError):
                    bus.bind(("127.0.0.1", port + 10_000))
                    return port


def _answers(port: int) -> bool:
    with Redis(port=port) as client, suppress(RedisError, OSError):
        return bool(client.ping())
    return False


def _agree(client: Any) -> bool:
    info = client.execute_command("CLUSTER INFO")
    fields = info if isinstance(info, dict) else {}
    return fields.get("cluster_state") == "ok" and int(fields.get("cluster_known_nodes", 0)) == 3
