"""The circuit breaker: one table, one probe, and a rest that only time ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.agents.breaker import TRANSITIONS, Breaker, Circuit, Signal, begin, drop, end, look
from engine.agents.breakers import Breakers
from engine.clock import SimulatedClock
from engine.settings.agents import BreakerSettings

RULES = BreakerSettings(failures=3, open_seconds=10)


def failed(breaker: Breaker, now: float = 0.0) -> Breaker:
    return end(breaker, now, failed=True, most=3, seconds=10)


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    breaker = failed(failed(Breaker()))
    assert breaker.state is Circuit.CLOSED
    assert end(breaker, 0, failed=False, most=3, seconds=10) == Breaker()
    opened = failed(breaker)
    assert (opened.state, opened.until) == (Circuit.OPEN, 10)
    assert begin(opened, 9.9) is None


def test_one_probe_decides() -> None:
    opened = failed(failed(failed(Breaker())))
    probing = begin(opened, 10)
    assert probing is not None
    assert begin(probing, 10) is None
    assert end(probing, 11, failed=False, most=3, seconds=10) == Breaker()
    again = failed(probing, 11)
    assert (again.state, again.until) == (Circuit.OPEN, 21)
    given_back = begin(drop(probing), 12)
    assert given_back is not None


def test_every_state_answers_every_signal_that_can_reach_it() -> None:
    answers = {(state, signal) for state in Circuit for signal in Signal if signal is not Signal.TIMER}
    assert answers | {(Circuit.OPEN, Signal.TIMER)} == set(TRANSITIONS)


@given(st.lists(st.tuples(st.floats(0, 30), st.booleans()), max_size=60))
def test_it_never_lets_two_through_after_it_opened(steps: list[tuple[float, bool]]) -> None:
    breaker, now, under_way = Breaker(), 0.0, 0
    for pause, fails in steps:
        now += pause
        seen = look(breaker, now)
        after = begin(breaker, now)
        if seen.state is Circuit.OPEN:
            assert after is None
            continue
        if after is None:
            assert under_way == 1
        else:
            breaker, under_way = after, under_way + 1
        breaker, under_way = end(breaker, now, failed=fails, most=3, seconds=10), 0
        assert breaker.failures == 0 or fails


async def test_an_executor_and_a_capability_have_one_each() -> None:
    clock = SimulatedClock()
    breakers = Breakers(RULES, clock)
    for _ in range(3):
        assert breakers.begin(("build", "gpu"))
        breakers.end(("build", "gpu"), failed=True)
    assert breakers.open(("build", "gpu", "echo")) == {"build", "gpu"}
    assert not breakers.begin(("echo", "gpu"))
    assert [(one.name, one.state, one.seconds) for one in breakers.states()] == [
        ("build", Circuit.OPEN, 10),
        ("gpu", Circuit.OPEN, 10),
    ]
    await clock.advance(10)
    assert breakers.probes(("build", "gpu", "echo")) == {"build", "gpu"}
    assert breakers.begin(("build", "gpu"))
    assert breakers.open(("build", "gpu")) == {"build", "gpu"}
    breakers.end(("build", "gpu"), failed=False)
    assert breakers.states() == ()
