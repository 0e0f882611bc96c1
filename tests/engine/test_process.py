"""Running programs: what comes back, what is bounded, and that nothing stays behind."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import psutil
import pytest

from engine.process import ProcessError, clean_environment, run_process

from .waiting import gone, until

ENV = clean_environment()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


async def test_output_and_exit_code_come_back(tmp_path: Path) -> None:
    code = "import os,sys; print(os.getcwd()); print('bad', file=sys.stderr); sys.exit(3)"
    result = await run_process(python(code), cwd=tmp_path, env=ENV, timeout=30)
    assert (result.exit_code, result.ok, result.timed_out, result.truncated) == (3, False, False, False)
    assert Path(result.text().strip()).samefile(tmp_path)  # noqa: ASYNC240  # a test may block
    assert result.error_text() == "bad\n"


async def test_arguments_reach_the_program_unchanged(tmp_path: Path) -> None:
    hostile = ["; rm -rf ~", "$(id)", "`id`", "a\nb", "*", "ü\u202e"]
    code = "import sys,json; sys.stdout.write(json.dumps(sys.argv[1:]))"
    result = await run_process([*python(code), *hostile], cwd=tmp_path, env=ENV, timeout=30)
    assert json.loads(result.text()) == hostile


async def test_environment_is_an_allow_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_SECRET", "canary")
    monkeypatch.setenv("CHOSEN", "yes")
    env = clean_environment(["CHOSEN"], GIT_PAGER="cat")
    result = await run_process(["env"], cwd=tmp_path, env=env, timeout=30)
    assert "canary" not in result.text()
    assert {"CHOSEN=yes", "GIT_PAGER=cat"} <= set(result.text().splitlines())


async def test_output_is_bounded_without_blocking_the_program(tmp_path: Path) -> None:
    code = "import sys; sys.stdout.write('x' * 3_000_000); sys.stderr.write('y' * 10)"
    result = await run_process(python(code), cwd=tmp_path, env=ENV, timeout=30, max_output=1000)
    assert result.ok
    assert result.stdout == b"x" * 1000
    assert result.truncated


async def test_standard_input_is_empty(tmp_path: Path) -> None:
    result = await run_process(["cat"], cwd=tmp_path, env=ENV, timeout=30)
    assert result.ok
    assert result.stdout == b""


async def test_standard_input_is_fed_as_the_program_reads(tmp_path: Path) -> None:
    text = b"x" * 1_000_000
    code = "import sys,time; time.sleep(0.1); print(len(sys.stdin.read()))"
    result = await run_process(python(code), cwd=tmp_path, env=ENV, timeout=30, stdin=text)
    assert result.stdout == b"1000000\n"
    # Who does not read it is not waited for.
    ended = await run_process(["true"], cwd=tmp_path, env=ENV, timeout=30, stdin=text)
    assert ended.ok


async def test_output_is_followed_also_where_it_is_not_kept(tmp_path: Path) -> None:
    heard: list[tuple[str, bytes]] = []
    code = "import sys; sys.stdout.write('x' * 50_000); sys.stderr.write('why')"
    await run_process(
        python(code),
        cwd=tmp_path,
        env=ENV,
        timeout=30,
        max_output=10,
        follow=lambda name, data: heard.append((name, data)),
    )
    assert sum(len(data) for name, data in heard if name == "stdout") == 50_000
    assert ("stderr", b"why") in heard


async def test_time_limit_ends_the_whole_group_even_when_it_ignores_the_request(tmp_path: Path) -> None:
    code = (
        "import signal,subprocess,sys,time,os\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(os.getpid(), child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    result = await run_process(python(code), cwd=tmp_path, env=ENV, timeout=1.5, grace=0.1)
    assert result.timed_out
    assert result.exit_code < 0
    pids = [int(word) for word in result.text().split()]
    assert len(pids) == 2
    await until(lambda: all(gone(pid) for pid in pids))


async def test_cancelling_ends_the_group(tmp_path: Path) -> None:
    code = (
        "import os,time,pathlib; p = pathlib.Path('pid.tmp'); p.write_text(str(os.getpid())); "
        "p.rename('pid'); time.sleep(600)"
    )
    task = asyncio.create_task(run_process(python(code), cwd=tmp_path, env=ENV, timeout=600, grace=0.1))
    marker = tmp_path / "pid"
    await until(marker.exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    pid = int(marker.read_text())
    await until(lambda: gone(pid))


OWNER = """
import asyncio, pathlib, sys
from engine.process import clean_environment, run_process
code = "sleep 600 & echo $$ $! > pids.tmp; mv pids.tmp pids; wait"
asyncio.run(run_process(["sh", "-c", code], cwd=pathlib.Path(sys.argv[1]), env=clean_environment(), timeout=600))
"""


async def test_the_group_does_not_outlive_a_starter_that_is_killed(tmp_path: Path) -> None:
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", OWNER, str(tmp_path))
    marker = tmp_path / "pids"
    await until(marker.exists)
    owner.kill()
    await owner.wait()
    pids = [int(word) for word in marker.read_text().split()]
    assert len(pids) == 2
    await until(lambda: all(gone(pid) for pid in pids))


async def test_what_the_program_left_in_the_background_is_ended_too(tmp_path: Path) -> None:
    result = await run_process(["sh", "-c", "sleep 600 & echo $!"], cwd=tmp_path, env=ENV, timeout=30)
    assert result.ok
    await until(lambda: gone(int(result.text())))


@pytest.mark.parametrize(
    ("argv", "cause"),
    [
        (["no-such-program-here"], "no such program"),
        ([], "argument list is empty"),
        (["echo", "a\0b"], "null byte"),
        ([os.devnull], "Permission denied"),
    ],
)
async def test_what_cannot_start_says_why(tmp_path: Path, argv: list[str], cause: str) -> None:
    with pytest.raises(ProcessError) as raised:
        await run_process(argv, cwd=tmp_path, env=ENV, timeout=30)
    assert cause in raised.value.why
    assert raised.value.remedy


async def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="does not exist"):
        await run_process(["true"], cwd=tmp_path / "nowhere", env=ENV, timeout=30)


async def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    await run_process(["true"], cwd=tmp_path, env=ENV, timeout=30)
    before = psutil.Process().num_fds()
    for _ in range(5):
        await run_process(["true"], cwd=tmp_path, env=ENV, timeout=30)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert psutil.Process().num_fds() <= before


async def test_what_a_program_took_is_told(tmp_path: Path) -> None:
    work = "block = bytearray(60_000_000); sum(range(2_000_000))"
    result = await run_process([sys.executable, "-c", work], cwd=tmp_path, env=clean_environment(), timeout=60)
    assert result.exit_code == 0
    assert result.cpu_seconds > 0
    assert result.memory_bytes > 60_000_000
