"""A message's page tells what was said last in its channel, whatever that holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.queries import ChatLineView
from tui.screens.message_text import whole

from ..personas.reports import MESSAGES, report_of
from ..views import HOSTILE_TEXTS, NOW


def test_the_channel_s_last_words_stand_between_answer_and_history() -> None:
    said = (ChatLineView("persona:planner", "2 of 5 goals are behind.", NOW - timedelta(seconds=5)),)
    lines = whole(report_of(MESSAGES[0], channel=said), NOW)
    texts = [line.text.text for line in lines]
    assert texts.index("2 of 5 goals are behind.") < texts.index("History")
    (told,) = [line for line in lines if line.text.text == "2 of 5 goals are behind."]
    assert told.label.text.endswith("Z planner")
    assert not any("Last said" in line.text.text for line in whole(report_of(MESSAGES[0]), NOW))


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_it_is_cleaned_as_everything_is(text: str) -> None:
    lines = whole(report_of(MESSAGES[0], channel=(ChatLineView(text, text, NOW),)), NOW)
    for line in lines:
        shown = line.label.text + line.text.text
        assert "\x1b" not in shown
        assert "\u202e" not in shown
