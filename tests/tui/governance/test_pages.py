"""The screens of standing rules, of the policy and of budgets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.commands import RevokeRule
from engine.queries import AskDetail, AskExplain, AskRules, RulePage
from engine.view import Detail, Section
from tui.panels.personas import PersonasPanel
from tui.screens.budgets import BudgetsScreen
from tui.screens.detail import DetailScreen
from tui.screens.explain import ExplainScreen, asked
from tui.screens.rules import RulesScreen

from ..fake import VIC, FakeClient, clock_at, console
from ..views import NORMAL, PERSONAS
from .helpers import answered, pressed, screen_of, seen, text_of
from .samples import BUDGETS_PAGE, ENDED, EXPLANATION, HARD_STOP, PAGE, RULES, SIMPLE, showing


def opened(operator_is_viewer: bool = False) -> FakeClient:  # reads well where it is used
    """A client that answers every question about governance."""
    client = FakeClient(showing(SIMPLE), VIC) if operator_is_viewer else FakeClient(showing(SIMPLE))
    client.answers = {"rules": PAGE, "explain": EXPLANATION, "budgets": BUDGETS_PAGE}
    return client


async def test_a_rule_is_revoked_after_a_question() -> None:
    client, clock = opened(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await pressed(pilot, "F", "j", "x")
        await answered(pilot, clock, "n")
        assert client.sent == []
        await pressed(pilot, "x")
        await answered(pilot, clock, "G", "y")
        assert isinstance(screen_of(pilot), RulesScreen)
    assert client.sent == [("rule.revoke", RevokeRule(id=RULES[1].id))]


async def test_ended_rules_are_listed_when_asked_for_and_cannot_be_revoked() -> None:
    client, clock = opened(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await pressed(pilot, "F")
        client.answers["rules"] = RulePage((*RULES, ENDED))
        await pressed(pilot, "e", "G", "x")
        assert isinstance(screen_of(pilot), RulesScreen)
        assert "used up" in text_of(pilot)
    assert [ask.ended for ask in client.asked if isinstance(ask, AskRules)] == [False, True]
    assert client.sent == []


async def test_a_rule_is_opened_with_what_it_answered() -> None:
    client, clock = opened(), clock_at()
    client.answers["detail"] = Detail("r", "allow", (Section("Answered", (("executed", "0198ffee"),)),))
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await pressed(pilot, "F", "enter")
        assert isinstance(screen_of(pilot), DetailScreen)
        assert "0198ffee" in text_of(pilot)
    assert AskDetail(scope="rule", id=RULES[0].id) in client.asked


async def test_a_viewer_reads_rules_and_ends_none() -> None:
    client, clock = opened(operator_is_viewer=True), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await pressed(pilot, "F", "x")
        assert isinstance(screen_of(pilot), RulesScreen)
        assert "revoke" not in text_of(pilot)


async def test_the_selected_approval_is_explained_rule_by_rule() -> None:
    client, clock = opened(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "E")
        assert isinstance(screen_of(pilot), ExplainScreen)
        text = text_of(pilot)
        for part in ("asks an operator", "stage gate", "office hours", "a standing rule made from an example"):
            assert part in text
        await pressed(pilot, "j")
        assert "nothing goes out at night" in text_of(pilot)
    assert client.asked[-1] == AskExplain(action=SIMPLE.id)


async def test_any_kind_is_explained_when_asked_for() -> None:
    client, clock = opened(), clock_at()
    client.answers["explain"] = HARD_STOP
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "1", "E")
        await seen(pilot, clock)
        await pressed(pilot, *"approve_discount stage:evaluation", "enter")
        assert "never runs" in text_of(pilot)
        assert "nothing: no setting, role or operator" in text_of(pilot)
    assert client.asked[-1] == AskExplain(kind="approve_discount", stage="evaluation")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("send_proposal", AskExplain(kind="send_proposal")),
        ("Send Proposal tool:email", AskExplain(kind="Send Proposal", tool="email")),
        ("x proposer:persona:helper", AskExplain(kind="x", proposer="persona:helper")),
        ("tool:email", AskExplain(tool="email")),
        ("colour:red x", "colour: is none of tool:, account:, stage:, proposer:"),
        ("stage:closed_won", "a kind, or tool:NAME"),
        ("x" * 200, "too long"),
    ],
)
def test_a_line_becomes_a_question(line: str, expected: AskExplain | str) -> None:
    assert asked(line) == expected


async def test_budgets_say_what_is_used_up_by_word_and_glyph() -> None:
    client, clock = opened(), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await pressed(pilot, "B")
        assert isinstance(screen_of(pilot), BudgetsScreen)
        text = text_of(pilot)
        for part in ("✕ used up", "▲ nearly", "40 of 40", "12.50 of 500.00", "everything together", "1 used up"):
            assert part in text


async def test_the_tightest_budget_of_a_persona_stands_below_the_list() -> None:
    spent = (("actions_per_day", 12, 40), ("cents_per_day", 4_500, 5_000))
    view = replace(NORMAL, personas=(replace(PERSONAS[0], spent=spent), *PERSONAS[1:]))
    async with console(FakeClient(view)).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        panel = pilot.app.query_one(PersonasPanel)
        assert "45/50 money a day" in panel.note.render_line(0).text
