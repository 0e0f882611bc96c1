"""Personas, messages and their pasts for the console's tests: made by hand, the same every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from engine.queries import (
    CooldownView,
    EmotionView,
    HistoryPoint,
    InboxPage,
    InitiationView,
    MessageReport,
    PersonaHistory,
    PersonaReport,
    PersonaTriggers,
    SaidView,
    SkipView,
    TriggersView,
    TriggerView,
    WhyView,
)
from engine.view import HoldView, InboxView, MessageView, View

from ..views import HOSTILE_TEXTS, NORMAL, NOW, ago, ahead, event, message, persona

EMOTIONS = (
    ("loneliness", 68),
    ("curiosity", 55),
    ("confidence", 52),
    ("excitement", 50),
    ("affection", 50),
    ("vulnerability", 48),
    ("frustration", 44),
    ("defensiveness", 40),
    ("jealousy", 31),
)
HELPER = persona(
    "helper",
    "Helper",
    "autonomous",
    82,
    "active",
    4,
    last_reply=ago(4),
    emotions=EMOTIONS,
    trend=(-1, -1, 40, 44, 47, 50, 55, 58, 61, 64, 66, 68),
    waits_for=("planner",),
    held=(HoldView("helper:m9", "helper", "planner", "Planner", ago(20), ahead(100), "who takes the migration?"),),
)


def history(hours: float = 24, points: int = 120, gap: tuple[int, int] = (30, 42)) -> PersonaHistory:
    """A day: work in the morning, a gap, a crowded hour, rest."""
    since = NOW - timedelta(hours=hours)
    width = (NOW - since) / points

    def at(number: int) -> HistoryPoint:
        end = since + width * (number + 1)
        if gap[0] <= number < gap[1]:
            return HistoryPoint(end, known=False)
        wave = abs(number % 40 - 20)
        crowded = 80 <= number < 90
        mood = "overwhelmed" if crowded else "tired" if wave < 3 else "active" if number % 3 else "idle"
        feelings = tuple((name, max(10, min(100, points_now - 20 + number // 6))) for name, points_now in EMOTIONS)
        return HistoryPoint(
            end, True, 30 + 3 * wave, 60 + wave, 100 - number // 3, mood, 130 if crowded else number % 5, feelings
        )

    return PersonaHistory("helper", since, NOW, 60, tuple(at(number) for number in range(points)))


def why(number: int, state: str, text: str, **more: object) -> WhyView:
    """What became of a message."""
    base = WhyView(f"helper:m{number}", "ana", "human", "ops", text, ago(number * 60), state, priority=70, seconds=4.2)
    return replace(base, **more)  # type: ignore[arg-type]  # test data


WHYS = (
    why(
        1,
        "waiting",
        "weekly plan: three goals, two are behind",
        priority=42,
        gate=50,
        blocks=("priority 42, needs 50 while tired", "it has just answered and may again in 3.0 s", "2 come before it"),
        why="priority 42, needs 50 while tired",
        seconds=12.0,
    ),
    why(2, "in_progress", "can you look at the import?", thought_seconds=2.0, attempts=1, why="attempt 1 is under way"),
    why(3, "answered", "hello", action_ids=("a1",), thought_seconds=0.4, ended_at=ago(176), attempts=1),
    why(4, "refused", "approve a discount", why="approve_discount is somebody else's work", ended_at=ago(230)),
    why(5, "declined", "lunch?", why="nothing to say to that", ended_at=ago(290)),
    why(6, "dead", "what is 0 / 0?", why="given up after 3 attempts: ZeroDivisionError", ended_at=ago(200), attempts=3),
    why(7, "dropped", "newsletter", why="made room in a full inbox (1000)", ended_at=ago(400)),
    why(
        8,
        "merged",
        "uncommitted work",
        why="the same was waiting already, so it was folded into that",
        into="helper:m2",
    ),
)
REPORT = PersonaReport(
    at=NOW,
    persona=HELPER,
    paused="",
    brain="rules",
    first_mode="sync",
    channels=("general", "sales"),
    expertise=("goal", "invoice"),
    scanners=("git_patrol",),
    out_of_role=(),
    today=(("actions", 12, 10_000), ("tokens", 45_120, 1_000_000), ("cents", 31, 500)),
    accepted=412,
    merged=7,
    dropped=2,
    dead=1,
    turns=398,
    failures_in_row=2,
    circuit_opens_at=10,
    circuit_until=None,
    cadence_seconds=5,
    free_seconds=1.2,
    busy_with="ana",
    history=history(),
    messages=WHYS,
)
_LINES = {"loneliness": (70, 60), "excitement": (80, 70), "frustration": (60, 50), "jealousy": (70, 60)}


def _emotion(name: str, points: int) -> EmotionView:
    floor = 30 if name == "loneliness" else 10
    if name not in _LINES:
        return EmotionView(name, points, 50, floor)
    fires, rearms = _LINES[name]
    return EmotionView(name, points, 50, floor, fires, rearms, "spent" if name == "loneliness" else "armed")


TRIGGERS_VIEW = TriggersView(
    personas=(
        PersonaTriggers(
            "helper",
            "Helper",
            "autonomous",
            tuple(_emotion(name, points) for name, points in EMOTIONS),
            (
                TriggerView(
                    "helper", "Helper", "loneliness", 68, 70, 60, 3, "spent", "it is armed again below 60", ago(900),
                    ago(900), 3,
                ),
                TriggerView("helper", "Helper", "frustration", 44, 60, 50, 4, "armed"),
            ),
            "ana", "local", "direct", 1, 5,
        ),
    ),
    cooldowns=(CooldownView("ana", ago(900), ahead(2_700), "Helper", "local"),),
    under_way=(
        InitiationView(
            "i1", "helper", "follow_up", "ben", "telegram", "chat 12", "Hello Ben", "an open topic", "queued", 0,
            ago(60), ahead(840),
        ),
    ),
    skips=(SkipView("emotion:excitement", "helper", "nobody to write to", 4, ago(4_000), ago(400)),),
    next_at=ahead(305),
    held="",
    alive=True,
    every_seconds=900,
)  # fmt: skip
EMPTY_REPORT = replace(
    REPORT,
    persona=replace(HELPER, waiting=0, last_reply=None, trend=(), waits_for=(), held=(), doing=""),
    first_mode="autonomous",
    today=(("actions", 0, 10_000), ("tokens", 0, 1_000_000), ("cents", 0, 500)),
    accepted=0,
    merged=0,
    dropped=0,
    dead=0,
    turns=0,
    failures_in_row=0,
    free_seconds=0,
    busy_with="",
    history=replace(history(), points=tuple(HistoryPoint(one.at, known=False) for one in history().points)),
    messages=(),
)
OVERLOADED = replace(
    REPORT,
    persona=replace(HELPER, waiting=412, overloaded=True, mood="overwhelmed", energy=12, circuit_open=True),
    circuit_until=ahead(42),
    failures_in_row=10,
)
PAUSED = replace(REPORT, paused="ana paused persona", persona=replace(HELPER, paused=True))
HOSTILE_REPORT = replace(
    REPORT,
    persona=replace(HELPER, name=HOSTILE_TEXTS[0], role=HOSTILE_TEXTS[3], waits_for=(HOSTILE_TEXTS[1],)),
    busy_with=HOSTILE_TEXTS[2],
    channels=HOSTILE_TEXTS[:2],
    messages=tuple(
        why(number, "refused", text, why=text, sender=text, channel=text, ended_at=ago(5))
        for number, text in enumerate(HOSTILE_TEXTS, start=1)
    ),
)
STATES: Mapping[str, PersonaReport] = {
    "normal": REPORT,
    "empty": EMPTY_REPORT,
    "overload": OVERLOADED,
    "paused": PAUSED,
    "hostile": HOSTILE_REPORT,
}


def view_of(report: PersonaReport) -> View:
    """The first screen with this persona on top."""
    return replace(NORMAL, personas=(report.persona, *NORMAL.personas[1:]))


MESSAGES: tuple[MessageView, ...] = (
    message("helper:m1", "helper", "@helper can you look at the failing import?", 96, pinned=True, moved=20),
    message("planner:m2", "planner", "weekly plan: two goals are behind", 71, sender="Planner", sender_kind="persona"),
    message("helper:m3", "helper", "who takes the migration?", 64, held_for=("Planner",), sent_at=ago(90)),
    message(
        "review:m4", "review", "uncommitted work in billing", 45, merged=3, sender="git_patrol", sender_kind="system"
    ),
    message("helper:m5", "helper", "please try again", 40, attempts=2, error="TimeoutError"),
    message("helper:m6", "helper", "the one at hand", 80, state="in_progress", attempts=1),
    message(
        "helper:m7",
        "helper",
        "what is 0 / 0?",
        30,
        state="dead",
        attempts=3,
        error="ZeroDivisionError",
        ended_at=ago(60),
    ),
)
INBOX_VIEW = InboxView(MESSAGES, total=5, dropped=2, merged=7, dead=1)
PAGE = InboxPage(MESSAGES[:5], waiting=5, at_hand=1, dead=1, dropped=2, merged=7, next="")


def report_of(one: MessageView, found: WhyView | None = None, **more: object) -> MessageReport:
    """Everything about a message."""
    told = found or replace(WHYS[0], id=one.id, text=one.text)
    base = MessageReport(
        message=one,
        text=f"{one.text}\n\nThe second paragraph, whole.",
        payload='{\n  "file": "billing/invoice.py"\n}' if one.merged else "",
        why=told,
        priority_on_arrival=60,
        moved=one.moved,
        last_error=one.error,
        not_before=None,
        said=(),
        events=(event(7, "ana to helper: look", kind="message.accepted", seconds=12),),
    )
    return replace(base, **more)  # type: ignore[arg-type]  # test data


SAID = SaidView("act-1", "send_chat_message", "chat", "executed", "Q4 revenue is at 61 %, behind by 8 %.")
ANSWERED = report_of(replace(MESSAGES[0], state="done"), replace(WHYS[2], id="helper:m1"), said=(SAID,))
