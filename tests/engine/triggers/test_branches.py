"""Branches and repositories of every sort, kind and hostile: what is found, and that nothing of theirs runs."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.settings.triggers import GitPatrolSettings
from engine.triggers import Finding, GitPatrol, PorcelainError, Sighting
from engine.triggers.branches import parse_branches, stale

from .conftest import Repository

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime.now(UTC))


async def look(repository: Repository, clock: SimulatedClock, settings: GitPatrolSettings | None = None) -> Sighting:
    workspace = repository.path / "ops"
    workspace.mkdir(exist_ok=True)
    return await GitPatrol(settings or GitPatrolSettings(), workspace, clock).look()


async def of(repository: Repository, clock: SimulatedClock, category: str) -> Finding | None:
    found = (await look(repository, clock)).found
    return next((finding for finding in found if finding.category == category), None)


def with_remote(repository: Repository, tmp_path: Path) -> None:
    repository.git("init", "--bare", str(tmp_path / "upstream.git"))
    repository.git("remote", "add", "origin", str(tmp_path / "upstream.git"))
    repository.git("push", "-u", "origin", "HEAD")


def commit_on(repository: Repository, branch: str, text: str) -> None:
    repository.git("checkout", "-b", branch)
    (repository.path / "kept.txt").write_text(text)
    repository.commit_all()
    repository.git("checkout", "-")


async def test_a_branch_that_is_not_merged_is_stale_after_its_days(
    repository: Repository, clock: SimulatedClock
) -> None:
    commit_on(repository, "topic", "two\n")
    clock.step(timedelta(days=30) - timedelta(minutes=5))
    assert await of(repository, clock, "stale") is None
    clock.step(timedelta(minutes=10))
    finding = await of(repository, clock, "stale")
    assert finding is not None
    assert finding.summary.startswith("1 stale branch in ")
    assert finding.details[0].startswith("topic: last commit ")
    # Merged, or looked for no longer, it is none.
    assert not (await look(repository, clock, GitPatrolSettings(stale_days=0))).found
    repository.git("merge", "topic")
    assert await of(repository, clock, "stale") is None


async def test_the_branch_that_is_checked_out_is_never_stale(repository: Repository, clock: SimulatedClock) -> None:
    clock.step(timedelta(days=400))
    assert not (await look(repository, clock)).found


async def test_commits_of_other_branches_that_are_not_pushed_are_found(
    repository: Repository, clock: SimulatedClock, tmp_path: Path
) -> None:
    commit_on(repository, "alone", "two\n")
    # Without a remote there is nowhere to push to.
    assert await of(repository, clock, "unpushed") is None
    with_remote(repository, tmp_path)
    finding = await of(repository, clock, "unpushed")
    assert finding is not None
    assert finding.details == ("alone is pushed nowhere",)
    repository.git("push", "-u", "origin", "alone")
    assert await of(repository, clock, "unpushed") is None
    repository.git("checkout", "alone")
    (repository.path / "kept.txt").write_text("three\n")
    repository.commit_all()
    repository.git("checkout", "-")
    (repository.path / "other.txt").write_text("x")
    repository.commit_all()
    finding = await of(repository, clock, "unpushed")
    assert finding is not None
    assert finding.summary.startswith("2 unpushed commits on 2 branches in ")
    assert "alone is ahead of origin/alone" in finding.details


async def test_commits_on_no_branch_are_found(repository: Repository, clock: SimulatedClock) -> None:
    repository.git("checkout", "--detach")
    assert await of(repository, clock, "detached") is None
    (repository.path / "kept.txt").write_text("two\n")
    repository.commit_all()
    finding = await of(repository, clock, "detached")
    assert finding is not None
    assert finding.summary.startswith("1 commit on no branch in ")


async def test_a_repository_without_commits_and_one_without_files(
    clock: SimulatedClock, tmp_path: Path, repository: Repository
) -> None:
    fresh = Repository(tmp_path / "fresh")
    fresh.path.mkdir()
    fresh.git("init")
    (fresh.path / "a.txt").write_text("")
    assert [finding.category for finding in (await look(fresh, clock)).found] == ["untracked"]
    repository.git("init", "--bare", str(tmp_path / "bare.git"))
    sighting = await GitPatrol(GitPatrolSettings(), tmp_path / "bare.git", clock).look()
    assert (sighting.looked, "without files" in sighting.skipped[0]) == (0, True)


async def test_a_worktree_and_a_submodule_are_looked_at_as_what_they_are(
    repository: Repository, clock: SimulatedClock, tmp_path: Path
) -> None:
    repository.git("worktree", "add", str(tmp_path / "tree"))
    tree = Repository(tmp_path / "tree")
    (tree.path / "new.txt").write_text("")
    finding = await of(tree, clock, "untracked")
    assert finding is not None
    assert finding.place == str(tree.path)
    inner = Repository(tmp_path / "inner")
    inner.path.mkdir()
    inner.git("init")
    (inner.path / "a.txt").write_text("")
    inner.commit_all()
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", str(inner.path), "sub")
    repository.commit_all()
    (repository.path / "sub" / "dirty.txt").write_text("")
    # What is dirty within it is the submodule's own business, and found where that is watched.
    assert not (await look(repository, clock)).found
    assert await of(Repository(repository.path / "sub"), clock, "untracked") is not None


async def test_filters_of_the_repository_do_not_run(
    repository: Repository, clock: SimulatedClock, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    (repository.path / ".gitattributes").write_text("* filter=a=b\n*.txt filter=evil\n")
    repository.commit_all()
    for name in ("evil", "a=b"):
        for word in ("clean", "smudge", "process"):
            repository.git("config", f"filter.{name}.{word}", f"touch {trap}; cat")
        repository.git("config", f"filter.{name}.required", "true")
    included = tmp_path / "included"
    included.write_text(f'[filter "evil"]\n\tclean = touch {trap}; cat\n')
    repository.git("config", "include.path", str(included))
    (repository.path / "kept.txt").write_text("two\n")
    os.utime(repository.path / ".gitattributes", (0, 0))
    finding = await of(repository, clock, "uncommitted")
    assert finding is not None
    assert ".M kept.txt" in finding.details
    assert not trap.exists()


async def test_nothing_is_fetched_for_what_a_partial_clone_lacks(
    repository: Repository, clock: SimulatedClock, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    script = tmp_path / "pack.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\nexit 1\n")
    script.chmod(0o755)
    for key, value in (
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", str(tmp_path / "nowhere.git")),
        ("remote.origin.uploadpack", str(script)),
        ("remote.origin.promisor", "true"),
        ("protocol.file.allow", "always"),
    ):
        repository.git("config", key, value)
    (tmp_path / "nowhere.git").mkdir()
    commit_on(repository, "lost", "two\n")
    ref = repository.path / ".git" / "refs" / "heads" / "lost"
    sha = ref.read_text().strip()
    (repository.path / ".git" / "objects" / sha[:2] / sha[2:]).unlink()
    sighting_or_error: object
    try:
        sighting_or_error = await look(repository, clock)
    except Exception as error:  # noqa: BLE001  # either is fine: what counts is that nothing ran
        sighting_or_error = error
    assert not trap.exists(), sighting_or_error


async def test_a_work_tree_elsewhere_is_none_of_its_business(
    repository: Repository, clock: SimulatedClock, tmp_path: Path
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    (private / "diary.txt").write_text("secret")
    repository.git("config", "core.worktree", str(private))
    sighting = await look(repository, clock)
    assert not sighting.found
    assert sighting.looked == 0


async def test_names_of_branches_are_shown_harmlessly(repository: Repository, clock: SimulatedClock) -> None:
    packed = repository.path / ".git" / "packed-refs"
    commit_on(repository, "topic", "two\n")
    sha = (repository.path / ".git" / "refs" / "heads" / "topic").read_text().strip()
    lines = [
        f"{sha} refs/heads/-rf".encode(),
        sha.encode() + b" refs/heads/raw\xff",
        f"{sha} refs/heads/a\u202eb".encode(),
    ]
    packed.write_bytes(b"# pack-refs with: peeled fully-peeled sorted \n" + b"\n".join(sorted(lines)) + b"\n")
    clock.step(timedelta(days=31))
    finding = await of(repository, clock, "stale")
    assert finding is not None
    assert {detail.split(":")[0] for detail in finding.details} == {"topic", "-rf", "raw\\xff", "a\\u202eb"}


async def test_many_branches_are_counted_and_some_are_named(repository: Repository, clock: SimulatedClock) -> None:
    commit_on(repository, "topic", "two\n")
    sha = (repository.path / ".git" / "refs" / "heads" / "topic").read_text().strip()
    refs = [f"{sha} refs/heads/b{number:04}" for number in range(2_000)]
    packed = "# pack-refs with: peeled fully-peeled sorted \n" + "\n".join(refs) + "\n"
    (repository.path / ".git" / "packed-refs").write_text(packed)
    clock.step(timedelta(days=31))
    sighting = await look(repository, clock, GitPatrolSettings(max_branches=500, max_details=5))
    (finding,) = sighting.found
    assert finding.summary.startswith("500 stale branches in ")
    assert (len(finding.details), finding.details[-1]) == (6, "… and 495 more")


def test_an_answer_that_is_torn_or_strange() -> None:
    whole = b"main\0abc\x001700000000\0origin/main\0ahead 2, behind 1\n"
    (branch,) = parse_branches(whole)
    assert (branch.name, branch.upstream, branch.ahead) == ("main", "origin/main", 2)
    assert parse_branches(whole + b"top", truncated=True) == [branch]
    with pytest.raises(PorcelainError):
        parse_branches(whole + b"top")
    with pytest.raises(PorcelainError):
        parse_branches(b"main\0abc\n")
    (gone,) = parse_branches(b"main\0abc\x00nonsense\0origin/main\0gone\n")
    assert (gone.upstream, gone.committed, gone.ahead) == ("", None, 0)
    (mad,) = parse_branches(b"main\0abc\x00999999999999999999\0\0\n")
    assert mad.committed is None


@pytest.mark.parametrize(("seconds", "found"), [(0, False), (1, True)])
def test_stale_at_its_boundary(seconds: int, found: bool) -> None:  # a case of the table
    committed = int((NOW - timedelta(days=30, seconds=seconds)).timestamp())
    branches = parse_branches(f"topic\0abc\0{committed}\0\0\n".encode())
    assert bool(stale(branches, "main", NOW, 30)) is found
    assert not stale(branches, "topic", NOW, 30)
