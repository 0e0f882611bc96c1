"""Messages from the keyboard: moved, dropped, tried again, one or all marked; in the panel and on their screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from engine.client import CommandRefused
from engine.clock import SimulatedClock
from engine.commands import Arguments, MessageTarget, Reprioritise, SteerMessages
from engine.queries import INBOX, MESSAGE, AskInbox, InboxPage
from engine.view import InboxView
from tui.screens.confirm import Confirm
from tui.screens.inbox import InboxScreen
from tui.screens.message import MessageScreen
from tui.screens.message_write import WriteScreen

from ..fake import VIC, FakeClient, clock_at, console
from ..personas.reports import INBOX_VIEW, MESSAGES, PAGE, WHYS, report_of
from ..views import NORMAL

SIZE = (120, 40)
FULL = replace(NORMAL, inbox=INBOX_VIEW)
IDS = [one.id for one in MESSAGES]
PLACES: dict[str, tuple[str, ...]] = {"panel": ("3",), "screen": ("I",)}
anywhere = pytest.mark.parametrize("place", PLACES)


def client_of(page: InboxPage = PAGE) -> FakeClient:
    client = FakeClient(FULL)
    client.answers = {MESSAGE.name: report_of(MESSAGES[0]), INBOX.name: page}
    return client


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def yes(pilot: Pilot[int], clock: SimulatedClock) -> None:
    """Answer the question that is open."""
    assert isinstance(pilot.app.screen, Confirm)
    await clock.advance(0.5)
    await pilot.press("y")
    await pilot.pause(0.1)
    await pilot.app.workers.wait_for_complete()


def moved(change: str) -> Reprioritise:
    return Reprioritise.model_validate({"scope": "message", "id": IDS[0], "change": change})


@anywhere
async def test_one_message_is_moved_with_one_key(place: str) -> None:
    client = client_of()
    async with console(client).run_test(size=SIZE) as pilot:
        await press(pilot, *PLACES[place])
        await press(pilot, "plus", "minus", "t")
    expected: list[tuple[str, Arguments]] = [
        ("queue.reprioritise", moved("raise")),
        ("queue.reprioritise", moved("lower")),
        ("queue.reprioritise", moved("top")),
    ]
    assert client.sent == expected


@anywhere
async def test_a_priority_is_typed_and_checked(place: str) -> None:
    client, clock = client_of(), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await press(pilot, *PLACES[place])
        await press(pilot, "equals_sign")
        await clock.advance(1)
        await press(pilot, "1", "0", "1", "enter")
        assert client.sent == []
        await press(pilot, "backspace", "enter")
    expected = Reprioritise(scope="message", id=IDS[0], change="set", value=10)
    assert client.sent == [("queue.reprioritise", expected)]


@anywhere
async def test_marked_messages_are_moved_together_and_stay_marked(place: str) -> None:
    client = client_of()
    async with console(client).run_test(size=SIZE) as pilot:
        await press(pilot, *PLACES[place])
        await press(pilot, "space", "space", "plus", "plus")
    raised = SteerMessages(ids=(IDS[0], IDS[1]), change="raise")
    assert client.sent == [("message.steer_many", raised)] * 2


@anywhere
async def test_dropping_asks_and_no_drops_nothing(place: str) -> None:
    client, clock = client_of(), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await press(pilot, *PLACES[place])
        await press(pilot, "x", "n")
        assert client.sent == []
        await press(pilot, "x")
        await yes(pilot, clock)
    assert client.sent == [("message.drop", MessageTarget(id=IDS[0]))]


@anywhere
async def test_marked_messages_are_dropped_together_after_one_question(place: str) -> None:
    client, clock = client_of(), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await press(pilot, *PLACES[place])
        await press(pilot, "space", "space", "space", "x")
        await yes(pilot, clock)
        await press(pilot, "plus")
    assert client.sent[0] == ("message.steer_many", SteerMessages(ids=tuple(IDS[:3]), change="drop"))
    # The marks are gone: the next verb is for the row under the cursor.
    assert client.sent[1][0] == "queue.reprioritise"


async def test_a_dead_letter_is_tried_again_and_cannot_be_moved() -> None:
    client = client_of()
    async with console(client).run_test(size=SIZE) as pilot:
        await press(pilot, "3", "G", "plus", "u")
    assert client.sent == [("message.retry", MessageTarget(id="helper:m7"))]


async def test_one_that_waits_is_not_tried_again_and_one_at_hand_is_not_dropped() -> None:
    client = client_of()
    async with console(client).run_test(size=SIZE) as pilot:
        await press(pilot, "3", "u", "G", "k", "x")
        assert not isinstance(pilot.app.screen, Confirm)
    assert client.sent == []


async def test_a_question_falls_once_the_message_is_being_answered() -> None:
    client, clock = client_of(), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await press(pilot, "3", "x")
        taken = replace(MESSAGES[0], state="in_progress")
        client.publish(replace(FULL, seq=2_000, inbox=replace(INBOX_VIEW, items=(taken, *MESSAGES[1:]))))
        await press(pilot)
        await clock.advance(0.5)
        await press(pilot, "y")
    assert client.sent == []


@anywhere
async def test_a_viewer_changes_nothing(place: str) -> None:
    client = client_of()
    client.operator = VIC
    async with console(client).run_test(size=SIZE) as pilot:
        await press(pilot, *PLACES[place])
        before = pilot.app.screen
        for key in ("plus", "equals_sign", "t", "x", "u", "m", "space", "G", "plus", "x", "u"):
            await pilot.press(key)
            await pilot.pause()
            assert pilot.app.screen is before, key
    assert client.sent == []


async def test_what_the_engine_refuses_is_told() -> None:
    client = client_of()
    client.failure = CommandRefused("message helper:m1 is done", why="only a waiting one moves")
    async with console(client).run_test(size=SIZE) as pilot:
        await press(pilot, "3", "plus")
        told = [note.title + note.message for note in pilot.app._notifications]
    assert any("only a waiting one moves" in text for text in told)


def asked(client: FakeClient) -> list[AskInbox]:
    return [ask for ask in client.asked if isinstance(ask, AskInbox)]


CHANGES: list[tuple[tuple[str, ...], dict[str, object]]] = [
    (("s", "d"), {"state": "dead"}),
    (("s", "a"), {"state": "done"}),
    (("f",), {"persona": "helper"}),
    (("f", "f"), {"persona": ""}),
    (("o",), {"order": "oldest"}),
    (("o", "o"), {"order": "newest"}),
    (("greater_than_sign",), {"after": "more"}),
    (("greater_than_sign", "less_than_sign"), {"after": ""}),
    (("greater_than_sign", "o"), {"after": "", "order": "oldest"}),
    (("s", "d", "escape"), {"state": "waiting"}),
    (("f", "escape"), {"persona": ""}),
]


@pytest.mark.parametrize(("keys", "changes"), CHANGES)
async def test_the_screen_asks_for_what_is_wanted(keys: tuple[str, ...], changes: dict[str, object]) -> None:
    client = client_of(replace(PAGE, next="more"))
    async with console(client).run_test(size=SIZE) as pilot:
        await press(pilot, "I")
        for key in keys:
            await press(pilot, key)
        assert asked(client)[-1] == AskInbox(limit=200).model_copy(update=changes)
        assert isinstance(pilot.app.screen, InboxScreen)


async def test_a_later_page_stands_still_while_there_is_news() -> None:
    client = client_of(replace(PAGE, next="more"))
    async with console(client).run_test(size=SIZE) as pilot:
        await press(pilot, "I")
        await press(pilot, "greater_than_sign")
        before = len(asked(client))
        client.publish(replace(FULL, seq=3_000))
        await press(pilot)
        assert len(asked(client)) == before
        await press(pilot, "escape")
        assert asked(client)[-1].after == ""
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, InboxScreen)


async def test_enter_opens_the_whole_message_and_its_keys_work_there() -> None:
    client, clock = client_of(), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await press(pilot, "I")
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, MessageScreen)
        assert "The second paragraph, whole." in screen.body.plain
        await press(pilot, "plus", "u")
        await press(pilot, "m")
        assert isinstance(pilot.app.screen, WriteScreen)
        await press(pilot, "escape")
        await press(pilot, "x")
        await yes(pilot, clock)
    assert client.sent == [("queue.reprioritise", moved("raise")), ("message.drop", MessageTarget(id=IDS[0]))]


async def test_an_open_message_is_told_anew() -> None:
    client = client_of()
    async with console(client).run_test(size=SIZE) as pilot:
        await press(pilot, "3", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, MessageScreen)
        client.answers[MESSAGE.name] = report_of(replace(MESSAGES[0], state="done"), replace(WHYS[2], id=IDS[0]))
        client.publish(replace(FULL, seq=4_000))
        await press(pilot)
        assert "✓ answered after 4.2 s" in screen.body.plain


@pytest.mark.parametrize("count", [10, 10_000])
async def test_the_panel_asks_for_no_more_where_more_waits(count: int) -> None:
    """The view holds a bounded head; what lies beyond comes page by page."""
    items = tuple(replace(MESSAGES[1], id=f"m{number}") for number in range(min(count, 200)))
    client = client_of(replace(PAGE, items=items, waiting=count, next="more"))
    client.view = replace(FULL, inbox=InboxView(items, total=count))
    painted: Callable[[Pilot[int]], int] = lambda pilot: len(pilot.app.screen.table._painted)  # type: ignore[attr-defined]  # noqa: E731  # as it stands
    async with console(client).run_test(size=SIZE) as pilot:
        await press(pilot, "I")
        assert asked(client)[-1].limit == 200
        assert painted(pilot) <= 40
