"""Why a task does not go on: what stands in its way, in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..coordination.bridge import QUEUE_TARGETS
from ..governance import repository as actions
from ..governance.action import ActionStatus
from ..governance.halt import Scope, halted, paused_targets
from ..storage import Reader
from ..tasks import (
    ACTION_TYPE,
    FailurePolicy,
    Task,
    TaskState,
    dependencies_of,
    get_task,
    member_of,
)
from ..tasks.dependencies import policy_of
from ..tasks.graph_rows import why_not_asked

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Helper:
    """An agent, as far as it matters to whether it could take a task.

    Attributes:
        state: idle, busy, paused, draining or lost.
        shut: what its breakers leave alone now.
    """

    id: str
    state: str
    able: frozenset[str]
    shut: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Blocker:
    """What stands in a task's way.

    Attributes:
        action_id: the action that has to be decided, where that is it.
    """

    task_id: str
    title: str
    why: str
    action_id: str = ""


def blockers(reader: Reader, helpers: Sequence[Helper], limit: int = MOST) -> list[Blocker]:
    """What stands in the way of tasks that could go on otherwise, the most urgent first, at most ``limit``."""
    found: list[Blocker] = []
    for state in (TaskState.PENDING, TaskState.ASSIGNED, TaskState.BACKLOG):
        # In the order of the index, so that a hundred thousand waiting tasks are not sorted for it.
        rows = reader.rows(
            "SELECT id FROM tasks WHERE state = ? ORDER BY priority, created_us LIMIT ?", (state, 4 * MOST)
        )
        for row in rows:
            blocker = blocker_of(reader, get_task(reader, row["id"]), helpers)
            if blocker is not None:
                found.append(blocker)
            if len(found) >= limit:
                return found
    return found


def blocker_of(reader: Reader, task: Task, helpers: Sequence[Helper]) -> Blocker | None:
    """What stands in one task's way; nothing where it goes on by itself."""
    if task.type == ACTION_TYPE:
        return _asked(reader, task)
    why = ""
    if task.state is TaskState.PENDING:
        why = _stopped(reader, task) or _unable(task, helpers)
    elif task.state is TaskState.BACKLOG:
        why = _waits_in_vain(reader, task)
    elif task.state is TaskState.PAUSED:
        why = "an operator paused it"
    return Blocker(task.id, task.title, why) if why else None


def _asked(reader: Reader, task: Task) -> Blocker | None:
    unsound = why_not_asked(reader, task.id) if task.state in {TaskState.BACKLOG, TaskState.PENDING} else None
    if unsound is not None:
        return Blocker(task.id, task.title, f"it will not be asked: {unsound}")
    if task.state is TaskState.BACKLOG:
        why = _waits_in_vain(reader, task)
        return Blocker(task.id, task.title, why) if why else None
    if task.state is TaskState.PENDING:
        return Blocker(task.id, task.title, "it is asked as soon as fewer questions are open")
    member = member_of(reader, task.id)
    action = actions.get(reader, member.action_id) if member is not None and member.action_id else None
    if task.state is not TaskState.ASSIGNED or action is None:
        return None
    said = _OF_ACTIONS.get(action.status)
    return None if said is None else Blocker(task.id, task.title, said.format(kind=action.kind), action.id)


_OF_ACTIONS: Final = {
    ActionStatus.PENDING: "an operator has to decide about {kind}",
    ActionStatus.APPROVED: "{kind} was approved and is about to start",
    ActionStatus.EXECUTING: "{kind} is being carried out",
    ActionStatus.UNCERTAIN: "nobody knows whether {kind} happened; settle it",
}


def _stopped(reader: Reader, task: Task) -> str:
    if halted(reader) is not None:
        return "everything is paused"
    paused = paused_targets(reader, Scope.QUEUE)
    if QUEUE_TARGETS & paused:
        return "the queue is paused"
    stopped = sorted(paused.intersection((task.type, *task.capabilities)))
    return f"{', '.join(stopped)} is paused: nothing that asks for it is handed out" if stopped else ""


def _unable(task: Task, helpers: Sequence[Helper]) -> str:
    needs = frozenset({task.type, *task.capabilities})
    here = [helper for helper in helpers if helper.state != "lost"]
    if not here:
        return "no agent is here; start one with `watchfloor agent`"
    able = [helper for helper in here if needs <= helper.able]
    if not able:
        missing = sorted(needs - frozenset().union(*(helper.able for helper in here))) or sorted(needs)
        return f"no agent here can do {', '.join(missing)}"
    willing = [helper for helper in able if helper.state not in {"paused", "draining"}]
    if not willing:
        return f"every agent that can do it is paused or leaving: {', '.join(helper.id for helper in able)}"
    if all(helper.shut & needs for helper in willing):
        shut = sorted(frozenset().union(*(helper.shut & needs for helper in willing)))
        return f"{', '.join(shut)} failed too often and is left alone for a while"
    return ""


def _waits_in_vain(reader: Reader, task: Task) -> str:
    if policy_of(reader, task.id) is not FailurePolicy.WAIT:
        return ""
    return next(_stuck(reader, task), "")


def _stuck(reader: Reader, task: Task) -> Iterator[str]:
    for other in dependencies_of(reader, task.id):
        before = get_task(reader, other)
        if before.state.terminal and before.state is not TaskState.DONE:
            yield f"it waits for {before.title[:100]}, which is {before.state.value}: retry that, or cancel this"
