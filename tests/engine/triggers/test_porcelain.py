"""Reading git's answer: any name a file can have, and nothing that is not in the format."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.triggers import Change, Entry, PorcelainError, parse_status, show_path

OID = b"1" * 40
HEADER = b"# branch.oid " + OID + b"\0# branch.head main\0"

paths = st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name)


def record(entry: Entry) -> bytes:
    if entry.change is Change.UNTRACKED:
        return b"? " + entry.path + b"\0"
    names = entry.base.encode()
    if entry.change is Change.CONFLICT:
        return b"u UU N... 100644 100644 100644 100644 " + names + b" " + entry.path + b"\0"
    return b"1 .M N... 100644 100644 100644 " + names + b" " + entry.path + b"\0"


entries = st.one_of(
    st.builds(lambda path: Entry(Change.UNTRACKED, "??", path), paths),
    st.builds(lambda path: Entry(Change.UNCOMMITTED, ".M", path, "aa bb"), paths),
    st.builds(lambda path: Entry(Change.CONFLICT, "UU", path, "aa bb cc"), paths),
)


@given(st.lists(entries, max_size=6))
def test_every_name_comes_through_as_it_is(found: list[Entry]) -> None:
    status = parse_status(HEADER + b"".join(record(entry) for entry in found))
    assert list(status.entries) == found
    assert (status.head, status.branch, status.ahead, status.complete) == ("1" * 40, "main", 0, True)


@given(st.lists(entries, min_size=1, max_size=4), st.data())
def test_a_cut_answer_loses_only_its_torn_entry(found: list[Entry], data: st.DataObject) -> None:
    whole = HEADER + b"".join(record(entry) for entry in found)
    cut = data.draw(st.integers(len(HEADER), len(whole) - 1))
    status = parse_status(whole[:cut], truncated=True)
    assert list(status.entries) == found[: len(status.entries)]
    assert not status.complete


@given(st.binary(max_size=200))
def test_other_bytes_are_refused_or_read_but_never_break(data: bytes) -> None:
    try:
        parse_status(data)
    except PorcelainError:
        return


def test_a_rename_has_two_names() -> None:
    rename = b"2 R. N... 100644 100644 100644 aa bb R100 new name\0? not an entry\0? x\0"
    status = parse_status(HEADER + rename)
    assert [entry.path for entry in status.entries] == [b"new name", b"x"]


def test_commits_that_are_not_pushed() -> None:
    status = parse_status(HEADER + b"# branch.upstream origin/main\0# branch.ab +3 -1\0")
    assert (status.upstream, status.ahead) == ("origin/main", 3)


@pytest.mark.parametrize("output", [b"1 .M short\0", b"Z what\0", b"? torn", b"# branch.ab 3\0"])
def test_what_git_never_says_is_an_error(output: bytes) -> None:
    with pytest.raises(PorcelainError):
        parse_status(output)


@given(st.binary(max_size=400))
def test_a_shown_name_is_one_harmless_line(path: bytes) -> None:
    shown = show_path(path)
    assert len(shown) <= 300
    assert all(unicodedata.category(char)[0] != "C" for char in shown)
    assert len(shown.splitlines()) <= 1


def test_a_shown_name_tells_what_it_hides() -> None:
    assert show_path(b"a\nb\x1b[2J\xff\xe2\x80\xae.txt") == "a\\x0ab\\x1b[2J\\xff\\u202e.txt"
    assert show_path("grün/日本 x.txt".encode()) == "grün/日本 x.txt"
