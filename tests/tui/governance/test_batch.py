"""Marked rows: one answer to several of one kind, all read, the count typed, each result told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.client import Reply
from engine.commands import ApproveAction, DecideMany
from engine.view import ApprovalView, Risk
from tui.screens.batch import refused
from tui.screens.confirm import Confirm
from tui.screens.main import MainScreen
from tui.screens.reading import Reading

from ..fake import FakeClient, clock_at, console
from ..views import approval
from .helpers import answered, app_of, decided, pressed, screen_of, seen, text_of
from .samples import OTHERS, SIMPLE, UNCERTAIN, showing


def shown(*actions: ApprovalView) -> tuple[ApproveAction, ...]:
    """What a decision on them names."""
    return tuple(ApproveAction(id=one.id, revision=one.revision, digest=one.digest) for one in actions)


RESULTS = Reply(
    "1 of 2 approved.",
    {
        "results": [
            {"id": "b2", "done": True, "status": "approved"},
            {"id": "b3", "done": False, "why": "ben rejected it at 14:02"},
        ]
    },
)


async def test_marked_rows_are_approved_together_once_their_count_is_typed() -> None:
    client, clock = FakeClient(showing(SIMPLE, *OTHERS)), clock_at()
    client.replies["action.decide_many"] = RESULTS
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "j", "space", "space")
        assert "✓ 2 marked" in text_of(pilot)
        await pressed(pilot, "a")
        assert "mia@initech.example" in text_of(pilot)
        assert "tom@initech.example" in text_of(pilot)
        await answered(pilot, clock, "y", "3", "enter")
        assert isinstance(screen_of(pilot), Confirm)
        await answered(pilot, clock, "2", "enter")
        assert isinstance(screen_of(pilot), Reading)
        assert "ben rejected it at 14:02" in text_of(pilot)
        await pressed(pilot, "escape")
        assert app_of(pilot).main.marked == []
    assert client.sent == [("action.decide_many", DecideMany(verdict="approve", items=shown(*OTHERS[:2])))]


async def test_a_range_is_rejected_together_with_one_reason() -> None:
    client, clock = FakeClient(showing(*OTHERS)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "space", "G", "v", "x")
        await seen(pilot, clock)
        await pressed(pilot, *"not now", "enter")
        await answered(pilot, clock, "3", "enter")
    expected = DecideMany(verdict="reject", items=shown(*OTHERS), reason="not now")
    assert client.sent == [("action.decide_many", expected)]


async def test_only_rows_that_have_been_on_the_screen_are_marked() -> None:
    many = tuple(approval(f"m{number:03}", "send_follow_up_email", Risk.LOW, simple=True) for number in range(100))
    client, clock = FakeClient(showing(*many)), clock_at()
    async with console(client, clock).run_test(size=(80, 24)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "space", "G", "v")
        marked = len(app_of(pilot).main.marked)
        table = app_of(pilot).main.current.table.size.height
        assert marked <= 2 * table + 1
        assert marked < 100


async def test_a_row_that_changes_meanwhile_stops_the_answer() -> None:
    client, clock = FakeClient(showing(*OTHERS)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "space", "space", "a")
        client.publish(showing(replace(OTHERS[0], revision=2, digest="f" * 64), *OTHERS[1:]))
        await answered(pilot, clock, "2", "enter")
        assert isinstance(screen_of(pilot), Confirm)
        assert "it changed while you read" in text_of(pilot)
        await pressed(pilot, "escape")
        assert len(app_of(pilot).main.marked) == 2
    assert client.sent == []


async def test_rows_that_expire_meanwhile_are_not_answered() -> None:
    client, clock = FakeClient(showing(*OTHERS)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "space", "space", "a")
        await clock.advance(3_600)
        await answered(pilot, clock, "2", "enter")
        assert isinstance(screen_of(pilot), Confirm)
        assert "expired" in text_of(pilot)
    assert client.sent == []


async def test_escape_takes_the_marks_away_before_anything_else() -> None:
    client, clock = FakeClient(showing(*OTHERS)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "z", "space", "escape")
        assert app_of(pilot).main.marked == []
        assert app_of(pilot).main.has_class("-zoomed")


async def test_marks_that_a_filter_hides_are_out_of_reach() -> None:
    client, clock = FakeClient(showing(SIMPLE, *OTHERS)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "space", "space")
        await pressed(pilot, "slash")
        await seen(pilot, clock)
        await pressed(pilot, *"id:b2", "enter")
        assert app_of(pilot).main.marked == [OTHERS[0]]


async def test_several_kinds_are_not_answered_together() -> None:
    client, clock = FakeClient(showing(SIMPLE, approval("k", "discuss_pricing"))), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "space", "space", "a")
        await decided(pilot)
        assert isinstance(screen_of(pilot), MainScreen)
    assert client.sent == []


@pytest.mark.parametrize(
    ("actions", "verdict", "said"),
    [
        (OTHERS, "approve", ""),
        ((SIMPLE, approval("k", "discuss_pricing")), "reject", "several kinds"),
        ((*OTHERS, replace(UNCERTAIN)), "reject", "decided already"),
        ((*OTHERS, replace(SIMPLE, risk=Risk.HIGH)), "approve", "one by one"),
        ((*OTHERS, replace(SIMPLE, risk=Risk.HIGH)), "reject", ""),
        ((*OTHERS, replace(SIMPLE, payload=(("to", "a\u202eb"),))), "approve", "one by one"),
        ((*OTHERS, replace(SIMPLE, payload_complete=False)), "approve", "one by one"),
        ((*OTHERS, replace(SIMPLE, quorum=2, granted_by=("ana",))), "approve", "You said yes"),
        (OTHERS * 70, "reject", "at most 200"),
    ],
)
def test_what_can_be_answered_together(actions: tuple[ApprovalView, ...], verdict: str, said: str) -> None:
    problem = refused(actions, "approve" if verdict == "approve" else "reject", "ana")
    assert said in problem if said else not problem
