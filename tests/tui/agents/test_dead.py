"""Dead letters: how they look, and what their keys send."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from textual.pilot import Pilot

from engine.client import CommandRefused
from engine.clock import SimulatedClock
from engine.commands import Arguments, DeadLetters
from engine.operators import Operator
from engine.queries import OUTPUT, TASK, OutputPage, OutputPiece
from engine.queries.tasks import DEAD, AskDead, DeadPage, DeadView
from engine.view import ActivityView
from tui.screens.confirm import Confirm
from tui.screens.dead import DeadScreen
from tui.screens.main import MainScreen
from tui.screens.queues import QueuesScreen
from tui.screens.task import TaskScreen

from ..fake import ANA, VIC, FakeClient, clock_at, console
from ..test_snapshots import SIZES, Compare, pressing
from ..views import NORMAL, NOW
from . import reports
from .reports import HOSTILE

LONG: Final = "coder failed with 1: " + "the tests of the login page do not pass; " * 12 + "see tests/login"
ROWS: Final = tuple(
    DeadView(f"0198-dead-{number}", title, kind, 5, 3, f"dev-{number}", error, NOW - timedelta(minutes=7 * number + 1))
    for number, (kind, title, error) in enumerate(
        (
            ("coder", "Build the login page", LONG[:200]),
            ("command", "Pack the release", "tar ended with 2: no space left on device"),
            ("coder", "Translate the letter", "no result within 600 s"),
            ("word_count", "Count the words", ""),
        )
    )
)
IDS: Final = tuple(one.id for one in ROWS)
TYPES: Final = (("coder", 2), ("command", 1), ("word_count", 1))
EVENTS: Final = tuple(
    ActivityView(seq, NOW - timedelta(minutes=9 - seq), f"task.{word}", IDS[0], "agent:dev-1", f"dev-1 {word} it")
    for seq, word in enumerate(("began", "failed", "began", "failed", "buried"), 1)
)
EVIL: Final = replace(ROWS[0], title=HOSTILE, type=HOSTILE, error=HOSTILE, agent=HOSTILE)
PAGES: Final = {
    "normal": DeadPage(ROWS, TYPES),
    "empty": DeadPage((), ()),
    "hostile": DeadPage((EVIL,), ((HOSTILE, 1),)),
    "first_of_many": DeadPage(ROWS, (("coder", 12_400), *((f"kind-{one}", 9) for one in range(6))), IDS[-1]),
}


def client_of(state: str = "normal", operator: Operator = ANA) -> FakeClient:
    evil = state == "hostile"
    made = FakeClient(NORMAL, operator)
    task = replace(reports.DEAD.task, id=IDS[0], error=HOSTILE if evil else LONG)
    made.answers[DEAD.name] = PAGES[state]
    made.answers[TASK.name] = replace(reports.DEAD, task=task, events=EVENTS, payload=HOSTILE if evil else '{"plan":1}')
    wrote = (
        OutputPiece(1, "stdout", "compiling\nrunning ", NOW),
        OutputPiece(2, "stdout", "the tests\n", NOW),
        OutputPiece(3, "stderr", HOSTILE if evil else "2 of 9 tests failed\n", NOW),
    )
    made.answers[OUTPUT.name] = OutputPage(wrote, 3, "dead", ended=True)
    made.answers["agents"] = reports.WORK
    return made


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def answer(pilot: Pilot[int], clock: SimulatedClock, key: str) -> None:
    assert isinstance(pilot.app.screen, Confirm)
    await clock.advance(0.5)
    await pilot.press(key)
    await pilot.pause(0.1)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@SIZES
@pytest.mark.parametrize("state", PAGES)
def test_dead_letters(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(console(client_of(state)), terminal_size=size, run_before=pressing("V"))


@SIZES
def test_dead_letters_of_a_viewer(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(console(client_of(operator=VIC)), terminal_size=size, run_before=pressing("V"))


@SIZES
@pytest.mark.parametrize("keys", [("V", "X"), ("V", "space", "space", "X")], ids=["one", "marked"])
def test_the_question_before_a_purge(snap_compare: Compare, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    assert snap_compare(console(client_of(), clock_at()), terminal_size=size, run_before=pressing(*keys))


@pytest.mark.parametrize(
    ("keys", "command", "ids"),
    [
        (("u",), "dead.replay", IDS[:1]),
        (("X",), "dead.purge", IDS[:1]),
        (("j", "j", "X"), "dead.purge", IDS[2:3]),
        (("space", "space", "u"), "dead.replay", IDS[:2]),
        (("space", "j", "j", "v", "X"), "dead.purge", IDS),
    ],
)
async def test_what_a_key_sends_after_a_yes(keys: tuple[str, ...], command: str, ids: Sequence[str]) -> None:
    made, clock = client_of(), clock_at()
    async with console(made, clock).run_test(size=(120, 40)) as pilot:
        await press(pilot, "V", *keys)
        assert made.sent == []
        await answer(pilot, clock, "n")
        assert made.sent == []
        assert isinstance(pilot.app.screen, DeadScreen)
        await press(pilot, keys[-1])
        await answer(pilot, clock, "y")
        assert made.sent == [(command, DeadLetters(ids=tuple(ids)))]
        assert pilot.app.screen.marked == []


async def test_rows_that_come_while_a_question_is_open_are_not_reached() -> None:
    made, clock = client_of(), clock_at()
    async with console(made, clock).run_test(size=(120, 40)) as pilot:
        await press(pilot, "V", "j", "X")
        made.answers[DEAD.name] = DeadPage((replace(ROWS[0], id="0198-dead-new"), *ROWS), TYPES)
        made.publish(replace(NORMAL, seq=NORMAL.seq + 1))
        await answer(pilot, clock, "y")
    assert made.sent == [("dead.purge", DeadLetters(ids=(IDS[1],)))]


async def test_a_viewer_changes_nothing() -> None:
    made = client_of(operator=VIC)
    async with console(made).run_test(size=(120, 40)) as pilot:
        await press(pilot, "V", "space", "u", "X")
        assert isinstance(pilot.app.screen, DeadScreen)
        assert pilot.app.screen.marked == []
    assert made.sent == []


async def test_nothing_is_asked_about_where_nothing_is_dead() -> None:
    made = client_of("empty")
    async with console(made).run_test(size=(120, 40)) as pilot:
        await press(pilot, "V", "u", "X", "enter", "f", "greater_than_sign")
        assert isinstance(pilot.app.screen, DeadScreen)
    assert made.sent == []


@pytest.mark.parametrize(("keys", "back"), [(("5", "V"), MainScreen), (("Q", "V"), QueuesScreen)])
async def test_it_opens_from_where_tasks_are_and_leads_back(keys: tuple[str, ...], back: type[object]) -> None:
    made = client_of()
    async with console(made).run_test(size=(120, 40)) as pilot:
        await press(pilot, *keys)
        for key, place in (((), DeadScreen), (("enter",), TaskScreen), (("escape", "escape"), back)):
            await press(pilot, *key)
            assert isinstance(pilot.app.screen, place)


async def test_pages_and_types_are_asked_for_and_left_again() -> None:
    made = client_of("first_of_many")

    def asked() -> AskDead:
        return next(one for one in reversed(made.asked) if isinstance(one, AskDead))

    async with console(made).run_test(size=(120, 40)) as pilot:
        await press(pilot, "V", "greater_than_sign")
        assert asked().after == IDS[-1]
        before = len(made.asked)
        made.publish(replace(NORMAL, seq=NORMAL.seq + 1))
        await press(pilot, "j")
        assert not [one for one in made.asked[before:] if isinstance(one, AskDead)], "a later page stands still"
        await press(pilot, "less_than_sign")
        assert asked().after == ""
        await press(pilot, "f")
        assert (asked().type, asked().after) == ("command", "")
        await press(pilot, "escape")
        assert asked().type == ""
        assert isinstance(pilot.app.screen, DeadScreen)


def _told(pilot: Pilot[int]) -> str:
    assert isinstance(pilot.app.screen, DeadScreen)
    return " ".join(pilot.app.screen.text.plain.split())


async def test_the_whole_reason_the_last_output_and_the_history_are_told() -> None:
    made = client_of()
    async with console(made).run_test(size=(120, 40)) as pilot:
        await press(pilot, "V")
        told = _told(pilot)
    for words in (LONG[-60:], "3 of 3", "running the tests", "2 of 9 tests failed", "dev-1 buried it"):
        assert words in told


async def test_of_a_long_output_only_the_end_is_shown() -> None:
    made = client_of()
    wrote = tuple(OutputPiece(seq, "stdout", f"line {seq}\n", NOW) for seq in range(1, 301))
    made.answers[OUTPUT.name] = OutputPage(wrote, 300, "dead", ended=True)
    async with console(made).run_test(size=(120, 40)) as pilot:
        await press(pilot, "V")
        told = _told(pilot)
    assert "line 300" in told
    assert "line 261" in told
    assert "line 260 " not in told


async def test_what_cannot_be_asked_leaves_what_the_row_knows() -> None:
    made = client_of()
    failing: Callable[..., object] = made.query

    async def query(query: object, ask: Arguments) -> object:
        if query is TASK:
            raise CommandRefused("no task 0198", why="it was purged meanwhile")
        return await failing(query, ask)  # type: ignore[misc]  # the double's own method

    made.query = query  # type: ignore[assignment, method-assign]  # the double fails for one question
    async with console(made).run_test(size=(120, 40)) as pilot:
        await press(pilot, "V")
        told = _told(pilot)
    assert "it was purged meanwhile" in told
    assert "Build the login page" in told
