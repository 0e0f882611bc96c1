"""How long the evaluation of emotional triggers takes: for one persona, for 1,000, and with the database.

Run it with ``python -m tests.benchmarks.triggers``. Each figure is the best and the median of many rounds in one run;
goals are held against the best round, because whatever else runs on the machine only adds. The ratio is to a plain loop
over plain numbers that decides the same (past the line, armed, highest priority).
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from engine.clock import SimulatedClock
from engine.personas.emotions import Feelings, at_rest, decayed
from engine.personas.runtime import introduce, load, load_all, save
from engine.settings.emotions import Emotion, EmotionRules
from engine.settings.personas import AutonomyMode
from engine.settings.triggers import EmotionalSettings
from engine.storage import Database, Transaction
from engine.triggers import Trigger, TriggerState, evaluate, lines_of
from engine.triggers.trigger_rows import all_triggers, save_trigger

NOW: Final = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
RULES: Final = EmotionRules()
LINES: Final = lines_of(EmotionalSettings(), {}, RULES.resting)
PERSONAS: Final = 1_000
ROUNDS: Final = 50
GOAL_ONE: Final = 50e-6
GOAL_ALL: Final = 20e-3


def feelings(number: int) -> Feelings:
    """What one of many feels: some are past a line, most are not."""
    values = {**at_rest(NOW, RULES).values, Emotion.LONELINESS: 3_000 + number * 37 % 7_000}
    return Feelings(NOW - timedelta(seconds=900), values)


def states(number: int) -> dict[Emotion, Trigger]:
    """Its triggers: every fifth has fired."""
    if number % 5:
        return {}
    return {Emotion.LONELINESS: Trigger(Emotion.LONELINESS, NOW, TriggerState.SPENT, NOW, 1)}


def one(felt: Feelings, triggers: dict[Emotion, Trigger]) -> object:
    """One persona, decay included."""
    return evaluate(decayed(felt, NOW, RULES).values, triggers, LINES, NOW)


def plain(values: list[int], lines: list[tuple[int, int]], armed: list[bool]) -> int:
    """The twin: the same decision over plain numbers."""
    best, winner = -1, -1
    for index, (threshold, priority) in enumerate(lines):
        value = values[index]
        value = max(5_000, value - 150) if value > 5_000 else min(5_000, value + 150)
        if value >= threshold and armed[index] and priority > best:
            best, winner = priority, index
    return winner


def timed(work: Callable[[], object], number: int) -> tuple[float, float]:
    """Seconds of one call: the best and the median round."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) / number)
    return min(found), statistics.median(found)


def report(name: str, seconds: tuple[float, float], unit: float, word: str, goal: float | None = None) -> None:
    """One line of the table."""
    best, median = (f"{value / unit:9.2f}" for value in seconds)
    held = "" if goal is None else f"  goal {goal / unit:g} {word}: {'held' if seconds[0] < goal else 'MISSED'}"
    sys.stdout.write(f"{name:44} best {best}  median {median} {word}{held}\n")


async def with_database() -> tuple[float, float]:
    """Reading 1,000 personas and their triggers, and evaluating them, as one tick does before it writes."""
    clock = SimulatedClock(NOW)
    with tempfile.TemporaryDirectory() as folder:
        async with await Database.open(Path(folder) / "engine.db", clock, inline=True) as database:
            await database.write(_many)
            found = []
            for _ in range(10):
                began = time.perf_counter()
                known, triggers = await database.read(lambda reader: (load_all(reader, 10_000), all_triggers(reader)))
                for key, (runtime, _) in known.items():
                    one(runtime.feelings, triggers.get(key, {}))
                found.append(time.perf_counter() - began)
    return min(found), statistics.median(found)


def _many(tx: Transaction) -> None:
    for number in range(PERSONAS):
        key = f"p{number:04}"
        introduce(tx, key, AutonomyMode.AUTONOMOUS, RULES)
        save(tx, replace(load(tx, key), feelings=feelings(number)))
        for trigger in states(number).values():
            save_trigger(tx, key, trigger)


def main() -> None:
    """Print the table."""
    crowd = [(feelings(number), states(number)) for number in range(PERSONAS)]
    numbers = [[felt.values[emotion] for emotion in LINES] for felt, _ in crowd]
    lines = [(line.threshold, line.priority) for line in LINES.values()]
    armed = [[Emotion.LONELINESS not in triggers, True, True, True] for _, triggers in crowd]
    single = timed(lambda: [one(*crowd[7]) for _ in range(200)], 200)
    everyone = timed(lambda: [one(*each) for each in crowd], 1)
    twin = timed(lambda: [plain(values, lines, free) for values, free in zip(numbers, armed, strict=True)], 1)
    report("one persona, decay and four triggers", single, 1e-6, "µs", GOAL_ONE)
    report(f"{PERSONAS:,} personas", everyone, 1e-3, "ms", GOAL_ALL)
    report(f"{PERSONAS:,} personas, plain loop", twin, 1e-3, "ms")
    report(f"{PERSONAS:,} personas, read from the database", asyncio.run(with_database()), 1e-3, "ms")
    sys.stdout.write(f"ratio to the plain loop: {everyone[0] / twin[0]:.1f}\n")


if __name__ == "__main__":
    main()
