"""What goes wrong is told in one line that names cause and remedy, with an exit code, and never as a traceback."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from engine.coordination.places import server_program
from engine.coordination.resp import RespError, ask

from ..engine.waiting import until, until_some
from ..tui.cli.program import LIMIT_SECONDS, Answer, Program
from .floor import Floor

PASSWORD = "correct-horse-battery"
WRONG = "wrong-donkey-socket"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a name short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="wf", dir="/tmp") as folder:
        yield Path(folder)


def told(answer: Answer, *words: str, code: int = 1) -> None:
    """One line on standard error with these words; ``run`` has checked that no traceback is in it."""
    assert answer.code == code, answer.err
    assert len(answer.err.splitlines()) == 1, answer.err
    assert answer.err.startswith("watchfloor: ")
    for word in words:
        assert word in answer.err
    # Cause and remedy stand in sentences of their own.
    assert answer.err.rstrip().endswith(".")
    assert ". " in answer.err


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[console]\ntheme = "midnight"\ncolour = 1\n', 3, ("colour",)),
        ("[governance]\n\n\ngrace_seconds = -1\n", 4, ("grace_seconds",)),
        ("[workspace\n", 1, ()),
        ('[personas.helper]\nname = "H"\nrole = "r"\nmode = "wild"\n', 4, ("mode", "autonomous")),
        ('[agents.commands.x]\nargv = "rm -rf /"\n', 2, ("argv",)),
    ],
)
def test_bad_settings_name_the_line(floor: Floor, text: str, line: int, words: tuple[str, ...]) -> None:
    settings = floor.folder / "watchfloor.toml"
    settings.write_text(text, encoding="utf-8")
    answer = floor.program.run("run")
    told(answer, "watchfloor.toml", f"line {line}", *words)
    assert floor.program.processes() == []


async def test_a_running_engine_refuses_strangers_rivals_and_keeps_running(floor: Floor) -> None:
    program = floor.program
    with floor.engine() as process:
        await floor.up()
        told(program.run("send", "helpr", "hello"), "helpr", "helper")
        told(program.run("run"), "another engine runs", str(process.pid))
        # The settings that hold stay in force when the file is spoilt.
        settings = floor.folder / "watchfloor.toml"
        good = settings.read_text(encoding="utf-8")
        settings.write_text(good + "\n[nonsense]\n", encoding="utf-8")
        await until(lambda: bool(floor.journal("settings.refused")))
        settings.write_text(good, encoding="utf-8")
        await floor.up()
        assert process.poll() is None


@pytest.mark.parametrize("command", [("run",), ("status",), ("send", "helper", "hello")])
def test_a_file_where_the_state_folder_belongs(floor: Floor, command: tuple[str, ...]) -> None:
    shutil.rmtree(floor.folder / ".watchfloor")
    (floor.folder / ".watchfloor").write_text("mine\n", encoding="utf-8")
    told(floor.program.run(*command), "cannot be used", str(floor.folder))
    assert (floor.folder / ".watchfloor").read_text(encoding="utf-8") == "mine\n"


def test_no_workspace_can_be_made_below_a_file(program: Program) -> None:
    (program.folder / "file").write_text("", encoding="utf-8")
    told(program.run("init", str(program.folder / "file" / "w")), "cannot be used", "file")


def test_a_folder_that_is_no_workspace(program: Program) -> None:
    for command in (("run",), ("status",), ("audit", "verify")):
        told(program.run(*command), "is not a workspace", "watchfloor init")


@pytest.mark.parametrize("command", [("run",), ("send", "helper", "hello")])
def test_a_read_only_file_system(floor: Floor, command: tuple[str, ...]) -> None:
    remount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec "$@"'
    told(in_namespace(floor.program, remount, *command), "ead-only", "writable")


async def test_a_full_disk_refuses_new_work_and_loses_none(floor: Floor, short: Path) -> None:
    # The workspace moves to a disk of two megabytes that only the program sees, and that a file fills but for a little.
    state = floor.folder / ".watchfloor"
    fill = (
        'mount -t tmpfs -o size=2m tmpfs "$0/.watchfloor" && cd "$0" && '
        'head -c 2080000 /dev/zero > .watchfloor/ballast; exec "$@"'
    )
    answer = in_namespace(floor.program, fill, "run")
    told(answer, "full", str(floor.folder))
    assert [one.name for one in state.iterdir()] == [".gitignore"]


async def test_a_disk_that_fills_while_the_engine_runs(floor: Floor) -> None:
    """Every file of the engine may grow to a limit and no further, which it meets while it works."""
    program = floor.program
    with floor.engine():
        await floor.up()
    rows = len(floor.journal())
    limit = floor.database.stat().st_size + 60_000

    told_full = []
    for number in range(40):
        ended = run_limited(program, limit, "send", "helper", f"{number} " + "x" * 20_000)
        if ended.code:
            told_full.append(ended.err)
            break
    assert len(told_full) == 1
    assert str(floor.database) in told_full[0]
    assert "disk" in told_full[0]
    assert len(floor.journal()) > rows
    # Room again: nothing that was accepted is missing, and the journal holds.
    assert program.ok("audit", "verify").code == 0
    assert len([row for row in floor.journal("message.accepted") if row["actor"] == "operator:tester"]) == number
    program.ok("send", "helper", "there is room again")


@pytest.mark.parametrize("command", [("run",), ("agent",)])
async def test_a_wrong_password_is_named_and_never_shown(short: Path, floor: Floor, command: tuple[str, ...]) -> None:
    async with foreign_server(short, PASSWORD) as path:
        wrong = await at(floor, f"unix://:{WRONG}@{path}", *command)
        told(wrong, "password is wrong", "coordination.url")
        missing = await at(floor, f"unix://{path}", *command)
        told(missing, "password is wrong, or missing", "coordination.url")
    for text in (wrong.err, wrong.out, *written(floor)):
        assert WRONG not in text


async def test_the_right_password_opens_and_stays_secret(short: Path, floor: Floor) -> None:
    async with foreign_server(short, PASSWORD) as path:
        url = f"unix://:{PASSWORD}@{path}"
        with floor.engine(WATCHFLOOR_COORDINATION__URL=url):
            status = await until_some(lambda: ask_status(floor, url))
            assert status.data["status"]["engine"]["redis"]["health"] == "ok"
            assert not (floor.folder / ".watchfloor" / "redis.sock").exists()
            sent = await at(floor, url, "send", "helper", "hello")
            assert sent.code == 0
    for text in (status.out, *written(floor)):
        assert PASSWORD not in text


async def at(floor: Floor, url: str, *arguments: str) -> Answer:
    """Run the program with a server of its operator's choice."""
    return await asyncio.to_thread(lambda: floor.program.run(*arguments, WATCHFLOOR_COORDINATION__URL=url))


