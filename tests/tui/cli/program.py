"""Runs the real program in a process of its own, as an operator's shell does."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from ...engine.waiting import until_some
from .warm import warm_host

LIMIT_SECONDS: Final = 45
READ_WHILE_LOADING: Final = frozenset({"PYTHONPATH", "PYTHONHASHSEED"})
"""What the program's modules, or the interpreter, look at before the first command."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a run of the program ended."""

    code: int
    out: str
    err: str
    raw: bytes

    @property
    def data(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Program:
    """The program in one folder, with an environment that holds nothing of the tester's.

    Attributes:
        folder: where it is run.
        home: its user's home.
    """

    folder: Path
    home: Path

    @classmethod
    def below(cls, place: Path) -> Program:
        """In an empty folder below ``place``, with an empty home beside it."""
        made = cls(place / "w", place / "home")
        made.folder.mkdir()
        made.home.mkdir()
        return made

    def environment(self, **extra: str) -> dict[str, str]:
        """What the program finds in its environment."""
        base = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "USER": "tester"}
        return base | extra

    @staticmethod
    def argv(*arguments: str | bytes) -> list[str | bytes]:
        """The command line; warnings are failures."""
        return [sys.executable, "-P", "-W", "error", "-m", "tui.cli", *arguments]

    def run(self, *arguments: str | bytes, stdin: bytes = b"", **environment: str) -> Answer:
        """Run it to its end, in its own process; forked from one with the modules loaded, where that is the same."""
        whole = self.environment(**environment)
        if environment.keys() & READ_WHILE_LOADING:
            code, out, err = self._run_afresh(arguments, whole, stdin)
        else:
            code, out, err = warm_host().run(arguments, self.folder, whole, stdin, timeout=LIMIT_SECONDS)
        raw = out + err
        assert b"Traceback" not in raw, raw.decode("utf-8", "replace")
        return Answer(code, out.decode(), err.decode(), raw)

    def _run_afresh(
        self, arguments: Sequence[str | bytes], environment: dict[str, str], stdin: bytes
    ) -> tuple[int, bytes, bytes]:
        ended = subprocess.run(
            self.argv(*arguments),
            cwd=self.folder,
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        return ended.returncode, ended.stdout, ended.stderr

    @contextmanager
    def running(self, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """The program in the background, forked like a run; killed at the end where it has not ended."""
        if environment.keys() & READ_WHILE_LOADING:
            with self.running_afresh(*arguments, **environment) as process:
                yield process
            return
        with warm_host().start(arguments, self.folder, self.environment(**environment)) as process:
            try:
                yield process
            finally:
                process.kill()

    @contextmanager
    def running_afresh(self, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """The program in the background, started as a shell starts it; killed at the end where it has not ended."""
        with subprocess.Popen(
            self.argv(*arguments),
            cwd=self.folder,
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    async def until(self, ready: Callable[[Answer], bool], *arguments: str) -> Answer:
        """Run it again and again until its answer satisfies ``ready``."""

        async def ask() -> Answer | None:
            answer = await asyncio.to_thread(self.run, *arguments)
            return answer if ready(answer) else None

        return await until_some(ask)

    def processes(self) -> list[str]:
        """The command lines of processes that have to do with this folder."""
        commands = [" ".join(one.info["cmdline"] or []) for one in psutil.process_iter(["cmdline"])]
        return [command for command in commands if str(self.folder) in command]

    def ok(self, *arguments: str | bytes, stdin: bytes = b"", **environment: str) -> Answer:
        """Run it and insist on success."""
        answer = self.run(*arguments, stdin=stdin, **environment)
        assert answer.code == 0, answer.err
        return answer
