"""Carries out commands: once each, by whoever may, journalled with the state that they change."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from weakref import WeakValueDictionary

from pydantic import ValidationError

from ..client.protocol import CommandRefused, Reply, as_refusal
from ..commands import COMMANDS, Arguments, Command
from ..errors import WatchfloorError
from ..operators import Operator
from ..storage import Database, Reader, StorageError, Transaction, to_us

UnitHandler: TypeAlias = Callable[[Transaction, Any, Operator], Reply | CommandRefused]
"""A command's work as one unit of work: what it does and that it was done become durable together.

A refusal that it raises undoes the unit; one that it returns is raised too, but what was found on the way is kept.
"""
LongHandler: TypeAlias = Callable[[Any, Operator, str], Awaitable[Reply | CommandRefused]]
"""A command's work that needs several units or waits; each of its units is durable by itself.

It is given the request's id, under which a repeat after a crash can be recognised.
"""

KEEP_SECONDS: Final = 86_400
"""A command's id is remembered this long; a repeat within it gets the first answer."""
DECISIONS: Final = frozenset({
    "action.approve",
    "action.reject",
    "action.decide_many",
    "action.edit",
    "action.settle",
    "action.undo",
    "rule.allow",
    "rule.deny",
    "rule.revoke",
    "engine.resume",
    "persona.set_mode",
    "rollout.plan",
    "rollout.start",
    "rollout.advance",
    "rollout.resume",
    "rollout.abort",
    "rollout.restart",
    "persona.wait_for",
    "persona.stop_waiting",
    "journal.prune",
    "task.import",
})  # fmt: skip
"""What only a person may send, never an agent that works in a person's name."""
_SHOWN_CHARACTERS: Final = 300


@dataclass(frozen=True, slots=True)
class Request:
    """One command on its way in.

    Attributes:
        id: chosen by the sender; the same id is carried out once.
        command: its name.
        arguments: as they came, unchecked.
        operator: who sends it, with the role that the settings give.
    """

    id: str
    command: str
    arguments: Mapping[str, object]
    operator: Operator


class Dispatcher:
    """The one place where commands become effects.

    Args:
        database: where the effect, the journal and the reply are written.
        units: the handlers that are one unit of work, by command name.
        longs: the handlers that are not.
    """

    def __init__(self, database: Database, units: Mapping[str, UnitHandler], longs: Mapping[str, LongHandler]) -> None:
        missing = COMMANDS.keys() - units.keys() - longs.keys()
        if missing:
            raise WatchfloorError("commands have no handler", why=", ".join(sorted(missing)))
        self._database = database
        self._units = units
        self._longs = longs
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def carry_out(self, request: Request) -> Reply:
        """Check and carry out a command.

        Raises:
            CommandRefused: it is unknown, badly formed, not for this operator's role, its handler said no, or the
                database failed. The refusal is journalled where that is possible.
        """
        try:
            command, arguments = self._check(request)
            if request.command in self._units:
                handler = self._units[request.command]
                answer = await self._database.write(lambda tx: self._in_unit(tx, request, command, arguments, handler))
            else:
                answer = await self._at_length(request, command, arguments)
        except WatchfloorError as error:
            refusal = as_refusal(error)
            # Where the database takes nothing, as on a full disk, the sender is told so all the same.
            with contextlib.suppress(StorageError):
                await self._database.write(lambda tx: _record_refusal(tx, request, refusal))
            raise refusal from error
        if isinstance(answer, CommandRefused):
            raise answer
        return answer

    async def forget_old(self) -> int:
        """Forget command ids past ``KEEP_SECONDS``.

        Returns:
            how many.
        """
        return await self._database.write(
            lambda tx: tx.execute("DELETE FROM commands WHERE at_us < ?", (to_us(tx.now) - KEEP_SECONDS * 1_000_000,))
        )

    def _check(self, request: Request) -> tuple[Command, Arguments]:
        command = COMMANDS.get(request.command)
        if command is None:
            raise CommandRefused(f"command {request.command!r} is unknown", code="unknown")
        if request.operator.role < command.role:
            raise CommandRefused(
                f"{request.operator.name} may not do {command.name}",
                why=f"it needs the role {command.role.title}, this session has {request.operator.role.title}",
                remedy="Ask an admin to change [governance.operators] in the settings.",
                code="role",
            )
        if request.operator.is_agent and request.command in DECISIONS:
            raise CommandRefused(
                f"{command.name} is refused",
                why="an agent asks; only a person decides",
                remedy="Decide in the console or on the command line.",
                code="role",
            )
        try:
            return command, command.arguments.model_validate(request.arguments)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
                for problem in error.errors(include_url=False, include_input=False, include_context=False)[:5]
            )
            raise CommandRefused(f"{command.name} was not understood", why=problems, code="invalid") from None

    def _in_unit(
        self, tx: Transaction, request: Request, command: Command, arguments: Arguments, handler: UnitHandler
    ) -> Reply | CommandRefused:
        if command.quiet:
            return handler(tx, arguments, request.operator)
        known = _known_reply(tx, request)
        if known is not None:
            return known
        reply = handler(tx, arguments, request.operator)
        if isinstance(reply, CommandRefused):
            _record_refusal(tx, request, reply)
            return reply
        _remember(tx, request, command, arguments, reply)
        return reply

    async def _at_length(self, request: Request, command: Command, arguments: Arguments) -> Reply:
        # Sent again while it is still being carried out, it waits for that answer instead of happening twice.
        turn = self._turns.setdefault(request.id, asyncio.Lock())
        async with turn:
            known = await self._database.read(lambda reader: _known_reply(reader, request))
            if known is not None:
                return known
            reply = await self._longs[request.command](arguments, request.operator, request.id)
            if isinstance(reply, CommandRefused):
                raise reply
            await self._database.write(lambda tx: _remember(tx, request, command, arguments, reply))
            return reply


def _known_reply(reader: Reader, request: Request) -> Reply | None:
    row = reader.row("SELECT name, operator, reply FROM commands WHERE id = ?", (request.id,))
    if row is None:
        return None
    if (row["name"], row["operator"]) != (request.command, request.operator.name):
        raise CommandRefused("command refused", why="its id was used for another command", code="invalid")
    stored = json.loads(row["reply"])
    return Reply(stored["text"], stored["data"])


def _remember(tx: Transaction, request: Request, command: Command, arguments: Arguments, reply: Reply) -> None:
    tx.execute(
        "INSERT INTO commands (id, name, operator, at_us, reply) VALUES (?,?,?,?,?)",
        (
            request.id,
            command.name,
            request.operator.name,
            to_us(tx.now),
            json.dumps({"text": reply.text, "data": reply.data}),
        ),
    )
    tx.record(
        "command.carried_out",
        request.id,
        {
            "name": command.name,
            "arguments": _shortened(arguments.model_dump(mode="json")),
            "session": request.operator.session,
        },
        request.operator.actor,
    )


def _record_refusal(tx: Transaction, request: Request, refusal: CommandRefused) -> None:
    tx.record(
        "command.refused",
        request.id[:200],
        {"name": request.command[:200], "code": refusal.code, "why": refusal.sentence()[:_SHOWN_CHARACTERS]},
        request.operator.actor,
    )


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value[:50]]
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        return f"{value[:_SHOWN_CHARACTERS]}… ({len(value)} characters)"
    return value
