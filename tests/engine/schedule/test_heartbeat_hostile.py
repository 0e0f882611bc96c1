"""HEARTBEAT.md cut off at every byte, huge, deep, edited while it is ticked, and not to be written."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from engine.commands import COMMANDS
from engine.schedule import (
    CALLS,
    TEMPLATE,
    HeartbeatFileError,
    built_in,
    check_tools,
    parse_heartbeat,
    tick,
    tick_file,
)
from engine.schedule.heartbeat_file import MAX_LINES
from engine.schedule.heartbeat_rewrite import read_heartbeat

MIXED = (
    b'\xef\xbb\xbf# T\r\n\r\n## Recurring\r- [ ] @chat {"channel": "a", "text": "\xc3\xa9\xe2\x80\xa8"}  \r\n'
    b"\t- [ ] @chat\n> * [ ] @email\t\n\n```md\n- [ ] @command\n~~~\n```\n<!--\n- [ ] @notify\n-->\n## One-time\n"
    b'- [ ] @briefing {"title": "t"}   \n1. [ ] plain\n- [x] @digest\n- [ ] @digest'
)  # fmt: skip


def test_cut_off_at_every_byte_it_is_read_or_refused_and_ticking_changes_only_a_box() -> None:
    for end in range(len(MIXED) + 1):
        data = MIXED[:end]
        file = parse_heartbeat(data)
        for task in file.tasks:
            after = tick(data, task.key)
            assert after is None or [place for place in range(end) if data[place] != after[place]] == [
                next(one.box for one in file.tasks if one.key == task.key and not one.done)
            ]


def test_every_byte_replaced_by_nul_or_by_what_is_no_utf8_breaks_nothing() -> None:
    for place in range(len(MIXED)):
        for byte in (b"\0", b"\xff", b"[", b"`"):
            parse_heartbeat(MIXED[:place] + byte + MIXED[place + 1 :])


def test_a_nul_in_a_call_is_an_error_with_its_line() -> None:
    file = parse_heartbeat(b'ok\n- [ ] @chat {"text": "a\0b"}\n- [ ] @chat\n')
    assert [error.line for error in file.errors] == [2]
    assert [task.line for task in file.tasks] == [3]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"- [ ] @chat\n" * 100_000, None),
        (b"x" * 5_000_000, None),
        (b"\n" * (MAX_LINES + 5), MAX_LINES + 1),
    ],
    ids=["tasks", "bytes", "lines"],
)
def test_what_is_too_large_is_refused_as_a_whole(data: bytes, line: int | None) -> None:
    file = parse_heartbeat(data, 4_194_304)
    assert file.tasks == ()
    assert "refused" in file.errors[0].reason
    assert line is None or file.errors[0].line == line


@pytest.mark.parametrize(
    "data",
    [b"[" * 20_000, b"> " * 5_000 + b"- [ ] @chat", b"- " * 2_000 + b"[ ] @chat", b"`" * 20_000, b"<!--" * 5_000],
    ids=["brackets", "quotes", "lists", "ticks", "comments"],
)
def test_deep_and_repetitive_files_are_read_without_breaking(data: bytes) -> None:
    for task in parse_heartbeat(data).tasks:
        assert tick(data, task.key) is not None


@pytest.mark.parametrize("name", [*COMMANDS, "permission", "set_policy", "settings", "schedule", "approve", "rule.x"])
def test_what_changes_policy_settings_or_the_schedule_cannot_be_called(name: str) -> None:
    file = check_tools(parse_heartbeat(f"text\n- [ ] @{name} {{}}\n".encode()), [*built_in(), name])
    (error,) = file.errors
    assert (error.line, "cannot be called from this file" in error.reason) == (2, True)


@pytest.mark.parametrize(
    ("name", "tools", "why"),
    [
        ("nonsense", (), "there is no tool @nonsense"),
        ("notify", ("chat",), "there is no tool @notify; there are @chat"),
        ("mcp.shop.find", ("chat",), "@mcp.SERVER.TOOL"),
        ("mcp", ("mcp",), "there is no tool @mcp"),
        ("chat", ("chat",), ""),
        ("mcp.shop.find", ("mcp.shop.find",), ""),
    ],
)
def test_a_tool_that_there_is_not_is_an_error_that_names_those_there_are(
    name: str, tools: tuple[str, ...], why: str
) -> None:
    file = check_tools(parse_heartbeat(f"- [ ] @{name}\n- [x] @{name} {{}}\n".encode()), tools)
    assert [why in error.reason for error in file.errors] == ([True] if why else [])


def test_every_tool_that_the_shipped_file_names_can_be_called() -> None:
    named = {word.strip("`@.,") for word in TEMPLATE.split() if word.startswith("`@")} - {"tool"}
    assert named <= set(CALLS)


def test_edits_by_a_person_who_saves_again_and_again_are_never_lost(tmp_path: Path) -> None:
    path = tmp_path / "HEARTBEAT.md"
    base = "## One-time\n" + "".join(f'- [ ] @chat {{"n": {number}}}\n' for number in range(30))
    path.write_text(base)
    keys = [task.key for task in parse_heartbeat(base.encode()).tasks]
    stop = threading.Event()
    saved = [0]

    def edit() -> None:
        # A careful editor: reads, adds a line, replaces the file; starts over where the file changed meanwhile.
        while not stop.is_set():
            text = path.read_text()
            new = tmp_path / "edit.tmp"
            new.write_text(f"{text}note {saved[0]}\n")
            if path.read_text() == text:
                new.replace(path)
                saved[0] += 1

    person = threading.Thread(target=edit)
    person.start()
    try:
        ticked = 0
        for key in keys:
            try:
                ticked += tick_file(path, key)
            except HeartbeatFileError:
                continue
    finally:
        stop.set()
        person.join()
    text = path.read_text()
    lines = text.splitlines()
    assert lines[0] == "## One-time"
    assert [line.replace("[x]", "[ ]") for line in lines[1:31]] == base.splitlines()[1:]
    # Ticks are ours to do again at the next beat; not one byte of anything else may be missing or torn.
    assert all(line.startswith("note ") for line in lines[31:])
    assert ticked <= len(keys)


def test_a_folder_that_cannot_be_written_is_told_and_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "HEARTBEAT.md"
    path.write_bytes(b"## One-time\n- [ ] @chat\n")
    key = parse_heartbeat(path.read_bytes()).tasks[0].key
    if os.geteuid() == 0:
        # Nothing is closed to root; a folder in the file's place stands for what cannot be written.
        path.unlink()
        path.mkdir()
    else:
        tmp_path.chmod(0o500)
    with pytest.raises(HeartbeatFileError):
        tick_file(path, key)


def test_a_link_that_leads_nowhere_or_in_a_circle_is_no_file(tmp_path: Path) -> None:
    nowhere, circle = tmp_path / "a.md", tmp_path / "b.md"
    nowhere.symlink_to(tmp_path / "gone")
    circle.symlink_to(circle)
    assert read_heartbeat(nowhere) is None
    with pytest.raises(HeartbeatFileError):
        read_heartbeat(circle)
