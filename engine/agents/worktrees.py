"""A git work tree for each task that needs one: made on a branch of its own, committed, told, and taken away again."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ..clock import Clock
from ..settings.agents import RepositorySettings, WorktreeSettings
from .git import Git
from .job import Job, JobFailed, Source

BRANCHES: Final = "watchfloor"
"""What the names of the branches begin with."""
CLOSE_SECONDS: Final = 5.0
"""How long an agent that ends waits for its work trees to be taken away; the rest is swept at the next start."""
_OWNER: Final = "owner.lock"
_TITLE: Final = 72


@dataclass(slots=True)
class Tree:
    """A work tree while a task has it.

    Attributes:
        path: where the files are.
        branch: the task's own.
        base: the commit that it began from.
        outcome: what lies on the branch, in a sentence; empty where nothing was committed.
    """

    path: Path
    repository: Path
    git_dir: Path
    branch: str
    base: str
    outcome: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class _Record:
    """What is noted beside a work tree, so that it can be taken away after a crash."""

    repository: str
    path: str
    branch: str
    base: str


class Worktrees:
    """Makes and removes work trees for one agent.

    Args:
        home: where they lie; shared by the agents of a workspace on this machine.
        workspace: what the repositories' paths are relative to.
        settings: limits, and who commits.
        clock: spaces the tries.
    """

    def __init__(self, home: Path, workspace: Path, settings: WorktreeSettings, clock: Clock) -> None:
        self._home = home
        self._workspace = workspace
        self._settings = settings
        self._clock = clock
        self._mine = home / f"{os.getpid()}-{clock.new_id()[-12:]}"
        self._lock: int | None = None
        self._claiming = asyncio.Lock()
        self._removing: set[asyncio.Task[None]] = set()
        self._making: dict[Path, asyncio.Lock] = {}

    async def sweep(self) -> int:
        """Take away what agents left behind that are gone; their branches stay where something was committed.

        Returns:
            how many work trees.
        """
        swept = 0
        for folder in await asyncio.to_thread(_left_behind, self._home):
            for note in sorted(folder.glob("*.json")):
                record = await asyncio.to_thread(_read, note)
                if record is not None and Path(record.path).parent == folder:
                    await self._remove(Path(record.repository), Path(record.path), await self._idle_branch(record))
                    swept += 1
            await asyncio.to_thread(partial(shutil.rmtree, folder, ignore_errors=True))
        return swept

    @asynccontextmanager
    async def tree(self, declared: RepositorySettings, job: Job) -> AsyncIterator[Tree]:
        """A fresh work tree; what is in it when the block ends well is committed on its branch.

        Raises:
            JobFailed: the repository cannot be used, or stayed locked.
        """
        tree = await self._make(declared, job)
        try:
            yield tree
            await self._commit(tree, job)
        finally:
            # Whoever cancels a task is not kept waiting for a large tree to be deleted.
            removing = asyncio.create_task(self._remove(tree.repository, tree.path, None if tree.kept else tree.branch))
            self._removing.add(removing)
            removing.add_done_callback(self._removed)

    async def close(self) -> None:
        """Wait a moment for what is being taken away."""
        if self._removing:
            await asyncio.wait(self._removing, timeout=CLOSE_SECONDS)
        if self._lock is not None:
            if not any(self._mine.glob("*.json")):
                await asyncio.to_thread(partial(shutil.rmtree, self._mine, ignore_errors=True))
            os.close(self._lock)
            self._lock = None

    async def _make(self, declared: RepositorySettings, job: Job) -> Tree:
        async with self._claiming:
            await asyncio.to_thread(self._claim_home)
        place = (self._workspace / declared.path).resolve()
        if not place.is_dir():
            raise JobFailed(
                f"there is no repository {declared.path}", remedy="Mend [agents.repositories].", retry=False
            )
        git = Git(place, self._settings, self._clock)
        top = Path(await git.text("rev-parse", "--show-toplevel"))
        common = Path(await git.text("rev-parse", "--path-format=absolute", "--git-common-dir"))
        base = await git.text("rev-parse", "--verify", "--end-of-options", f"{declared.base}^{{commit}}")
        name = _name_of(job)
        tree = Tree(self._mine / name, top, common / "worktrees" / name, f"{BRANCHES}/{name}", base)
        note = tree.path.with_suffix(".json")
        text = json.dumps(asdict(_Record(str(top), str(tree.path), tree.branch, base)))
        await asyncio.to_thread(note.write_text, text, "utf-8")
        # Two that are made at once in one repository wait for each other here rather than for its lock.
        async with self._making.setdefault(common, asyncio.Lock()):
            try:
                await git.run(["worktree", "add", "--quiet", "--no-track", "-b", tree.branch, str(tree.path), base])
            except BaseException:
                await self._remove(top, tree.path, tree.branch)
                raise
        return tree

    async def _commit(self, tree: Tree, job: Job) -> None:
        git = self._inside(tree)
        await git.run(["add", "--all", "--", "."])
        if (await git.run(["diff", "--cached", "--quiet"], fine=frozenset({0, 1}))).exit_code:
            title = " ".join(job.title.split())[:_TITLE] or "Task"
            message = f"{title}\n\nTask {job.id}, attempt {job.attempt}"
            await git.run(["commit", "--quiet", "--no-verify", "--no-gpg-sign", "-m", message])
        commit = await git.text("rev-parse", "HEAD")
        changed = commit != tree.base
        if changed:
            # The task may have gone to another branch or none; what it made is on its own one.
            await git.run(["update-ref", f"refs/heads/{tree.branch}", commit])
            tree.kept = True
        names = await git.run(["diff", "--name-only", "-z", tree.base, commit])
        files = names.stdout.count(b"\0")
        where = {"repository": str(tree.repository), "branch": tree.branch, "base": tree.base, "files": files}
        job.say(Source.WORKTREE, json.dumps({**where, "commit": commit if changed else ""}))
        if changed:
            await self._tell(git, tree.base, commit, job)
            tree.outcome = f"{files} {'file' if files == 1 else 'files'} committed on branch {tree.branch}"

    async def _tell(self, git: Git, base: str, commit: str, job: Job) -> None:
        shown = await git.run(
            ["diff", "--no-color", "--no-ext-diff", "--no-textconv", base, commit], most=self._settings.max_diff_bytes
        )
        job.say(Source.DIFF, shown.text())
        if shown.truncated:
            job.say(Source.DIFF, "\n[the diff is longer; the branch has it whole]\n")

    def _inside(self, tree: Tree) -> Git:
        # The task could have written the file .git, so git is told where its own files are.
        where = {"GIT_DIR": str(tree.git_dir), "GIT_WORK_TREE": str(tree.path)}
        return Git(tree.path, self._settings, self._clock, where)

    async def _remove(self, repository: Path, path: Path, branch: str | None) -> None:
        git = Git(repository, self._settings, self._clock)
        with suppress(JobFailed):
            await git.run(["worktree", "remove", "--force", "--force", str(path)])
        await asyncio.to_thread(partial(shutil.rmtree, path, ignore_errors=True))
        with suppress(JobFailed):
            await git.run(["worktree", "prune"])
            if branch is not None:
                await git.run(["branch", "--quiet", "-D", branch])
        await asyncio.to_thread(partial(path.with_suffix(".json").unlink, missing_ok=True))

    async def _idle_branch(self, record: _Record) -> str | None:
        """The branch of a work tree that was left behind, if nothing was committed on it."""
        with suppress(JobFailed):
            git = Git(Path(record.repository), self._settings, self._clock)
            if await git.text("rev-parse", "--verify", f"refs/heads/{record.branch}") == record.base:
                return record.branch
        return None

    def _removed(self, task: asyncio.Task[None]) -> None:
        self._removing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # Its note is still there: the next agent that starts takes it away.
            return

    def _claim_home(self) -> None:
        if self._lock is None:
            # Under its own name only once it is locked, so that nobody takes it for one that was left behind.
            hidden = self._mine.with_name(f".{self._mine.name}")
            hidden.mkdir(mode=0o700, parents=True)
            lock = os.open(hidden / _OWNER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            hidden.rename(self._mine)
            self._lock = lock


def _name_of(job: Job) -> str:
    plain = re.sub(r"[^A-Za-z0-9]", "", job.id)
    short = plain[-12:] if plain == job.id.replace("-", "") else hashlib.sha256(job.id.encode()).hexdigest()[:12]
    return f"task-{short}-{job.token}"


def _left_behind(home: Path) -> list[Path]:
    """The folders of agents that are gone. Two that sweep at once remove the same, which does no harm."""
    found = []
    folders = sorted(home.glob("[0-9]*-*")) if home.is_dir() else []
    for folder in folders:
        try:
            handle = os.open(folder / _OWNER, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found.append(folder)
        except BlockingIOError:
            continue
        finally:
            os.close(handle)
    return found


def _read(note: Path) -> _Record | None:
    try:
        fields = json.loads(note.read_text("utf-8"))
        return _Record(*(str(fields[name]) for name in ("repository", "path", "branch", "base")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
