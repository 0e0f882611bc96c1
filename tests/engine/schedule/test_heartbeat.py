"""The heartbeat: proposals through the gate, one open approval per task, ticks, back-off and fairness."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.errors import WatchfloorError
from engine.governance.action import ActionStatus
from engine.governance.halt import Scope, pause, resume
from engine.governance.proposal import Proposal
from engine.schedule import TEMPLATE, Heartbeat, HeartbeatFileError, TaskState, all_tasks
from engine.settings.schedule import HeartbeatSettings
from engine.storage import Database, Reader


class Gate:
    """Takes proposals as the gate does: the same dedupe key is the same action."""

    def __init__(self) -> None:
        self.actions: dict[str, ActionStatus] = {}
        self.proposals: list[Proposal] = []
        self.asked: list[bool] = []
        self.refuses = False
        self._by_key: dict[str | None, str] = {}

    async def propose(self, proposal: Proposal, *, must_ask: bool) -> str:
        if self.refuses:
            raise WatchfloorError("arguments refused", why="no such channel")
        if proposal.dedupe_key in self._by_key:
            return self._by_key[proposal.dedupe_key]
        action_id = f"a{len(self.proposals) + 1}"
        self.proposals.append(proposal)
        self.asked.append(must_ask)
        self._by_key[proposal.dedupe_key] = action_id
        self.actions[action_id] = ActionStatus.PENDING
        return action_id

    def status_of(self, _: Reader, action_id: str) -> ActionStatus | None:
        return self.actions.get(action_id)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "HEARTBEAT.md"


class Floor:
    def __init__(self, database: Database, clock: SimulatedClock, path: Path, gate: Gate) -> None:
        self.database, self.clock, self.path, self.gate = database, clock, path, gate
        self.settings = HeartbeatSettings()
        self.heartbeat = self.restart()

    def restart(self) -> Heartbeat:
        gate = self.gate
        self.heartbeat = Heartbeat(self.database, self.clock, self.path, self.settings, gate.propose, gate.status_of)
        return self.heartbeat

    def write(self, text: str) -> None:
        self.path.write_text(text)

    def text(self) -> str:
        return self.path.read_text()

    def configure(self, **values: object) -> None:
        self.settings = HeartbeatSettings.model_validate(values)
        self.restart()

    async def beat(self) -> int:
        count = (await self.heartbeat.beat()).count
        await self.clock.advance(1_800)
        return count

    async def end(self, action_id: str, status: ActionStatus) -> None:
        self.gate.actions[action_id] = status
        await self.heartbeat.on_executed(action_id)

    async def states(self) -> list[TaskState]:
        return [task.state for task in await self.database.read(all_tasks)]


@pytest.fixture
def floor(database: Database, clock: SimulatedClock, path: Path, gate: Gate) -> Floor:
    return Floor(database, clock, path, gate)


async def test_the_shipped_file_proposes_a_briefing_that_asks_first(floor: Floor, gate: Gate) -> None:
    floor.write(TEMPLATE)
    assert await floor.beat() == 1
    (proposal,) = gate.proposals
    assert (proposal.kind, proposal.tool, proposal.proposer) == ("create_briefing", "briefing", "heartbeat")
    assert gate.asked == [True]
    await floor.end("a1", ActionStatus.EXECUTED)
    assert floor.text() == TEMPLATE.replace("- [ ] @briefing", "- [x] @briefing")
    assert await floor.beat() == 0


async def test_a_task_has_one_open_approval_however_many_beats_and_restarts(floor: Floor, gate: Gate) -> None:
    floor.write("## Recurring\n- [ ] @chat\n## One-time\n- [ ] @briefing\n")
    for _ in range(3):
        await floor.beat()
        floor.restart()
    assert len(gate.proposals) == 2


async def test_a_recurring_task_is_proposed_again_after_it_ran_and_never_ticked(floor: Floor, gate: Gate) -> None:
    text = "- [ ] @email\n## Recurring\n- [ ] @chat\n"
    floor.write(text)
    for _ in range(3):
        await floor.beat()
        for action_id in gate.actions:
            await floor.end(action_id, ActionStatus.EXECUTED)
    assert len(gate.proposals) == 6
    assert floor.text() == text


async def test_without_require_approval_the_guardrails_decide(floor: Floor, gate: Gate) -> None:
    floor.configure(require_approval=False)
    floor.write("- [ ] @chat\n")
    await floor.beat()
    assert gate.asked == [False]


async def test_what_ended_while_the_engine_was_down_is_settled_at_the_next_beat(floor: Floor, gate: Gate) -> None:
    floor.write("## One-time\n- [ ] @briefing\n")
    await floor.beat()
    gate.actions["a1"] = ActionStatus.EXECUTED
    floor.restart()
    assert await floor.beat() == 0
    assert floor.text() == "## One-time\n- [x] @briefing\n"


async def test_a_crash_between_asking_and_remembering_asks_once(floor: Floor, gate: Gate, database: Database) -> None:
    floor.write("## One-time\n- [ ] @briefing\n")
    await floor.beat()
    # What the database holds when the process died before the answer was written down.
    before = "UPDATE heartbeat_tasks SET state = 'idle', action_id = NULL, changed_us = ?"
    changed = int(gate.proposals[0].dedupe_key.split(":")[1]) if gate.proposals[0].dedupe_key else 0
    await database.write(lambda tx: tx.execute(before, (changed,)))
    floor.restart()
    await floor.beat()
    assert len(gate.proposals) == 1


async def test_a_box_that_could_not_be_ticked_is_ticked_later_and_the_task_runs_once(
    floor: Floor, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.write("## One-time\n- [ ] @briefing\n")
    await floor.beat()

    def full(*_: object, **__: object) -> tuple[int, str]:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("tempfile.mkstemp", full)
        with pytest.raises(HeartbeatFileError, match="No space left"):
            await floor.end("a1", ActionStatus.EXECUTED)
    await floor.beat()
    assert (len(gate.proposals), floor.text()) == (1, "## One-time\n- [x] @briefing\n")


async def test_a_person_s_edits_meanwhile_win(floor: Floor, gate: Gate) -> None:
    floor.write("## One-time\n- [ ] @briefing\n- [ ] @chat\n")
    await floor.beat()
    edited = "## One-time\nchanged my mind\n- [ ] @chat\n"
    floor.write(edited)
    await floor.end("a1", ActionStatus.EXECUTED)
    assert floor.text() == edited


async def test_a_box_emptied_again_runs_again(floor: Floor, gate: Gate) -> None:
    floor.write("## One-time\n- [ ] @briefing\n")
    await floor.beat()
    await floor.end("a1", ActionStatus.EXECUTED)
    floor.write("## One-time\n- [ ] @briefing\n")
    assert await floor.beat() == 1
    await floor.end("a2", ActionStatus.EXECUTED)
    await floor.beat()
    floor.write("## One-time\n- [ ] @briefing\n")
    assert await floor.beat() == 1


@pytest.mark.parametrize("status", [ActionStatus.REJECTED, ActionStatus.BLOCKED, ActionStatus.UNCERTAIN])
async def test_a_one_time_task_that_was_refused_is_left_until_its_line_changes(
    floor: Floor, gate: Gate, status: ActionStatus
) -> None:
    floor.write('## One-time\n- [ ] @chat {"text": "a"}\n')
    await floor.beat()
    await floor.end("a1", status)
    assert [await floor.beat(), await floor.beat()] == [0, 0]
    floor.write('## One-time\n- [ ] @chat {"text": "b"}\n')
    assert await floor.beat() == 1


async def test_a_rejected_recurring_task_rests_for_a_day(floor: Floor, gate: Gate) -> None:
    floor.write("## Recurring\n- [ ] @chat\n")
    await floor.beat()
    await floor.end("a1", ActionStatus.REJECTED)
    assert [await floor.beat() for _ in range(47)] == [0] * 47
    assert await floor.beat() + await floor.beat() == 1


async def test_an_expired_task_asks_again(floor: Floor, gate: Gate) -> None:
    floor.write("## One-time\n- [ ] @chat\n")
    await floor.beat()
    gate.actions["a1"] = ActionStatus.EXPIRED
    assert await floor.beat() == 1


async def test_a_one_time_task_that_fails_backs_off_and_stops_after_three(
    floor: Floor, gate: Gate, clock: SimulatedClock
) -> None:
    floor.configure(retry_seconds=3_600)
    floor.write("## One-time\n- [ ] @chat\n")
    served = []
    for number in range(20):
        if await floor.beat():
            served.append(number)
            await floor.end(f"a{len(gate.proposals)}", ActionStatus.FAILED)
    # The second try an hour after the first failure, the third two hours after the second.
    assert served == [0, 3, 8]
    assert await floor.states() == [TaskState.STOPPED]


async def test_a_task_that_the_gate_does_not_take_fails_with_its_reason(
    floor: Floor, gate: Gate, database: Database
) -> None:
    gate.refuses = True
    floor.write("## One-time\n- [ ] @chat\n")
    assert [await floor.beat() for _ in range(6)] == [0] * 6
    (task,) = await database.read(all_tasks)
    assert (task.state, task.attempts) == (TaskState.STOPPED, 3)
    assert "no such channel" in task.note


async def test_five_a_beat_and_every_line_gets_its_turn(floor: Floor, gate: Gate) -> None:
    floor.write("".join(f'- [ ] @chat {{"n": {number}}}\n' for number in range(12)))
    turns: dict[object, list[int]] = {}
    for number in range(12):
        before = len(gate.proposals)
        assert await floor.beat() == 5
        for proposal in gate.proposals[before:]:
            assert isinstance(proposal.arguments, dict)
            turns.setdefault(proposal.arguments["n"], []).append(number)
        for action_id in list(gate.actions):
            await floor.end(action_id, ActionStatus.EXECUTED)
    # Twelve lines at five a beat: a whole round takes three beats, and no line waits longer.
    assert len(turns) == 12
    assert all(beats[0] <= 2 and beats[-1] >= 9 for beats in turns.values())
    assert all(later - earlier <= 3 for beats in turns.values() for earlier, later in pairwise(beats))


async def test_a_tool_that_the_file_cannot_call_is_an_error_with_its_line(floor: Floor, gate: Gate) -> None:
    floor.write("- [ ] @set_policy {}\n- [ ] @chat\n- [ ] @chat {\n")
    result = await floor.heartbeat.beat()
    assert (result.count, [proposal.tool for proposal in gate.proposals]) == (1, ["chat"])
    assert "line 1: @set_policy cannot be called" in result.note
    look = await floor.heartbeat.look()
    assert look.file is not None
    assert [error.line for error in look.file.errors] == [1, 3]


async def test_beats_are_skipped_with_a_reason(floor: Floor, database: Database) -> None:
    assert "no HEARTBEAT.md" in (await floor.heartbeat.beat()).note
    floor.write("- [ ] @chat\n")
    await database.write(lambda tx: pause(tx, Scope.HEARTBEAT, "heartbeat", "ana", ""))
    assert "paused" in (await floor.heartbeat.beat()).note
    await database.write(lambda tx: resume(tx, Scope.HEARTBEAT, "heartbeat", "ana"))
