"""Approvals, rules, explanations and budgets for the tests of the console's governance."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from engine.queries import Backtest, BudgetPage, BudgetView, Explanation, RuleAnswer, RulePage, RuleView
from engine.view import ApprovalsView, ApprovalView, Detail, Risk, View

from ..views import HOSTILE_TEXTS, NORMAL, NOW, ago, ahead, approval

LETTER = "Dear Jo,\n\nthank you for the call on Friday. The terms are as we discussed.\n\nBest regards,\nHelper"
ARGUMENTS = {"to": "jo@acme.example", "subject": "What we agreed on Friday", "body": LETTER, "copies": 1}
PAYLOAD = tuple((name, value if isinstance(value, str) else str(value)) for name, value in ARGUMENTS.items())

SIMPLE = approval(
    "b1",
    "send_follow_up_email",
    Risk.MEDIUM,
    payload=PAYLOAD,
    account="Acme Corp",
    stage="evaluation",
    rule="approval tier: built-in.stage (accounts in evaluation ask)",
    simple=True,
)
WHOLE = replace(SIMPLE, arguments=json.dumps(ARGUMENTS, ensure_ascii=False))
OTHERS = tuple(
    approval(
        f"b{number}",
        "send_follow_up_email",
        Risk.LOW,
        payload=(("to", f"{name}@initech.example"), ("subject", "The manual"), ("body", "Here it is.")),
        account="Initech",
        expires_at=ahead(1_500 + number),
        simple=True,
    )
    for number, name in enumerate(("mia", "tom", "kim"), 2)
)
QUORUM = approval(
    "q1",
    "send_proposal",
    Risk.HIGH,
    quorum=2,
    granted_by=("ben",),
    account="Globex",
    stage="negotiation",
    expires_at=ahead(900),
)
CLAIMED = approval("c1", "discuss_pricing", claimed_by="ben", account="Initech", simple=True, expires_at=ahead(1_100))
ESCALATED = approval("e1", "share_minutes_externally", escalated=True, repeats=2, expires_at=ahead(700))
SNOOZED = approval("s1", "modify_account_plan", Risk.LOW, snoozed_until=ahead(252), expires_at=ahead(1_700))
UNCERTAIN = approval(
    "u1",
    "send_follow_up_email",
    status="uncertain",
    expires_at=None,
    decided_by="ana",
    decided_at=ago(60),
    result="the engine died while the mail was on its way",
    account="Hooli",
)
STANDING = approval(
    "r1", "log_interaction", Risk.LOW, status="executed", standing="0198aa11bb22", decided_by="rule:0198aa11bb22"
)

EVERYTHING = (QUORUM, ESCALATED, CLAIMED, SIMPLE, SNOOZED, UNCERTAIN, STANDING)


def showing(*items: ApprovalView, **more: object) -> View:
    """A view with these actions."""
    waiting = sum(item.status == "pending" for item in items)
    uncertain = sum(item.status == "uncertain" for item in items)
    snoozed = sum(item.snoozed_until is not None for item in items)
    approvals = ApprovalsView(items, waiting, uncertain, snoozed, ago(240))
    return replace(NORMAL, needs=waiting + uncertain, approvals=replace(approvals, **more))  # type: ignore[arg-type]  # test data


def detail_of(action: ApprovalView) -> Detail:
    """What the engine tells of an action."""
    return Detail(action.id, action.kind, (), action)


RULES = (
    RuleView(
        "0198aa11bb22cc33",
        "allow",
        "send_follow_up_email",
        (("kind", "send_follow_up_email"), ("tool", "email"), ("proposer", "persona:helper"),
         ("account", "Acme Corp"), ("stage", "evaluation"), ("/to", '"jo@acme.example"')),
        "ana",
        ago(7_200),
        "0198ffee",
        ahead(79_200),
        7,
        20,
        "active",
        last_used=ago(340),
    ),
    RuleView(
        "0198dd44ee55ff66",
        "deny",
        "discuss_pricing",
        (("kind", "discuss_pricing"), ("tool", "email"), ("proposer", "anybody"), ("account", "any")),
        "ben",
        ago(90_000),
        "0198abcd",
        ahead(500_000),
        0,
        100,
        "active",
        reason="Prices are talked about by people only.",
    ),
)  # fmt: skip
ENDED = replace(RULES[0], id="0197", state="used up", uses=20, made_at=ago(400_000), expires_at=ago(9_000))
HOSTILE_RULE = replace(
    RULES[1],
    id="x",
    kind=HOSTILE_TEXTS[1],
    reason=HOSTILE_TEXTS[2],
    made_by=HOSTILE_TEXTS[0],
    scope=(("/a", "\x1b[2J"),),
)
PAGE = RulePage(RULES)

EXPLANATION = Explanation(
    kind="send_follow_up_email",
    tier="approval",
    rule="built-in.stage",
    why="accounts in evaluation, negotiation or closed ask an operator",
    remedy="the account in a stage before evaluation; a standing rule made from an example",
    quorum=1,
    expiry_seconds=1_800,
    grace_seconds=5.0,
    answers=(
        RuleAnswer("built-in", "stage gate", "approval", "the account is in evaluation", decides=True),
        RuleAnswer("workspace", "office hours", "approval", "nothing goes out at night", decides=False),
        RuleAnswer("built-in", "autonomous kinds", "autonomous", "follow-ups run by themselves", decides=False),
    ),
    policy="9f2c41aa",
    notes=("persona helper has used 38 of 40 actions a day",),
)
HARD_STOP = Explanation(
    "approve_discount",
    "hard_stop",
    "hard stop",
    "nobody can approve a discount here",
    "",
    0,
    0,
    0.0,
    (RuleAnswer("built-in", "hard stop", "hard_stop", "nobody can approve a discount here", decides=True),),
    "9f2c41aa",
)

BUDGETS_PAGE = BudgetPage(
    (
        BudgetView("persona:helper", "actions_per_day", 40, 40, NOW + timedelta(hours=3)),
        BudgetView("kind:send_follow_up_email", "recipients_per_day", 17, 20, NOW + timedelta(minutes=42)),
        BudgetView("*", "actions_per_hour", 31, 200, NOW + timedelta(minutes=12)),
        BudgetView("persona:sales", "cents_per_day", 1_250, 50_000, NOW + timedelta(hours=20)),
        BudgetView("persona:planner", "actions_per_day", 0, 40),
    )
)

AGREEING = Backtest(41, 41, 0, 0, 0, RULES[0].scope)
AGAINST = Backtest(44, 39, 2, 3, 0, RULES[0].scope, ("0198aaaa1111", "0198bbbb2222"))
REFUSED = Backtest(3, 3, 0, 0, 0, RULES[0].scope, (), "kinds that need two operators are never allowed by a rule")
