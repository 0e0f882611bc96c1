"""What other agents may ask about tasks: the command line's verbs, by the same commands, roles and gate."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence

from ..client import EngineClient
from ..commands import CancelTask, DeadLetters, Reprioritise, RetryTask, SubmitTask, TaskTarget
from ..queries import (
    AGENTS,
    DEAD,
    DETAIL,
    OUTPUT,
    TASK,
    TASKS,
    AskDead,
    AskDetail,
    AskNothing,
    AskOutput,
    AskTask,
    AskTasks,
)
from .offer import Offer, said
from .offers import (
    AskedCancel,
    AskedDead,
    AskedLetters,
    AskedNothing,
    AskedOutput,
    AskedPriority,
    AskedTask,
    AskedTasks,
    AskedThing,
)


class TaskOffers:
    """Tasks, dead letters, and who works on them.

    Args:
        client: reaches the engine.
    """

    def __init__(self, client: EngineClient) -> None:
        self._client = client

    def offers(self) -> Sequence[Offer]:
        """Everything here."""
        return (
            Offer("submit_task", "Give a task to the agents.", AskedTask, self._submit),
            Offer("list_tasks", "Tasks, newest first.", AskedTasks, self._list, reads=True),
            Offer("task_status", "One task with its history.", AskedThing, self._show, reads=True),
            Offer(
                "task_report",
                "One task whole: what stands in its way, its result, its diff.",
                AskedThing,
                self._report,
                reads=True,
            ),
            Offer("task_output", "What a task wrote while it ran.", AskedOutput, self._output, reads=True),
            Offer("cancel_task", "Stop a task.", AskedCancel, self._cancel),
            Offer("pause_task", "Keep a waiting task from the agents.", AskedCancel, self._steer("task.pause")),
            Offer("resume_task", "Let a paused task go on.", AskedThing, self._steer("task.resume")),
            Offer("retry_task", "Try a dead or failed task again.", AskedThing, self._retry),
            Offer("prioritise_task", "Give a waiting task another priority.", AskedPriority, self._prioritise),
            Offer("list_dead", "Tasks that were given up, and why.", AskedDead, self._dead, reads=True),
            Offer("replay_dead", "Give dead tasks all their attempts again.", AskedLetters, self._replay),
            Offer(
                "agents_status",
                "Who works on tasks, the queues, and what is held up and why.",
                AskedNothing,
                self._agents,
                reads=True,
            ),
        )

    async def _submit(self, asked: AskedTask) -> object:
        arguments = SubmitTask.model_validate(
            asked.model_dump(exclude={"payload"}) | {"payload": json.dumps(asked.payload, allow_nan=False)}
        )
        return said(await self._client.send("task.submit", arguments))

    async def _list(self, asked: AskedTasks) -> object:
        ask = AskTasks(state=asked.state, type=asked.type, after=asked.after, limit=asked.limit)
        return (await self._client.query(TASKS, ask)).items

    async def _show(self, asked: AskedThing) -> object:
        return await self._client.query(DETAIL, AskDetail(scope="task", id=asked.id))

    async def _report(self, asked: AskedThing) -> object:
        return await self._client.query(TASK, AskTask(id=asked.id))

    async def _output(self, asked: AskedOutput) -> object:
        return await self._client.query(OUTPUT, AskOutput(id=asked.id, after=asked.after, limit=asked.limit))

    async def _cancel(self, asked: AskedCancel) -> object:
        arguments = CancelTask(id=await self._whole(asked.id), reason=asked.reason)
        return said(await self._client.send("task.cancel", arguments))

    def _steer(self, command: str) -> Callable[[AskedThing], Awaitable[object]]:
        async def work(asked: AskedThing) -> object:
            reason = asked.reason if isinstance(asked, AskedCancel) else ""
            return said(await self._client.send(command, TaskTarget(id=await self._whole(asked.id), reason=reason)))

        return work

    async def _retry(self, asked: AskedThing) -> object:
        return said(await self._client.send("task.retry", RetryTask(id=await self._whole(asked.id))))

    async def _prioritise(self, asked: AskedPriority) -> object:
        task = await self._whole(asked.id)
        arguments = Reprioritise(scope="task", id=task, change="set", value=asked.priority)
        return said(await self._client.send("queue.reprioritise", arguments))

    async def _dead(self, asked: AskedDead) -> object:
        return await self._client.query(DEAD, AskDead(type=asked.type, after=asked.after, limit=asked.limit))

    async def _replay(self, asked: AskedLetters) -> object:
        return said(await self._client.send("dead.replay", DeadLetters(ids=tuple(asked.ids))))

    async def _agents(self, _: AskedNothing) -> object:
        return await self._client.query(AGENTS, AskNothing())

    async def _whole(self, part: str) -> str:
        """The id of the one task that has this part in its id."""
        return (await self._client.query(DETAIL, AskDetail(scope="task", id=part))).subject
