"""Files of journal rows: proven by anybody, and by no changed byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.journal import GENESIS, row_hash
from engine.journal.export import ExportError, JournalFile, verify_file

Row = dict[str, object]


def chain(number: int, text: str = "x") -> list[Row]:
    """So many rows that follow each other."""
    rows: list[Row] = []
    previous = GENESIS
    for seq in range(1, number + 1):
        data = json.dumps({"text": f"{text}{seq}"}, ensure_ascii=False)
        digest = row_hash(previous, seq, seq * 10, "thing.done", f"t{seq}", "engine", data)
        rows.append({
            "seq": seq, "at_us": seq * 10, "kind": "thing.done", "subject": f"t{seq}", "actor": "engine",
            "data": data, "prev_hash": previous, "hash": digest,
        })  # fmt: skip
        previous = digest
    return rows


def write(path: Path, rows: list[Row]) -> Path:
    """A file with these rows."""
    with JournalFile(path) as file:
        file.write(rows)
    return path


def test_a_file_proves_itself_and_an_outsider_can_compute_its_hashes(tmp_path: Path) -> None:
    rows = chain(5, "zażółć \U0001f600 \x1b[2J ")
    path = write(tmp_path / "j.jsonl", rows)
    report = verify_file(path)
    assert report.ok
    assert (report.rows, report.first, report.last, report.head, report.whole) == (5, 1, 5, rows[-1]["hash"], True)
    assert path.read_bytes().isascii()
    assert b"\x1b" not in path.read_bytes()
    for line in path.read_text().splitlines()[:-1]:
        row = json.loads(line)
        parts = [row[name] for name in ("prev_hash", "seq", "at_us", "kind", "subject", "actor", "data")]
        text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == row["hash"]


def test_rows_may_be_left_out_when_the_file_says_so(tmp_path: Path) -> None:
    rows = chain(6)
    report = verify_file(write(tmp_path / "j.jsonl", [rows[1], rows[4]]))
    assert report.ok
    assert not report.whole


def test_an_empty_file_of_rows_holds(tmp_path: Path) -> None:
    assert verify_file(write(tmp_path / "j.jsonl", [])).ok


CHANGES: dict[str, Callable[[list[str]], list[str]]] = {
    "a byte": lambda lines: [lines[0].replace("x1", "x7"), *lines[1:]],
    "a row removed": lambda lines: [lines[0], *lines[2:]],
    "a row twice": lambda lines: [lines[0], *lines],
    "two rows exchanged": lambda lines: [lines[1], lines[0], *lines[2:]],
    "the last row removed": lambda lines: [*lines[:-2], lines[-1]],
    "the last line removed": lambda lines: lines[:-1],
    "something behind the last line": lambda lines: [*lines, lines[0]],
    "no JSON": lambda lines: ["{", *lines],
    "a list": lambda lines: ["[]", *lines],
    "a number too many": lambda lines: [lines[0].replace('"seq": 1', '"seq": 1.0'), *lines[1:]],
    "another count": lambda lines: [*lines[:-1], lines[-1].replace('"rows": 4', '"rows": 5')],
    "nothing": lambda _lines: [],
}


@pytest.mark.parametrize("what", CHANGES)
def test_no_change_goes_unseen(tmp_path: Path, what: str) -> None:
    path = write(tmp_path / "j.jsonl", chain(4))
    lines = path.read_text().splitlines()
    changed = CHANGES[what](lines)
    assert changed != lines
    path.write_text("".join(f"{line}\n" for line in changed))
    assert not verify_file(path).ok


def test_a_gap_that_the_file_denies_is_found(tmp_path: Path) -> None:
    rows = chain(4)
    path = write(tmp_path / "j.jsonl", [rows[0], rows[2]])
    path.write_text(path.read_text().replace('"whole": false', '"whole": true'))
    assert not verify_file(path).ok


@settings(max_examples=200)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 6))
def test_no_flipped_bit_is_believed(tmp_path_factory: pytest.TempPathFactory, place: int, bit: int) -> None:
    rows = chain(3)
    path = write(tmp_path_factory.mktemp("flip") / "j.jsonl", rows)
    raw = bytearray(path.read_bytes())
    raw[place % len(raw)] ^= 1 << bit
    path.write_bytes(raw)
    report = verify_file(path)
    # What still holds holds the same rows: white space may change, content may not.
    assert not report.ok or (report.rows, report.head) == (3, rows[-1]["hash"])


def test_it_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_text("old")
    with pytest.raises(KeyError), JournalFile(path) as file:
        file.write([*chain(1), {}])
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written"), JournalFile(tmp_path / "none" / "j.jsonl"):
        pass
    with pytest.raises(ExportError, match="cannot be read"):
        verify_file(tmp_path / "none.jsonl")
