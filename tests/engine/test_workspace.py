"""A workspace's folder: made and looked at by several processes at the same time."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from engine.workspace import Workspace, prepare_state

AT_ONCE = 4
TIMES = 500


def prepare(root: Path) -> None:
    for _ in range(TIMES):
        prepare_state(Workspace(root))


def test_several_prepare_it_at_once(tmp_path: Path) -> None:
    processes = [multiprocessing.get_context("spawn").Process(target=prepare, args=(tmp_path,)) for _ in range(AT_ONCE)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * AT_ONCE
    assert [path.name for path in Workspace(tmp_path).state.iterdir()] == [".gitignore"]
