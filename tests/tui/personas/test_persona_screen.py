"""A persona's screen from the keyboard: plots, times, messages, mode and pause."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from engine.commands import SetMode, Target
from engine.operators import Operator, Role
from engine.queries import MESSAGE, PERSONA, TRIGGERS, AskPersona, HistoryPoint, PersonaReport
from tui.screens.message import MessageScreen
from tui.screens.persona import PersonaScreen
from tui.screens.persona_plot import STATE, deepest, moods, plot_of, row

from ..fake import VIC, FakeClient, clock_at, console
from ..views import NOW
from .reports import EMPTY_REPORT, HELPER, MESSAGES, REPORT, TRIGGERS_VIEW, history, report_of, view_of

SIZE = (120, 40)
BOSS = Operator("boss", Role.ADMIN, "ssh")


def client_of(report: PersonaReport, operator: Operator = BOSS) -> FakeClient:
    client = FakeClient(view_of(report), operator)
    client.answers = {PERSONA.name: report, TRIGGERS.name: TRIGGERS_VIEW, MESSAGE.name: report_of(MESSAGES[0])}
    return client


async def screen_of(pilot: Pilot[int], *keys: str) -> PersonaScreen:
    await pilot.pause()
    await pilot.press("1", "enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.press(*keys)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, PersonaScreen)
    return screen


def asked(client: FakeClient) -> list[AskPersona]:
    return [ask for ask in client.asked if isinstance(ask, AskPersona)]


async def test_the_text_says_how_it_is_and_why_it_did_or_did_not_answer() -> None:
    async with console(client_of(REPORT)).run_test(size=SIZE) as pilot:
        text = (await screen_of(pilot)).body.plain
    for told in (
        "autonomous (the settings say sync)",
        "may answer again in 1.2 s",
        "closed, 2 of 10 failures in a row",
        "○ waits 12s: priority 42, needs 50 while tired; it has just answered",
        "✓ answered after 4.2 s (0.4 s of thinking) → 1 proposal",
        "✕ refused 3m ago: approve_discount is somebody else's work",
        "fires from 70, armed below 60 · spent until it calms",
        "ana on local, 45:00 left; written to by Helper",
        "follow_up to ben: queued",
        "for Planner since 14:01:51, 1:40 left at most: who takes the migration?",
        "0.31 of 5.00",
    ):
        assert told in " ".join(text.split()), told


async def test_plots_go_from_the_state_through_the_emotions_and_back() -> None:
    async with console(client_of(REPORT)).run_test(size=SIZE) as pilot:
        screen = await screen_of(pilot)
        seen = [screen.which]
        for _ in range(10):
            await pilot.press("e")
            seen.append(screen.which)
    assert seen == [STATE, *(name for name, _ in HELPER.emotions), STATE]


async def test_a_time_is_asked_for_and_stays_within_what_there_is() -> None:
    client = client_of(REPORT)
    async with console(client).run_test(size=SIZE) as pilot:
        await screen_of(pilot, "greater_than_sign", "greater_than_sign", "less_than_sign", "less_than_sign")
        assert [ask.hours for ask in asked(client)][:2] == [24, 168]
        assert asked(client)[-1].hours == 6


async def test_a_short_past_is_looked_at_closely() -> None:
    points = EMPTY_REPORT.history.points
    known = (*points[:-1], replace(points[-1], known=True, energy=50, mood="idle"))
    client = client_of(replace(REPORT, history=replace(REPORT.history, points=known)))
    async with console(client).run_test(size=SIZE) as pilot:
        await screen_of(pilot)
        assert [ask.hours for ask in asked(client)][:2] == [24, 0.25]


async def test_a_digit_opens_that_message() -> None:
    async with console(client_of(REPORT)).run_test(size=SIZE) as pilot:
        await screen_of(pilot)
        on_top = []
        for key in ("9", "3"):
            await pilot.press(key)
            await pilot.pause()
            on_top.append(type(pilot.app.screen))
    assert on_top == [PersonaScreen, MessageScreen]


async def test_it_is_asked_again_when_time_passes_but_not_for_every_view() -> None:
    client, clock = client_of(REPORT), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await screen_of(pilot)
        before = len(asked(client))
        for number in range(5):
            client.publish(replace(view_of(REPORT), seq=2_000 + number))
            await pilot.pause()
        assert len(asked(client)) == before
        await clock.advance(1)
        client.publish(replace(view_of(REPORT), seq=3_000))
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        assert len(asked(client)) == before + 1


async def test_pausing_and_less_freedom_are_one_key_and_more_is_asked() -> None:
    client, clock = client_of(REPORT), clock_at()
    async with console(client, clock).run_test(size=SIZE) as pilot:
        await screen_of(pilot, "p")
        await pilot.press("M", "s")
        await pilot.app.workers.wait_for_complete()
        assert client.sent == [
            ("target.pause", Target(scope="persona", id="helper")),
            ("persona.set_mode", SetMode(id="helper", mode="sync")),
        ]
        client.answers[PERSONA.name] = replace(REPORT, persona=replace(HELPER, mode="sync"))
        await clock.advance(1)
        client.publish(replace(view_of(REPORT), seq=5_000))
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.press("M", "a")
        await pilot.pause()
        assert len(client.sent) == 2
        await clock.advance(0.5)
        await pilot.press("y")
        await pilot.pause(0.1)
        await pilot.app.workers.wait_for_complete()
        assert client.sent[2:] == [("persona.set_mode", SetMode(id="helper", mode="autonomous"))]


async def test_a_viewer_changes_nothing() -> None:
    client = client_of(REPORT, VIC)
    async with console(client).run_test(size=SIZE) as pilot:
        screen = await screen_of(pilot, "p", "M", "m")
        assert pilot.app.screen is screen
    assert client.sent == []


@pytest.mark.parametrize("width", [10, 40, 200])
def test_little_charts_show_gaps_as_gaps(width: int) -> None:
    past = history()
    drawn = row(past, lambda point: point.energy, width)
    letters = moods(past, width)
    count = min(width, len(past.points))
    assert len(drawn) == len(letters) == count
    # A part is a gap where nothing in it is known: 12 of 120 points are not.
    assert drawn.count("·") == letters.count("·") <= 12 * count // 120
    assert set(letters) <= set("iatO·")


def test_a_plot_has_a_gap_where_nobody_looked_and_the_lines_of_a_trigger() -> None:
    past = history(points=20, gap=(5, 8))
    energy = plot_of(past, STATE).curves[0]
    assert [value is None for value in energy.values] == [5 <= number < 8 for number in range(20)]
    lines = plot_of(past, "loneliness", (70, 60)).curves[1:]
    assert [set(one.values) for one in lines] == [{70}, {60}]
    assert len(plot_of(past, "curiosity").curves) == 1


def test_the_deepest_inbox_is_found() -> None:
    assert deepest(history())[0] == 130
    assert deepest(replace(history(), points=(HistoryPoint(NOW, known=False),))) == (0, None)
