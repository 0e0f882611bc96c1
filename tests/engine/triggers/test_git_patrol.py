"""The git patrol on real repositories: what it finds, what it tells, and what it leaves alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.settings.triggers import GitPatrolSettings
from engine.storage import Database, Transaction
from engine.triggers import Finding, GitError, GitPatrol, ScanReport, open_findings, scan
from engine.triggers.findings import note_told, untold

from .conftest import Repository


def make(repository: Repository, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(repository.path) + b"/" + name)).write_text("")


class Inbox:
    """The only hearer."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.full = False

    def __call__(self, tx: Transaction, scanner: str, quiet_seconds: int) -> int:
        news = untold(tx, scanner, "code-review", tx.now, quiet_seconds)
        for finding in news:
            if self.full:
                raise ConnectionError
            self.findings.append(finding)
            note_told(tx, finding, "code-review")
        return len(news)

    def take(self) -> list[str]:
        taken = [finding.category for finding in self.findings]
        self.findings.clear()
        return taken


@dataclass(frozen=True, slots=True)
class Rounds:
    """A patrol that goes its rounds by hand."""

    database: Database
    settings: GitPatrolSettings
    workspace: Path
    inbox: Inbox
    clock: SimulatedClock

    async def scan(self) -> ScanReport:
        look = GitPatrol(self.settings, self.workspace, self.clock).look
        return await scan(self.database, "git_patrol", look, self.inbox, self.settings.quiet_seconds)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def patrol(database: Database, repository: Repository, inbox: Inbox, clock: SimulatedClock) -> Rounds:
    workspace = repository.path / "ops" / "floor"
    workspace.mkdir(parents=True)
    return Rounds(database, GitPatrolSettings(), workspace, inbox, clock)


async def test_work_anywhere_in_the_repository_is_found_from_a_workspace_inside_it(
    patrol: Rounds, repository: Repository, inbox: Inbox
) -> None:
    (repository.path / "kept.txt").write_text("two\n")
    (repository.path / "new.txt").write_text("new\n")
    report = await patrol.scan()
    assert (report.looked, report.opened, report.told, report.skipped) == (1, 2, 2, ())
    changed, untracked = inbox.findings
    assert changed.payload()["details"] == [".M kept.txt"]
    assert (untracked.category, untracked.details) == ("untracked", ("?? new.txt",))
    assert changed.payload()["type"] == "finding"
    assert changed.payload()["scanner"] == "git_patrol"
    assert changed.payload()["path"] == str(repository.path)


@pytest.mark.parametrize("place", [".", "ops/floor"])
async def test_the_workspace_s_own_files_are_no_findings(
    database: Database, repository: Repository, inbox: Inbox, place: str, clock: SimulatedClock
) -> None:
    workspace = repository.path / place
    for name in (".watchfloor/engine.db", "outbox/1.eml", "briefings/a.md", "watchfloor.toml", "HEARTBEAT.md"):
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text("x")
    report = await Rounds(database, GitPatrolSettings(), workspace, inbox, clock).scan()
    assert (report.looked, report.opened) == (1, 0)
    (workspace / "outbox.txt").write_text("a person's file")
    await Rounds(database, GitPatrolSettings(), workspace, inbox, clock).scan()
    (finding,) = inbox.findings
    assert finding.details == (f"?? {Path(place) / 'outbox.txt'}",)


async def test_a_finding_is_told_once_and_closes_when_the_work_is_committed(
    patrol: Rounds, repository: Repository, inbox: Inbox, database: Database
) -> None:
    (repository.path / "kept.txt").write_text("two\n")
    await patrol.scan()
    (repository.path / "kept.txt").write_text("three\n")
    report = await patrol.scan()
    assert (report.opened, report.told) == (0, 0)
    assert inbox.take() == ["uncommitted"]
    repository.commit_all()
    report = await patrol.scan()
    assert (report.closed, inbox.take()) == (1, [])
    assert await database.read(open_findings) == []


async def test_it_reopens_silently_with_the_same_content_and_is_told_with_another(
    patrol: Rounds, repository: Repository, inbox: Inbox, clock: SimulatedClock
) -> None:
    (repository.path / "kept.txt").write_text("two\n")
    await patrol.scan()
    repository.git("stash")
    await patrol.scan()
    repository.git("stash", "pop")
    report = await patrol.scan()
    assert (report.opened, report.told) == (1, 0)
    repository.commit_all()
    (repository.path / "kept.txt").write_text("four\n")
    await clock.advance(600)
    report = await patrol.scan()
    assert report.told == 1
    assert inbox.take() == ["uncommitted", "uncommitted"]


async def test_a_finding_that_keeps_changing_waits_for_the_quiet_time(
    patrol: Rounds, repository: Repository, inbox: Inbox, clock: SimulatedClock
) -> None:
    (repository.path / "a.txt").write_text("")
    await patrol.scan()
    (repository.path / "b.txt").write_text("")
    await clock.advance(599)
    assert (await patrol.scan()).told == 0
    await clock.advance(1)
    assert (await patrol.scan()).told == 1
    assert inbox.findings[-1].details == ("?? a.txt", "?? b.txt")