async def ask_status(floor: Floor, url: str) -> Answer | None:
    answer = await at(floor, url, "status", "--json")
    return answer if answer.code == 0 else None


@pytest.mark.parametrize(
    ("hello", "version"),
    [(b"%1\r\n$6\r\nserver\r\n$5\r\nredis\r\n", b"6.2.14"), (b"-ERR unknown command 'HELLO'\r\n", b"5.0.3")],
    ids=["6.2", "5.0"],
)
async def test_a_redis_too_old_says_what_is_needed(short: Path, floor: Floor, hello: bytes, version: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        info = b"# Server\r\nredis_version:" + version + b"\r\n"
        while words := await request(reader):
            match words[0].upper():
                case b"HELLO":
                    writer.write(hello)
                case b"INFO":
                    writer.write(b"$%d\r\n%s\r\n" % (len(info), info))
                case _:
                    writer.write(b"+OK\r\n")
        writer.close()

    path = short / "old.sock"
    server = await asyncio.start_unix_server(serve, str(path))
    try:
        answer = await at(floor, f"unix://{path}", "run")
    finally:
        server.close()
    told(answer, "too old", "7.0", "Upgrade")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("unix:///no/such/place/redis.sock", ("/no/such/place/redis.sock", "does not exist")),
        ("redis://localhost:1/0", ("localhost:1", "nothing listens")),
        ("http://localhost/", ("coordination.url",)),
    ],
    ids=["socket", "port", "scheme"],
)
def test_an_address_where_no_redis_is(floor: Floor, url: str, words: tuple[str, ...]) -> None:
    told(floor.program.run("run", WATCHFLOOR_COORDINATION__URL=url), *words)
    assert floor.program.processes() == []


