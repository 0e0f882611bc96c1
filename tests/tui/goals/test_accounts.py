"""Accounts in the console: what each is worth, and its stage by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.app import App

from engine.commands import SetStage
from engine.operators import Operator
from engine.queries import ACCOUNTS, DETAIL, AccountPage, AccountView, AskDetail
from engine.view import Detail, Section
from tui.screens.accounts import AccountsScreen
from tui.screens.choose import Choose
from tui.screens.detail import DetailScreen

from ..fake import ANA, VIC, FakeClient, clock_at, console
from ..test_snapshots import SIZES, Compare, pressing
from ..views import HOSTILE_TEXTS, NORMAL, ago


def account(id: str, stage: str, **more: Any) -> AccountView:  # noqa: A002
    """An account."""
    base = AccountView(
        id, id, stage, stage, "", "retail", "Berlin", f"desk@{id.lower()}.example", 8, 55, 38, 120_000_00,
        11_862_700, ago(86_400 * 3),
    )  # fmt: skip
    return replace(base, **more)


PAGES = {
    "normal": AccountPage((
        account("Acme", "qualification"),
        account("Globex", "evaluation", derived="qualification", set_by="ana"),
        account("Initech", "closed_won", open=0, open_value=0),
        account("Umbrella", "closed_lost", won=0, won_value=0),
        account("Vandelay", "unknown", open=0, won=0, lost=0, open_value=0, won_value=0, last_contact=None),
    )),
    "empty": AccountPage(()),
    "huge": AccountPage((account("Acme", "negotiation", open=10**9, open_value=10**18, won_value=9 * 10**18),)),
    "hostile": AccountPage(tuple(
        account(f"a{number}", "qualification", name=text, sector=text, set_by=text)
        for number, text in enumerate(HOSTILE_TEXTS)
    )),
}  # fmt: skip


def opened(state: str = "normal", operator: Operator = ANA) -> tuple[App[int], FakeClient]:
    """A console with these accounts."""
    client = FakeClient(NORMAL, operator)
    client.answers[ACCOUNTS.name] = PAGES[state]
    return console(client, clock_at()), client


@SIZES
@pytest.mark.parametrize("state", PAGES)
def test_how_it_looks(snap_compare: Compare, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(opened(state)[0], terminal_size=size, run_before=pressing("O"))


async def test_a_stage_is_set_with_a_reason() -> None:
    client = FakeClient(NORMAL)
    client.answers[ACCOUNTS.name] = PAGES["normal"]
    clock = clock_at()
    app = console(client, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("O")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(app.screen, Choose)
        # Of the stages that it is not in, evaluation is the second.
        await pilot.press("2")
        await pilot.pause()
        await clock.advance(0.5)
        await pilot.press(*"met them", "enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
    assert client.sent == [("account.stage", SetStage(account="Acme", stage="evaluation", reason="met them"))]


async def test_a_stage_is_not_set_without_a_reason_or_a_choice() -> None:
    client = FakeClient(NORMAL)
    client.answers[ACCOUNTS.name] = PAGES["normal"]
    clock = clock_at()
    app = console(client, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("O")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("s", "escape", "s", "2")
        await pilot.pause()
        await clock.advance(0.5)
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert isinstance(app.screen, AccountsScreen)
    assert client.sent == []


async def test_enter_opens_all_about_the_account() -> None:
    app, client = opened()
    client.answers[DETAIL.name] = Detail("Acme", "Acme", (Section("Stages", (("2017-03-31", "qualification"),)),))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("O")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, DetailScreen)
        assert "qualification" in app.screen.body.plain
    assert client.asked[-1] == AskDetail(scope="account", id="Acme")


async def test_a_viewer_sets_nothing() -> None:
    app, client = opened(operator=VIC)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("O")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(app.screen, AccountsScreen)
    assert client.sent == []
