"""The journal's screen: filtered by the engine, paged, followed, proven, written to a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.client import prove_file
from engine.journal import GENESIS, row_hash
from engine.queries import AUDIT, JOURNAL, JOURNAL_ROWS, Ask, AskJournal, AuditView, JournalPage, RowPage, RowView
from engine.view import ActivityView
from tui.screens.journal import JournalScreen
from tui.screens.journal_filter import read_filter

from ..fake import FakeClient, console
from ..test_snapshots import SIZES, pressing
from ..views import ACTIVITY, HOSTILE, NORMAL, NOW

Compare = Callable[..., bool]
DATA = '{"account":"acme","arguments":{"body":"Dear Jo,","to":"jo@acme.example"},"status":"pending"}'


def whole(event: ActivityView, previous: str = GENESIS) -> RowView:
    """A journal row with a hash of its own."""
    at_us = int(event.at.timestamp() * 1_000_000)
    columns = (event.seq, at_us, event.kind, event.subject, event.actor, DATA)
    return RowView(*columns, prev_hash=previous, hash=row_hash(previous, *columns), text=event.text)


def client_of(
    events: tuple[ActivityView, ...] = ACTIVITY, audit: AuditView | None = None, following: str = ""
) -> FakeClient:
    """An engine with this journal."""
    client = FakeClient(NORMAL)
    client.answers[JOURNAL.name] = JournalPage(events, following, "1204")
    client.answers[JOURNAL_ROWS.name] = RowPage(tuple(whole(one) for one in events[:1]), "", "1204")
    client.answers[AUDIT.name] = audit or AuditView("holds", 1204, 1204, "9f" * 32, at=NOW)
    return client


BROKEN = AuditView("broken", 611, 1204, "ab" * 32, 612, "its content does not match its hash", NOW)
STATES: dict[str, tuple[FakeClient, tuple[str, ...]]] = {
    "normal": (client_of(), ("L",)),
    "empty": (client_of(()), ("L",)),
    "filter": (client_of(), ("L", "slash")),
    "holds": (client_of(), ("L", "V")),
    "broken": (client_of(audit=BROKEN), ("L", "V")),
    "hostile": (client_of(HOSTILE.activity), ("L",)),
}


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_journal(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    client, keys = STATES[state]
    assert snap_compare(console(client), terminal_size=size, run_before=pressing(*keys))


async def settled(pilot: Pilot[Any]) -> JournalScreen:
    """The journal's screen, once it has what it asked for."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, JournalScreen)
    return screen


def asked(client: FakeClient) -> list[AskJournal]:
    """What was asked about the journal, in order."""
    return [ask for ask in client.asked if type(ask) is AskJournal]


async def test_the_filter_is_the_engines_and_escape_ends_it() -> None:
    client = client_of()
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("L")
        screen = await settled(pilot)
        screen.line = "kind:action.*,task.died actor:ana since:2h wrong mails"
        screen._look_for(screen.line)
        await settled(pilot)
        ask = asked(client)[-1]
        assert (ask.kind, ask.actor, ask.text) == ("action.*,task.died", "ana", "wrong mails")
        assert ask.since is not None
        assert ask.since < NOW
        await pilot.press("escape")
        await settled(pilot)
        assert asked(client)[-1].kind == ""
        await pilot.press("escape")
        assert app.screen is app.main


@pytest.mark.parametrize("line", ["since:yesterday", "kind:", "until:2026-13-01", "x" * 300])
def test_what_the_filter_cannot_mean_is_said(line: str) -> None:
    assert isinstance(read_filter(line, NOW), str)


async def test_older_pages_and_back() -> None:
    client = client_of(following="900")
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("L")
        await settled(pilot)
        client.answers[JOURNAL.name] = JournalPage(ACTIVITY[-1:], "", "1204")
        await pilot.press("greater_than_sign")
        screen = await settled(pilot)
        assert asked(client)[-1].after == "900"
        assert "an older page" in screen.head.render_line(0).text
        client.publish(replace(NORMAL, seq=9_999))
        await settled(pilot)
        assert asked(client)[-1].after == "900"
        await pilot.press("less_than_sign")
        await settled(pilot)
        assert asked(client)[-1].after == ""


async def test_following_can_be_ended_and_newer_rows_are_counted() -> None:
    client = client_of()
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("L")
        await settled(pilot)
        await pilot.press("f")
        before = len(asked(client))
        client.publish(replace(NORMAL, seq=1_210))
        screen = await settled(pilot)
        assert len(asked(client)) == before
        assert "standing still, 6 newer" in screen.head.render_line(0).text
        await pilot.press("f")
        screen = await settled(pilot)
        assert len(asked(client)) > before
        assert "following" in screen.head.render_line(0).text


async def test_a_proof_under_way_is_looked_after_until_it_ends() -> None:
    client = client_of(audit=AuditView("running", 600, 1_200))
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("L")
        await settled(pilot)
        await pilot.press("V")
        screen = await settled(pilot)
        assert "50 % of 1,200 rows" in screen.trouble.render_line(0).text
        client.answers[AUDIT.name] = BROKEN
        app.show()
        screen = await settled(pilot)
        assert "DOES NOT HOLD · row 612" in screen.trouble.render_line(0).text


async def test_an_export_is_a_file_that_proves_itself(tmp_path: Path) -> None:
    first = whole(replace(ACTIVITY[-1], seq=1))
    second = whole(replace(ACTIVITY[-2], seq=2), first.hash)

    class Chain(FakeClient):
        async def query(self, query: Any, ask: Ask) -> Any:
            if query.name == JOURNAL_ROWS.name:
                self.asked.append(ask)
                return RowPage((second,) if ask.limit == 1 else (first, second), "", "2")  # type: ignore[attr-defined]  # the rows' own question
            return await super().query(query, ask)

    client = Chain(NORMAL)
    client.answers = client_of().answers
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("L")
        screen = await settled(pilot)
        target = tmp_path / "out.jsonl"
        screen._export_to(str(target))
        screen = await settled(pilot)
        assert "2 rows written" in screen.trouble.render_line(0).text
    report = prove_file(target)
    assert report.ok
    assert (report.rows, report.head) == (2, second.hash)
    assert json.loads(target.read_text().splitlines()[0])["data"] == DATA