def test_a_folder_where_the_socket_belongs(short: Path, floor: Floor) -> None:
    near = replace(floor.program, folder=short)
    near.ok("init")
    (short / ".watchfloor" / "redis.sock").mkdir()
    told(near.run("run"), "private Redis server cannot be started", "redis.sock")
    assert near.processes() == []


async def test_a_program_that_listens_at_the_socket_is_replaced(short: Path, floor: Floor) -> None:
    near = Floor(replace(floor.program, folder=short))
    near.program.ok("init")
    with socket.socket(socket.AF_UNIX) as squatter:
        squatter.bind(str(short / ".watchfloor" / "redis.sock"))
        squatter.listen()
        with near.engine():
            await near.up()
    assert near.program.processes() == []


def run_limited(program: Program, size: int, *arguments: str) -> Answer:
    """Run the program so that no file that it writes can grow beyond a size, in bytes."""
    prepare = f'ulimit -f {size // 512} && exec "$@"'
    argv = ["sh", "-c", prepare, "sh", *program.argv(*arguments)]
    return finished(argv, program)


def in_namespace(program: Program, prepare: str, *arguments: str) -> Answer:
    """Run the program behind mounts that nobody else sees and that end with it."""
    unshare = shutil.which("unshare")
    namespace = [unshare or "", "--user", "--map-root-user", "--mount"]
    if unshare is None or subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody make a mount namespace")
    argv = [*namespace, "sh", "-c", prepare, str(program.folder), *program.argv(*arguments)]
    return finished(argv, program)


def finished(argv: list[str | bytes], program: Program) -> Answer:
    """Run a command line in the program's folder and environment to its end."""
    ended = subprocess.run(
        argv, cwd=program.folder, env=program.environment(), capture_output=True, timeout=LIMIT_SECONDS, check=False
    )
    raw = ended.stdout + ended.stderr
    assert b"Traceback" not in raw, raw.decode("utf-8", "replace")
    return Answer(ended.returncode, ended.stdout.decode(), ended.stderr.decode(), raw)


@asynccontextmanager
async def foreign_server(folder: Path, password: str) -> AsyncIterator[Path]:
    """A real server with a password that is not the engine's."""
    path = folder / "foreign.sock"
    with serving(path, folder, password):
        await until_some(lambda: listening(path))
        yield path


@contextmanager
def serving(path: Path, folder: Path, password: str) -> Iterator[None]:
    options = ["--port", "0", "--unixsocket", str(path), "--requirepass", password, "--save", "", "--dir", str(folder)]
    with subprocess.Popen(
        [server_program(), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGKILL)


async def listening(path: Path) -> bool | None:
    try:
        await ask(path, "PING")
    except OSError:
        return None
    except RespError:  # it wants the password: it is up
        return True
    return True


async def request(reader: asyncio.StreamReader) -> list[bytes]:
    """One command in the Redis protocol; empty at the end."""
    head = await reader.readline()
    words = []
    for _ in range(int(head[1:]) if head.startswith(b"*") else 0):
        length = int((await reader.readline())[1:])
        words.append((await reader.readexactly(length + 2))[:-2])
    return words


def written(floor: Floor) -> Iterator[str]:
    """Everything in the workspace that the program wrote."""
    for file in floor.folder.rglob("*"):
        if file.is_file() and ".git" not in file.parts:
            yield file.read_bytes().decode("utf-8", "replace")
