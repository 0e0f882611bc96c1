"""Goals in steps and cron entries in each of the three stores, and on their way into a fresh workspace."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from engine.journal import Breach
from engine.tasks import (
    Asking,
    FailurePolicy,
    NewTask,
    Plan,
    ReportKind,
    Step,
    Task,
    TaskError,
    get_graph,
    get_task,
    graph_tasks,
    list_graphs,
    submit_graph,
)
from engine.tasks.asks_proof import step_breaches
from engine.tasks.cron import add_cron, list_crons, remove_cron, submit_due
from engine.tasks.dependencies import policy_of
from engine.tasks.graph_rows import to_ask, why_not_asked
from engine.tasks.stores import RecordError, StoreUnavailable, TaskQuery, decode, encode
from engine.tasks.stores.crons import cron_records, decode_cron, encode_cron
from engine.tasks.stores.exchange import exported, exported_crons, imported, imported_crons

from .world import ANA, Places, World, drop, execute

ASKS: Final = Asking("send_proposal", "email", {"to": "jo@acme.example", "text": "żółć {result:draft}"}, "why", "acme")
PLAN: Final = Plan(
    "Letter to acme",
    (
        Step("draft", "Write it", "echo", '{"text": "x"}', capabilities=("gpu",)),
        Step("send", "Send it", "action", needs=("draft",), asks=ASKS),
        Step("log", "Log it", "echo", needs=("send",), on_failure=FailurePolicy.SKIP),
        Step("wait", "Wait for it", "echo", needs=("send",), on_failure=FailurePolicy.WAIT),
    ),
    "letter",
    {"account": "acme"},
)
DAILY: Final = NewTask("daily", "word_count", '{"text": "é"}', priority=2, capabilities=("gpu",), timeout_seconds=12.5)


async def plan(world: World) -> dict[str, str]:
    """Submit the plan; its tasks by step."""
    _, tasks = await world.database.write(lambda tx: submit_graph(tx, PLAN, world.clock.new_id, ANA))
    await world.settle()
    return tasks


async def entries(world: World) -> None:
    """Add two cron entries, one of which has run once."""
    await world.database.write(lambda tx: add_cron(tx, "daily", "0 9 * * *", "Europe/Warsaw", DAILY, ANA))
    await world.database.write(lambda tx: add_cron(tx, "minutely", "* * * * *", "UTC", NewTask("often"), ANA))
    world.clock.step(timedelta(seconds=61))
    await world.database.write(lambda tx: submit_due(tx, world.clock.new_id))
    await world.settle()


async def same_crons(world: World, other: World) -> None:
    there = await world.database.read(lambda reader: list_crons(reader, 100))
    assert there == await other.database.read(lambda reader: list_crons(reader, 100))
    assert [cron.runs for cron in there] == [0, 1]


async def same_graph(world: World, other: World, tasks: dict[str, str]) -> None:
    """The goal with its steps, what each waits for and what it asks."""
    (graph,) = await world.database.read(lambda reader: list_graphs(reader, 10))
    assert await other.database.read(lambda reader: get_graph(reader, graph.id)) == graph
    mine = await world.database.read(lambda reader: graph_tasks(reader, graph.id))
    theirs = await other.database.read(lambda reader: graph_tasks(reader, graph.id))
    assert [member for member, _ in theirs] == [replace(member, action_id="") for member, _ in mine]
    assert [member.asks for member, _ in theirs] == [None, ASKS, None, None]
    for step, policy in (("draft", "fail"), ("log", "skip"), ("wait", "wait")):
        found = await other.database.read(lambda reader, step=step: policy_of(reader, tasks[step]))  # type: ignore[misc]  # bound at once
        assert found.value == policy
    assert await other.database.read(lambda reader: why_not_asked(reader, tasks["send"])) is None
    assert await other.database.read(lambda reader: list(step_breaches(reader))) == []


async def test_each_step_stands_in_the_store_with_its_goal(world: World) -> None:
    tasks = await plan(world)
    for step, task_id in tasks.items():
        record = await world.store.get(task_id)
        assert record is not None
        assert record.graph is not None
        assert (record.graph.step, record.graph.graph.title, record.graph.graph.parameters) == (
            step,
            "Letter to acme",
            {"account": "acme"},
        )
        assert (record.graph.asks is not None) == (step == "send")
        assert decode(encode(record)) == (record, True)
        assert decode(encode(record).replace("Letter to acme", "Letter to them"))[1] is False
    assert await world.store.faults() == []


async def test_a_workspace_that_lost_its_database_has_its_goals_and_cron_entries_again(world: World) -> None:
    if world.places.kind == "sqlite":
        pytest.skip("the store is the database itself")
    tasks = await plan(world)
    await entries(world)
    await world.report(await task_of(world, tasks["draft"]), ReportKind.CLAIMED, ReportKind.COMPLETED, result="done")
    await world.settle()
    await world.store.close()
    other = await World.begin(world.places, world.clock, name="other.db")
    await same_graph(world, other, tasks)
    await same_crons(world, other)
    # Its turn came before the database was lost, and nobody was asked yet.
    assert [one.task_id for one in await other.database.read(lambda reader: to_ask(reader, 10))] == [tasks["send"]]
    await other.end()


async def task_of(world: World, task_id: str) -> Task:
    return await world.database.read(lambda reader: get_task(reader, task_id))


async def test_cron_entries_follow_every_change(world: World) -> None:
    await entries(world)
    assert await world.store.crons() == await world.database.read(cron_records)
    for record in await world.store.crons():
        assert decode_cron(encode_cron(record)) == (record, True)
        assert decode_cron(encode_cron(record).replace('"missed": 0', '"missed": 1'))[1] is False
    await world.database.write(lambda tx: remove_cron(tx, "daily", ANA))
    await world.settle()
    assert [record.name for record in await world.store.crons()] == ["minutely"]
    if world.places.kind != "sqlite":
        again = await world.again()
        assert [record.name for record in await again.store.crons()] == ["minutely"]
        assert [cron.name for cron in await again.database.read(lambda r: list_crons(r, 10))] == ["minutely"]
        await again.end()


async def test_what_somebody_else_wrote_among_the_cron_entries_is_put_aside(world: World) -> None:
    await entries(world)
    match world.places.kind:
        case "sqlite":
            pytest.skip("nothing else writes there")
        case "json":
            file = world.places.folder / "tasks" / "crons.json"
            file.write_text(file.read_text("utf-8").replace("* * * * *", "0 0 * * *"), "utf-8")
        case _:
            await execute(
                world.places.url,
                f"UPDATE {world.places.namespace}.task_crons SET record = replace(record, '* * * * *', '0 0 * * *')",
            )
    assert [record.cron.entry for record in await world.store.crons()] == ["0 9 * * *"]
    await world.keeping.compare()
    assert await world.store.crons() == await world.database.read(cron_records)
    rows = await world.database.read(
        lambda reader: reader.rows("SELECT data FROM journal WHERE kind = 'task_store.repaired'")
    )
    assert ["somebody changed it" in row["data"] for row in rows] == [True]
    if world.places.kind == "json":
        assert "0 0 * * *" in (world.places.folder / "tasks" / "set-aside" / "crons.1.json").read_text("utf-8")


async def taken_along(world: World) -> tuple[list[str], list[str]]:
    texts, following = await world.database.read(lambda reader: exported(reader, TaskQuery(limit=100)))
    assert not following
    return texts[::-1], await world.database.read(exported_crons)


async def test_what_is_exported_comes_back_whole_in_a_fresh_workspace(places: Places) -> None:
    world = await World.begin(places)
    tasks = await plan(world)
    await entries(world)
    texts, crons = await taken_along(world)
    await world.store.close()
    fresh = replace(places, namespace=f"{places.namespace}_fresh", folder=places.folder / "fresh")
    fresh.folder.mkdir()
    other = await World.begin(fresh, world.clock)
    assert await other.database.write(lambda tx: imported(tx, texts[::-1], ANA)) == len(texts)
    assert await other.database.write(lambda tx: imported_crons(tx, crons, ANA)) == 2
    await same_graph(world, other, tasks)
    await same_crons(world, other)
    # And the other store has all of it as well.
    await other.settle()
    assert [record.name for record in await other.store.crons()] == ["daily", "minutely"]
    assert {record.graph.step for record in await other.store.find(TaskQuery()) if record.graph} == set(tasks)
    assert await other.database.write(lambda tx: imported(tx, texts, ANA)) == 0
    assert await other.database.write(lambda tx: imported_crons(tx, crons, ANA)) == 0
    await other.end()
    await world.database.close()
    if places.kind == "postgresql":
        await drop(fresh.url, fresh.namespace)


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_records_that_make_no_sense_are_refused_whole(world: World) -> None:
    tasks = await plan(world)
    await entries(world)
    texts, crons = await taken_along(world)
    step = next(json.loads(text) for text in texts if json.loads(text)["id"] == tasks["send"])
    wrong = {
        "no question": step | {"graph": step["graph"] | {"asks": None}},
        "a question of work": step | {"type": "echo"},
        "a question without a tool": step | {"graph": step["graph"] | {"asks": '{"kind":"x"}'}},
        "another spelling": step | {"graph": step["graph"] | {"asks": f" {step['graph']['asks']}"}},
        "no step": step | {"graph": {name: value for name, value in step["graph"].items() if name != "step"}},
        "an odd goal": step | {"graph": step["graph"] | {"id": "../x"}},
    }
    for name, fields in wrong.items():
        changed = json.dumps(fields | {"revision": 99})
        with pytest.raises(TaskError, match="refused"):
            await world.database.write(lambda tx, text=changed: imported(tx, [text], ANA))  # type: ignore[misc]  # bound at once
        assert (await task_of(world, tasks["send"])).revision < 99, name
    entry = json.loads(crons[0])
    for name, value in (("entry", "61 * * * *"), ("zone", "Nowhere/At_all"), ("runs", -1), ("name", ""), ("task", {})):
        with pytest.raises(RecordError):
            decode_cron(json.dumps(entry | {name: value}))
        bad = [json.dumps(entry | {"name": "fresh"}), json.dumps(entry | {name: value})]
        with pytest.raises(TaskError, match="cron entry 2 refused"):
            await world.database.write(lambda tx, bad=bad: imported_crons(tx, bad, ANA))  # type: ignore[misc]  # as above
    assert len(await world.database.read(lambda reader: list_crons(reader, 10))) == 2


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_changed_question_is_found_before_anybody_is_asked(world: World) -> None:
    tasks = await plan(world)
    assert await world.database.read(lambda reader: list(step_breaches(reader))) == []
    await world.database.write(
        lambda tx: tx.execute("UPDATE graph_tasks SET asks = replace(asks, 'jo@', 'po@') WHERE asks IS NOT NULL")
    )
    said = "what it asks was changed in the database after it had been planned"
    assert await world.database.read(lambda reader: why_not_asked(reader, tasks["send"])) == said
    (breach,) = await world.database.read(lambda reader: list(step_breaches(reader)))
    assert isinstance(breach, Breach)
    assert breach.reason == f"approval step {tasks['send']}: {said}"
    await world.database.write(lambda tx: tx.execute("UPDATE graph_tasks SET asks = NULL"))
    (breach,) = await world.database.read(lambda reader: list(step_breaches(reader)))
    assert "what it asks is gone" in breach.reason


async def test_a_store_that_is_away_says_so_also_of_cron_entries(world: World) -> None:
    if world.places.kind == "sqlite":
        pytest.skip("the store is the database itself")
    await world.store.close()
    with pytest.raises(StoreUnavailable):
        await world.store.crons()
    with pytest.raises(StoreUnavailable):
        await world.store.keep_crons([])
