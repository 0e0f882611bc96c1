"""The settings of triggers: ranges, and what makes no sense together."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.settings import SettingsError, load_settings
from engine.settings.loader import parse_settings


def refusal(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, Path("watchfloor.toml"), {})
    return caught.value.sentence()


@pytest.mark.parametrize(
    "text",
    [
        "[triggers.emotional]\ninterval_seconds = 59",
        "[triggers.emotional]\ninterval_seconds = 3601",
        "[triggers.initiations]\ncooldown_seconds = 299",
        "[triggers.initiations]\ncooldown_seconds = 86401",
        "[triggers.emotional.thresholds]\njoy = 60",
        "[triggers.emotional.thresholds]\nloneliness = 101",
        "[triggers.follow_up]\nafter_seconds = 7200\nuntil_seconds = 7200",
        "[triggers.recipients.ana]\nknown_as = ['bo']\n[triggers.recipients.ben]\nknown_as = ['Bo']",
        "[triggers.initiations]\nwaking_hours = { start = '08:00', end = '08:00' }",
        "[triggers.initiations]\nwaking_hours = { zone = 'Mars/Olympus' }",
        "[triggers.telepathy]\nenabled = true",
    ],
)
def test_what_is_refused(text: str) -> None:
    assert "watchfloor.toml" in refusal(text)


@pytest.mark.parametrize("limits", [(60, 300), (3_600, 86_400)])
def test_the_ends_of_the_ranges(limits: tuple[int, int]) -> None:
    interval, cooldown = limits
    text = f"[triggers.emotional]\ninterval_seconds = {interval}\n[triggers.initiations]\ncooldown_seconds = {cooldown}"
    rules = parse_settings(text, Path("watchfloor.toml"), {}).triggers
    assert (rules.emotional.interval_seconds, rules.initiations.cooldown_seconds) == limits


def test_a_threshold_has_to_lie_above_rest() -> None:
    assert "would fire at rest" in refusal("[triggers.emotional.thresholds]\nloneliness = 50")
    text = '[personas.helper]\nname = "Helper"\n[personas.helper.emotion_thresholds]\njealousy = 50'
    assert "personas.helper.emotion_thresholds.jealousy" in refusal(text)
    parse_settings(text.replace("50", "51"), Path("watchfloor.toml"), {})


def test_the_environment_goes_first() -> None:
    environ = {"WATCHFLOOR_TRIGGERS__EMOTIONAL__THRESHOLDS__FRUSTRATION": "55"}
    thresholds = load_settings(None, environ).triggers.emotional.thresholds
    assert (thresholds.frustration, thresholds.loneliness) == (55, 70)
