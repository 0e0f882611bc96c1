"""The private server: private, kept running, and never left behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.coordination.embedded import EmbeddedServer, ServerState
from engine.coordination.lock import WorkspaceLock, WorkspaceLocked
from engine.coordination.places import NoServerProgram, private_url, server_program
from engine.coordination.resp import ask
from engine.coordination.server_process import ServerFailed

from ..waiting import gone, until

OWNER = """
import asyncio, pathlib, sys
from engine.clock import SystemClock
from engine.coordination.embedded import EmbeddedServer
async def main():
    server = EmbeddedServer(pathlib.Path(sys.argv[1]), SystemClock())
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


def socket_of(server: EmbeddedServer) -> Path:
    return Path(server.url.removeprefix("unix://"))


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "s p"
    folder.mkdir(mode=0o700)
    return folder


async def test_it_serves_only_its_user_and_leaves_nothing(state_dir: Path) -> None:
    server = EmbeddedServer(state_dir, SystemClock())
    await server.start()
    pid, socket = server.pid, socket_of(server)
    assert pid is not None
    assert server.state is ServerState.RUNNING
    assert await ask(socket, "PING") == b"PONG"
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert private_url(state_dir) == server.url
    await server.stop()
    assert gone(pid)
    assert not socket.exists()
    assert private_url(state_dir) is None


async def test_what_it_was_told_survives_an_orderly_restart(state_dir: Path) -> None:
    for expected in (b"1", b"2"):
        server = EmbeddedServer(state_dir, SystemClock())
        await server.start()
        await ask(socket_of(server), "EVAL", "return tostring(redis.call('INCR', 'n'))", "0")
        assert await ask(socket_of(server), "GET", "n") == expected
        await server.stop()


async def test_a_long_workspace_path_gets_a_short_socket(tmp_path: Path) -> None:
    state = tmp_path / ("d" * 120)
    state.mkdir(mode=0o700)
    runtime = Path(tempfile.mkdtemp(prefix="wf-"))
    server = EmbeddedServer(state, SystemClock(), runtime_dir=runtime)
    try:
        await server.start()
        assert len(os.fsencode(socket_of(server))) <= 100
        assert stat.S_IMODE(socket_of(server).parent.stat().st_mode) == 0o700
        assert private_url(state) == server.url
    finally:
        await server.stop()
    os.rmdir(runtime)  # noqa: PTH106  # fails unless the server left it empty


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
async def test_a_killed_owner_takes_its_server_along(state_dir: Path, number: signal.Signals) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(state_dir)], stdout=subprocess.PIPE)  # noqa: ASYNC220
    assert owner.stdout is not None
    with owner.stdout:
        pid = int(owner.stdout.readline())
    assert not gone(pid)
    owner.send_signal(number)
    owner.wait()
    await until(lambda: gone(pid))


async def test_a_killed_server_is_restarted_at_the_same_address(state_dir: Path) -> None:
    server = EmbeddedServer(state_dir, SystemClock())
    await server.start()
    try:
        first, url = server.pid, server.url
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: server.state is ServerState.RUNNING and server.pid not in {first, None})
        assert server.url == url
        assert await ask(socket_of(server), "PING") == b"PONG"
    finally:
        await server.stop()


async def test_a_leftover_server_is_gone_before_the_next_one_starts(state_dir: Path) -> None:
    program = server_program()
    data = state_dir / "redis"
    data.mkdir()
    socket = state_dir / "redis.sock"
    words = [str(program), "--port", "0", "--unixsocket", str(socket), "--pidfile", "redis.pid", "--save", ""]
    leftover = subprocess.Popen(words, cwd=data, stdout=subprocess.DEVNULL)  # noqa: ASYNC220
    number = data / "redis.pid"
    # It listens before it has written down its number.
    await until(lambda: socket.exists() and number.exists() and number.read_text().strip() == str(leftover.pid))
    leftover.send_signal(signal.SIGSTOP)
    server = EmbeddedServer(state_dir, SystemClock())
    try:
        await server.start()
        assert leftover.wait(timeout=30) == -signal.SIGKILL
        assert server.pid != leftover.pid
    finally:
        await server.stop()


async def test_an_unreadable_data_file_is_put_aside(state_dir: Path) -> None:
    files = state_dir / "redis" / "appendonlydir"
    files.mkdir(parents=True)
    (files / "appendonly.aof.manifest").write_text("rubbish\n")
    server = EmbeddedServer(state_dir, SystemClock())
    await server.start()
    await server.stop()
    assert len(list((state_dir / "redis").glob("damaged-*"))) == 1


async def test_a_program_that_ends_at_once_is_given_up_with_its_reason(state_dir: Path) -> None:
    server = EmbeddedServer(state_dir, SystemClock(), program=Path("/bin/false"))
    with pytest.raises(ServerFailed, match="ended at once"):
        await server.start()
    assert server.state is ServerState.STOPPED


def test_a_named_program_that_cannot_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoServerProgram, match="WATCHFLOOR_REDIS_SERVER"):
        server_program({"WATCHFLOOR_REDIS_SERVER": str(tmp_path / "none")})


def test_a_second_engine_is_told_who_holds_the_workspace(tmp_path: Path) -> None:
    with WorkspaceLock(tmp_path), pytest.raises(WorkspaceLocked) as refused:
        WorkspaceLock(tmp_path).acquire()
    assert f"process {os.getpid()} on " in refused.value.why
    assert not refused.value.briefly
    with WorkspaceLock(tmp_path, briefly=True), pytest.raises(WorkspaceLocked) as passing:
        WorkspaceLock(tmp_path).acquire()
    assert passing.value.briefly
    with WorkspaceLock(tmp_path):
        pass


def test_the_lock_of_a_killed_engine_is_free(tmp_path: Path) -> None:
    code = (
        "import pathlib,sys,time; from engine.coordination.lock import WorkspaceLock; "
        "WorkspaceLock(pathlib.Path(sys.argv[1])).acquire(); print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline() == b"held\n"
    with pytest.raises(WorkspaceLocked):
        WorkspaceLock(tmp_path).acquire()
    holder.kill()
    holder.wait()
    with WorkspaceLock(tmp_path):
        pass
