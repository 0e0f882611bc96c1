"""What the command line says before any engine is asked: help, usage errors, and where it refuses to begin."""

from __future__ import annotations

import subprocess

import pytest

from .program import Program


def test_help_names_every_command(program: Program) -> None:
    shown = program.ok("--help").out
    for name in ("init", "demo", "run", "agent", "status", "approvals", "send", "goals", "tasks", "import", "audit"):
        assert f"\n  {name} " in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("goals", "add", "--title", "x"),
        (
            "goals",
            "add",
            "--title",
            "x",
            "--type",
            "luck",
            "--target",
            "1",
            "--start",
            "2026-01-01",
            "--end",
            "2026-02-01",
        ),
        ("goals", "list", "--as-of", "2017-1-1"),
        ("goals", "list", "--as-of", "20170101"),
        ("approvals", "approve", "x"),
        ("approvals", "approve", "x", "--yes"),
        ("approvals", "approve", "x", "--yes", "--digest", "1234567"),
        ("approvals", "approve", "x", "--yes", "--digest", "not-hexadecimal"),
        ("approvals", "reject", "x"),
        ("tasks", "submit", "x", "--priority", "11"),
        ("tasks", "submit", "x", "--type", "no spaces"),
        ("send", "helper"),
        ("import", "crm", "no-such-folder"),
        ("agent", "--concurrency", "0"),
    ],
)
def test_a_misspelt_command_line_is_two(program: Program, arguments: tuple[str, ...]) -> None:
    answer = program.run(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    (line,) = answer.err.splitlines()
    assert line.startswith("watchfloor: ")
    assert "--help`." in line


@pytest.mark.parametrize(
    "arguments",
    [("status",), ("goals", "list"), ("audit", "verify"), ("run",), ("agent",), ("send", "helper", "hi"), ("journal",)],
)
def test_outside_a_workspace_it_says_how_to_make_one(program: Program, arguments: tuple[str, ...]) -> None:
    answer = program.run(*arguments)
    assert answer.code == 1
    (line,) = answer.err.splitlines()
    assert "is not a workspace" in line
    assert "watchfloor init" in line


@pytest.mark.parametrize("arguments", [(), ("demo",)])
def test_without_a_terminal_no_screen_opens(program: Program, arguments: tuple[str, ...]) -> None:
    answer = program.run(*arguments)
    assert answer.code == 1
    assert "not a terminal" in answer.err
    assert list(program.folder.iterdir()) == []


@pytest.mark.parametrize("hostile", [b"\x1b[2J", b"\x1b]52;c;eA==\x07", "\u202e\u009b31m".encode(), b"\xff\xfe\x9b"])
def test_what_was_typed_cannot_steer_the_terminal(program: Program, hostile: bytes) -> None:
    answer = program.run(hostile)
    assert answer.code == 2
    assert not set(answer.raw) & ({*range(0x20)} - {0x0A} | {0x7F})
    assert "\u202e" not in answer.err
    assert "\u009b" not in answer.err


@pytest.mark.parametrize("arguments", [("init",), ("run",), ("agent",)])
def test_read_only_makes_nothing(program: Program, arguments: tuple[str, ...]) -> None:
    answer = program.run("--read-only", *arguments)
    assert answer.code == 1
    assert "--read-only" in answer.err
    assert list(program.folder.iterdir()) == []


def test_shared_options_may_stand_on_either_side(program: Program) -> None:
    (program.folder / "elsewhere").mkdir()
    for arguments in (("--workspace", "elsewhere", "audit", "verify"), ("audit", "verify", "--workspace", "elsewhere")):
        assert "elsewhere is not a workspace" in program.run(*arguments).err


def test_foreign_packages_in_our_place_are_refused(program: Program) -> None:
    (program.folder / "themes").mkdir()
    (program.folder / "themes" / "__init__.py").write_text("", encoding="utf-8")
    answer = program.run("--help", PYTHONPATH=str(program.folder))
    assert answer.code == 1
    assert str(program.folder) in answer.err


def test_a_reader_that_leaves_early_is_no_error(program: Program) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", '"$@" | true', "sh", *map(str, program.argv("--help"))],
        cwd=program.folder,
        env=program.environment(),
        capture_output=True,
        timeout=45,
        check=False,
    )
    assert ended.stderr == b""


def test_a_warm_run_is_as_a_fresh_one(program: Program) -> None:
    for words in (("--help",), ("--version",), ("status",), ("no-such-command",)):
        warm, fresh = program.run(*words), program.run(*words, PYTHONHASHSEED="0")
        assert (warm.code, warm.out, warm.err) == (fresh.code, fresh.out, fresh.err)
