"""The demo's world: the same for the same seed, bounded, labelled as made up, and gone afterwards."""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import os
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.client import CommandRefused, Reply
from engine.clock import Clock, SimulatedClock, SystemClock
from engine.commands import COMMANDS, Arguments, SendMessage, SubmitTask
from engine.demo import Simulation, demo_folder, furnish, remove_stale
from engine.demo.crm import Figures, write_tables
from engine.demo.folder import LOCK_NAME, PREFIX, SETTLED_SECONDS
from engine.demo.traffic import LONGEST_PAUSE, SHORTEST_PAUSE, opening, traffic
from engine.demo.workspace import DemoPlace
from engine.process import clean_environment, run_process
from engine.workspace import Workspace

TODAY = date(2026, 3, 1)


def test_the_same_seed_plays_the_same_traffic() -> None:
    first = list(itertools.islice(traffic(7), 300))
    assert first == list(itertools.islice(traffic(7), 300))
    assert first != list(itertools.islice(traffic(8), 300))


def test_traffic_is_calm_labelled_and_understood_by_the_engine() -> None:
    for step in itertools.islice(traffic(1), 500):
        assert SHORTEST_PAUSE <= step.pause <= LONGEST_PAUSE
        assert step.sender.endswith("(simulated)")
        COMMANDS[step.command].arguments.model_validate(step.arguments.model_dump())
        if isinstance(step.arguments, SubmitTask):
            assert step.arguments.title.endswith("(simulated)")


def test_the_opening_touches_every_panel_within_seconds(tmp_path: Path) -> None:
    figures = Figures(won=1_000_000, open=2_000_000, contacts=40)
    steps = list(opening(tmp_path, figures, 1, TODAY))
    assert {step.command for step in steps} == {
        "crm.import",
        "goal.add",
        "task.submit",
        "persona.wait_for",
        "message.send",
        "action.propose",
        "rollout.start",
        "graph.submit",
    }
    assert sum(step.pause for step in steps) < 5
    assert {step.arguments.to for step in steps if isinstance(step.arguments, SendMessage)} >= {"helper", "planner"}


def test_tables_are_the_same_for_the_same_seed_and_day(tmp_path: Path) -> None:
    figures = write_tables(tmp_path / "a", 5, TODAY)
    assert figures == write_tables(tmp_path / "b", 5, TODAY)
    assert figures != write_tables(tmp_path / "c", 6, TODAY)
    for name in ("accounts.csv", "sales_pipeline.csv", "interactions.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


class Recorder:
    """An engine that notes what it is sent, and refuses tasks."""

    def __init__(self) -> None:
        self.simulated = SimulatedClock()
        self.sent: list[str] = []

    @property
    def clock(self) -> Clock:
        return self.simulated

    async def send_as(self, sender: str, command: str, arguments: Arguments) -> Reply:
        self.sent.append(command)
        if len(self.sent) >= 60:
            raise StopPlaying
        if command == "task.submit":
            raise CommandRefused("no", code="halted")
        return Reply("ok", {"id": f"action-{len(self.sent)}", "revision": 1, "digest": "a" * 64})


class StopPlaying(Exception):
    pass


async def test_a_refusal_does_not_end_the_traffic(tmp_path: Path) -> None:
    place = DemoPlace(Workspace(tmp_path), tmp_path, Figures(1_000_000, 1_000_000, 10))
    port = Recorder()
    playing = asyncio.create_task(Simulation(1, place).run(port))
    for _ in range(60):
        await port.simulated.advance(LONGEST_PAUSE)
    with pytest.raises(StopPlaying):
        await playing
    assert port.sent[0] == "crm.import"
    assert port.sent.index("task.submit") < len(port.sent) - 1


def test_the_folder_is_private_and_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with demo_folder(SystemClock()) as folder:
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text("x", encoding="utf-8")
    assert list(tmp_path.iterdir()) == []


def old_folder(parent: Path, name: str, *, lock: bool) -> Path:
    folder = parent / f"{PREFIX}{name}"
    folder.mkdir(mode=0o700)
    if lock:
        (folder / LOCK_NAME).touch()
    past = SystemClock().now() - timedelta(seconds=SETTLED_SECONDS + 60)
    os.utime(folder, (past.timestamp(), past.timestamp()))
    return folder


def test_only_folders_of_ended_demos_are_swept(tmp_path: Path) -> None:
    ended = {old_folder(tmp_path, "ended", lock=True), old_folder(tmp_path, "half-made", lock=False)}
    running = old_folder(tmp_path, "running", lock=True)
    young = tmp_path / f"{PREFIX}young"
    young.mkdir(mode=0o700)
    shared = old_folder(tmp_path, "shared", lock=True)
    shared.chmod(0o755)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    descriptor = os.open(running / LOCK_NAME, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        assert set(remove_stale(tmp_path, SystemClock())) == ended
    finally:
        os.close(descriptor)
    assert running.exists()
    assert young.exists()
    assert shared.exists()
    assert elsewhere.exists()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
async def test_the_workspace_has_work_that_nobody_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    hook = hooks / "pre-commit"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'hook-ran'}\n", encoding="utf-8")
    hook.chmod(0o755)
    (tmp_path / ".gitconfig").write_text(f"[core]\n\thooksPath = {hooks}\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    place = await furnish(tmp_path / "demo", 1, TODAY)
    listed = await run_process(
        ["git", "status", "--porcelain"], cwd=place.workspace.root / "shop", env=clean_environment(), timeout=30
    )
    assert listed.text().splitlines() == [" M prices.py", "?? discounts.py"]
    assert not (tmp_path / "hook-ran").exists()
    assert place.workspace.settings_file.is_file()
