"""The SupervisorAgent: makes tasks of goals, watches them, and has operators asked where a plan says so.

It never executes anything: agents do the work, and the gate runs the actions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from ..canonical import JSON
from ..clock import Clock
from ..errors import WatchfloorError
from ..governance import repository as actions
from ..governance.action import Action, ActionStatus
from ..governance.proposal import Proposal
from ..journal import Event
from ..settings.governance import GovernanceSettings
from ..storage import Database, Reader, Transaction
from ..tasks import Graph, GraphTask, Plan, Task, TaskState, get_task, graph_tasks, submit_graph
from ..tasks.dependencies import fail_dependants, release_dependants
from ..tasks.graph_rows import asked, note_asked, to_ask, why_not_asked
from ..tasks.repository import change_state
from ..tasks.task import TaskError
from ..tasks.templates import rests_on_results, with_results

GATE: Final = "gate"
"""Who holds a task that is an action: the gate, in place of an agent."""
BATCH: Final = 50
SWEEP_SECONDS: Final = 5.0
"""How long a missed hint may go unnoticed."""
RESULT_SHOWN: Final = 4_000
"""Most characters of an agent's result that become part of a question."""


class GatePort(Protocol):
    """What the supervisor needs of the gate."""

    @property
    def settings(self) -> GovernanceSettings:
        """How many questions may be open."""
        ...

    def propose(self, tx: Transaction, proposal: Proposal) -> Action:
        """Take a proposal to the guardrails."""
        ...

    def withdraw(self, tx: Transaction, action_id: str, proposer: str, reason: str) -> object:
        """Take a proposal back, by its own proposer."""
        ...