async def test_a_finding_whose_message_was_not_taken_is_told_again(
    database: Database, repository: Repository, inbox: Inbox, clock: SimulatedClock
) -> None:
    (repository.path / "a.txt").write_text("")

    inbox.full = True
    with pytest.raises(ConnectionError):
        await Rounds(database, GitPatrolSettings(), repository.path, inbox, clock).scan()
    inbox.full = False
    assert (await Rounds(database, GitPatrolSettings(), repository.path, inbox, clock).scan()).told == 1


async def test_commits_that_are_not_pushed_are_found(
    patrol: Rounds, repository: Repository, inbox: Inbox, tmp_path: Path
) -> None:
    repository.git("init", "--bare", str(tmp_path / "upstream.git"))
    repository.git("remote", "add", "origin", str(tmp_path / "upstream.git"))
    repository.git("push", "-u", "origin", "HEAD")
    (repository.path / "kept.txt").write_text("two\n")
    repository.commit_all()
    await patrol.scan()
    (finding,) = inbox.findings
    assert (finding.category, finding.summary.startswith("1 unpushed commit in ")) == ("unpushed", True)
    repository.git("push")
    assert (await patrol.scan()).closed == 1


async def test_hostile_names_are_found_and_shown_harmlessly(
    patrol: Rounds, repository: Repository, inbox: Inbox
) -> None:
    names = [b"-rf", b"new\nline", b"esc\x1b[2J", b"raw\xff", b'quo"te', b":(top)x", b" lead"]
    for name in names:
        make(repository, name)
    await patrol.scan()
    (finding,) = inbox.findings
    assert sorted(finding.details) == sorted(
        f"?? {name}" for name in ("-rf", "new\\x0aline", "esc\\x1b[2J", "raw\\xff", 'quo"te', ":(top)x", " lead")
    )


async def test_the_repository_runs_nothing(patrol: Rounds, repository: Repository, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n")
    script.chmod(0o755)
    for name in ("post-index-change", "fsmonitor-watchman"):
        hook = repository.path / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(script.read_text())
        hook.chmod(0o755)
    repository.git("config", "core.fsmonitor", str(script))
    (repository.path / "new.txt").write_text("")
    assert (await patrol.scan()).opened == 1
    assert not trap.exists()


async def test_many_files_are_counted_and_some_are_named(
    database: Database, repository: Repository, inbox: Inbox, clock: SimulatedClock
) -> None:
    for number in range(30):
        (repository.path / f"{number:02}.txt").write_text("")
    await Rounds(database, GitPatrolSettings(max_details=5), repository.path, inbox, clock).scan()
    (finding,) = inbox.findings
    assert finding.summary.startswith("30 untracked files in ")
    assert finding.details[-2:] == ("?? 04.txt", "… and 25 more")


async def test_an_answer_beyond_the_limit_is_used_as_far_as_it_goes(
    database: Database, repository: Repository, inbox: Inbox, clock: SimulatedClock
) -> None:
    for number in range(60):
        (repository.path / f"{number:02}{'x' * 100}.txt").write_text("")
    await Rounds(database, GitPatrolSettings(max_output_bytes=4_096), repository.path, inbox, clock).scan()
    (finding,) = inbox.findings
    assert "or more" in finding.summary


async def test_outside_a_repository_it_says_so_and_finds_nothing(
    database: Database, tmp_path: Path, inbox: Inbox, clock: SimulatedClock
) -> None:
    outside = tmp_path / "plain"
    outside.mkdir()
    settings = GitPatrolSettings(paths=(".", "missing"))
    report = await Rounds(database, settings, outside, inbox, clock).scan()
    assert (report.looked, inbox.findings) == (0, [])
    assert report.skipped == (f"{outside} is in no git repository", f"{outside / 'missing'} is no directory")


async def test_a_broken_repository_does_not_hide_the_others_nor_close_its_findings(
    patrol: Rounds, database: Database, repository: Repository, inbox: Inbox, tmp_path: Path, clock: SimulatedClock
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    other = Repository(broken)
    other.git("init")
    (broken / "x.txt").write_text("")
    settings = GitPatrolSettings(paths=(str(repository.path), str(broken)))
    patrol = Rounds(database, settings, repository.path, inbox, clock)
    await patrol.scan()
    (broken / ".git" / "index").write_bytes(b"nonsense")
    (repository.path / "new.txt").write_text("")
    report = await patrol.scan()
    assert (report.looked, report.opened, report.closed) == (1, 1, 0)
    assert "index" in report.skipped[0]
    with pytest.raises(GitError):
        await Rounds(database, GitPatrolSettings(paths=(str(broken),)), repository.path, inbox, clock).scan()


async def test_a_path_that_is_not_watched_any_more_closes_its_findings(
    database: Database, repository: Repository, inbox: Inbox, clock: SimulatedClock
) -> None:
    (repository.path / "new.txt").write_text("")
    await Rounds(database, GitPatrolSettings(), repository.path, inbox, clock).scan()
    report = await Rounds(database, GitPatrolSettings(paths=()), repository.path, inbox, clock).scan()
    assert report.closed == 1
