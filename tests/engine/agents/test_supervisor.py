"""Goals in the database: submitted whole or not at all, asked in their middle, settled by each step's own policy."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from engine.agents.blockers import Helper, blocker_of, blockers
from engine.agents.supervisor import SupervisorAgent
from engine.canonical import JSON
from engine.clock import SimulatedClock
from engine.governance.gate import Gate
from engine.governance.kinds import Stage
from engine.governance.launcher import Launcher
from engine.operators import Operator, Role
from engine.settings import Settings
from engine.storage import Database
from engine.tasks import (
    Asking,
    FailurePolicy,
    Plan,
    Report,
    ReportKind,
    Step,
    Task,
    TaskError,
    TaskState,
    cancel,
    graph_tasks,
    list_graphs,
    list_tasks,
    pending_outbox,
    project,
    retry,
)
from engine.tools import Surroundings, ToolRegistry, built_in_tools

ANA = Operator("ana", Role.OPERATOR, "ssh")
CHAT: dict[str, JSON] = {"channel": "general", "text": "It says {result:look}."}
ASK = Asking("send_chat_message", "chat", CHAT, "because")
PLAN = Plan(
    "Look, ask, tell",
    (
        Step("look", "Look", "echo"),
        Step("ask", "Ask", "action", needs=("look",), asks=ASK),
        Step("tell", "Tell", "echo", needs=("ask",)),
        Step("tidy", "Tidy up", "echo", needs=("ask",), on_failure=FailurePolicy.SKIP),
        Step("wait", "Wait", "echo", needs=("ask",), on_failure=FailurePolicy.WAIT),
    ),
)


@dataclass
class World:
    """A database with a real gate and a supervisor."""

    database: Database
    gate: Gate
    launcher: Launcher
    supervisor: SupervisorAgent
    clock: SimulatedClock

    def __post_init__(self) -> None:
        self._places = itertools.count(1)

    async def submit(self, plan: Plan = PLAN) -> str:
        graph, _ = await self.database.write(lambda tx: self.supervisor.submit(tx, plan, "operator:ana"))
        return graph.id

    async def steps(self, graph: str) -> dict[str, Task]:
        members = await self.database.read(lambda reader: graph_tasks(reader, graph))
        return {member.step: task for member, task in members}

    async def states(self, graph: str) -> dict[str, str]:
        return {name: task.state.value for name, task in (await self.steps(graph)).items()}

    async def report(self, task: Task, event: ReportKind, **more: Any) -> None:
        one = Report(f"{next(self._places)}-0", event, task.id, 1, 1, "dev-1", self.clock.now(), **more)
        await self.database.write(lambda tx: project(tx, [one]))

    async def settle(self) -> None:
        while await self.supervisor.step():
            pass

    async def asked(self) -> Any:
        rows = await self.database.read(
            lambda reader: reader.rows("SELECT id, revision, digest, status FROM actions ORDER BY created_us, id")
        )
        return rows[-1]

    async def answer(self, *, yes: bool) -> None:
        row = await self.asked()
        if yes:
            await self.database.write(lambda tx: self.gate.approve(tx, row["id"], row["revision"], row["digest"], ANA))
            await self.clock.advance(10)
            await self.launcher.step()
        else:
            await self.database.write(
                lambda tx: self.gate.reject(tx, row["id"], row["revision"], row["digest"], ANA, "not now")
            )
        await self.settle()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = SimulatedClock()
    rules = Settings()
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as database:
        toolbox = ToolRegistry(built_in_tools(rules.tools, Surroundings(workspace=tmp_path)), clock)
        gate = Gate(rules.governance, toolbox, clock, lambda *_: Stage.UNKNOWN)
        supervisor = SupervisorAgent(database, gate, toolbox.prepare, clock)
        yield World(database, gate, Launcher(database, gate, toolbox, clock, tmp_path), supervisor, clock)


async def looked(world: World, result: str = "forty-two") -> str:
    graph = await world.submit()
    look = (await world.steps(graph))["look"]
    await world.report(look, ReportKind.STARTED)
    await world.report(look, ReportKind.COMPLETED, result=result)
    await world.settle()
    return graph


async def test_a_plan_is_submitted_whole_or_not_at_all(world: World) -> None:
    bad = (*PLAN.steps[:-1], replace(PLAN.steps[-1], title=" "))
    for steps in (
        bad,
        (),
        (replace(PLAN.steps[0], needs=("tell",)), *PLAN.steps[1:]),
        (Step("a", "A", "echo", needs=("b",)),),
    ):
        with pytest.raises(TaskError):
            await world.submit(replace(PLAN, steps=steps))
    assert await world.database.read(lambda reader: list_graphs(reader, 10)) == []
    assert await world.database.read(lambda reader: list_tasks(reader, state=None, limit=10)) == []
    graph = await world.submit()
    assert await world.states(graph) == {
        "look": "pending", "ask": "backlog", "tell": "backlog", "tidy": "backlog", "wait": "backlog"
    }  # fmt: skip


async def test_dependants_go_on_only_after_the_action_was_carried_out(world: World) -> None:
    graph = await looked(world)
    states = await world.states(graph)
    assert (states["ask"], states["tell"]) == ("assigned", "backlog")
    row = await world.asked()
    action = await world.database.read(lambda reader: reader.row("SELECT * FROM actions WHERE id = ?", (row["id"],)))
    assert cast("Any", action)["status"] == "pending"
    assert "It says forty-two." in cast("Any", action)["arguments"]
    # Asked once, however often one looks, and Redis never hears of it.
    await world.settle()
    assert (await world.asked())["id"] == row["id"]
    outbox = await world.database.read(lambda reader: pending_outbox(reader, 100))
    assert {entry.task.type for entry in outbox} == {"echo"}
    await world.answer(yes=True)
    assert set((await world.states(graph)).values()) == {"done", "pending"}


async def test_a_no_is_settled_by_each_steps_own_policy_and_can_be_asked_again(world: World) -> None:
    graph = await looked(world)
    await world.answer(yes=False)
    steps = await world.steps(graph)
    assert {name: task.state.value for name, task in steps.items()} == {
        "look": "done", "ask": "failed", "tell": "failed", "tidy": "cancelled", "wait": "backlog"
    }  # fmt: skip
    assert steps["ask"].error == "it was rejected by ana: not now"
    assert steps["tidy"].error.startswith("skipped: ")
    (stuck,) = await world.database.read(lambda reader: blockers(reader, ()))
    assert (stuck.task_id, "retry that, or cancel this" in stuck.why) == (steps["wait"].id, True)
    with pytest.raises(TaskError, match="which is failed"):
        await world.database.write(lambda tx: retry(tx, steps["tell"].id, "operator:ana"))
    _, others = await world.database.write(lambda tx: retry(tx, steps["ask"].id, "operator:ana"))
    assert others == 1
    await world.settle()
    await world.answer(yes=True)
    assert await world.states(graph) == {
        "look": "done", "ask": "done", "tell": "pending", "tidy": "cancelled", "wait": "pending"
    }  # fmt: skip


async def test_a_question_waits_where_too_many_are_open(world: World) -> None:
    world.gate.configure(world.gate.settings.model_copy(update={"max_pending": 1}))
    first = await looked(world)
    second = await world.submit(replace(PLAN, steps=(replace(PLAN.steps[1], needs=()),)))
    await world.settle()
    assert (await world.states(second))["ask"] == "pending"
    found = await world.database.read(lambda reader: blockers(reader, ()))
    assert any("fewer questions are open" in one.why for one in found)
    await world.answer(yes=False)
    assert (await world.states(first))["ask"] == "failed"
    assert (await world.states(second))["ask"] == "assigned"


async def test_a_cancelled_step_takes_its_question_back(world: World) -> None:
    graph = await looked(world)
    task = (await world.steps(graph))["ask"]
    await world.database.write(lambda tx: cancel(tx, task.id, "operator:ana"))
    await world.settle()
    assert (await world.asked())["status"] == "withdrawn"
    assert (await world.states(graph))["tell"] == "failed"


async def test_what_can_never_be_asked_is_refused_before_or_fails(world: World) -> None:
    # Only arguments that wait for results cannot be looked at before; a reason may wait for them.
    wrong = replace(ASK, arguments={"channel": 7}, reason="it says {result:look}")
    with pytest.raises(TaskError, match="step ask refused"):
        world.supervisor.check(replace(PLAN, steps=(PLAN.steps[0], replace(PLAN.steps[1], asks=wrong))))
    stopped = replace(ASK, kind="commit_pricing")
    plan = replace(PLAN, steps=(replace(PLAN.steps[1], needs=(), asks=stopped), replace(PLAN.steps[2], needs=("ask",))))
    graph = await world.submit(plan)
    await world.settle()
    steps = await world.steps(graph)
    assert steps["ask"].state is TaskState.FAILED
    assert "hard stop" in steps["ask"].error
    assert steps["tell"].state is TaskState.FAILED


async def test_what_stands_in_a_tasks_way_is_told(world: World) -> None:
    graph = await world.submit()
    look = (await world.steps(graph))["look"]
    able = Helper("dev-1", "idle", frozenset({"echo"}))

    async def why(*helpers: Helper) -> str:
        found = await world.database.read(lambda reader: blocker_of(reader, look, helpers))
        return found.why if found is not None else ""

    assert await why(able) == ""
    assert "no agent is here" in await why()
    assert "no agent is here" in await why(replace(able, state="lost"))
    assert await why(replace(able, able=frozenset({"build"}))) == "no agent here can do echo"
    assert "paused or leaving: dev-1" in await why(replace(able, state="draining"))
    assert "echo failed too often" in await why(replace(able, shut=frozenset({"echo"})))
    assert await why(replace(able, shut=frozenset({"echo"})), able) == ""


async def test_a_question_that_was_changed_in_the_database_is_never_asked(world: World) -> None:
    graph = await world.submit()
    steps = await world.steps(graph)
    await world.database.write(
        lambda tx: tx.execute(
            "UPDATE graph_tasks SET asks = replace(asks, 'general', 'generaL') WHERE asks IS NOT NULL"
        )
    )
    # Found where it is shown, before its turn.
    shown = await world.database.read(lambda reader: blocker_of(reader, steps["ask"], ()))
    assert shown is not None
    assert "was changed in the database" in shown.why
    await world.report(steps["look"], ReportKind.STARTED)
    await world.report(steps["look"], ReportKind.COMPLETED, result="forty-two")
    await world.settle()
    after = (await world.steps(graph))["ask"]
    assert after.state is TaskState.FAILED
    assert "nobody was asked: what it asks was changed in the database" in after.error
    assert await world.database.read(lambda reader: reader.rows("SELECT 1 FROM actions")) == []
    with pytest.raises(TaskError, match="changed in the database"):
        await world.database.write(lambda tx: retry(tx, after.id, "operator:ana"))
    told = await world.database.read(lambda r: r.rows("SELECT subject FROM journal WHERE kind = 'graph_step.unsound'"))
    assert [row["subject"] for row in told] == [after.id]
