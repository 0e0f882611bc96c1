"""Measures one task system from outside: what its tasks wrote down, and what its server counted."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from types import TracebackType
from typing import Any, Final, Self

import psutil
from redis import Redis
from redis.exceptions import RedisError

from engine.coordination.places import server_program

HERE: Final = Path(__file__).parent
SCRIPTS: Final = HERE / "peers"
LIMIT_SECONDS: Final = 180.0
WARM: Final = 10
"""The first tenth of what is drained, and so many percent of what is enqueued one by one, warm up and do not count."""
LATE: Final = 5
"""So many of the first latencies do not count: connections are made in them."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A task system.

    Attributes:
        worker: its worker's program in its environment, and arguments; ``{n}`` is the worker's number.
        share: how many of the tasks it gets; the slow ones get fewer.
        drain: the program and arguments with which it drains fastest, where those are others.
    """

    name: str
    worker: tuple[str, ...]
    share: float = 0.125
    environment: tuple[tuple[str, str], ...] = field(default=())
    drain: tuple[str, ...] = ()


PEERS: Final = (
    Peer("dramatiq", ("dramatiq", "dramatiq_peer", "--processes", "1", "--threads", "8"), 0.25,
         drain=("dramatiq", "dramatiq_peer", "--processes", "1", "--threads", "32")),
    Peer("huey", ("huey_consumer", "huey_peer.huey", "-w", "8", "-d", "0.01", "-q"), 0.25,
         drain=("huey_consumer", "huey_peer.huey", "-w", "1", "-d", "0.01", "-q")),
    Peer("taskiq", ("taskiq", "worker", "taskiq_peer:broker", "--workers", "1", "--log-level", "ERROR")),
    Peer("saq", ("saq", "saq_peer.settings")),
    Peer("arq", ("arq", "arq_peer.WorkerSettings")),
    Peer("streaq", ("streaq", "run", "streaq_peer:worker"), 0.05),
    Peer("celery", ("celery", "-A", "celery_peer", "worker", "-c", "1", "-l", "ERROR", "-n", "w{n}@bench"), 0.05),
    Peer("rq", ("rq", "worker", "--quiet"), 0.015),
)  # fmt: skip
WATCHFLOOR: Final = Peer("watchfloor", ("python", "watchfloor_peer.py", "work", "w{n}"))


@dataclass(frozen=True, slots=True)
class Drain:
    """A queue that was emptied: tasks a second, and commands per task."""

    rate: float
    commands: float


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the call to the task's first line, and megabytes of a worker that has nothing to do."""

    p50: float
    p99: float
    memory: float


