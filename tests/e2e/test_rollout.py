"""A rollout in the real program: on and back by itself, all or nothing of a step at a kill, and back by one command."""

from __future__ import annotations

import signal
from typing import Any, Final

import pytest

from ..tui.cli.program import Answer
from .floor import Floor

pytestmark = pytest.mark.timeout(180)

QUICK: Final = {
    "WATCHFLOOR_ROLLOUT__CHECK_SECONDS": "0.2",
    "WATCHFLOOR_ROLLOUT__SOAK_ONE_SECONDS": "1",
    "WATCHFLOOR_ROLLOUT__GATES__LEAST_ANSWERS": "1",
    "WATCHFLOOR_ROLLOUT__GATES__LEAST_DECISIONS": "2",
    # This machine may be busy; how quickly it answers is not asked here.
    "WATCHFLOOR_ROLLOUT__GATES__ANSWER_SECONDS": "600",
}
"""A first stage of a second, looked at five times in it; the second one soaks for its two days."""
ADMIN: Final = '\n[governance.operators]\nboss = "admin"\n'
SYNC: Final = {"helper": "sync", "code-review": "sync", "planner": "sync"}


def shown(floor: Floor) -> Any:
    return floor.program.ok("rollout", "show", "--json").data


def modes(floor: Floor) -> dict[str, str]:
    return {one["persona"]: one["mode"] for one in shown(floor)["personas"]}


async def until(floor: Floor, state: str, stage: str) -> Any:
    def ready(answer: Answer) -> bool:
        return answer.code == 0 and (answer.data["state"], answer.data["stage"]) == (state, stage)

    return (await floor.program.until(ready, "rollout", "show", "--json")).data


async def reject(floor: Floor, number: int) -> None:
    """Have the planner ask for something, and say no."""
    floor.program.ok("send", "planner", f"@planner send jo@acme.example a proposal for {number} seats.")
    action = await floor.until_action("send_proposal")
    floor.program.ok("approvals", "reject", action["id"], "--reason", "not like this", "--digest", action["digest"])


async def compare(floor: Floor) -> None:
    """In shadow mode whoever writes is answered at once, once; what autonomy would have done is only kept."""
    program = floor.program
    program.ok("--operator", "boss", "rollout", "mode", "helper", "shadow")
    assert "helper: " in program.ok("send", "helper", "@helper status please").out

    def compared(answer: Answer) -> bool:
        return answer.code == 0 and any(one["sync"] and one["auto"] for one in answer.data["items"])

    page = (await program.until(compared, "rollout", "shadow", "helper", "--json")).data
    (run,) = page["items"]
    assert run["verdict"] in {"equal", "different"}
    assert [len(run[side]["proposals"]) for side in ("sync", "auto")] == [1, 1]
    assert {run[side]["proposals"][0][3] for side in ("sync", "auto")} == {"autonomous"}
    answers = [one for one in floor.actions() if one["proposer"] == "persona:helper"]
    assert len(answers) == 1
    assert "1 message since" in program.ok("rollout", "shadow").out


async def test_rejected_proposals_send_it_back_by_themselves_and_it_stays_so(floor: Floor) -> None:
    program = floor.program
    with floor.engine(**QUICK):
        await floor.up()
        for name in ("helper", "code-review"):
            refused = program.run("rollout", "mode", name, "sync")
            assert (refused.code, "needs the role admin" in refused.err) == (1, True)
        program.ok("rollout", "back", "--reason", "everybody begins at sync")
        assert modes(floor) == SYNC
        program.ok("rollout", "plan", "--first", "planner")
        assert modes(floor) == SYNC
        program.ok("rollout", "start")
        assert modes(floor) == SYNC | {"planner": "autonomous"}
        program.ok("send", "planner", "@planner what is due this week?")
        assert (await until(floor, "soaking", "half"))["stages"][0]["state"] == "done"
        assert list(modes(floor).values()).count("autonomous") == 2
        for number in (20, 30):
            await reject(floor, number)
        over = await until(floor, "rolled_back", "half")
        assert [one["step"] for one in over["steps"]] == ["breach", "advance", "start", "plan"]
        breach = over["steps"][0]
        assert (breach["gate"], breach["persona"], breach["actor"]) == ("rejections", "planner", "engine")
        assert "rejected 100.0 % of what planner proposed" in program.ok("rollout", "show").out
        assert modes(floor) == SYNC
    settings = floor.folder / "watchfloor.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + ADMIN, encoding="utf-8")
    # A restart changes no mode, whatever the settings say.
    with floor.engine(**QUICK, WATCHFLOOR_ROLLOUT__ADVANCE="operator"):
        await floor.up()
        assert (shown(floor)["state"], modes(floor)) == ("rolled_back", SYNC)
        program.ok("rollout", "restart", "--yes", "--reason", "again")
        program.ok("send", "planner", "@planner what is due this week?")
        await until(floor, "ready", "one")
        now = program.ok("status", "--json").data
        asked = now["status"]["approvals"]
        assert now["needs"] == asked["pending"] - asked["snoozed"] + asked["uncertain"] + 1
        assert "the rollout waits for you: 1 persona has soaked" in program.ok("status").out
        assert ["rollout stage that waited for you", 1] in program.ok("away", "--since", "1h", "--json").data["counts"]
        program.ok("rollout", "hold", "--reason", "lunch")
        assert (shown(floor)["state"], modes(floor)["planner"]) == ("held", "autonomous")
        program.ok("rollout", "back", "--reason", "enough")
        assert (shown(floor)["state"], modes(floor)) == ("rolled_back", SYNC)
        await compare(floor)
    assert program.ok("audit", "verify").code == 0


@pytest.mark.parametrize(
    ("point", "stage"),
    [("rollout.step:recorded:2", "one"), ("rollout.step:durable:1", "half")],
    ids=["before", "after"],
)
async def test_a_kill_in_the_middle_of_a_stage_change_leaves_all_of_it_or_nothing(
    floor: Floor, point: str, stage: str
) -> None:
    program = floor.program
    with program.running("run", WATCHFLOOR_CRASH_AT=point, **QUICK) as process:
        await floor.up()
        program.ok("rollout", "back")
        program.ok("rollout", "start", "--first", "planner")
        program.ok("send", "planner", "@planner what is due this week?")
        assert process.wait(timeout=60) == -signal.SIGKILL
    left = shown(floor)
    assert (left["state"], left["stage"]) == ("soaking", stage)
    at_work = {one["persona"] for one in left["personas"] if one["mode"] == "autonomous"}
    joined = {one["persona"] for one in left["personas"] if one["joined_at"]}
    here = next(one for one in left["stages"] if one["state"] == "now")
    assert at_work == joined == set(here["personas"])
    with floor.engine(**QUICK):
        await floor.up()
        await until(floor, "soaking", "half")
        assert list(modes(floor).values()).count("autonomous") == 2
    assert program.ok("audit", "verify").code == 0
