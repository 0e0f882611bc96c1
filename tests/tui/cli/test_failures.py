"""What should not happen is one line for the operator and a traceback, without secrets, for whoever mends it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui.cli import main
from tui.cli.main import root

SECRET = "sk-" + "a1" * 16


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    def fall(*_: object, **__: object) -> None:
        raise RuntimeError(f"unexpected \x1b[2J {SECRET}")

    monkeypatch.setattr(root, "main", fall)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_crash_is_one_line_and_a_log(crash: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    log = crash / "state" / "watchfloor" / "crash.log"
    assert line.startswith("watchfloor: internal error: RuntimeError; ")
    assert str(log) in line
    assert SECRET not in line
    (entry,) = log.read_text(encoding="ascii").splitlines()
    assert SECRET not in entry
    assert "Traceback" in json.loads(entry)["exception"]


def test_in_a_workspace_the_log_is_there(crash: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (crash / "watchfloor.toml").touch()
    assert main([]) == 1
    assert str(crash / ".watchfloor" / "crash.log") in capsys.readouterr().err


def test_where_nothing_can_be_written_it_still_is_one_line(crash: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (crash / "state").touch()
    assert main([]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "no log could be written" in line
