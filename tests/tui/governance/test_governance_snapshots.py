"""How the screens of governance look in the states that people meet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.client import Reply
from engine.clock import SimulatedClock
from engine.operators import Operator
from engine.queries import RulePage
from engine.view import ActivityView, Detail, Risk, Section, View

from ..fake import ANA, VIC, FakeClient, clock_at, console
from ..test_snapshots import SIZES, Compare
from ..views import ACTIVITY, EMPTY, HOSTILE_TEXTS, NORMAL, approval
from .samples import (
    AGAINST,
    AGREEING,
    BUDGETS_PAGE,
    CLAIMED,
    ENDED,
    EVERYTHING,
    EXPLANATION,
    HARD_STOP,
    HOSTILE_RULE,
    OTHERS,
    PAGE,
    QUORUM,
    REFUSED,
    RULES,
    SIMPLE,
    UNCERTAIN,
    WHOLE,
    detail_of,
    showing,
)

HOSTILE = approval("h", HOSTILE_TEXTS[1], account=HOSTILE_TEXTS[2], payload=((HOSTILE_TEXTS[0], HOSTILE_TEXTS[2]),))
HOSTILE_WHOLE = replace(HOSTILE, arguments='{"[b]to[/]": "pay \\u202egnp.exe\\u202c", "n": [1, "\\u001b[2J"]}')
MANY = tuple(
    approval(f"a{number:04}", "send_follow_up_email", (Risk.HIGH, Risk.MEDIUM, Risk.LOW)[min(2, number // 60)],
             account=f"Account {number}")
    for number in range(200)
)  # fmt: skip
BATCH = Reply(
    "1 of 2 approved.",
    {
        "results": [
            {"id": "b2", "done": True, "status": "approved"},
            {"id": "b3", "done": False, "why": "ben rejected it at 14:02:01Z"},
        ]
    },
)
HISTORY = (*ACTIVITY[:2], ActivityView(9, ACTIVITY[0].at, "action.edited", "b1", "ana", "ana edits it", "warn"))
DETAIL = Detail(
    SIMPLE.id,
    "send_follow_up_email",
    (
        Section("Changes", text="rev 1 → 2, edited by ana\n- to: jo@acme.example\n+ to: max@acme.example"),
        Section("Files", facts=(("offer.pdf", "sha256 9f2c41aa…0d17, 48 kB"),)),
        Section("Evidence", facts=(("goal", "Q4 revenue, 8 % behind"), ("last contact", "12 days ago"))),
        Section("History", events=HISTORY),
    ),
    WHOLE,
)


@dataclass(frozen=True)
class State:
    """A state of the console: what the engine shows, and the keys that lead there. ``>`` lets time pass."""

    view: View
    keys: str = ""
    detail: Detail | None = None
    answers: dict[str, object] = field(default_factory=dict)
    operator: Operator = ANA


EDIT = detail_of(WHOLE)
STATES: dict[str, State] = {
    "panel_everything": State(showing(*EVERYTHING)),
    "panel_uncertain": State(showing(UNCERTAIN, SIMPLE)),
    "panel_overload": State(showing(*MANY, pending=2_000, snoozed=12, uncertain=3)),
    "panel_viewer": State(showing(*EVERYTHING), operator=VIC),
    "panel_marked": State(showing(SIMPLE, *OTHERS), "j space space"),
    "detail": State(showing(SIMPLE), "enter", DETAIL),
    "question_quorum": State(showing(QUORUM), "a"),
    "question_claimed": State(showing(CLAIMED), "a"),
    "question_hurry": State(showing(SIMPLE, fatigue=(("ana", "24 yeses in 5 minutes, read for 1 s each"),)), "a"),
    "snooze": State(showing(SIMPLE), "s"),
    "settle": State(showing(UNCERTAIN), "S"),
    "edit": State(showing(SIMPLE), "e tab tab", EDIT),
    "edit_json_error": State(showing(SIMPLE), "e ctrl+t comma", EDIT),
    "edit_hostile": State(showing(HOSTILE), "e tab", detail_of(HOSTILE_WHOLE)),
    "edit_difference": State(showing(SIMPLE), "e X Y tab tab tab 2 ctrl+s", EDIT),
    "edit_asked": State(showing(SIMPLE), "e X Y ctrl+s > y >", EDIT),
    "batch_question": State(showing(SIMPLE, *OTHERS), "j space space a"),
    "batch_results": State(showing(SIMPLE, *OTHERS), "j space space a > G > 2 > enter >"),
    "allow": State(showing(SIMPLE), "A j j space", EDIT, {"backtest": AGREEING}),
    "allow_against": State(showing(SIMPLE), "A", EDIT, {"backtest": AGAINST}),
    "allow_refused": State(showing(SIMPLE), "A", EDIT, {"backtest": REFUSED}),
    "allow_question": State(showing(SIMPLE), "A ctrl+s", EDIT, {"backtest": AGREEING}),
    "deny": State(showing(SIMPLE), "X", EDIT, {"backtest": AGAINST}),
    "rules": State(NORMAL, "F", answers={"rules": PAGE}),
    "rules_empty": State(NORMAL, "F", answers={"rules": RulePage(())}),
    "rules_ended": State(NORMAL, "F e G", answers={"rules": RulePage((*RULES, ENDED))}),
    "rules_hostile": State(NORMAL, "F", answers={"rules": RulePage((HOSTILE_RULE,))}),
    "rules_viewer": State(NORMAL, "F", answers={"rules": PAGE}, operator=VIC),
    "rules_revoke": State(NORMAL, "F x", answers={"rules": PAGE}),
    "explain": State(showing(SIMPLE), "E", answers={"explain": EXPLANATION}),
    "explain_hard_stop": State(showing(SIMPLE), "E", answers={"explain": HARD_STOP}),
    "explain_nothing": State(EMPTY, "E escape", answers={"explain": EXPLANATION}),
    "explain_question": State(EMPTY, "E", answers={"explain": EXPLANATION}),
    "budgets": State(NORMAL, "B", answers={"budgets": BUDGETS_PAGE}),
    "budgets_empty": State(NORMAL, "B", answers={"budgets": replace(BUDGETS_PAGE, items=())}),
}


def leading(clock: SimulatedClock, keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Press keys one after the other, and wait until all is painted."""

    async def press(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for key in keys.split():
            if key == ">":
                await clock.advance(0.5)
                await pilot.pause(0.1)
            else:
                await pilot.press(key)
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()

    return press


@SIZES
@pytest.mark.parametrize("name", STATES)
def test_governance(snap_compare: Compare, name: str, size: tuple[int, int]) -> None:
    state = STATES[name]
    client, clock = FakeClient(state.view, state.operator), clock_at()
    client.detail, client.answers = state.detail, dict(state.answers)
    client.replies["action.decide_many"] = BATCH
    assert snap_compare(console(client, clock), terminal_size=size, run_before=leading(clock, state.keys))
