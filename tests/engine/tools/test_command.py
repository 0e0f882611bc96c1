"""Declared programs: what may be chosen, what is part of the approval, and what they may use."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import JSON
from engine.governance import ArgumentsError, Effect, ToolResult
from engine.tools import ToolRegistry
from engine.tools.reading import Refused, fingerprint_beneath

from .surroundings import context, registry

SHOW = "import json, sys; print(json.dumps(sys.argv[1:]))"
PARAMETERS = {
    "title": {"type": "text", "pattern": "[a-z ]+", "flag": "--title"},
    "count": {"type": "integer", "minimum": -5, "maximum": 9, "flag": "-n", "required": False},
    "colour": {"type": "choice", "choices": ["red", "dark blue"], "required": False},
    "source": {"type": "file", "root": "inputs", "required": False},
}


def declared(folder: Path, **changes: object) -> ToolRegistry:
    table = {"argv": [sys.executable, "-c", SHOW], "parameters": PARAMETERS, "max_arguments": 1, **changes}
    return registry(folder, {"commands": {"show": table}}, {"PATH": "/usr/bin:/bin", "LD_PRELOAD": "x", "GIT_DIR": "y"})


def call(**parameters: JSON) -> dict[str, JSON]:
    return {"name": "show", "parameters": {"title": "all well", **parameters}}


async def run(folder: Path, tools: ToolRegistry, arguments: dict[str, JSON]) -> ToolResult:
    return await tools.run("command", arguments, context(folder))


async def test_flags_come_first_and_the_rest_behind_two_dashes(tmp_path: Path) -> None:
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "a.csv").write_text("x")
    tools = declared(tmp_path)
    arguments: dict[str, JSON] = {**call(count=-3, colour="dark blue", source="a.csv"), "arguments": ["more"]}
    prepared = tools.prepare("command", arguments)
    source = str(tmp_path / "inputs" / "a.csv")
    added = ["--title", "all well", "-n", "-3", "--", "dark blue", source, "more"]
    assert prepared.argv == (sys.executable, "-c", SHOW, *added)
    assert prepared.files == ((source, hashlib.sha256(b"x").hexdigest()),)
    assert (await run(tmp_path, tools, prepared.arguments)).data["stdout"] == f"{added}\n".replace("'", '"')


@pytest.mark.parametrize(
    "chosen",
    [
        {"title": "UPPER"},
        {"title": "x\n"},
        {"title": "--evil"},
        {"title": 3},
        {"count": 10},
        {"count": "3"},
        {"count": True},
        {"colour": "green"},
        {"source": "-rf"},
        {"strange": "x"},
    ],
)
def test_only_what_is_declared_may_be_chosen(tmp_path: Path, chosen: dict[str, JSON]) -> None:
    with pytest.raises(ArgumentsError):
        declared(tmp_path).prepare("command", call(**chosen))


@pytest.mark.parametrize("word", ["--force", "-rf", "-"])
def test_no_pattern_lets_an_option_be_added(tmp_path: Path, word: str) -> None:
    tools = declared(tmp_path, argument_pattern="(?s).*")
    tools.prepare("command", {**call(), "arguments": ["plain"]})
    with pytest.raises(ArgumentsError, match="an added argument does not match"):
        tools.prepare("command", {**call(), "arguments": [word]})


def test_what_is_required_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ArgumentsError, match="title is missing"):
        declared(tmp_path).prepare("command", {"name": "show"})


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "/etc/passwd",
        "a/../../secret",
        "link",
        "inner/link/x",
        "./a",
        "a//b",
        "",
        "a\x00b",
        "inner",
        "pipe",
    ],
)
def test_a_file_lies_beneath_its_folder_and_is_plain(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "inputs"
    (folder / "inner").mkdir(parents=True)
    (tmp_path / "secret").write_text("s")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "inner" / "link").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    with pytest.raises(Refused):
        fingerprint_beneath(folder, name)


@given(st.text(max_size=30))
def test_no_name_leads_outside(name: str) -> None:
    folder = Path(__file__).parent / "__pycache__"
    try:
        found = fingerprint_beneath(folder, name)
    except Refused:
        return
    assert found == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    assert (folder / name).resolve().is_relative_to(folder.resolve())


def test_another_program_script_or_file_is_another_call(tmp_path: Path) -> None:
    (tmp_path / "inputs").mkdir()
    source, script = tmp_path / "inputs" / "a.csv", tmp_path / "script.py"
    source.write_text("one")
    script.write_text("print(1)")
    tools = declared(tmp_path, argv=[sys.executable, "script.py"])
    arguments = call(source="a.csv")
    bindings = [tools.prepare("command", arguments).binding]
    source.write_text("two")
    bindings.append(tools.prepare("command", arguments).binding)
    script.write_text("print(2)")
    bindings.append(tools.prepare("command", arguments).binding)
    other = declared(tmp_path, argv=["/bin/cat", "script.py"])
    bindings.append(other.prepare("command", arguments).binding)
    assert len(set(bindings)) == 4


def test_a_program_that_is_not_there_is_said_before_anybody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(ArgumentsError, match="no program /nowhere"):
        declared(tmp_path, argv=["/nowhere"]).prepare("command", call())


async def test_its_environment_is_an_allow_list(tmp_path: Path) -> None:
    tools = declared(tmp_path, argv=["/usr/bin/env"], parameters={})
    result = await run(tmp_path, tools, {"name": "show"})
    names = {line.partition("=")[0] for line in str(result.data["stdout"]).splitlines()}
    assert names <= {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "PWD", "WATCHFLOOR_ACTION", "_", "SHLVL", "OLDPWD"}


async def test_output_is_bounded(tmp_path: Path) -> None:
    loud = "import sys; sys.stdout.write('x' * 1_000_000)"
    tools = declared(tmp_path, argv=[sys.executable, "-c", loud], parameters={})
    result = await run(tmp_path, tools, {"name": "show"})
    assert (len(str(result.data["stdout"])), result.data["truncated"]) == (4_000, True)


@pytest.mark.parametrize(
    ("limit", "program"),
    [
        ({"cpu_seconds": 1}, "while True: pass"),
        ({"file_mb": 1}, "open('big', 'wb').write(b'x' * 3_000_000)"),
        ({"memory_mb": 256}, "x = bytearray(600_000_000)"),
        ({"processes": 100_000}, "import sys; sys.exit(1)"),
    ],
)
async def test_it_cannot_use_more_than_it_may(tmp_path: Path, limit: dict[str, int], program: str) -> None:
    tools = declared(tmp_path, argv=[sys.executable, "-c", program], parameters={}, **limit)
    result = await run(tmp_path, tools, {"name": "show"})
    assert not result.ok
    assert not (tmp_path / "big").exists() or (tmp_path / "big").stat().st_size <= 1_048_576


async def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    program = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    tools = declared(
        tmp_path, argv=[sys.executable, "-c", f"{program}; time.sleep(60)"], parameters={}, timeout_seconds=1
    )
    with pytest.raises(TimeoutError):
        await run(tmp_path, tools, {"name": "show"})


async def test_each_is_a_tool_of_its_own_as_declared(tmp_path: Path) -> None:
    tools = declared(tmp_path, effect="local", idempotent=True, timeout_seconds=7, description="Shows words.")
    spec = tools.spec("command.show")
    general = tools.spec("command")
    assert spec is not None
    assert general is not None
    assert (spec.effect, spec.idempotent, spec.description) == (Effect.LOCAL, True, "Shows words.")
    assert (general.effect, general.idempotent) == (Effect.OUTWARD, False)
    assert tools.schemas["command.show"]["properties"]["parameters"]["required"] == ["title"]
    call = tools.prepare("command.show", {"parameters": {"title": "all well"}, "arguments": ["more"]})
    assert call.arguments == {"parameters": {"title": "all well"}, "arguments": ["more"]}
    result = await tools.run("command.show", call.arguments, context(tmp_path))
    assert result.data["stdout"] == '["--title", "all well", "--", "more"]\n'
    mistakes: list[JSON] = [{"name": "other", "parameters": {"title": "x"}}, {"parameters": {"title": "X"}}, [], {}]
    for wrong in mistakes:
        with pytest.raises(ArgumentsError):
            tools.prepare("command.show", wrong)


def test_it_says_what_it_spends(tmp_path: Path) -> None:
    assert declared(tmp_path, cost_cents=250).prepare("command", call()).cost_cents == 250
