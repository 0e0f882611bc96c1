"""Work trees of a real repository: made, committed, told, taken away; beside each other, locked, and left behind."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.agents import JobFailed, executors_of
from engine.agents.job import Job, Source
from engine.agents.worktrees import Worktrees
from engine.clock import SystemClock
from engine.settings.agents import AgentSettings, CoderSettings, CommandSettings, RepositorySettings, WorktreeSettings

from ..waiting import until

CLOCK = SystemClock()
WRITE = "import os,pathlib; pathlib.Path('made.txt').write_text(os.environ['WATCHFLOOR_PAYLOAD']); print('wrote')"


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "deep").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "trunk", ".")
    (folder / "deep" / "a.txt").write_text("a\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    return folder


class Told:
    """A job and what was said about it."""

    def __init__(self, payload: str = "{}", token: int = 1, *, seconds: float = 30) -> None:
        self.said: list[tuple[Source, str]] = []
        fields = json.loads(payload)
        say = lambda source, text: self.said.append((source, text))  # noqa: E731  # one line of a fixture
        self.job = Job("0198-a", "Do it", "x", fields, payload, 1, seconds, token, (), say)

    def text(self, source: Source) -> str:
        return "".join(text for one, text in self.said if one is source)

    @property
    def where(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.text(Source.WORKTREE))
        return found


def settings(code: str = WRITE, *, wait: float = 5, **more: object) -> AgentSettings:
    command = CommandSettings(argv=(sys.executable, "-c", code), repository="shop", **more)
    return AgentSettings(
        commands={"x": command},
        repositories={"shop": RepositorySettings(path="shop")},
        worktrees=WorktreeSettings(lock_wait_seconds=wait),
    )


def trees(shop: Path) -> int:
    return len(git(shop, "worktree", "list").splitlines()) - 1


async def test_what_a_task_leaves_is_committed_on_its_own_branch(shop: Path, tmp_path: Path) -> None:
    (shop / ".git" / "hooks" / "pre-commit").write_text("#!/bin/sh\ntouch ../hooked; exit 1\n", encoding="utf-8")
    (shop / ".git" / "hooks" / "pre-commit").chmod(0o755)
    (shop / "mine.txt").write_text("not the task's", encoding="utf-8")
    told = Told('{"n":1}')
    result = await executors_of(settings(), tmp_path)["x"](told.job)
    branch = told.where["branch"]
    assert result == f"wrote\n1 file committed on branch {branch}"
    assert git(shop, "show", f"{branch}:made.txt") == '{"n":1}'
    assert git(shop, "rev-parse", branch).strip() == told.where["commit"]
    assert '+{"n":1}' in told.text(Source.DIFF)
    assert told.text(Source.STDOUT) == "wrote\n"
    assert git(shop, "branch", "--show-current") == "trunk\n"
    assert (shop / "mine.txt").exists()
    assert not (shop / "hooked").exists()
    await until(lambda: trees(shop) == 0)


async def test_nothing_changed_leaves_no_branch(shop: Path, tmp_path: Path) -> None:
    told = Told()
    assert await executors_of(settings("print('looked')"), tmp_path)["x"](told.job) == "looked\n"
    assert told.where["commit"] == ""
    await until(lambda: "watchfloor" not in git(shop, "branch", "--all"))


async def test_a_failure_and_a_cancellation_leave_nothing(shop: Path, tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match="failed with 3"):
        await executors_of(settings(WRITE + "; raise SystemExit(3)"), tmp_path)["x"](Told().job)
    endless = asyncio.ensure_future(
        executors_of(settings(WRITE + "; import time; time.sleep(600)"), tmp_path)["x"](Told(token=2).job)
    )
    await until(lambda: trees(shop) > 0)
    endless.cancel()
    with pytest.raises(asyncio.CancelledError):
        await endless
    await until(lambda: trees(shop) == 0 and "watchfloor" not in git(shop, "branch", "--all"))


async def test_many_at_once_in_one_repository(shop: Path, tmp_path: Path) -> None:
    execute = executors_of(settings(), tmp_path)["x"]
    told = [Told(f'{{"n":{number}}}', token=number) for number in range(6)]
    await asyncio.gather(*(execute(one.job) for one in told))
    branches = {one.where["branch"] for one in told}
    assert len(branches) == 6
    assert {git(shop, "show", f"{branch}:made.txt") for branch in branches} == {f'{{"n":{n}}}' for n in range(6)}


async def test_two_that_begin_at_once_make_the_agent_s_folder_once(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = os.open

    def held_up(path: str | Path, *arguments: int) -> int:
        # Whoever makes the folder is held up in the middle, long enough for the other to come.
        if Path(path).name == "owner.lock":
            threading.Event().wait(0.3)
        return plain(path, *arguments)

    monkeypatch.setattr("engine.agents.worktrees.os.open", held_up)
    execute = executors_of(settings(), tmp_path)["x"]
    told = [Told(f'{{"n":{number}}}', token=number) for number in range(2)]
    await asyncio.gather(*(execute(one.job) for one in told))
    assert len({one.where["branch"] for one in told}) == 2


async def test_a_locked_repository_is_waited_for_and_told(shop: Path, tmp_path: Path) -> None:
    # Every work tree has an index of its own; what is shared is the list of branches.
    lock = shop / ".git" / "refs" / "heads" / "watchfloor"
    lock.mkdir()
    busy = lock / "task-0198a-1.lock"
    busy.touch()
    waiting = asyncio.ensure_future(executors_of(settings(wait=30), tmp_path)["x"](Told().job))
    done, _ = await asyncio.wait([waiting], timeout=0.5)
    assert not done
    busy.unlink()
    assert "committed" in await waiting
    (lock / "task-0198a-2.lock").touch()
    with pytest.raises(JobFailed, match="is locked") as failed:
        await executors_of(settings(wait=0), tmp_path)["x"](Told(token=2).job)
    assert failed.value.retry


async def test_a_program_stays_in_its_place(shop: Path, tmp_path: Path) -> None:
    told = Told()
    code = "import os; print(os.path.basename(os.getcwd()))"
    assert await executors_of(settings(code, folder="deep"), tmp_path)["x"](told.job) == "deep\n"
    (shop / "out").symlink_to(tmp_path)
    git(shop, "add", "out")
    git(shop, "commit", "-q", "-m", "Lead out")
    with pytest.raises(JobFailed, match="there is no folder out"):
        await executors_of(settings(code, folder="out"), tmp_path)["x"](Told(token=2).job)


@pytest.mark.parametrize("way", ["stdin", "argument"])
async def test_a_prompt_is_never_an_option(shop: Path, tmp_path: Path, way: str) -> None:
    code = "import sys; open('p.txt','w').write(sys.stdin.read() or repr(sys.argv[1:]))"
    coder = CoderSettings(argv=(sys.executable, "-c", code), prompt=way, repository="shop")
    rules = AgentSettings(coders={"x": coder}, repositories={"shop": RepositorySettings(path="shop")})
    told = Told('{"prompt":"--help; $(id)"}')
    await executors_of(rules, tmp_path)["x"](told.job)
    wanted = "--help; $(id)" if way == "stdin" else "['--', '--help; $(id)']"
    assert git(shop, "show", f"{told.where['branch']}:p.txt") == wanted
    with pytest.raises(JobFailed, match="there is no prompt"):
        await executors_of(rules, tmp_path)["x"](Told(token=2).job)


async def test_what_a_killed_agent_left_is_swept_and_what_a_living_one_has_is_not(shop: Path, tmp_path: Path) -> None:
    home = tmp_path / "trees"
    code = (
        "import asyncio,sys,pathlib,os\n"
        "from engine.agents.worktrees import Worktrees\n"
        "from engine.agents.job import Job\n"
        "from engine.clock import SystemClock\n"
        "from engine.settings.agents import RepositorySettings, WorktreeSettings\n"
        "async def main():\n"
        "    root = pathlib.Path(sys.argv[1])\n"
        "    trees = Worktrees(root / 'trees', root, WorktreeSettings(), SystemClock())\n"
        "    job = Job('0198-b', 'T', 'x', {}, '{}', 1, 30, 9)\n"
        "    async with trees.tree(RepositorySettings(path='shop'), job) as tree:\n"
        "        (tree.path / 'half.txt').write_text('half')\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    died = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(tmp_path))
    assert await died.wait() == -9
    assert trees(shop) == 1
    mine = Worktrees(home, tmp_path, WorktreeSettings(), CLOCK)
    async with mine.tree(RepositorySettings(path="shop"), Told(token=3).job) as tree:
        assert await Worktrees(home, tmp_path, WorktreeSettings(), CLOCK).sweep() == 1
        assert trees(shop) == 1
        assert tree.path.is_dir()
    await mine.close()
    assert trees(shop) == 0
    assert "watchfloor" not in git(shop, "branch", "--all")
    assert list(home.iterdir()) == []
