"""Executors that packages bring: coroutines here, plain callables in a process of their own that can be stopped."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from engine.agents import Job, JobFailed
from engine.agents.entry import executor_of
from engine.agents.job import Source

from ..waiting import gone, until

PLUGIN = """
import os, pathlib, sys, time
from engine.agents import JobFailed
from engine.errors import WatchfloorError

async def wait(job): return job.payload["a"] + 1
class Made:
    async def __call__(self, job): return "made"
made = Made()
def plain(job):
    print("working"); print("trouble", file=sys.stderr)
    return {"pid": os.getpid(), "cwd": os.getcwd(), "n": job.attempt}
def refuse(job): raise JobFailed("no", why="by nature", remedy="none", retry=False)
def crash(job): raise RuntimeError("boom")
def typed(job): raise WatchfloorError("typed", why="so")
def leave(job): os._exit(7)
def endless(job):
    pathlib.Path(job.payload["file"]).write_text(str(os.getpid())); time.sleep(600)
number = 7
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package's module, found as an installed one is."""
    name = f"bringing_{tmp_path.name.replace('-', '_')}"
    place = tmp_path / "site"
    place.mkdir()
    (place / f"{name}.py").write_text(PLUGIN, encoding="utf-8")
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.setenv("PYTHONPATH", str(place))
    return name


def job(said: list[tuple[Source, str]], **payload: object) -> Job:
    text = json.dumps(payload)
    return Job("t", "T", "x", json.loads(text), text, 2, 30, 1, ("gpu",), lambda *one: said.append(one))


async def test_coroutines_run_here(plugin: str, tmp_path: Path) -> None:
    assert await executor_of(f"{plugin}:wait", tmp_path)(job([], a=1)) == "2"
    assert await executor_of(f"{plugin}:made", tmp_path)(job([])) == "made"


async def test_a_plain_callable_runs_apart_and_is_followed(plugin: str, tmp_path: Path) -> None:
    # What lies in the workspace does not stand in for the engine.
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("raise SystemExit(1)", encoding="utf-8")
    said: list[tuple[Source, str]] = []
    result = await executor_of(f"{plugin}:plain", tmp_path)(job(said))
    assert f"'cwd': '{os.path.realpath(tmp_path)}'" in result  # noqa: ASYNC240  # a test may block
    assert "'n': 2" in result
    assert str(os.getpid()) not in result
    heard = {one: "".join(text for source, text in said if source is one) for one in (Source.STDOUT, Source.STDERR)}
    assert heard == {Source.STDOUT: "working\n", Source.STDERR: "trouble\n"}


@pytest.mark.parametrize(
    ("name", "said", "again"),
    [
        ("refuse", "no: by nature. none", False),
        ("crash", "RuntimeError: boom", True),
        ("typed", "typed: so", True),
        ("leave", "ended with 7", True),
    ],
)
async def test_its_failure_is_the_tasks(plugin: str, tmp_path: Path, name: str, said: str, *, again: bool) -> None:
    with pytest.raises(JobFailed) as failed:
        await executor_of(f"{plugin}:{name}", tmp_path)(job([]))
    assert said in failed.value.sentence()
    assert failed.value.retry is again


async def test_it_is_stopped_when_its_task_is(plugin: str, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    running = asyncio.ensure_future(executor_of(f"{plugin}:endless", tmp_path)(job([], file=str(file))))
    await until(lambda: file.exists() and file.read_text() != "")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert gone(int(file.read_text()))


@pytest.mark.parametrize("name", ["number", "nothing"])
def test_what_cannot_be_called_is_refused(plugin: str, tmp_path: Path, name: str) -> None:
    with pytest.raises((ImportError, AttributeError)):
        executor_of(f"{plugin}:{name}", tmp_path)
