"""Pauses: only of what there is, and shown where they hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from engine.assembly.handlers.halts import halt_units
from engine.assembly.views.tasks import agents_view
from engine.client import CommandRefused, Reply
from engine.clock import SimulatedClock
from engine.commands import Target
from engine.governance.halt import Scope, find_pause, pause
from engine.operators import Operator, Role
from engine.storage import Database
from engine.view import AgentView

ANA = Operator("ana", Role.OPERATOR)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
KNOWN: Final = {
    Scope.PERSONA: frozenset({"helper", "sales"}),
    Scope.AGENT: frozenset({"dev-1", "dev-2"}),
    Scope.QUEUE: frozenset({"*", "tasks", "coder"}),
    Scope.HEARTBEAT: frozenset({"*"}),
}
UNITS = halt_units(lambda _reader, scope: KNOWN[scope])


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=True) as opened:
        yield opened


@pytest.mark.parametrize(
    ("scope", "wrong", "right"),
    [("persona", "nobody", "helper"), ("agent", "dev-9", "dev-1"), ("queue", "coda", "coder")],
)
@pytest.mark.parametrize("verb", ["target.pause", "target.resume"])
async def test_what_there_is_not_is_refused_with_what_there_is(
    database: Database, scope: str, wrong: str, right: str, verb: str
) -> None:
    async def send(name: str, target: str) -> None:
        arguments = Target.model_validate({"scope": scope, "id": target})
        await database.write(lambda tx: UNITS[name](tx, arguments, ANA))

    with pytest.raises(CommandRefused, match=f"no {scope} '{wrong}'") as caught:
        await send(verb, wrong)
    assert caught.value.code == "unknown"
    assert caught.value.remedy.startswith("There are: ")
    assert KNOWN[Scope(scope)] == frozenset(
        caught.value.remedy.removeprefix("There are: ").removesuffix(".").split(", ")
    )
    await send("target.pause", right)
    assert await database.read(lambda reader: find_pause(reader, Scope(scope), right)) is not None


@pytest.mark.parametrize(
    ("scope", "target", "called"),
    [("persona", "helper", "Persona helper"), ("queue", "*", "Every queue"), ("heartbeat", "*", "The heartbeat")],
)
async def test_the_reply_names_what_was_meant(database: Database, scope: str, target: str, called: str) -> None:
    arguments = Target.model_validate({"scope": scope, "id": target})
    for verb, said in (("target.pause", "is paused"), ("target.resume", "goes on")):
        reply = await database.write(lambda tx, verb=verb: UNITS[verb](tx, arguments, ANA))  # type: ignore[misc]  # mypy: bound default
        assert isinstance(reply, Reply)
        assert reply.text == f"{called} {said}."


async def test_what_is_paused_can_go_on_also_once_it_is_gone(database: Database) -> None:
    await database.write(lambda tx: pause(tx, Scope.QUEUE, "left", "ana", ""))
    await database.write(lambda tx: UNITS["target.resume"](tx, Target(scope="queue", id="left"), ANA))
    assert await database.read(lambda reader: find_pause(reader, Scope.QUEUE, "left")) is None


async def test_a_paused_agent_is_shown_as_paused_and_can_go_on(database: Database) -> None:
    agents = (AgentView("dev-1", "idle", (), NOW), AgentView("dev-2", "lost", (), NOW))

    async def states() -> list[str]:
        view = await database.read(lambda reader: agents_view(reader, NOW, agents))
        return [agent.state for agent in view.agents]

    for name in ("dev-1", "dev-2"):
        await database.write(lambda tx, name=name: UNITS["target.pause"](tx, Target(scope="agent", id=name), ANA))  # type: ignore[misc]  # mypy: bound default
    assert await states() == ["paused", "lost"]
    await database.write(lambda tx: UNITS["target.resume"](tx, Target(scope="agent", id="dev-1"), ANA))
    assert await states() == ["idle", "lost"]


@pytest.mark.parametrize("target", ["*", "tasks"])
async def test_a_paused_queue_is_shown(database: Database, target: str) -> None:
    await database.write(lambda tx: UNITS["target.pause"](tx, Target(scope="queue", id=target), ANA))
    assert (await database.read(lambda reader: agents_view(reader, NOW, ()))).queue_paused
