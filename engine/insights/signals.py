"""What counts as evidence: each signal is one look at an account's history, and says what it saw in figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from ..settings.insights import PatternSettings
from .history import Deal, History
from .pattern import Evidence

_QUARTER: Final = 90
_ENOUGH_CLOSED: Final = 5
_ENOUGH_OPENED: Final = 3
_ENOUGH_WON: Final = 3
_MANY_WINS: Final = 4
_SOME_WINS: Final = 2
_STREAK: Final = 3
_LONG_STREAK: Final = 5
_MANY_STALLED: Final = 3
_ENOUGH_TALK: Final = 4
_BASE: Final = 2


def buying_evidence(history: History, rules: PatternSettings) -> tuple[Evidence, ...]:
    """Reasons to believe that the account wants to buy more."""
    return _weightiest_first((
        *_wins_lately(history, rules),
        *_opens_more(history, rules),
        *_wins_most(history),
        *_deals_grow(history),
        *_talks_more(history, rules),
    ))  # fmt: skip


def risk_evidence(history: History, rules: PatternSettings) -> tuple[Evidence, ...]:
    """Reasons to believe that the account is being lost."""
    return _weightiest_first((
        *_losses_in_a_row(history),
        *_wins_less(history),
        *_deals_stall(history),
        *_is_silent(history, rules),
        *_dries_up(history, rules),
    ))  # fmt: skip


def engagement_evidence(history: History, rules: PatternSettings, *, rising: bool) -> tuple[Evidence, ...]:
    """Reasons to believe that there is much more, or much less, going on with the account than before."""
    window = rules.window_days
    looks = (
        ("openings", "deals begun", 50, _BASE, [history.engaged_within(*span) for span in _spans(window)]),
        ("closings", "deals closed", 45, _BASE, [len(history.closed_within(*span)) for span in _spans(window)]),
        ("contacts", "contacts", 55, _ENOUGH_TALK, [history.contacts_within(*span) for span in _spans(window)]),
    )
    found = []
    for key, what, weight, base, (now, *before) in looks:
        total = sum(before)
        if total < base * len(before):
            continue
        # More than half as much again, or less than half, compared with the mean of the windows before.
        changed = now * len(before) * 2 >= total * 3 if rising else now * len(before) * 2 <= total
        if changed:
            text = f"{now} {what} in {window} days, {total / len(before):.1f} on average in the three windows before"
            found.append(Evidence(f"{key}:{'up' if rising else 'down'}", text, weight))
    return _weightiest_first(found)


def _wins_lately(history: History, rules: PatternSettings) -> Iterable[Evidence]:
    now, *before = [len(_won(history.closed_within(*span))) for span in _spans(rules.window_days)]
    if sum(before) and now >= _SOME_WINS and now * len(before) * 2 >= sum(before) * 3:
        many = now >= _MANY_WINS
        text = f"{now} deals won in {rules.window_days} days, {sum(before) / len(before):.1f} on average before"
        yield Evidence(f"wins_lately:{_MANY_WINS if many else _SOME_WINS}", text, 55 if many else 45)


def _opens_more(history: History, rules: PatternSettings) -> Iterable[Evidence]:
    now, *before = [history.engaged_within(*span) for span in _spans(rules.window_days)]
    if sum(before) and now >= _ENOUGH_OPENED and now * len(before) * 2 >= sum(before) * 3:
        text = f"{now} deals begun in {rules.window_days} days, {sum(before) / len(before):.1f} on average before"
        yield Evidence("opens_more", text, 45)


def _wins_most(history: History) -> Iterable[Evidence]:
    closed = history.closed_within(0, _QUARTER - 1)
    won = len(_won(closed))
    if len(closed) >= _ENOUGH_CLOSED and won * 10 >= len(closed) * 7:
        yield Evidence("wins_most", f"{won} of {len(closed)} deals won in {_QUARTER} days", 45)


def _deals_grow(history: History) -> Iterable[Evidence]:
    lately = _values(history.closed_within(0, _QUARTER - 1))
    before = _values(history.closed_within(_QUARTER, 4 * _QUARTER))
    if len(lately) < _ENOUGH_WON or len(before) < _ENOUGH_WON:
        return
    if sum(lately) * len(before) * 10 >= sum(before) * len(lately) * 13:
        now, then = sum(lately) // len(lately), sum(before) // len(before)
        yield Evidence("deals_grow", f"deals won are worth {_money(now)} on average, {_money(then)} before", 40)


def _talks_more(history: History, rules: PatternSettings) -> Iterable[Evidence]:
    now, before, *_ = [history.contacts_within(*span) for span in _spans(rules.window_days)]
    if now >= _ENOUGH_TALK and now >= 2 * before:
        yield Evidence("talks_more", f"{now} contacts in {rules.window_days} days, {before} in those before", 45)


def _losses_in_a_row(history: History) -> Iterable[Evidence]:
    streak = 0
    for deal in reversed([deal for deal in history.deals if deal.closed is not None]):
        if deal.won:
            break
        streak += 1
    if streak >= _STREAK:
        long = streak >= _LONG_STREAK
        text = f"the last {streak} deals were lost"
        yield Evidence(f"losses_in_a_row:{_LONG_STREAK if long else _STREAK}", text, 60 if long else 45)


def _wins_less(history: History) -> Iterable[Evidence]:
    lately, before = history.closed_within(0, _QUARTER - 1), history.closed_within(_QUARTER, 4 * _QUARTER)
    if len(lately) < _ENOUGH_CLOSED or len(before) < _ENOUGH_CLOSED:
        return
    now, then = len(_won(lately)), len(_won(before))
    if now * 100 <= len(lately) * 45 and then * 100 >= len(before) * 60:
        text = f"{now} of {len(lately)} deals won in {_QUARTER} days, {then} of {len(before)} before"
        yield Evidence("wins_less", text, 50)


def _deals_stall(history: History) -> Iterable[Evidence]:
    cycle = history.typical_cycle(_ENOUGH_CLOSED)
    if cycle is None:
        return
    limit = history.day - timedelta(days=2 * max(cycle, 7))
    stalled = [deal for deal in history.open if deal.engaged is not None and deal.engaged < limit]
    if stalled:
        many = len(stalled) >= _MANY_STALLED
        text = f"{len(stalled)} deals are open more than twice as long as usual ({cycle} days)"
        yield Evidence(f"deals_stall:{_MANY_STALLED if many else 1}", text, 55 if many else 40)


def _is_silent(history: History, rules: PatternSettings) -> Iterable[Evidence]:
    last = history.last_sign
    if not history.open or last is None:
        return
    days = (history.day - last).days
    if days > rules.silence_days:
        long = days > 2 * rules.silence_days
        text = f"nothing happened for {days} days while {len(history.open)} deals are open"
        yield Evidence(f"is_silent:{2 if long else 1}", text, 60 if long else 45)


def _dries_up(history: History, rules: PatternSettings) -> Iterable[Evidence]:
    now, *before = [history.engaged_within(*span) for span in _spans(rules.window_days)]
    if now == 0 and sum(before) >= _BASE * len(before):
        text = f"no deal begun in {rules.window_days} days, {sum(before) / len(before):.1f} on average before"
        yield Evidence("dries_up", text, 45)


def _spans(window: int) -> tuple[tuple[int, int], ...]:
    """The last window and the three before it, as days ago."""
    return tuple((index * window, (index + 1) * window - 1) for index in range(4))


def _won(deals: Iterable[Deal]) -> list[Deal]:
    return [deal for deal in deals if deal.won]


def _values(deals: Iterable[Deal]) -> list[int]:
    return [deal.cents for deal in _won(deals) if deal.cents is not None]


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"


def _weightiest_first(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda item: (-item.weight, item.key)))


def strongest(*choices: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The choice with the most weight altogether."""
    return tuple(max(choices, key=lambda choice: sum(item.weight for item in choice)))
