"""Whoever says yes faster than anybody reads is asked once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.governance.fatigue import WINDOW, Reading, tired, unusual
from engine.settings.governance import GovernanceSettings

from ..support import World
from .support import PAT, QUINN

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RULES = GovernanceSettings()


def answers(*seconds: float, every: float = 10.0, last: bool = True) -> list[Reading]:
    """Newest first; the last one, which came first, may be a no."""
    found = [Reading(NOW - timedelta(seconds=every * index), yes=True, seconds=each)
             for index, each in enumerate(seconds)]  # fmt: skip
    if not last:
        found[-1] = Reading(found[-1].at, yes=False, seconds=found[-1].seconds)
    return found


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], ""),
        (answers(*[1.9] * 9), ""),
        (answers(*[1.9] * 10), "10 approvals in a row, looked at for 1.9 s each; 10 of the last 10 answers were yes"),
        (answers(*[2.0] * 10), ""),
        (answers(*[1.0] * 6, *[60.0] * 4), "10 approvals in a row"),
        (answers(*[1.0] * 5, *[60.0] * 5), ""),
        (answers(*[1.0] * 11, last=False), "10 approvals in a row, looked at for 1.0 s each; 10 of the last 11"),
        (answers(*[1.0] * 10, last=False), ""),
        (answers(*[30.0] * 20, every=1), ""),
        (answers(*[30.0] * 21, every=1), "21 approvals within a minute"),
        (answers(*[30.0] * 21, every=3), ""),
        (answers(*[1.0] * 10, every=WINDOW.total_seconds() / 9 + 1), ""),
    ],
)
def test_an_unusual_streak_is_noticed_and_no_other(given: list[Reading], said: str) -> None:
    found = unusual(given, NOW, RULES)
    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_a_batch_is_one_act_and_still_counts_by_the_minute() -> None:
    batch = [Reading(NOW, yes=True, seconds=0.0)] * 20
    assert unusual(batch, NOW, RULES) == ""
    assert unusual([*batch, batch[0]], NOW, RULES).startswith("21 approvals within a minute")


@pytest.mark.parametrize("off", [{"fatigue_streak": 0}, {"fatigue_reading_seconds": 0.0}])
def test_each_guard_can_be_switched_off(off: dict[str, float]) -> None:
    assert unusual(answers(*[0.1] * 15), NOW, RULES.model_copy(update=off)) == ""
    assert unusual(answers(*[9.0] * 30, every=1), NOW, RULES.model_copy(update={"fatigue_per_minute": 0})) == ""


async def test_reading_begins_when_it_is_asked_claimed_or_the_one_before_is_answered(world: World) -> None:
    actions = [await world.propose(text=str(each)) for each in range(12)]
    for action in actions[:10]:
        await world.clock.advance(1)
        await world.approve(action, PAT)
    (found,) = await world.read(lambda reader: tired(reader, world.clock.now(), world.settings))
    assert found[0] == "pat"
    assert "looked at for 1.0 s each" in found[1]
    await world.clock.advance(100)
    await world.write(lambda tx: world.gate.decisions.claim(tx, actions[10].id, QUINN))
    await world.clock.advance(3)
    await world.approve(actions[10], QUINN)
    rows = await world.read(lambda reader: reader.rows("SELECT reading_us FROM decisions WHERE decider = 'quinn'"))
    assert [row["reading_us"] for row in rows] == [3_000_000]
    await world.reject(actions[11], PAT)
    assert await world.read(lambda reader: tired(reader, world.clock.now(), world.settings)) == ()
