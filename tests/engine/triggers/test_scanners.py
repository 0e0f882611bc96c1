"""Scanners: what is told to whom, through the gate; stalled work; and scanners that other packages bring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Final

import pytest

from engine.clock import SimulatedClock
from engine.settings.personas import AutonomyMode
from engine.settings.triggers import StalledWorkSettings, WakeSettings
from engine.storage import Database, Transaction
from engine.triggers import Finding, ScannerContext, ScannerError, ScannerOffer, Sighting, open_findings, scan
from engine.triggers.finding_delivery import tell
from engine.triggers.scanner_plugins import load_scanners
from engine.triggers.scanners import checked
from engine.triggers.stalled import WaitingTalk, WaitingTask, stalled_findings
from engine.triggers.wake import Call
from engine.triggers.wake_rows import note_wake, skips

from .floor import running

NOW: Final = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HEARERS: Final = ("helper", "planner")


def finding(place: str = "disk", content: str = "1", caused_by: str = "", scanner: str = "disks") -> Finding:
    return Finding(scanner, place, "full", f"{place} is full", (), content, caused_by)


class Ears:
    """Personas that hear, and a scanner that sees what it is told to."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard: list[tuple[str, str]] = []
        self.found: tuple[Finding, ...] = ()

    def post(self, tx: Transaction, persona: str, found: Finding) -> None:
        self.heard.append((persona, found.place))

    async def round(self, quiet_seconds: int = 600) -> list[tuple[str, str]]:
        async def look() -> Sighting:
            return Sighting(self.found)

        def told(tx: Transaction, scanner: str, quiet: int) -> int:
            return tell(tx, scanner, HEARERS, self.post, WakeSettings(), quiet)

        self.heard = []
        await scan(self.database, "disks", look, told, quiet_seconds)
        return sorted(self.heard)

    async def reasons(self, persona: str) -> list[str]:
        return [one.skip.code.value for one in await self.database.read(lambda reader: skips(reader, persona, 9))]


@pytest.fixture
def ears(database: Database) -> Ears:
    return Ears(database)


async def test_each_hearer_is_told_once_however_many_findings(ears: Ears, clock: SimulatedClock) -> None:
    ears.found = (finding("a"), finding("b"))
    assert await ears.round() == [("helper", "a"), ("helper", "b"), ("planner", "a"), ("planner", "b")]
    clock.step(timedelta(hours=1))
    assert await ears.round() == []
    ears.found = (finding("a"),)
    await ears.round()
    assert [one.place for one, _ in await ears.database.read(open_findings)] == ["a"]


async def test_whoever_caused_it_never_hears_of_it(ears: Ears) -> None:
    ears.found = (finding("a", caused_by="helper"),)
    assert await ears.round() == [("planner", "a")]
    assert await ears.reasons("helper") == ["own_work"]
    assert await ears.round() == []


async def test_who_was_woken_too_often_hears_of_it_later(ears: Ears, database: Database, clock: SimulatedClock) -> None:
    def wake(tx: Transaction) -> None:
        for number in range(5):
            note_wake(tx, Call(f"source{number}", "helper"))

    await database.write(wake)
    ears.found = (finding("a"),)
    assert await ears.round() == [("planner", "a")]
    assert await ears.reasons("helper") == ["flood"]
    clock.step(timedelta(seconds=60))
    assert await ears.round() == [("helper", "a")]


async def test_two_rounds_within_half_a_minute_wake_once(ears: Ears, clock: SimulatedClock) -> None:
    ears.found = (finding("a"),)
    await ears.round()
    ears.found = (finding("a"), finding("b"))
    clock.step(timedelta(seconds=29))
    assert await ears.round() == []
    assert await ears.reasons("helper") == ["too_soon"]
    clock.step(timedelta(seconds=1))
    assert await ears.round() == [("helper", "b"), ("planner", "b")]


def test_a_sighting_that_is_none_is_refused() -> None:
    good = finding()
    assert checked("disks", Sighting((good,))).found == (good,)
    bad: list[object] = [
        None,
        Sighting((good, good)),
        Sighting((finding(scanner="git_patrol"),)),
        Sighting((finding("x" * 1_001),)),
        Sighting(("text",)),  # type: ignore[arg-type]  # what a plug-in might do
        Sighting((Finding("disks", "a", "", "s", (), "c"),)),
        Sighting((Finding("disks", "a", "c", "s", ("d",) * 202, "c"),)),
        Sighting(tuple(finding(str(number)) for number in range(1_001))),
    ]
    for sighting in bad:
        with pytest.raises(ScannerError):
            checked("disks", sighting)


