"""The screen as a file: what it showed, for nobody else to read, and nothing written over."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.view import ActivityView
from tui.app import ConsoleApp
from tui.screens.ask import Ask

from .fake import FakeClient, console
from .views import HOSTILE_TEXTS, NORMAL, NOW


def _told(app: ConsoleApp) -> list[str]:
    return [str(note.message) for note in app._notifications]  # Textual has no public list of them


async def saved(app: ConsoleApp, path: Path, *before: str) -> str:
    """What is told after a screen was saved there."""
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press(*before, "w")
        asked = app.screen
        assert isinstance(asked, Ask)
        asked.query_one("Input").value = str(path)  # type: ignore[attr-defined]  # an input has one
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        told = _told(app)[-1] if _told(app) else ""
        return told if app.screen is not asked else "asks still"


@pytest.mark.parametrize(
    ("before", "shown"), [((), "discuss_pricing"), (("question_mark",), "Help"), (("L",), "journal")]
)
async def test_what_the_screen_showed_is_written_as_text(tmp_path: Path, before: tuple[str, ...], shown: str) -> None:
    path = tmp_path / "screen.txt"
    assert await saved(console(FakeClient(NORMAL)), path, *before) == f"Saved to {path}."
    text = path.read_text("utf-8")
    assert shown.casefold() in text.casefold()
    assert len(text.splitlines()) == 40
    assert "Save this screen" not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_picture_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "screen.svg"
    await saved(console(FakeClient(NORMAL)), path)
    content = path.read_text("utf-8")
    assert ElementTree.fromstring(content).tag.endswith("svg")  # our own
    assert "discuss_pricing" in content
    assert "url(http" not in content


async def test_hostile_text_stays_text_in_a_file(tmp_path: Path) -> None:
    lines = tuple(ActivityView(seq, NOW, "x", "x", "x", text) for seq, text in enumerate(HOSTILE_TEXTS))
    for name in ("screen.svg", "screen.txt"):
        await saved(console(FakeClient(replace(NORMAL, activity=lines))), tmp_path / name, "6", "z")
        content = (tmp_path / name).read_text("utf-8")
        assert not [character for character in content if ord(character) < 32 and character != "\n"]
        assert "\x7f" not in content
        assert "\u202e" not in content


async def test_nothing_is_written_over_and_only_two_kinds_are_known(tmp_path: Path) -> None:
    there = tmp_path / "there.txt"
    there.write_text("mine", "utf-8")
    assert await saved(console(FakeClient(NORMAL)), there) == "asks still"
    assert there.read_text("utf-8") == "mine"
    assert await saved(console(FakeClient(NORMAL)), tmp_path / ".bashrc") == "asks still"
    assert await saved(console(FakeClient(NORMAL)), tmp_path / "none" / "x.txt") == "asks still"


async def test_a_folder_that_takes_no_file_is_told(tmp_path: Path) -> None:
    told = await saved(console(FakeClient(NORMAL)), Path("/proc/screen.txt"))
    assert "No such file or directory" in told
    assert not told.startswith("Saved")