class SupervisorAgent:
    """Watches graphs; everything it does is one unit of work a step, so that a crash repeats nothing.

    Args:
        database: the truth.
        gate: takes what approval steps ask.
        check: makes sure that a tool takes some arguments; raises where it does not.
        clock: spaces the sweeps.
    """

    def __init__(
        self,
        database: Database,
        gate: GatePort,
        check: Callable[[str, JSON], object],
        clock: Clock,
    ) -> None:
        self._database = database
        self._gate = gate
        self._check = check
        self._clock = clock
        self._wake = asyncio.Event()

    def notice(self, events: Sequence[Event]) -> None:
        """What was committed may be an answer, or somebody's turn."""
        if any(event.kind.startswith(("task.", "action.", "graph.")) for event in events):
            self._wake.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self._wake.clear()
            while await self.step():
                pass
            try:
                await self._clock.wait_for(self._wake.wait(), SWEEP_SECONDS)
            except TimeoutError:
                continue

    async def step(self) -> int:
        """Ask what is to be asked, and settle what was answered.

        Returns:
            how many steps of plans went on.
        """
        waiting, answered = await self._database.read(lambda reader: (self._turns(reader), asked(reader, BATCH)))
        for member in waiting:
            await self._database.write(lambda tx, one=member: self._ask(tx, one))  # type: ignore[misc]  # mypy: bound default
        settled = 0
        for member in answered:
            settled += await self._database.write(lambda tx, one=member: self._settle(tx, one))  # type: ignore[misc]  # as above
        return len(waiting) + settled

    def _turns(self, reader: Reader) -> list[GraphTask]:
        """What is to be asked now: no more than the gate has room for; the rest waits instead of being refused."""
        room = self._gate.settings.max_pending - actions.count(reader, ActionStatus.PENDING)
        return to_ask(reader, min(BATCH, room)) if room > 0 else []

    def submit(self, tx: Transaction, plan: Plan, actor: str) -> tuple[Graph, dict[str, str]]:
        """Make tasks of a plan that was checked: all of them, or none; Redis is told of them as of any other.

        Returns:
            the graph, and the task of each step.

        Raises:
            TaskError: the steps do not fit together, or one of them is no task; nothing may be committed then.
        """
        return submit_graph(tx, plan, self._clock.new_id, actor)

    def check(self, plan: Plan) -> None:
        """Make sure that what a plan asks could be asked; results that are not there yet are taken as text.

        Raises:
            TaskError: a tool does not exist or does not take such arguments.
        """
        for step in plan.steps:
            if step.asks is None or rests_on_results(replace(step.asks, reason="")):
                continue
            asking = with_results(step.asks, {})
            try:
                self._check(asking.tool, dict(asking.arguments))
            except WatchfloorError as error:
                raise TaskError(f"step {step.id} refused", why=error.why or error.what, remedy=error.remedy) from error

    def _ask(self, tx: Transaction, member: GraphTask) -> None:
        task = get_task(tx, member.task_id)
        if task.state is not TaskState.PENDING or member.asks is None:
            return
        unsound = why_not_asked(tx, task.id)
        if unsound is not None:
            tx.record("graph_step.unsound", task.id, {"title": task.title[:200], "why": unsound})
            fail_dependants(tx, change_state(tx, task, TaskState.FAILED, error=f"nobody was asked: {unsound}"))
            return
        asking = with_results(member.asks, _results(tx, member.graph_id))
        proposal = Proposal(
            kind=asking.kind,
            tool=asking.tool,
            arguments=dict(asking.arguments),
            proposer=_proposer(member),
            reason=asking.reason,
            account_id=asking.account,
            dedupe_key=f"{task.id}:{member.rounds}",
            must_ask=asking.always,
        )
        try:
            action = self._gate.propose(tx, proposal)
        except WatchfloorError as error:
            # What is wrong with it would be wrong the next time too.
            fail_dependants(tx, change_state(tx, task, TaskState.FAILED, error=error.sentence()[:2_000]))
            return
        note_asked(tx, task.id, action.id)
        change_state(tx, task, TaskState.ASSIGNED, agent=GATE)
        if action.status.value in _ENDS:
            self._conclude(tx, get_task(tx, task.id), action)

    def _settle(self, tx: Transaction, member: GraphTask) -> bool:
        task = get_task(tx, member.task_id)
        action = actions.get(tx, member.action_id)
        if action is None:
            return False
        if task.state is TaskState.CANCELLED:
            if action.status not in {ActionStatus.PENDING, ActionStatus.APPROVED}:
                return False
            self._gate.withdraw(tx, action.id, _proposer(member), "its task was cancelled")
            after = actions.get(tx, action.id)
            return after is not None and after.status is not action.status
        return self._conclude(tx, task, action)

    def _conclude(self, tx: Transaction, task: Task, action: Action) -> bool:
        if task.state is not TaskState.ASSIGNED or action.status.value not in _ENDS:
            return False
        if action.status is ActionStatus.EXECUTED:
            done = change_state(tx, task, TaskState.DONE, agent=GATE, result=action.outcome or "done")
            release_dependants(tx, done)
            return True
        fail_dependants(tx, change_state(tx, task, TaskState.FAILED, agent=GATE, error=_why(action)))
        return True


_ENDS: Final[Mapping[str, str]] = {
    ActionStatus.EXECUTED.value: "it was done",
    ActionStatus.FAILED.value: "it failed",
    ActionStatus.REJECTED.value: "it was rejected",
    ActionStatus.EXPIRED.value: "nobody answered in time",
    ActionStatus.WITHDRAWN.value: "it was withdrawn",
    ActionStatus.BLOCKED.value: "it is a hard stop",
}


def _why(action: Action) -> str:
    who = f" by {action.decided_by}" if action.decided_by and action.status is ActionStatus.REJECTED else ""
    reason = action.decision_reason if action.status is ActionStatus.REJECTED else action.outcome
    if action.status is ActionStatus.BLOCKED:
        reason = action.why
    return f"{_ENDS[action.status.value]}{who}{f': {reason}' if reason else ''}"[:2_000]


def _proposer(member: GraphTask) -> str:
    # Who was told no does not ask the same again. An operator who has it tried again makes it a question of its own.
    again = f":{member.rounds + 1}" if member.rounds else ""
    return f"task:{member.task_id}{again}"


def _results(reader: Reader, graph_id: str) -> dict[str, str]:
    done = ((member, task) for member, task in graph_tasks(reader, graph_id) if task.state is TaskState.DONE)
    return {member.step: task.result.strip()[:RESULT_SHOWN] for member, task in done}
