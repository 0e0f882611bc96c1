"""Events in words: every line is bounded, names what happened, and never reads data as a template."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from engine.assembly.narrate import _SENTENCES, TEXT_LIMIT, narrate
from engine.journal import Event

AT = datetime(2026, 1, 1, tzinfo=UTC)


def event(kind: str, **data: object) -> Event:
    return Event(1, AT, kind, "subject-1", "operator:ana", data)


def test_a_rejection_says_what_who_and_why() -> None:
    told = narrate(event("action.rejected", reason="too early"), "send_proposal")
    assert (told.text, told.tone) == ("send_proposal rejected by ana: too early", "warn")


def test_an_unknown_kind_is_told_plainly() -> None:
    assert narrate(event("moon.eclipsed", title="Luna")).text == "moon Luna eclipsed"


@given(st.sampled_from(sorted(_SENTENCES)), st.dictionaries(st.text(max_size=8), st.text(max_size=400), max_size=5))
def test_no_data_breaks_or_stretches_a_line(kind: str, data: dict[str, str]) -> None:
    told = narrate(event(kind, **{key: value for key, value in data.items() if key not in {"kind"}}))
    assert len(told.text) <= TEXT_LIMIT
    assert "\n" not in told.text


def test_braces_in_data_are_only_text() -> None:
    assert "{actor.__class__}" in narrate(event("message.accepted", text="{actor.__class__}")).text
