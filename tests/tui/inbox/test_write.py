"""Writing to a persona: sent once, followed until something has come of it, taken back while it waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from engine.client import CommandRefused, Reply
from engine.clock import SimulatedClock
from engine.commands import MessageTarget, SendMessage
from engine.errors import WatchfloorError
from engine.queries import MESSAGE
from tui.screens.message_talk import PATIENCE_SECONDS, Step, Turn
from tui.screens.message_write import WriteScreen

from ..fake import FakeClient, clock_at, console
from ..personas.reports import ANSWERED, INBOX_VIEW, MESSAGES, WHYS, report_of
from ..views import NORMAL, NOW
from .test_write_snapshots import AT_ONCE, REFUSED, TAKEN_IN, THINKING

WAITING = report_of(MESSAGES[0])


@asynccontextmanager
async def talking(client: FakeClient, clock: SimulatedClock) -> AsyncIterator[tuple[Pilot[int], WriteScreen]]:
    async with console(client, clock).run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await pilot.press("1", "m")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, WriteScreen)
        await clock.advance(1)
        yield pilot, screen


async def say(pilot: Pilot[int], text: str) -> None:
    await pilot.press(*text, "enter")
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def news(pilot: Pilot[int], client: FakeClient, seq: int) -> None:
    client.publish(replace(client.view or NORMAL, seq=seq))
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def client_of(report: object = WAITING) -> FakeClient:
    client = FakeClient(replace(NORMAL, inbox=INBOX_VIEW))
    client.replies["message.send"] = TAKEN_IN
    client.answers[MESSAGE.name] = report
    return client


async def test_a_message_is_followed_until_its_answer_stands_in_place() -> None:
    client, clock = client_of(), clock_at()
    async with talking(client, clock) as (pilot, screen):
        await say(pilot, "how are we?")
        assert client.sent == [("message.send", SendMessage(to="helper", text="how are we?"))]
        assert "○ waits" in screen.body.plain
        assert "priority 42, needs 50 while tired; it has just answered" in " ".join(screen.body.plain.split())
        client.answers[MESSAGE.name] = THINKING
        await news(pilot, client, 2_000)
        assert "▸ thinking…" in screen.body.plain
        client.answers[MESSAGE.name] = ANSWERED
        await news(pilot, client, 2_001)
        assert "Q4 revenue is at 61 %" in screen.body.plain
        asked = len(client.asked)
        await news(pilot, client, 2_002)
        assert len(client.asked) == asked


async def test_an_answer_that_comes_at_once_needs_no_question() -> None:
    client, clock = client_of(), clock_at()
    client.replies["message.send"] = AT_ONCE
    async with talking(client, clock) as (pilot, screen):
        await say(pilot, "hi")
        assert "Q4 revenue is at 61 %" in screen.body.plain
    assert client.asked == []


async def test_a_refusal_is_shown_with_its_reason() -> None:
    client, clock = client_of(REFUSED), clock_at()
    async with talking(client, clock) as (pilot, screen):
        await say(pilot, "approve it")
        assert "✕ approve_discount is somebody else's work" in screen.body.plain


async def test_what_is_not_taken_in_says_why() -> None:
    client, clock = client_of(), clock_at()
    client.failure = CommandRefused("message dropped", why="helper: the persona is off", code="dropped")
    async with talking(client, clock) as (pilot, screen):
        await say(pilot, "hi")
        assert "the persona is off" in screen.body.plain
        client.failure = None
        await say(pilot, "again")
        assert "○ waits" in screen.body.plain


async def test_a_waiting_message_is_taken_back_and_one_at_hand_is_not() -> None:
    client, clock = client_of(THINKING), clock_at()
    async with talking(client, clock) as (pilot, _):
        await say(pilot, "hi")
        await pilot.press("ctrl+x")
        await pilot.pause()
        assert len(client.sent) == 1
        client.answers[MESSAGE.name] = WAITING
        await news(pilot, client, 2_000)
        await pilot.press("ctrl+x")
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    expected = MessageTarget(id="helper:m1", reason="taken back by who wrote it")
    assert client.sent[1:] == [("message.drop", expected)]


async def test_nobody_waits_for_ever() -> None:
    client, clock = client_of(), clock_at()
    async with talking(client, clock) as (pilot, screen):
        await say(pilot, "hi")
        await clock.advance(PATIENCE_SECONDS + 1)
        await news(pilot, client, 2_000)
        assert f"no answer within {PATIENCE_SECONDS} s" in screen.body.plain
        asked = len(client.asked)
        await news(pilot, client, 2_001)
        assert len(client.asked) == asked


async def test_leaving_keeps_what_was_sent_and_says_so() -> None:
    client, clock = client_of(), clock_at()
    async with talking(client, clock) as (pilot, screen):
        await say(pilot, "hi")
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.screen is not screen
    assert len(client.sent) == 1


async def test_a_burst_sends_nothing_before_the_line_could_be_read() -> None:
    client, clock = client_of(), clock_at()
    async with console(client, clock).run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await pilot.press("1", "m", "h", "i", "enter")
        await pilot.pause()
        assert client.sent == []


async def test_a_paste_is_one_line_and_waits_for_enter() -> None:
    client, clock = client_of(), clock_at()
    async with talking(client, clock) as (pilot, screen):
        screen.query_one(Input).post_message(events.Paste("first\nsecond"))
        await pilot.pause()
        assert client.sent == []
        await say(pilot, "")
    assert [arguments.text for _, arguments in client.sent if isinstance(arguments, SendMessage)] == ["first"]


async def test_several_messages_are_followed_side_by_side() -> None:
    client, clock = client_of(), clock_at()
    async with talking(client, clock) as (pilot, screen):
        await say(pilot, "one")
        await say(pilot, "two")
        client.answers[MESSAGE.name] = ANSWERED
        await news(pilot, client, 2_000)
        assert [turn.step for turn in screen.turns] == [Step.ANSWERED, Step.ANSWERED]


async def test_a_silent_engine_is_told_and_asked_again() -> None:
    client, clock = client_of(), clock_at()
    async with talking(client, clock) as (pilot, screen):
        await say(pilot, "hi")
        client.failure = WatchfloorError("no engine answers")
        await news(pilot, client, 2_000)
        assert screen.turns[0].step is Step.WAITING
        client.failure = None
        client.answers[MESSAGE.name] = ANSWERED
        await news(pilot, client, 2_001)
        assert "Q4 revenue" in screen.body.plain


@pytest.mark.parametrize(
    ("reply", "step"),
    [
        (Reply("Said in #x.", {"answers": [], "said": {}}), Step.LOST),
        (Reply("odd", {}), Step.LOST),
        (TAKEN_IN, Step.WAITING),
        (AT_ONCE, Step.ANSWERED),
        (Reply("m", {"answers": [{"persona": "helper", "answer": "merged", "id": "helper:m2"}]}), Step.WAITING),
    ],
)
def test_what_the_engine_answers_is_understood(reply: Reply, step: Step) -> None:
    assert Turn("hi", NOW).taken_in("helper", reply).step is step


def test_what_was_proposed_is_told_with_where_it_stands() -> None:
    proposed = replace(ANSWERED.said[0], text="", kind="send_proposal", tool="email", status="pending")
    seen = Turn("hi", NOW, message_id="helper:m1").seen(replace(ANSWERED, said=(proposed,)))
    assert seen.answers == ("proposes send_proposal by email (pending)",)
    declined = Turn("hi", NOW).seen(report_of(MESSAGES[0], WHYS[4]))
    assert (declined.step, declined.about) == (Step.REFUSED, "nothing to say to that")
