"""The screen of HEARTBEAT.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.commands import RunJob, Target
from engine.errors import WatchfloorError
from engine.queries import HEARTBEAT, HeartbeatLine, HeartbeatView
from tui.screens.editor import editor_of

from ..fake import VIC, FakeClient, console
from ..test_snapshots import SIZES, pressing
from ..views import NORMAL, NOW

Compare = Callable[..., bool]

LINES = (
    HeartbeatLine(1, "# Heartbeat", "heading"),
    HeartbeatLine(2, ""),
    HeartbeatLine(3, "## Recurring", "heading"),
    HeartbeatLine(4, '- [ ] @chat {"channel": "sales", "text": "Anything?"}', "task", "asked", "", "a1", "pending"),
    HeartbeatLine(5, "- [ ] @memory_stats", "task", "asked", "", "a2", "executing"),
    HeartbeatLine(6, '- [ ] @briefing {"title": "x"', "error", note="its JSON is not closed: line ends too early"),
    HeartbeatLine(7, "## One-time", "heading"),
    HeartbeatLine(
        8, '- [ ] @email {"to": ["jo@acme.example"], "subject": "Hi", "body": "Hello"}', "task", "resting",
        "its action failed", "a3", "failed", 2, NOW + timedelta(minutes=9),
    ),
    HeartbeatLine(9, '- [x] @briefing {"title": "First", "body": "Done"}', "task", "done"),
    HeartbeatLine(10, "- [ ] Replace these lines with your own", "plain"),
    HeartbeatLine(11, '- [ ] @command {"name": "b"}', "task", "stopped", "stopped after 3 attempts", "a4", "failed", 3),
    HeartbeatLine(12, '- [ ] @chat {"channel": "ops", "text": "later"}', "task", "waiting"),
)  # fmt: skip
FILE = HeartbeatView(
    "/srv/acme/HEARTBEAT.md", True, "", "", 7, 1, NOW + timedelta(minutes=21), NOW - timedelta(minutes=9),
    "2 proposed, 7 pending; 1 lines with errors", LINES,
)  # fmt: skip
HOSTILE = replace(FILE, lines=(HeartbeatLine(1, "\x1b]52;c;eA==\x07 - [ ] [b]x[/b] \u202e", "error", note="\x9b31m"),))
STATES = {
    "normal": FILE,
    "empty": HeartbeatView("/srv/acme/HEARTBEAT.md", False),
    "paused": replace(FILE, held="paused by an operator", next_beat=None),
    "hostile": HOSTILE,
    "unreadable": HeartbeatView("/srv/acme/HEARTBEAT.md", True, "HEARTBEAT.md cannot be read: not valid UTF-8"),
}


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_heartbeat(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    client = FakeClient(NORMAL)
    client.answers[HEARTBEAT.name] = STATES[state]
    assert snap_compare(console(client), terminal_size=size, run_before=pressing("H", "j", "j", "j", "j", "j"))


@pytest.mark.parametrize(
    ("key", "file", "sent"),
    [
        ("b", FILE, ("job.run", RunJob(name="heartbeat"))),
        ("p", FILE, ("target.pause", Target(scope="heartbeat", id="*"))),
        ("p", STATES["paused"], ("target.resume", Target(scope="heartbeat", id="*"))),
    ],
)
async def test_its_keys_reach_the_engine(key: str, file: HeartbeatView, sent: tuple[str, object]) -> None:
    client = FakeClient(NORMAL)
    client.answers[HEARTBEAT.name] = file
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("H")
        await app.workers.wait_for_complete()
        await pilot.press(key)
        await app.workers.wait_for_complete()
        assert client.sent == [sent]


async def test_who_may_only_look_can_neither_beat_nor_edit() -> None:
    client = FakeClient(NORMAL, VIC)
    client.answers[HEARTBEAT.name] = FILE
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("H")
        await app.workers.wait_for_complete()
        await pilot.press("b", "p", "E")
        await app.workers.wait_for_complete()
        assert client.sent == []


async def test_an_attached_console_opens_no_editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    witness = tmp_path / "opened"
    monkeypatch.setenv("EDITOR", f"/usr/bin/touch {witness}")
    client = FakeClient(NORMAL, attached=True)
    client.answers[HEARTBEAT.name] = FILE
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("H")
        await app.workers.wait_for_complete()
        await pilot.press("E")
        await pilot.pause()
    assert not witness.exists()


def test_the_editor_is_read_as_words_and_never_by_a_shell() -> None:
    assert editor_of({"EDITOR": "vim -n", "VISUAL": ""}) == ["vim", "-n"]
    assert editor_of({"EDITOR": "vi", "VISUAL": "emacs -nw"}) == ["emacs", "-nw"]
    assert editor_of({"EDITOR": "vi; rm -rf $HOME"}) == ["vi;", "rm", "-rf", "$HOME"]
    for environ in ({}, {"EDITOR": " "}, {"EDITOR": "'vi"}):
        with pytest.raises(WatchfloorError, match="no editor"):
            editor_of(environ)
