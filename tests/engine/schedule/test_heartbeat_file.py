"""HEARTBEAT.md: what is a task, what is an error, and that ticking changes one byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.schedule import CALLS, TEMPLATE, HeartbeatFileError, TaskSection, parse_heartbeat, tick, tick_file


def lines(text: str) -> list[tuple[int, str | None, bool]]:
    return [(task.line, task.tool, task.done) for task in parse_heartbeat(text.encode()).tasks]


def errors(text: str | bytes) -> list[int]:
    data = text if isinstance(text, bytes) else text.encode()
    return [error.line for error in parse_heartbeat(data).errors]


def test_tasks_boxes_and_arguments() -> None:
    text = '- [ ] @chat {"channel": "ops", "text": "a"}\n- [x] @chat\n- [X] plain\n- [ ] plain words\n- no task\n'
    file = parse_heartbeat(text.encode())
    assert lines(text) == [(1, "chat", False), (2, "chat", True), (3, None, True), (4, None, False)]
    assert file.tasks[0].arguments == {"channel": "ops", "text": "a"}
    assert file.tasks[1].arguments == {}
    assert (file.pending, file.errors) == (2, ())


def test_sections_are_second_level_headings() -> None:
    text = "- [ ] @a\n## Recurring\n- [ ] @b\n### more\n- [ ] @c\n## one-TIME\n- [ ] @d\n\nOther\n---\n- [ ] @e\n"
    assert [task.section for task in parse_heartbeat(text.encode()).tasks] == [
        TaskSection.OTHER,
        TaskSection.RECURRING,
        TaskSection.RECURRING,
        TaskSection.ONE_TIME,
        TaskSection.OTHER,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "```\n- [ ] @chat\n```\n",
        "~~~ md\n- [ ] @chat {bad\n~~~\n",
        "```\n- [ ] @chat\n",
        "<!-- - [ ] @chat -->\n",
        "<!--\n- [ ] @chat\n\n- [ ] @chat {\n-->\n",
        "words <!-- and\n- [ ] @chat\n-->\n",
        "- item\n\n  ```\n  - [ ] @chat\n  ```\n",
    ],
)
def test_fences_and_comments_hold_no_tasks_and_no_errors(text: str) -> None:
    assert (lines(text), errors(text)) == ([], [])


def test_after_a_fence_or_comment_tasks_count_again() -> None:
    assert lines("```\n- [ ] @a\n```\n- [ ] @b\n<!-- x -->\n- [ ] @c\nword <!-- y --> word\n- [ ] @d\n") == [
        (4, "b", False),
        (6, "c", False),
        (8, "d", False),
    ]


@pytest.mark.parametrize("line", ["  - [ ] @a", "* [ ] @a", "+ [ ] @a", "> - [ ] @a", "-\t[ ] @a", "- [ ]  @a  {}  "])
def test_other_spellings_of_a_list_item_are_tasks(line: str) -> None:
    assert (lines(f"- top\n\n{line}\n"), errors(f"- top\n\n{line}\n")) == ([(3, "a", False)], [])


@pytest.mark.parametrize(
    "line",
    [
        "- [] @chat",
        "- [  ] @chat",
        "-[ ] @chat",
        "- [ ]@chat",
        "[ ] @chat",
        "1. [ ] @chat",
        "- [y] @chat",
        "- [х] @chat",
        "- [ ] @ chat",
        "- [ ] @",
        "- [ ] @1chat",
        "- [ ] @chät",
        "- [ ] ＠chat",
        "- [ ] @chat{}",
        "- [ ] @chat words",
        "- [ ] @chat []",
        "- [ ] @chat null",
        '- [ ] @chat "x"',
        '- [ ] @chat {"a": 1',
        '- [ ] @chat {"a": 1} more',
        '- [ ] @chat {"a": 1, "a": 2}',
        '- [ ] @chat {"a": 1.5}',
        '- [ ] @chat {"a": NaN}',
        "- [ ] @chat {'a': 1}",
        '- [ ] @chat {"a": "\0"}',
        '- @chat {"a": 1}',
        "    - [ ] @chat",
        "<div>- [ ] @chat",
    ],
)
def test_what_looks_like_a_tool_call_but_is_none_is_an_error_with_its_line(line: str) -> None:
    text = f"# Title\n\n{line}\n\n- [ ] @good\n"
    if line.startswith("<div>"):
        text = "# Title\n<div>\n- [ ] @chat\n\n- [ ] @good\n"
    assert (lines(text), errors(text)) == ([(5, "good", False)], [3])


@pytest.mark.parametrize(
    "line", ["- @ana will do it", "- [ ] mail ana@example.org", "[link]: @x", "@ana", "- [a](b) @c"]
)
def test_what_only_mentions_somebody_is_none(line: str) -> None:
    assert errors(f"{line}\n") == []


def test_a_comment_that_never_ends_is_an_error_and_hides_the_rest() -> None:
    assert (lines("<!-- oh\n- [ ] @a\n"), errors("<!-- oh\n- [ ] @a\n")) == ([], [1])
    assert (lines("x <!-- oh\n- [ ] @a\n"), errors("x <!-- oh\n- [ ] @a\n")) == ([], [1])


def test_the_same_task_twice_is_an_error_but_a_ticked_copy_is_none() -> None:
    assert errors('- [ ] @a {"x": 1, "y": 2}\n- [ ] @a {"y":2,"x":1}\n') == [2]
    assert errors("- [x] @a\n- [ ] @a\n") == []
    assert errors("- [ ] @a\n## One-time\n- [ ] @a\n") == []


def test_a_task_is_known_by_its_content_not_its_place_or_spelling() -> None:
    one = parse_heartbeat(b'- [ ] @a {"x": 1, "y": 2}\n').tasks[0]
    other = parse_heartbeat(b'text\n\n  * [ ]   @a   {"y":2,"x":1}\r\n').tasks[0]
    assert one.key == other.key
    assert one.key != parse_heartbeat(b'- [ ] @a {"x": 1, "y": 3}\n').tasks[0].key


@pytest.mark.parametrize("text", [b"ok\n- [ ] @a\n- [ ] \xff\n", b"ok\r\n\r\xff"])
def test_a_file_that_is_not_utf8_is_refused_with_the_line(text: bytes) -> None:
    file = parse_heartbeat(text)
    assert (file.tasks, [error.line for error in file.errors]) == ((), [3])


def test_a_file_that_is_too_long_is_refused() -> None:
    file = parse_heartbeat(b"- [ ] @a\n" * 200, max_bytes=1_024)
    assert (file.tasks, len(file.errors)) == ((), 1)


def test_the_shipped_file_proposes_something_and_has_no_errors() -> None:
    file = parse_heartbeat(TEMPLATE.encode())
    assert file.errors == ()
    assert [task.tool for task in file.tasks if task.tool] == ["briefing"]
    assert "briefing" in CALLS


_line = st.one_of(
    st.sampled_from(
        [
            "",
            "## One-time",
            "## Recurring",
            "```",
            "<!--",
            "-->",
            "- item",
            "text",
            "- [ ] plain",
            "- [x] @a",
            '  - [ ] @b {"k": "é\u2028"}',
            "> - [ ] @c",
            "*\t[ ] @d   ",
            "- [ ] @a",
            "- [ ] @broken {",
            "    - [ ] @e",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20),
)
_document = st.tuples(
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(st.tuples(_line, st.sampled_from(["\n", "\r\n", "\r"])), max_size=15),
    _line,
).map(lambda parts: parts[0] + "".join(line + end for line, end in parts[1]).encode() + parts[2].encode())


@given(_document)
@example(b"\xef\xbb\xbf- [ ] @a\r\n- [ ] @b  \r\nlast")
def test_ticking_changes_nothing_but_the_box(data: bytes) -> None:
    file = parse_heartbeat(data)
    for task in file.tasks:
        after = tick(data, task.key)
        if task.done and all(other.key != task.key or other.done for other in file.tasks):
            assert after is None
            continue
        assert after is not None
        changed = [place for place in range(len(data)) if data[place] != after[place]]
        (place,) = changed
        assert len(after) == len(data)
        assert (data[place : place + 1], after[place : place + 1]) == (b" ", b"x")
        assert data[place - 1 : place + 2] == b"[ ]"
        again = parse_heartbeat(after)
        assert {(found.key, found.line) for found in file.tasks} <= {(found.key, found.line) for found in again.tasks}
        assert sum(found.done for found in again.tasks) == sum(found.done for found in file.tasks) + 1


@given(st.binary(max_size=300))
def test_no_bytes_break_the_parser(data: bytes) -> None:
    parse_heartbeat(data)


def key_of(text: bytes) -> str:
    return parse_heartbeat(text).tasks[0].key


def test_the_file_is_replaced_whole_with_its_mode_and_a_link_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "real.md"
    real.write_bytes(b"a  \r\n- [ ] @a\r\n")
    real.chmod(0o640)
    link = tmp_path / "HEARTBEAT.md"
    link.symlink_to(real)
    inode = real.stat().st_ino
    assert tick_file(link, key_of(b"- [ ] @a"))
    assert real.read_bytes() == b"a  \r\n- [x] @a\r\n"
    assert (real.stat().st_mode & 0o777, link.is_symlink(), real.stat().st_ino != inode) == (0o640, True, True)
    assert sorted(os.listdir(tmp_path)) == ["HEARTBEAT.md", "real.md"]  # noqa: PTH208  # names only


def test_a_task_that_is_gone_or_ticked_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "HEARTBEAT.md"
    assert not tick_file(path, key_of(b"- [ ] @a"))
    path.write_bytes(b"- [x] @a\n- [ ] @b\n")
    assert not tick_file(path, key_of(b"- [ ] @a"))
    assert path.read_bytes() == b"- [x] @a\n- [ ] @b\n"


def test_an_edit_made_meanwhile_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "HEARTBEAT.md"
    path.write_bytes(b"- [ ] @a\n")
    fsync = os.fsync
    edits = [b"a person was here\n- [ ] @a\n"]

    def edit_while_the_new_file_is_written(descriptor: int) -> None:
        fsync(descriptor)
        if edits:
            path.write_bytes(edits.pop())

    monkeypatch.setattr(os, "fsync", edit_while_the_new_file_is_written)
    assert tick_file(path, key_of(b"- [ ] @a"))
    assert path.read_bytes() == b"a person was here\n- [x] @a\n"


def test_what_an_engine_that_died_left_behind_is_cleared_away(tmp_path: Path) -> None:
    path = tmp_path / "HEARTBEAT.md"
    path.write_bytes(b"- [ ] @a\n")
    (tmp_path / ".HEARTBEAT-abc.tmp").write_bytes(b"half")
    (tmp_path / ".HEARTBEAT-mine.txt").write_bytes(b"a person's")
    assert tick_file(path, key_of(b"- [ ] @a"))
    assert sorted(os.listdir(tmp_path)) == [".HEARTBEAT-mine.txt", "HEARTBEAT.md"]  # noqa: PTH208  # names only


def test_a_file_that_somebody_keeps_writing_is_left_to_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "HEARTBEAT.md"
    path.write_bytes(b"- [ ] @a\n")
    monkeypatch.setattr(os, "fsync", lambda _: path.write_bytes(path.read_bytes() + b"more\n"))
    with pytest.raises(HeartbeatFileError, match="keeps writing"):
        tick_file(path, key_of(b"- [ ] @a"))
    assert path.read_bytes().startswith(b"- [ ] @a\nmore\n")
    assert os.listdir(tmp_path) == ["HEARTBEAT.md"]  # noqa: PTH208  # names only


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "HEARTBEAT.md")
    with pytest.raises(HeartbeatFileError, match="regular file"):
        tick_file(tmp_path / "HEARTBEAT.md", "x")