def factory(context: ScannerContext) -> ScannerOffer:
    async def look() -> Sighting:
        return Sighting((Finding("full_disk", "/", "disk", f"at {context.clock.now():%H}", (), "1"),))

    return ScannerOffer(look, about="Watches the disk.", every_seconds=120)


def broken(_: ScannerContext) -> ScannerOffer:
    raise RuntimeError("no disk")


def strange(_: ScannerContext) -> object:
    return object()


def hasty(context: ScannerContext) -> ScannerOffer:
    return ScannerOffer(factory(context).look, every_seconds=1)


def entry(name: str, made: Callable[..., object]) -> EntryPoint:
    return EntryPoint(name, f"{__name__}:{made.__name__}", "watchfloor.scanners")


def test_scanners_of_others_are_loaded_and_a_bad_one_harms_no_other(clock: SimulatedClock) -> None:
    async def read(_: Any) -> object:
        return None

    offered = [
        entry("full_disk", factory),
        entry("broken", broken),
        entry("strange", strange),
        entry("hasty", hasty),
        entry("git_patrol", factory),
        entry("Bad Name", factory),
    ]
    found, problems = load_scanners(offered, {"git_patrol"}, lambda _: ScannerContext(Path(), clock, dict, read))
    assert [one.name for one in found] == ["full_disk"]
    assert len(problems) == 5
    assert any("no disk" in problem for problem in problems)


async def test_a_plugged_scanner_is_a_job_whose_findings_reach_inboxes(
    tmp_path: Path, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.assembly.scanners.installed", lambda: [entry("full_disk", factory)])
    settings = '[personas.helper]\nname = "Helper"\nmode = "autonomous"\nscanners = ["full_disk", "nothing"]\n'
    async with running(tmp_path, clock, settings, services=()) as floor:
        job = floor.rooms.initiative.scheduler.jobs["full_disk"]
        assert (await job.run()).count == 1
        (message,) = await floor.rows("SELECT * FROM messages")
        assert (message["persona_id"], message["sender_kind"]) == ("helper", "system")
        assert any("no scanner 'nothing'" in notice for notice in floor.rooms.initiative.notices())


def task(seconds: float, number: int = 1, state: str = "active") -> WaitingTask:
    return WaitingTask(f"t{number}", f"Count {number}", state, "dev-1", NOW - timedelta(seconds=seconds))


def talk(seconds: float, persona: str = "helper") -> WaitingTalk:
    return WaitingTalk("m1", persona, persona.title(), "ana", "hello?", NOW - timedelta(seconds=seconds))


@pytest.mark.parametrize(("seconds", "found"), [(599.999, 0), (600, 2)])
def test_work_is_stalled_after_ten_minutes(seconds: float, found: int) -> None:
    assert len(stalled_findings([task(seconds)], [talk(seconds)], NOW, StalledWorkSettings())) == found


def test_tasks_are_told_by_state_and_talks_by_persona() -> None:
    tasks = [task(700, number, state) for number, state in enumerate(("active", "active", "pending"))]
    found = stalled_findings(tasks, [talk(700), talk(800, "planner")], NOW, StalledWorkSettings(max_details=1))
    assert [(one.category, one.place, one.caused_by) for one in found] == [
        ("stalled_active", "tasks", ""),
        ("stalled_pending", "tasks", ""),
        ("stalled_conversation", "planner", "planner"),
        ("stalled_conversation", "helper", "helper"),
    ]
    assert found[0].details[-1] == "… and 1 more"
    assert found[2].summary == "1 message waits for Planner without an answer, the oldest for 13 min"


async def test_a_message_that_nobody_answers_is_found_and_told_to_whoever_watches(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    async with running(tmp_path, clock, "", services=()) as floor:
        stalled = floor.rooms.initiative.scheduler.jobs["stalled_work"]
        await floor.say("are you there?", to="helper")
        await floor.say("and you?", to="planner")
        clock.step(timedelta(seconds=599))
        assert (await stalled.run()).count == 0
        clock.step(timedelta(seconds=1))
        assert (await stalled.run()).count == 1
        rows = await floor.rows("SELECT * FROM messages WHERE sender_kind = 'system'")
        assert [row["persona_id"] for row in rows] == ["planner"]
        # What waits because an operator stopped the persona is no news; nor is a scanner's own message.
        await floor.database.write(lambda tx: floor.rooms.personas.set_mode_in(tx, "helper", AutonomyMode.OFF, "ana"))
        clock.step(timedelta(hours=2))
        await stalled.run()
        assert [one.place for one, _ in await floor.database.read(open_findings)] == ["planner"]
