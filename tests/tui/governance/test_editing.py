"""Edit, then approve: the difference is shown, the new revision is what is asked about."""

from __future__ import annotations

import json
from dataclasses import replace

from textual import events
from textual.widgets import Input, TextArea

from engine.client import CommandRefused
from engine.commands import ApproveAction, EditAction
from tui.screens.confirm import Confirm
from tui.screens.edit import EditScreen
from tui.screens.main import MainScreen

from ..fake import VIC, FakeClient, clock_at, console
from .helpers import answered, app_of, decided, pressed, screen_of, seen, text_of
from .samples import ARGUMENTS, OTHERS, SIMPLE, WHOLE, detail_of, showing

NEW = replace(WHOLE, revision=2, digest="e" * 64, payload=(("to", "x@acme.example"), *WHOLE.payload[1:]))


def editing() -> FakeClient:
    """A client whose action can be edited."""
    client = FakeClient(showing(SIMPLE))
    client.detail = detail_of(WHOLE)
    return client


async def test_an_edit_is_shown_sent_and_then_the_new_revision_is_asked_about() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e")
        assert isinstance(screen_of(pilot), EditScreen)
        pilot.app.screen.query_one(TextArea).text = "x@acme.example"
        pilot.app.screen.query_one(Input).value = "Jo has left"
        await pressed(pilot, "ctrl+s")
        assert "− jo@acme.example" in text_of(pilot)
        assert "+ x@acme.example" in text_of(pilot)
        client.detail = detail_of(NEW)
        await answered(pilot, clock, "y")
        new = {**ARGUMENTS, "to": "x@acme.example"}
        arguments = json.dumps({name: new[name] for name in ("to", "subject", "copies", "body")})
        edit = EditAction(id=SIMPLE.id, revision=1, digest=SIMPLE.digest, arguments=arguments, reason="Jo has left")
        assert client.sent == [("action.edit", edit)]
        client.publish(showing(replace(NEW, arguments="")))
        await seen(pilot, clock)
        assert "rev 2" in text_of(pilot)
        await answered(pilot, clock, "G", "y")
        assert isinstance(screen_of(pilot), MainScreen)
    assert client.sent[1:] == [("action.approve", ApproveAction(id=SIMPLE.id, revision=2, digest="e" * 64))]


async def test_an_edit_that_the_guardrails_stop_is_told_and_not_asked_about() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e")
        pilot.app.screen.query_one(TextArea).text = "x@acme.example"
        await pressed(pilot, "ctrl+s")
        client.detail = detail_of(replace(NEW, status="blocked"))
        await answered(pilot, clock, "y")
        assert isinstance(screen_of(pilot), MainScreen)
    assert [name for name, _ in client.sent] == ["action.edit"]


async def test_a_refused_edit_asks_nothing() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e")
        pilot.app.screen.query_one(TextArea).text = "x@acme.example"
        await pressed(pilot, "ctrl+s")
        client.failure = CommandRefused("not edited", why="ben decided it", code="decided")
        await answered(pilot, clock, "y")
        assert isinstance(screen_of(pilot), MainScreen)


async def test_wrong_json_does_not_leave_the_editor_and_says_where_it_is_wrong() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e", "ctrl+t")
        pilot.app.screen.query_one(TextArea).text = '{\n  "to": "a",\n  "to": "b"\n}'
        await pressed(pilot, "ctrl+s")
        assert isinstance(screen_of(pilot), EditScreen)
        assert "appears twice" in text_of(pilot)
        pilot.app.screen.query_one(TextArea).text = '{\n  "to": }'
        await pilot.pause()
        assert "line 2 column 9" in text_of(pilot)
    assert client.sent == []


async def test_pasted_hidden_characters_are_seen_and_refused() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e")
        pilot.app.screen.query_one(TextArea).post_message(events.Paste("a\u200bb\x1b[2J"))
        await pilot.pause()
        await pressed(pilot, "ctrl+s")
        assert isinstance(screen_of(pilot), EditScreen)
        assert "U+200B" in text_of(pilot)
    assert client.sent == []


async def test_no_goes_back_to_what_was_typed_and_leaving_asks_twice() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e")
        pilot.app.screen.query_one(TextArea).text = "y@acme.example"
        await pressed(pilot, "ctrl+s", "n")
        assert isinstance(screen_of(pilot), EditScreen)
        assert pilot.app.screen.query_one(TextArea).text == "y@acme.example"
        await pressed(pilot, "escape")
        assert isinstance(screen_of(pilot), EditScreen)
        await pressed(pilot, "escape")
        assert isinstance(screen_of(pilot), MainScreen)
    assert client.sent == []


async def test_nothing_changed_is_nothing_to_send() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e", "ctrl+t", "ctrl+t", "ctrl+s")
        assert isinstance(screen_of(pilot), EditScreen)
        assert "nothing is changed yet" in text_of(pilot)
        await pressed(pilot, "escape")
        assert isinstance(screen_of(pilot), MainScreen)


async def test_what_is_decided_meanwhile_cannot_be_edited() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e")
        pilot.app.screen.query_one(TextArea).text = "y@acme.example"
        client.publish(showing(replace(SIMPLE, status="approved", decided_by="ben")))
        await pilot.pause()
        assert "approved by ben" in text_of(pilot)
        await pressed(pilot, "ctrl+s")
        assert isinstance(screen_of(pilot), EditScreen)
    assert client.sent == []


async def test_what_changes_while_the_difference_is_read_is_not_edited() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e")
        pilot.app.screen.query_one(TextArea).text = "y@acme.example"
        await pressed(pilot, "ctrl+s")
        client.publish(showing(replace(SIMPLE, revision=2, digest="f" * 64)))
        await answered(pilot, clock, "y")
        assert isinstance(screen_of(pilot), Confirm)
    assert client.sent == []


async def test_what_expires_while_it_is_edited_is_told_and_not_sent() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e")
        pilot.app.screen.query_one(TextArea).text = "y@acme.example"
        await clock.advance(3_600)
        await pressed(pilot, "ctrl+s")
        assert isinstance(screen_of(pilot), EditScreen)
        assert "it has expired: the answer was no" in text_of(pilot)
    assert client.sent == []


async def test_the_list_holds_still_while_something_is_edited() -> None:
    client, clock = editing(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "e")
        client.publish(showing(*OTHERS, SIMPLE))
        await pilot.pause()
        rows = app_of(pilot).main.current.table.rows
        assert rows.newcomers == len(OTHERS)
        assert rows.shown == [SIMPLE]
        await pressed(pilot, "escape")
        assert len(rows.shown) == len(OTHERS) + 1
        assert rows.cursor == SIMPLE.id


async def test_a_viewer_has_no_such_keys() -> None:
    client, clock = FakeClient(showing(SIMPLE), VIC), clock_at()
    client.detail = detail_of(WHOLE)
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        for key in "aesSucAXWx":
            await pressed(pilot, key)
            await decided(pilot)
            assert isinstance(screen_of(pilot), MainScreen)
        assert "approve" not in text_of(pilot).splitlines()[-1]
    assert client.sent == []