class Bench:
    """One server, and the measurements on it.

    Args:
        environments: the folder of the peers' virtual environments.
    """

    def __init__(self, environments: Path | None) -> None:
        self._environments = environments
        self._folder = Path(tempfile.mkdtemp(prefix="wf-bench-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{port}/0"
        argv = [str(server_program()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"]
        argv += ["--appendfsync", "everysec", "--dir", str(self._folder), "--logfile", "log"]
        self._server = subprocess.Popen(argv, cwd=self._folder)
        self._redis: Any = Redis.from_url(self.url, retry_on_timeout=True)
        self._until(self._answers, "the server")
        info = self._redis.info("server")
        name = "valkey" if "valkey_version" in info else "redis"
        self.version = f"{name} {info[f'{name}_version']}"
        self._witness = self._folder / "witness"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._redis.close()
        self._server.kill()
        self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def drain(self, peer: Peer, tasks: int, workers: int) -> Drain:
        """Fill the queue, then start workers; the clock runs from the end of the first tenth to the last task."""
        self._fresh()
        self._put(peer, "bulk", tasks)
        self._redis.config_resetstat()
        argv = peer.drain or peer.worker
        running = [self._start(peer, number, argv=argv) for number in range(workers)]
        try:
            self._until(lambda: self._count() >= 1, f"{peer.name} to start")
            self._until(lambda: self._count() >= tasks, f"{peer.name} to drain {tasks}", progress=self._count)
            time.sleep(0.3)  # what is told last is counted too
            own = ("cmdstat_info", "cmdstat_config")
            stats = self._redis.info("commandstats").items()
            calls = sum(one["calls"] for name, one in stats if not name.startswith(own))
        finally:
            _end(running)
        moments = self._moments()[tasks // WARM :]
        return Drain((len(moments) - 1) / ((moments[-1] - moments[0]) / 1e9), calls / tasks)

    def enqueue(self, peer: Peer, tasks: int) -> tuple[float, float]:
        """Tasks a second, one by one and in bulk."""
        rates = []
        for what, number in (("one", tasks), ("bulk", tasks * 4)):
            self._fresh()
            rates.append(number / float(self._put(peer, what, number, number * WARM // 100)))
        return rates[0], rates[1]

    def latency(self, peer: Peer, tasks: int) -> Latency:
        """One task at a time to a worker that is idle."""
        self._fresh()
        running = [self._start(peer, 0)]
        try:
            self._put(peer, "one", 1)
            self._until(lambda: self._count() >= 1, f"{peer.name} to start")
            time.sleep(1)
            memory = _resident(running[0].pid) / 1_048_576
            called = [int(line) for line in self._put(peer, "latency", tasks + LATE, "0.02").split()]
        finally:
            _end(running)
        waited = [(at - before) / 1e6 for before, at in zip(called, self._moments()[1:], strict=False)]
        cuts = quantiles(waited[LATE:], n=100)
        return Latency(cuts[49], cuts[98], memory)

    def recover(self, peer: Peer, tasks: int, patience: float) -> tuple[int, int, str]:
        """Kill a worker in the middle and start another; tells how many were never begun, how many begun twice, and
        how long the last one took after the kill."""
        self._fresh()
        self._put(peer, "bulk", tasks)
        first = self._start(peer, 0, seconds=0.02)
        self._until(lambda: self._count() >= tasks // 4, f"{peer.name} to come half way", progress=self._count)
        for process in _family(first.pid):
            process.kill()
        first.wait()
        killed = time.time_ns()
        second = self._start(peer, 1, seconds=0.02)
        limit = time.monotonic() + patience
        quiet = 0.0
        while time.monotonic() < limit and not (self._count() >= tasks and quiet > 2):
            before = self._count()
            time.sleep(0.25)
            quiet = quiet + 0.25 if self._count() == before else 0.0
        _end([second])
        total = self._count()
        lost = max(0, tasks - total)
        took = (self._moments()[-1] - killed) / 1e9
        return lost, max(0, total - tasks), f"{took:.1f}" if not lost else f"> {patience:.0f}"

    def _put(self, peer: Peer, *words: object) -> str:
        argv = [self._program(peer, "python"), f"{peer.name}_peer.py", *map(str, words)]
        ended = subprocess.run(
            argv, cwd=SCRIPTS, env=self._environment(peer, 0), stdout=subprocess.PIPE, check=True, timeout=LIMIT_SECONDS
        )
        return ended.stdout.decode()

    def _start(
        self, peer: Peer, number: int, seconds: float = 0, argv: tuple[str, ...] = ()
    ) -> subprocess.Popen[bytes]:
        program, *words = argv or peer.worker
        line = [self._program(peer, program), *(word.replace("{n}", str(number)) for word in words)]
        if peer.name == "rq":
            line += ["--url", self.url]
        return subprocess.Popen(
            line,
            cwd=SCRIPTS,
            env=self._environment(peer, seconds),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _program(self, peer: Peer, program: str) -> str:
        if peer is WATCHFLOOR:
            return sys.executable
        assert self._environments is not None
        return str(self._environments / peer.name / "bin" / program)

    def _environment(self, peer: Peer, seconds: float) -> dict[str, str]:
        return os.environ | dict(peer.environment) | {
            "BENCH_URL": self.url,
            "BENCH_WITNESS": str(self._witness),
            "BENCH_SECONDS": str(seconds),
            "PYTHONPATH": os.pathsep.join([str(SCRIPTS), *([str(HERE.parents[1])] if peer is WATCHFLOOR else [])]),
        }  # fmt: skip

    def _fresh(self) -> None:
        self._redis.flushall()
        self._witness.write_bytes(b"")

    def _count(self) -> int:
        return self._witness.stat().st_size // 8

    def _moments(self) -> list[int]:
        raw = self._witness.read_bytes()
        return sorted(int.from_bytes(raw[start : start + 8], "big") for start in range(0, len(raw), 8))

    def _answers(self) -> bool:
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def _until(self, condition: Callable[[], bool], what: str, progress: Callable[[], int] = lambda: 0) -> None:
        limit, seen = time.monotonic() + LIMIT_SECONDS, -1
        while not condition():
            if time.monotonic() > limit:
                raise TimeoutError(f"waited in vain for {what}")
            if progress() != seen:
                seen, limit = progress(), time.monotonic() + 30
            time.sleep(0.02)


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _resident(pid: int) -> int:
    return sum(process.memory_info().rss for process in _family(pid))


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    for worker in running:
        family = _family(worker.pid)
        worker.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            worker.wait(5)
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        worker.wait()


__all__ = ["PEERS", "WATCHFLOOR", "Bench", "Drain", "Latency", "Peer"]
