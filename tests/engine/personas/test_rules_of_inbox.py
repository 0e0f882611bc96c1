"""Priority, mentions, overload, choosing, and personas among themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.personas.control import Said, text_digest, why_muted
from engine.personas.inbox import Entry, Fitness, choose, ranked, victim, weigh
from engine.personas.mentions import mentioned, spoken_names, uses_word
from engine.personas.model import SenderKind
from engine.personas.mood import Mood
from engine.personas.priority import Arrival, effective_priority, is_rising, priority_on_arrival
from engine.settings.persona_rules import EngagementRules, PersonaRules

RULES = PersonaRules()
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
OLD = timedelta(hours=1)
FRESH = Fitness(Mood.IDLE, 10_000, 10_000, 0)


def arrival(
    age: float = 3_600, *, mentions: bool = False, human: bool = False, expert: bool = False, quiet: float | None = None
) -> Arrival:
    silence = None if quiet is None else timedelta(seconds=quiet)
    return Arrival(timedelta(seconds=age), mentions, human, expert, silence)


def entry(
    name: str,
    priority: int = 2_000,
    *,
    kind: SenderKind = SenderKind.SYSTEM,
    mentioned: bool = False,
    waited: float = 0,
    boost: int = 0,
    pinned: bool = False,
) -> Entry:
    return Entry(name, kind, mentioned, priority, boost, NOW if pinned else None, NOW - timedelta(seconds=waited))


@pytest.mark.parametrize(
    ("seen", "points"),
    [
        (arrival(), 20),
        (arrival(mentions=True), 60),
        (arrival(human=True), 50),
        (arrival(expert=True), 30),
        (arrival(59.9), 40),
        (arrival(60), 30),
        (arrival(299.9), 30),
        (arrival(300), 20),
        (arrival(quiet=299.9), 30),
        (arrival(quiet=300), 20),
        (arrival(0, mentions=True, human=True, expert=True, quiet=1), 100),
    ],
)
def test_priority_on_arrival(seen: Arrival, points: int) -> None:
    assert priority_on_arrival(seen, RULES.priority) == points * 100


@pytest.mark.parametrize(
    ("seconds", "effective"), [(0, 2_000), (3, 2_500), (15, 4_500), (29.999, 6_999 - 1), (30, 7_000), (3_000, 7_000)]
)
def test_waiting_lifts_by_at_most_fifty_points_in_thirty_seconds(seconds: float, effective: int) -> None:
    assert effective_priority(2_000, 0, timedelta(seconds=seconds), RULES.priority) == pytest.approx(effective, abs=1)


def test_priority_is_capped_and_rising_ends() -> None:
    assert effective_priority(9_000, 0, timedelta(seconds=30), RULES.priority) == 10_000
    assert is_rising(9_000, 0, NOW - timedelta(seconds=5), NOW, RULES.priority)
    assert not is_rising(9_000, 0, NOW - timedelta(seconds=6), NOW, RULES.priority)
    assert not is_rising(2_000, 0, NOW - timedelta(seconds=30), NOW, RULES.priority)


@given(
    st.integers(0, 10_000),
    st.integers(-10_000, 10_000),
    st.floats(-100, 10_000, allow_nan=False),
    st.floats(0, 1_000, allow_nan=False),
)
def test_waiting_only_ever_helps(priority: int, boost: int, seconds: float, more: float) -> None:
    before = effective_priority(priority, boost, timedelta(seconds=seconds), RULES.priority)
    later = effective_priority(priority, boost, timedelta(seconds=seconds + more), RULES.priority)
    assert 0 <= before <= later <= 10_000


NAMES = {"code-review": ("code-review", "Code Review"), "helper": ("helper", "Helper"), "help": ("help", "Help")}


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("@Code Review look", {"code-review"}),
        ("@code-review look", {"code-review"}),
        ("@CODE_REVIEW: look", {"code-review"}),
        ("@code   review!", {"code-review"}),
        ("@helper", {"helper"}),
        ("@help me", {"help"}),
        ("@helpers", set()),
        ("mail x@helper.org", set()),
        ("@@helper", set()),
        ("@ helper", set()),
        ("@helper and @Code Review", {"helper", "code-review"}),
        ("@nobody", set()),
    ],
)
def test_mentions(text: str, whom: set[str]) -> None:
    assert mentioned(text, spoken_names(NAMES)) == whom


def test_names_are_case_folded_not_lowered() -> None:
    assert mentioned("@STRASSE hi", spoken_names({"s": ("Straße",)})) == {"s"}


def test_expertise_words_are_whole_words() -> None:
    assert uses_word("The Invoices are late", ("invoice",))
    assert uses_word("a follow  up please", ("follow-up",))
    assert not uses_word("invoiced", ("invoice",))


def test_a_full_inbox_drops_the_lowest_and_the_newest_of_equals() -> None:
    waiting = [entry("a", 5_000), entry("b", 3_000, waited=5), entry("c", 3_000, waited=5)]
    assert victim(waiting, entry("n", 9_000), NOW, RULES).id == "c"
    assert victim(waiting, entry("n", 2_000), NOW, RULES).id == "n"
    assert victim([entry("a", waited=1)], entry("n"), NOW, RULES).id == "n"


def test_what_an_operator_raised_counts_raised() -> None:
    assert victim([entry("a", 2_000, boost=5_000), entry("b", 4_000)], entry("n", 6_000), NOW, RULES).id == "b"


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    return entry(
        draw(st.uuids()).hex,
        draw(st.integers(0, 10_000)),
        kind=draw(st.sampled_from(SenderKind)),
        mentioned=draw(st.booleans()),
        waited=draw(st.integers(0, 100)),
        boost=draw(st.integers(-2_000, 2_000)),
        pinned=draw(st.booleans()),
    )


@settings(max_examples=200)
@given(st.lists(entries(), min_size=1, max_size=30), entries())
def test_protected_messages_go_only_when_all_are_protected(waiting: list[Entry], newcomer: Entry) -> None:
    everyone = [*waiting, newcomer]
    going = victim(waiting, newcomer, NOW, RULES)
    assert going in everyone
    if going.is_protected:
        assert all(item.is_protected for item in everyone)
    if _last(going):
        assert all(_last(item) for item in everyone)
    peers = [item for item in everyone if (item.is_protected, _last(item)) == (going.is_protected, _last(going))]
    if going.pinned_at is None:
        lowest = min(weigh(item, NOW, RULES).effective for item in peers if item.pinned_at is None)
        assert weigh(going, NOW, RULES).effective == lowest


def _last(item: Entry) -> bool:
    return item.sender_kind is SenderKind.HUMAN or item.pinned_at is not None


@given(st.lists(entries(), max_size=30))
def test_the_order_is_by_effective_priority_then_age(waiting: list[Entry]) -> None:
    order = [item for item in ranked(waiting, NOW, RULES) if item.entry.pinned_at is None]
    keys = [(-item.effective, item.entry.arrived_at) for item in order]
    assert keys == sorted(keys)


def picked(waiting: list[Entry], fitness: Fitness = FRESH) -> str | None:
    chosen = choose(ranked(waiting, NOW, RULES), fitness, RULES)
    return chosen[0].entry.id if chosen else None


def test_a_human_goes_before_a_persona_of_higher_priority() -> None:
    waiting = [entry("p", 9_000, kind=SenderKind.PERSONA), entry("h", 5_000, kind=SenderKind.HUMAN)]
    assert picked(waiting) == "h"
    assert picked([*waiting, entry("s", 9_500)]) == "s"
    assert picked(waiting, Fitness(Mood.OVERWHELMED, 10_000, 10_000, 0)) == "p"


def test_the_top_is_the_top() -> None:
    waiting = [entry("h", 10_000, kind=SenderKind.HUMAN), entry("t", 2_000, boost=8_000, pinned=True)]
    assert picked(waiting) == "t"


def test_every_fifth_turn_goes_to_the_oldest_overdue() -> None:
    waiting = [entry("urgent", 10_000), entry("older", 0, waited=900), entry("old", 0, waited=600)]
    assert [picked(waiting, Fitness(Mood.ACTIVE, 10_000, 10_000, turn)) for turn in range(6)] == [
        "urgent", "urgent", "urgent", "urgent", "older", "urgent",
    ]  # fmt: skip


def test_nothing_starves_behind_a_steady_stream_of_urgent_messages() -> None:
    weak, now, turn = entry("weak", 0), NOW, 0
    rules = PersonaRules(engagement=EngagementRules())
    while now < NOW + timedelta(hours=1):
        now += timedelta(seconds=10)
        urgent = Entry(f"u{turn}", SenderKind.HUMAN, True, 10_000, 0, None, now)
        chosen = choose(ranked([weak, urgent], now, rules), Fitness(Mood.OVERWHELMED, 1_000, 10_000, turn), rules)
        assert chosen is not None
        turn += 1
        if chosen[0].entry.id == "weak":
            break
    assert now - NOW <= timedelta(seconds=300 + 5 * 10)


def said(kind: SenderKind, ago: float, text: str = "x") -> Said:
    return Said(kind, text_digest(text), NOW - timedelta(seconds=ago))


def test_the_sixth_persona_message_in_two_minutes_is_muted_unless_a_human_speaks() -> None:
    chatter = [said(SenderKind.PERSONA, 60 + index, str(index)) for index in range(5)]
    assert why_muted(chatter[:4], text_digest("new"), NOW, RULES.control) is None
    assert why_muted(chatter, text_digest("new"), NOW, RULES.control) is not None
    assert why_muted([said(SenderKind.HUMAN, 1), *chatter], text_digest("new"), NOW, RULES.control) is None
    aged = [said(SenderKind.PERSONA, 120, str(index)) for index in range(5)]
    assert why_muted(aged, text_digest("new"), NOW, RULES.control) is None


@pytest.mark.parametrize(("ago", "muted"), [(59.9, True), (60, False)])
def test_the_same_words_are_refused_for_a_minute(ago: float, muted: bool) -> None:
    recent = [said(SenderKind.PERSONA, ago, "Hello  World")]
    assert (why_muted(recent, text_digest("hello world"), NOW, RULES.control) is not None) is muted


def test_humans_may_repeat_themselves() -> None:
    assert why_muted([said(SenderKind.HUMAN, 1, "hi")], text_digest("hi"), NOW, RULES.control) is None
