"""What other agents may have the engine do. Every offer is a command or a query; none of them decides an action."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from ..client import EngineClient
from ..clock import Clock
from ..commands import AddGoal, ProposeAction, SendMessage, Target
from ..errors import WatchfloorError
from ..queries import HEARTBEAT, STATUS, TOOLS, AskNothing, AskTools
from ..view import ApprovalView
from .graph_offers import GraphOffers
from .offer import Offer, said
from .offers import AskedAction, AskedGoal, AskedMessage, AskedNothing, AskedPermission, AskedProposal, AskedReason
from .permission import ask_permission
from .task_offers import TaskOffers
from .watching import OPEN, action_view, settled

_EVERYTHING: Final = "*"
_PROBLEMS: Final = 5
_ANSWER: Final = TypeAdapter(Any)


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
            Offer("submit_goal", "Add a goal that is measured by the accounts.", AskedGoal, self._goal),
            *TaskOffers(client).offers(),
            *GraphOffers(client).offers(),
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
        return said(await self._client.send("action.propose", arguments))

    async def _action(self, asked: AskedAction) -> object:
        found = await action_view(self._client, asked.id)
        if found.status in OPEN and asked.wait_seconds:
            found = await settled(self._client, self._clock, found.id, asked.wait_seconds)
        return _action(found)

    async def _message(self, asked: AskedMessage) -> object:
        return said(await self._client.send("message.send", SendMessage(to=asked.to, text=asked.text)))

    async def _goal(self, asked: AskedGoal) -> object:
        return said(await self._client.send("goal.add", AddGoal.model_validate(asked.model_dump())))

    async def _heartbeat(self, _: AskedNothing) -> object:
        return await self._client.query(HEARTBEAT, AskNothing())

    async def _pause(self, asked: AskedReason) -> object:
        target = Target(scope="heartbeat", id=_EVERYTHING, reason=asked.reason)
        return said(await self._client.send("target.pause", target))

    async def _resume(self, asked: AskedReason) -> object:
        target = Target(scope="heartbeat", id=_EVERYTHING, reason=asked.reason)
        return said(await self._client.send("target.resume", target))

    async def _permission(self, asked: AskedPermission) -> object:
        return await ask_permission(self._client, self._clock, asked, self._permission_seconds)


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
