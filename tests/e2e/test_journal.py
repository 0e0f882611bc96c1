"""The journal with the real program: listed, followed, exported, proven offline, pruned, and told after an absence."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from engine.clock import SimulatedClock
from engine.storage import Database

from ..engine.waiting import until
from .floor import Floor

pytestmark = pytest.mark.timeout(180)
ADMIN = '\n[governance.operators]\nana = "admin"\n'


async def test_it_is_read_followed_exported_proven_and_pruned(floor: Floor) -> None:  # noqa: PLR0915  # one whole day
    program = floor.program
    settings = floor.folder / "watchfloor.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + ADMIN, encoding="utf-8")
    with floor.engine():
        asked = await floor.until_action("create_briefing")
        assert floor.approve(asked).code == 0
        await floor.until_status(asked["id"], "executed")

        page = program.ok("journal", "--kind", "action.*", "--subject", asked["id"], "--json").data
        assert [one["kind"] for one in page["items"]] == [
            "action.executed", "action.started", "action.approved", "action.proposed",
        ]  # fmt: skip
        assert page["next"] == ""
        newest = program.ok("journal", "list", "--limit", "3", "--json").data
        older = program.ok("journal", "list", "--limit", "3", "--after", newest["next"], "--json").data
        seqs = [one["seq"] for one in (*newest["items"], *older["items"])]
        assert seqs == list(range(seqs[0], seqs[0] - 6, -1))
        assert program.ok("journal", "--text", "APPROVED BY", "--json").data["items"]
        assert program.ok("journal", "--until", "2001-01-01", "--json").data["items"] == []
        assert program.ok("journal", "--actor", "nobody", "--json").data["items"] == []
        assert program.run("journal", "--since", "never").code == 2

        with program.running(
            "journal", "follow", "--last", "5", "--count", "1", "--kind", "task.submitted", "--json"
        ) as follow:
            program.ok("tasks", "submit", "count", "--type", "word_count", "--payload", '{"text": "a b"}')
            out, _ = follow.communicate(timeout=60)
        assert json.loads(out)["kind"] == "task.submitted"

        away = program.ok("--operator", "zoe", "away", "--since", "1h", "--json").data
        assert dict(away["counts"])["executed"] >= 1
        assert program.ok("--operator", "zoe", "away", "--json").data["counts"] == []
        program.ok("--operator", "zoe", "away", "--mark")
        program.ok("tasks", "submit", "more", "--type", "echo", "--payload", "{}")
        floor.program.ok("halt", "--reason", "lunch")
        told = program.ok("--operator", "zoe", "away", "--json").data
        assert dict(told["counts"])["pause of everything"] == 1
        assert any("PAUSED" in line["text"] for line in told["lines"])
        program.ok("resume")

        program.ok("journal", "export", "-o", "all.jsonl")
        report = program.ok("audit", "verify", "all.jsonl", "--json").data["report"]
        assert (report["first"], report["whole"]) == (1, True)
        some = program.ok("journal", "export", "--kind", "action.*").out
        (floor.folder / "some.jsonl").write_text(some, encoding="utf-8")
        assert program.ok("audit", "verify", "some.jsonl", "--json").data["report"]["whole"] is False
        assert program.run("journal", "export", "-o", "all.jsonl").code == 2
        (floor.folder / "some.jsonl").write_text(
            some.replace("action.approved", "action.rejected", 1), encoding="utf-8"
        )
        assert program.run("audit", "verify", "some.jsonl").code == 4

        refused = program.run("journal", "prune", "--before", "0s", "--yes")
        assert refused.code == 1
        assert "admin" in refused.err
        pruned = program.ok("--operator", "ana", "journal", "prune", "--before", "0s", "--yes", "--json").data["data"]
        archive = floor.folder / ".watchfloor" / "archive" / pruned["seal"]["archive"]
        assert program.ok("audit", "verify", str(archive), "--json").data["report"]["rows"] == pruned["rows"]
        assert program.ok("audit", "verify", "--json").data["pruned"] == pruned["rows"]
    # Anybody with the file and a SHA-256 can follow the chain from the archive into the journal.
    proof = program.ok("audit", "verify", "--json").data
    assert proof["ok"]
    assert proof["rows"] > proof["pruned"] > 0
    first = floor.journal()[-1]
    assert (first["seq"], first["prev_hash"]) == (pruned["rows"] + 1, pruned["seal"]["last_hash"])


async def test_old_rows_go_by_themselves_where_the_settings_say_so(floor: Floor) -> None:
    settings = floor.folder / "watchfloor.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[journal]\nkeep_days = 2\n", encoding="utf-8")
    long_ago = SimulatedClock(datetime(2020, 1, 1, tzinfo=UTC))
    async with await Database.open(floor.database, long_ago, inline=True) as database:
        for number in range(3):
            await database.write(lambda tx, n=number: tx.record("thing.done", f"thing-{n}", {}))  # type: ignore[misc]  # mypy: bound default
    with floor.engine():
        await floor.program.until(lambda _: bool(floor.journal("journal.pruned")), "status")
        await until(lambda: floor.journal("thing.done") == [])
    (sealed,) = floor.journal("journal.pruned")
    assert json.loads(sealed["data"])["reason"] == "older than 2 days"
    assert (json.loads(sealed["data"])["rows"], sealed["actor"]) == (3, "engine")
    assert floor.program.ok("audit", "verify").code == 0
    (archive,) = (floor.folder / ".watchfloor" / "archive").iterdir()
    assert floor.program.ok("audit", "verify", str(archive)).code == 0
