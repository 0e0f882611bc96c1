"""``tasks export`` and ``tasks import`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .program import Answer, Program


def as_admin(program: Program, *arguments: str) -> Answer:
    """Run it in the name of somebody who may do everything."""
    return program.run(*arguments, WATCHFLOOR_GOVERNANCE__DEFAULT_ROLE="admin")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = Program(tmp_path / "w", tmp_path)
    made.folder.mkdir()
    made.ok("init")
    return made


def test_tasks_go_out_as_json_and_come_in_elsewhere(program: Program, tmp_path: Path) -> None:
    first = program.ok("tasks", "submit", "first", "--json").data["data"]["id"]
    program.ok("tasks", "submit", "second", "--after", first, "--capability", "gpu", "--type", "word_count")
    assert program.ok("tasks", "export", "out.json").out == "2 tasks written to out.json.\n"
    whole = json.loads((program.folder / "out.json").read_text(encoding="utf-8"))
    assert [one["title"] for one in whole["tasks"]] == ["first", "second"]
    assert program.ok("tasks", "export", "--state", "backlog").data["tasks"] == whole["tasks"][1:]
    other = Program(tmp_path / "other", tmp_path)
    other.folder.mkdir()
    other.ok("init")
    source = str(program.folder / "out.json")
    refused = other.run("tasks", "import", source)
    assert (refused.code, "needs the role admin" in refused.err) == (1, True)
    assert as_admin(other, "tasks", "import", source, "--json").data == {"taken": 2, "left": 0}
    assert as_admin(other, "tasks", "import", source).out == "0 tasks taken over, 2 as new or newer here.\n"
    for option, value in (("--type", "word_count"), ("--capability", "gpu")):
        assert [one["title"] for one in other.ok("tasks", "list", option, value, "--json").data["items"]] == ["second"]
    assert other.ok("tasks", "list", "--agent", "nobody").out == "No tasks.\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "was not understood"),
        (b"[1]", "holds no tasks"),
        (b"\xff\xfe", "was not understood"),
        (b'[{"id": "a", "depends_on": ["b"]}, {"id": "b", "depends_on": ["a"]}]', "wait for each other"),
        (b'{"id": "a"}', "record 1 refused"),
        (b"[" * 100_000, "was not understood"),
    ],
)
def test_what_is_no_task_is_refused_with_the_reason(program: Program, content: bytes, why: str) -> None:
    (program.folder / "in.json").write_bytes(content)
    answer = as_admin(program, "tasks", "import", "in.json")
    assert answer.code == 1
    assert why in answer.err


def test_files_that_cannot_be_read_or_written_are_named(program: Program) -> None:
    assert "nowhere.json cannot be read" in as_admin(program, "tasks", "import", "nowhere.json").err
    assert "cannot be written" in program.run("tasks", "export", "nowhere/out.json").err
