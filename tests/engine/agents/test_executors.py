"""What agents can do, and what they refuse."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from engine.agents import JobFailed, executors_of
from engine.agents.executors import echo, word_count
from engine.agents.job import Job, read_job
from engine.errors import WatchfloorError
from engine.settings.agents import AgentSettings, CommandSettings

SHOW = (sys.executable, "-c", "import os,sys; sys.stdout.write(os.environ['WATCHFLOOR_PAYLOAD'] + os.getcwd())")


def job(payload: str = "{}", kind: str = "echo") -> Job:
    body = {"id": "t", "title": "T", "type": kind, "payload": payload, "timeout_seconds": None}
    return read_job("t", json.dumps(body).encode(), 1, lambda *_: 30)


def settings(**commands: CommandSettings) -> AgentSettings:
    return AgentSettings(commands=commands)


async def test_built_in_executors() -> None:
    assert await echo(job('{"b": 1, "a": "ü"}')) == '{"a":"ü","b":1}'
    assert await word_count(job('{"text": "three  little words"}')) == "3"
    with pytest.raises(JobFailed) as failed:
        await word_count(job('{"text": 3}'))
    assert not failed.value.retry


async def test_a_declared_program_serves_its_own_type_and_by_name(tmp_path: Path) -> None:
    found = executors_of(settings(show=CommandSettings(argv=SHOW)), tmp_path)
    assert await found["show"](job('{"x": "$(id); rm"}')) == '{"x": "$(id); rm"}' + os.path.realpath(tmp_path)  # noqa: ASYNC240  # a test may block
    assert (await found["command"](job('{"name": "show"}'))).startswith('{"name": "show"}')


@pytest.mark.parametrize("payload", ["{}", '{"name": "rm"}', '{"name": ["show"]}'])
async def test_what_is_not_declared_does_not_run(tmp_path: Path, payload: str) -> None:
    found = executors_of(settings(show=CommandSettings(argv=SHOW)), tmp_path)
    with pytest.raises(JobFailed, match="no such program") as failed:
        await found["command"](job(payload))
    assert not failed.value.retry
    assert "command" not in executors_of(AgentSettings(), tmp_path)


async def test_a_programs_failure_says_what_it_said(tmp_path: Path) -> None:
    fail = CommandSettings(argv=(sys.executable, "-c", "import sys; sys.exit('the reason')"))
    missing = CommandSettings(argv=("no-such-program",))
    found = executors_of(settings(fail=fail, missing=missing), tmp_path)
    with pytest.raises(JobFailed, match="failed with 1: the reason") as failed:
        await found["fail"](job())
    assert failed.value.retry
    with pytest.raises(JobFailed, match="no such program") as refused:
        await found["missing"](job())
    assert not refused.value.retry


async def test_a_program_is_stopped_at_its_limit_and_its_output_is_bounded(tmp_path: Path) -> None:
    slow = CommandSettings(argv=("sleep", "600"), timeout_seconds=0.1)
    loud = CommandSettings(argv=(sys.executable, "-c", "print('x' * 100000)"), max_output_bytes=10)
    found = executors_of(settings(slow=slow, loud=loud), tmp_path)
    with pytest.raises(JobFailed, match="was stopped"):
        await found["slow"](job())
    assert await found["loud"](job()) == "x" * 10


async def test_a_payload_too_long_for_a_program_is_refused(tmp_path: Path) -> None:
    found = executors_of(settings(show=CommandSettings(argv=SHOW)), tmp_path)
    with pytest.raises(JobFailed, match="too long"):
        await found["show"](job('{"x": "' + "y" * 150_000 + '"}'))


def test_a_program_cannot_replace_a_built_in_executor(tmp_path: Path) -> None:
    with pytest.raises(WatchfloorError, match="two executors are called echo"):
        executors_of(settings(echo=CommandSettings(argv=SHOW)), tmp_path)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"id":"other","title":"","type":"echo","payload":"{}"}',
        b'{"id":"t","title":"","type":"echo","payload":"[]"}',
    ],
)
def test_what_is_not_a_task_is_refused_for_good(body: bytes) -> None:
    with pytest.raises(JobFailed) as failed:
        read_job("t", body, 1, lambda *_: 30)
    assert not failed.value.retry
