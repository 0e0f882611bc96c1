"""What other agents may have the engine do. Every offer is a command or a query; none of them decides an action."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, TypeAdapter, ValidationError

from ..client import EngineClient, Reply
from ..clock import Clock
from ..commands import AddGoal, CancelTask, ProposeAction, SendMessage, SubmitTask, Target
from ..errors import WatchfloorError
from ..queries import DETAIL, HEARTBEAT, STATUS, TASKS, TOOLS, AskDetail, AskNothing, AskTasks, AskTools
from ..view import ApprovalView
from .offers import (
    AskedAction,
    AskedCancel,
    AskedGoal,
    AskedMessage,
    AskedNothing,
    AskedPermission,
    AskedProposal,
    AskedReason,
    AskedTask,
    AskedTasks,
    AskedThing,
)
from .permission import ask_permission
from .watching import OPEN, action_view, settled

Work: TypeAlias = Callable[[Any], Awaitable[object]]
"""Does what was asked; what it returns is the answer, as JSON."""

_EVERYTHING: Final = "*"
_PROBLEMS: Final = 5
_ANSWER: Final = TypeAdapter(Any)


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be asked.

    Attributes:
        doc: what it does, for the asking agent.
        arguments: the model of its arguments.
        reads: it changes nothing.
    """

    name: str
    doc: str
    arguments: type[BaseModel]
    work: Work
    reads: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: JSON text, or a sentence that says why not."""

    text: str
    ok: bool = True


class Toolbox:
    """Everything that may be asked.

    Args:
        client: reaches the engine; its operator's name stands on everything.
        clock: times waiting.
        permission_seconds: how long ``permission_prompt`` waits for an operator.
    """

    def __init__(self, client: EngineClient, clock: Clock, permission_seconds: float) -> None:
        self._client = client
        self._clock = clock
        self._permission_seconds = permission_seconds
        offers = (
            Offer("status", "How the engine is and how many things wait.", AskedNothing, self._status, reads=True),
            Offer(
                "list_tools",
                "The tools that actions can use.",
                AskedNothing,
                self._tools,
                reads=True,
            ),
            Offer("propose_action", "Propose an action; the guardrails judge it.", AskedProposal, self._propose),
            Offer("approval_status", "What became of a proposed action.", AskedAction, self._action, reads=True),
            Offer("send_message", "Write to a persona or a channel.", AskedMessage, self._message),
            Offer("submit_goal", "Add a goal.", AskedGoal, self._goal),
            Offer("submit_task", "Give a task to the agents.", AskedTask, self._task),
            Offer("list_tasks", "Tasks, newest first.", AskedTasks, self._tasks, reads=True),
            Offer("task_status", "One task with its history.", AskedThing, self._one_task, reads=True),
            Offer("cancel_task", "Stop a task.", AskedCancel, self._cancel),
            Offer("heartbeat_status", "How the heartbeat is doing.", AskedNothing, self._heartbeat, reads=True),
            Offer("heartbeat_pause", "Stop the heartbeat.", AskedReason, self._pause),
            Offer("heartbeat_resume", "Let the heartbeat go on.", AskedReason, self._resume),
            Offer(
                "permission_prompt",
                "Ask an operator whether a tool call of yours may be made; waits for the answer.",
                AskedPermission,
                self._permission,
            ),
        )
        self.offers: Mapping[str, Offer] = {offer.name: offer for offer in offers}
        """Everything that may be asked, by name."""

    async def call(self, name: str, arguments: Mapping[str, Any]) -> Answer:
        """Carry an offer out; whatever the engine refuses is an answer, never an error of the protocol."""
        offer = self.offers[name]
        try:
            asked = offer.arguments.model_validate(dict(arguments))
            found = await offer.work(asked)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
                for problem in error.errors(include_url=False, include_input=False, include_context=False)[:_PROBLEMS]
            )
            return Answer(f"{name} was not understood: {problems}", ok=False)
        except WatchfloorError as error:
            return Answer(error.sentence(), ok=False)
        return Answer(_ANSWER.dump_json(found).decode())

    async def _status(self, _: AskedNothing) -> object:
        view = await self._client.query(STATUS, AskNothing())
        return {
            "workspace": view.engine.workspace,
            "halted": view.engine.halted,
            "halted_by": view.engine.halted_by,
            "needs_an_operator": view.needs,
            "pending": view.approvals.pending,
            "uncertain": view.approvals.uncertain,
            "personas": [{"id": one.id, "mode": one.mode} for one in view.personas],
            "notices": view.engine.notices,
        }

    async def _tools(self, _: AskedNothing) -> object:
        page = await self._client.query(TOOLS, AskTools())
        return [
            {
                "name": one.name,
                "description": one.description,
                "effect": one.effect,
                "unavailable": one.unavailable,
                "schema": json.loads(one.schema),
            }
            for one in page.items
        ]

    async def _propose(self, asked: AskedProposal) -> object:
        arguments = ProposeAction(
            kind=asked.kind,
            tool=asked.tool,
            arguments=json.dumps(asked.arguments, allow_nan=False),
            reason=asked.reason,
            account=asked.account,
        )
        return _said(await self._client.send("action.propose", arguments))

    async def _action(self, asked: AskedAction) -> object:
        found = await action_view(self._client, asked.id)
        if found.status in OPEN and asked.wait_seconds:
            found = await settled(self._client, self._clock, found.id, asked.wait_seconds)
        return _action(found)

    async def _message(self, asked: AskedMessage) -> object:
        return _said(await self._client.send("message.send", SendMessage(to=asked.to, text=asked.text)))

    async def _goal(self, asked: AskedGoal) -> object:
        return _said(await self._client.send("goal.add", AddGoal.model_validate(asked.model_dump())))

    async def _task(self, asked: AskedTask) -> object:
        arguments = SubmitTask(
            title=asked.title,
            type=asked.type,
            payload=json.dumps(asked.payload, allow_nan=False),
            priority=asked.priority,
            depends_on=tuple(asked.depends_on),
        )
        return _said(await self._client.send("task.submit", arguments))

    async def _tasks(self, asked: AskedTasks) -> object:
        return (await self._client.query(TASKS, AskTasks(state=asked.state, limit=asked.limit))).items

    async def _one_task(self, asked: AskedThing) -> object:
        return await self._client.query(DETAIL, AskDetail(scope="task", id=asked.id))

    async def _cancel(self, asked: AskedCancel) -> object:
        found = await self._client.query(DETAIL, AskDetail(scope="task", id=asked.id))
        return _said(await self._client.send("task.cancel", CancelTask(id=found.subject, reason=asked.reason)))

    async def _heartbeat(self, _: AskedNothing) -> object:
        return await self._client.query(HEARTBEAT, AskNothing())

    async def _pause(self, asked: AskedReason) -> object:
        target = Target(scope="heartbeat", id=_EVERYTHING, reason=asked.reason)
        return _said(await self._client.send("target.pause", target))

    async def _resume(self, asked: AskedReason) -> object:
        target = Target(scope="heartbeat", id=_EVERYTHING, reason=asked.reason)
        return _said(await self._client.send("target.resume", target))

    async def _permission(self, asked: AskedPermission) -> object:
        return await ask_permission(self._client, self._clock, asked, self._permission_seconds)


def _said(reply: Reply) -> dict[str, object]:
    return {"text": reply.text, **reply.data}


def _action(found: ApprovalView) -> dict[str, object]:
    return {
        "id": found.id,
        "kind": found.kind,
        "tool": found.tool,
        "status": found.status,
        "rule": found.rule,
        "risk": found.risk.value,
        "effect": found.effect,
        "decided_by": found.decided_by,
        "reason": found.reason,
        "result": found.result,
        "expires_at": found.expires_at,
    }
