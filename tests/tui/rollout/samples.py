"""Rollouts and shadow reports for the console's tests: made by hand, the same every time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine.queries import (
    GateView,
    MemberView,
    RolloutStageView,
    RolloutStepView,
    RolloutView,
    ShadowPage,
    ShadowSide,
    ShadowSummary,
    ShadowView,
)
from engine.view import RolloutLine

from ..views import NOW, ago

DAY = 86_400
ORDER = ("helper", "review", "planner", "sales")


def stages(now: str, soaked: int) -> tuple[RolloutStageView, ...]:
    shares = (("one", "1 persona", 1, DAY), ("half", "50%", 2, 2 * DAY), ("all", "100%", 4, 2 * DAY))
    names = [name for name, *_ in shares]
    found = []
    for name, share, number, soak in shares:
        place = names.index(name) - names.index(now) if now else 1
        state = "done" if place < 0 else "now" if place == 0 else "ahead"
        took = soak if place < 0 else soaked if place == 0 else 0
        found.append(RolloutStageView(name, share, ORDER[:number], soak, took, state))
    return tuple(found)


def gate(name: str, value: float, limit: float, unit: str, health: str = "ok", samples: int = 41) -> GateView:
    texts = {
        "answers": f"95 of 100 answers of helper within {value:.1f} s, the limit is {limit:g} s,"
        f" from {samples} answers",
        "depth": f"{value:g} messages wait for review, fewer than {limit:g} have to",
        "failures": f"{value:.1f} % of what helper tried failed, the limit is {limit:g} %, from {samples} attempts",
        "rejections": f"operators rejected {value:.1f} % of what helper proposed, the limit is {limit:g} %,"
        f" from {samples} decisions",
        "starvation": f"a message has waited {value:.0f} s for review, the limit is {limit:g} s",
    }
    persona = "review" if name in {"depth", "starvation"} else "helper"
    least = {"answers": 20, "failures": 20, "rejections": 5}.get(name, 0)
    return GateView(name, persona, health, value, limit, unit, samples, least, texts[name])


GATES = (
    gate("answers", 7.2, 20, "s"),
    gate("depth", 12, 100, "messages", samples=12),
    gate("failures", 2.4, 5, "%"),
    replace(gate("rejections", 0, 30, "%", "few", samples=2), text="helper: 2 decisions of 5, too few to say"),
    gate("starvation", 41, 300, "s", samples=12),
)
MEMBERS = (
    MemberView("helper", "Helper", "autonomous", "sync", NOW - timedelta(hours=41), 1, 4),
    MemberView("review", "CodeReview", "autonomous", "sync", NOW - timedelta(hours=17), 2, 12),
    MemberView("planner", "Planner", "sync", "", None, 3, 1),
    MemberView("sales", "Sales", "shadow", "", None, 4, 0),
    MemberView("night", "NightWatch", "off", "", None, 0, 0),
)


def step(number: int, name: str, hours: float, before: str, after: str, **more: object) -> RolloutStepView:
    base = RolloutStepView(
        number, 2, NOW - timedelta(hours=hours), name, before, after, "one", "operator:ana", "", "", "", ""
    )
    return replace(base, **more)  # type: ignore[arg-type]  # names of its own fields


STEPS = (
    step(4, "advance", 17, "soaking", "soaking", stage="half", actor="engine",
         reason="the soak is over and every gate holds"),
    step(3, "resume", 30, "held", "soaking"),
    step(2, "hold", 33, "soaking", "held", actor="operator:ben", reason="wait for the release"),
    step(1, "start", 41, "planned", "soaking", reason="as agreed on Monday"),
)  # fmt: skip
SOAKING = RolloutView(
    number=2,
    state="soaking",
    stage="half",
    why="",
    next="100% begins after the soak",
    soak_left_seconds=31 * 3_600,
    missing=0,
    stages=stages("half", 17 * 3_600),
    gates=GATES,
    all_gates=(*GATES, replace(GATES[0], persona="review", value=5.1, text="95 of 100 answers of review within 5.1 s, "
               "the limit is 20 s, from 23 answers")),
    personas=MEMBERS,
    steps=STEPS,
    advance="automatic",
    can=("abort", "advance", "back", "hold"),
    changed_at=NOW - timedelta(hours=17),
)  # fmt: skip
FIGURES = "95 of 100 answers of review within 31.4 s, the limit is 20 s, from 27 answers"
ROLLED_BACK = replace(
    SOAKING,
    state="rolled_back",
    why=FIGURES,
    next="nothing, until an operator begins it again or plans another",
    soak_left_seconds=0,
    stages=tuple(replace(one, state="ended" if one.state == "now" else one.state) for one in SOAKING.stages),
    gates=(),
    all_gates=(),
    personas=tuple(replace(one, mode="sync" if one.joined_at else one.mode) for one in MEMBERS),
    steps=(
        step(5, "breach", 0.1, "soaking", "rolled_back", stage="half", actor="engine", reason=FIGURES, gate="answers",
             persona="review", figures=FIGURES),
        *STEPS,
    ),
    can=("restart", "start"),
)  # fmt: skip
BREACHED = replace(
    SOAKING,
    gates=(gate("answers", 31.4, 20, "s", "breach", 27), gate("depth", 100, 100, "messages", "breach"), *GATES[2:]),
)
HELD = replace(SOAKING, state="held", why="wait for the release", can=("abort", "back", "resume"), next=(
    "nothing, until an operator lets it go on; a breach still rolls it back"))  # fmt: skip
READY = replace(
    SOAKING,
    state="ready",
    soak_left_seconds=0,
    stages=stages("half", 2 * DAY),
    next="100% begins when an operator says so",
)
PLANNED = replace(
    SOAKING, state="planned", stage="one", stages=stages("", 0), gates=(), all_gates=(), soak_left_seconds=0,
    steps=(step(1, "plan", 1, "", "planned"),), next="helper begins when an operator starts it", can=("abort", "start"),
    personas=tuple(replace(one, before="", joined_at=None, mode="sync") for one in MEMBERS),
)  # fmt: skip
NONE = RolloutView(
    0, "none", "", "", "", 0, 0, (), (), (), tuple(replace(one, place=0, before="", joined_at=None) for one in MEMBERS),
    (), "automatic", ("start",),
)  # fmt: skip
COMPLETE = replace(
    SOAKING, state="complete", stage="all", soak_left_seconds=0, gates=(), all_gates=(), can=("back", "start"),
    stages=tuple(replace(one, state="done", soaked_seconds=one.soak_seconds) for one in SOAKING.stages),
    next="nothing; every persona of it works by itself",
)  # fmt: skip
HOSTILE_TEXT = "\x1b[2J[b]evil\u202e\x07 [@click=app.quit]here[/]" + "x" * 500
HOSTILE = replace(
    HELD,
    why=HOSTILE_TEXT,
    personas=(replace(MEMBERS[0], name=HOSTILE_TEXT, persona=HOSTILE_TEXT[:30]),),
    steps=(step(1, "hold", 1, "soaking", "held", actor=HOSTILE_TEXT, reason=HOSTILE_TEXT),),
    gates=(replace(GATES[0], text=HOSTILE_TEXT),),
)
LINES = {
    "soaking": RolloutLine("soaking", "half", "50%", 31 * 3_600),
    "ready": RolloutLine("ready", "half", "50%"),
    "held": RolloutLine("held", "half", "50%", 31 * 3_600),
    "rolled_back": RolloutLine("rolled_back", "half", "50%", 0, FIGURES),
    "planned": RolloutLine("planned", "one", "1 persona", 0),
}


def side(seconds: float, *kinds: tuple[str, str], outcome: str = "answered", reason: str = "") -> ShadowSide:
    made = tuple((kind, "chat", "", tier, '{"channel":"ops","text":"Two goals are behind."}') for kind, tier in kinds)
    return ShadowSide(NOW - timedelta(seconds=60), seconds, outcome, reason, made)


CHAT = ("send_chat_message", "autonomous")
SHADOWS = (
    ShadowView(
        "sales:m4", "sales", "ana", "how do our goals stand?", ago(12), "equal", "", side(0.2, CHAT), side(4.1, CHAT)
    ),
    ShadowView(
        "sales:m3", "sales", "ben", "please send Acme a proposal for 40 seats", ago(80), "different",
        "send_proposal: another body", side(0.3, ("send_proposal", "approval"), CHAT),
        side(6.0, ("send_proposal", "approval"), CHAT),
    ),
    ShadowView(
        "sales:m2", "sales", "git patrol", "uncommitted work", ago(300), "only_sync",
        "by itself it was declined: not mine",
        side(0.1, CHAT), side(9.0, outcome="declined", reason="not mine"),
    ),
    ShadowView(
        "sales:m1", "sales", "ana", "approve a discount", ago(900), "open", "",
        side(0.2, ("approve_discount", "hard_stop")),
    ),
)  # fmt: skip
SUMMARY = ShadowSummary(
    "sales", "Sales", "shadow", NOW - timedelta(days=2), 40,
    (("equal", 36), ("different", 3), ("only_sync", 1), ("open", 1)), (0.2, 0.6), (4.4, 8.9),
    (("autonomous", 38), ("approval", 3)), (("autonomous", 37), ("approval", 3)), (("answered", 39), ("declined", 1)),
    (("different", ("sales:m3",)), ("only_sync", ("sales:m2",))),
)  # fmt: skip
SHADOW_PAGE = ShadowPage((SUMMARY,), SHADOWS)
SHADOW_EMPTY = ShadowPage((), ())
SHADOW_HOSTILE = ShadowPage(
    (replace(SUMMARY, name=HOSTILE_TEXT),),
    (replace(SHADOWS[1], sender=HOSTILE_TEXT, text=HOSTILE_TEXT, differs=HOSTILE_TEXT),),
)
