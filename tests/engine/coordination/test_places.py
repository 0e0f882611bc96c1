"""Where the private server is to be found, read by whoever starts while the engine writes it down."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from engine.coordination.places import note_place, private_url

TIMES = 500


def write_again_and_again(folder: Path, place: Path) -> None:
    for _ in range(TIMES):
        note_place(folder, place)


def test_whoever_reads_finds_all_of_it(tmp_path: Path) -> None:
    place = tmp_path / "redis.sock"
    assert private_url(tmp_path) is None
    note_place(tmp_path, place)
    writer = multiprocessing.get_context("spawn").Process(target=write_again_and_again, args=(tmp_path, place))
    writer.start()
    found = set()
    while writer.is_alive():
        found.add(private_url(tmp_path))
    writer.join()
    assert found == {f"unix://{place}"}
