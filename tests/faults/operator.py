"""An operator who never rests, and remembers every promise that the engine made."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from engine.client import CommandRefused, EngineClient, EngineUnreachable, Reply
from engine.commands import ApproveAction, Arguments, RejectAction, SendMessage, SubmitTask
from engine.errors import WatchfloorError
from engine.queries import APPROVALS, STATUS, AskApprovals, AskNothing
from engine.workspace import Workspace

from ..engine.waiting import until_some
from .world import client_of

_PATIENCE: Final = 20
"""With so many messages waiting, no more are sent: a full inbox is another test's."""


@dataclass(slots=True)
class Promises:
    """What the engine acknowledged.

    Attributes:
        messages: the texts by message id.
        tasks: the titles by task id.
        verdicts: by action id, ``approved`` or ``rejected``, and the digest that it was said to.
    """

    messages: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.messages) + len(self.tasks) + len(self.verdicts)


class BusyOperator:
    """Sends messages that make the persona propose, submits tasks, and decides what it finds.

    Args:
        workspace: where the engine runs.
        seed: of its choices.
    """

    def __init__(self, workspace: Workspace, seed: int) -> None:
        self.promises = Promises()
        self._workspace = workspace
        self._dice = random.Random(seed)
        self._number = 0

    async def work(self) -> None:
        """Work until cancelled; an engine that is away is waited for."""
        while True:
            client = await until_some(lambda: client_of(self._workspace))
            try:
                await self._work_with(client)
            except EngineUnreachable:
                # What had no answer was not promised.
                continue
            finally:
                await client.close()

    async def decide_all(self, client: EngineClient) -> None:
        """Answer every question that is open."""
        page = await client.query(APPROVALS, AskApprovals(status="pending", limit=200))
        for found in page.items:
            if self._dice.random() < 0.85:
                yes = ApproveAction(id=found.id, revision=found.revision, digest=found.digest)
                await self._say(client, "action.approve", yes, "approved")
            else:
                no = RejectAction(id=found.id, revision=found.revision, digest=found.digest, reason="not today")
                await self._say(client, "action.reject", no, "rejected")

    async def _work_with(self, client: EngineClient) -> None:
        deeds: list[Callable[[EngineClient], Awaitable[None]]] = [self._ask, self._ask, self._submit, self.decide_all]
        while True:
            await self._dice.choice(deeds)(client)

    async def _ask(self, client: EngineClient) -> None:
        if (await client.query(STATUS, AskNothing())).inbox.total > _PATIENCE:
            return
        self._number += 1
        mail = f"please send a proposal to a{self._number}@example.com about matter {self._number}"
        text = mail if self._number % 2 else f"run mark n{self._number}"
        reply = await client.send("message.send", SendMessage(to="helper", text=text))
        answers = reply.data["answers"]
        assert isinstance(answers, list)
        for answer in answers:
            assert answer["answer"] == "accepted", reply
            self.promises.messages[answer["id"]] = text

    async def _submit(self, client: EngineClient) -> None:
        self._number += 1
        title = f"task {self._number}"
        reply = await client.send("task.submit", SubmitTask(title=title))
        self.promises.tasks[str(reply.data["id"])] = title

    async def _say(
        self, client: EngineClient, command: str, arguments: ApproveAction | RejectAction, verdict: str
    ) -> None:
        if await _accepted(client, command, arguments) is not None:
            self.promises.verdicts[arguments.id] = (verdict, arguments.digest)


async def _accepted(client: EngineClient, command: str, arguments: Arguments) -> Reply | None:
    try:
        return await client.send(command, arguments)
    except EngineUnreachable:
        raise
    except CommandRefused as error:
        # The one that got no answer before the crash was carried out after all.
        if error.code not in {"decided", "expired"}:
            raise
        return None
    except WatchfloorError:
        raise
