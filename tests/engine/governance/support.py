"""A real database, a real gate, and tools that write what they did into a witness ledger outside of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, TypeVar

from engine.clock import SimulatedClock
from engine.governance import (
    Action,
    Effect,
    Execution,
    Gate,
    Launcher,
    Proposal,
    Stage,
    ToolContext,
    ToolResult,
    repository,
)
from engine.operators import Operator, Role
from engine.settings.governance import GovernanceSettings
from engine.settings.tools import ToolsSettings
from engine.storage import Database, Reader, Transaction
from engine.tools import InsideTool, OutsideTool, ToolArguments, ToolRegistry, built_in_tools

T = TypeVar("T")

ANA = Operator("ana", Role.OPERATOR)
BEN = Operator("ben", Role.ADMIN)
EVE = Operator("eve", Role.VIEWER)


class NoteArguments(ToolArguments):
    """What the witness writes down."""

    text: str


class FragileTool(OutsideTool[NoteArguments]):
    """Outward and not idempotent: a second run for the same action would be a second effect."""

    name: ClassVar[str] = "email"
    description: ClassVar[str] = "writes into the ledger"
    effect: ClassVar[Effect] = Effect.OUTWARD
    arguments = NoteArguments

    def __init__(self, ledger: list[tuple[str, str]]) -> None:
        self.ledger = ledger
        self.error: BaseException | None = None

    def summary(self, arguments: NoteArguments) -> str:
        return f"writes {len(arguments.text)} characters"

    async def run(self, arguments: NoteArguments, context: ToolContext) -> ToolResult:
        if self.error is not None:
            raise self.error
        self.ledger.append((context.action_id, arguments.text))
        return ToolResult("written")


class RepeatableTool(FragileTool):
    """Idempotent: it notices that it did the work already."""

    name: ClassVar[str] = "briefing"
    idempotent: ClassVar[bool] = True

    async def run(self, arguments: NoteArguments, context: ToolContext) -> ToolResult:
        if all(action_id != context.action_id for action_id, _ in self.ledger):
            self.ledger.append((context.action_id, arguments.text))
        if self.error is not None:
            raise self.error
        return ToolResult("written")


class InsideNote(InsideTool[NoteArguments]):
    """Writes into the database, with its record."""

    name: ClassVar[str] = "chat"
    description: ClassVar[str] = "writes into the database"
    effect: ClassVar[Effect] = Effect.LOCAL
    arguments = NoteArguments
    error: Exception | None = None

    def summary(self, arguments: NoteArguments) -> str:
        return f"writes {len(arguments.text)} characters inside"

    def apply(self, arguments: NoteArguments, context: ToolContext, tx: Transaction) -> ToolResult:
        tx.execute(
            "INSERT INTO chat_messages (action_id, channel, sender, text, at_us) VALUES (?, 'c', ?, ?, 0)",
            (context.action_id, context.proposer, arguments.text),
        )
        if self.error is not None:
            raise self.error
        return ToolResult("written inside")


@dataclass
class World:
    """Everything around one gate; ``restart`` gives it a new engine over the same database."""

    database: Database
    path: Path
    clock: SimulatedClock = field(default_factory=SimulatedClock)
    settings: GovernanceSettings = field(default_factory=lambda: GovernanceSettings(grace_seconds=0))
    ledger: list[tuple[str, str]] = field(default_factory=list)
    stages: dict[str, Stage] = field(default_factory=dict)
    halted: str | None = None

    def __post_init__(self) -> None:
        self.fragile = FragileTool(self.ledger)
        self.repeatable = RepeatableTool(self.ledger)
        self.inside = InsideNote()
        own = {tool.name: tool for tool in built_in_tools(ToolsSettings())}
        own |= {tool.name: tool for tool in (self.fragile, self.repeatable, self.inside)}
        self.tools = ToolRegistry(own.values(), self.clock)
        self.gate = self.new_gate()
        self.launcher = Launcher(self.database, self.gate, self.tools, self.clock, self.path.parent)

    @classmethod
    async def open(cls, path: Path, settings: GovernanceSettings | None = None) -> World:
        clock = SimulatedClock()
        database = await Database.open(path, clock, inline=True)
        return cls(database, path, clock, settings or GovernanceSettings(grace_seconds=0))

    def new_gate(self) -> Gate:
        return Gate(
            self.settings,
            self.tools,
            self.clock,
            lambda _, account: self.stages.get(account, Stage.UNKNOWN),
            lambda _, __: self.halted,
        )

    async def restart(self) -> None:
        await self.database.close()
        self.database = await Database.open(self.path, self.clock, inline=True)
        self.gate = self.new_gate()
        self.launcher = Launcher(self.database, self.gate, self.tools, self.clock, self.path.parent)

    def configure(self, **changes: object) -> None:
        self.settings = self.settings.model_copy(update=changes)
        self.gate.configure(self.settings)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        return await self.database.write(work)

    async def read(self, query: Callable[[Reader], T]) -> T:
        return await self.database.read(query)

    async def propose(self, kind: str = "send_proposal", text: str = "hello", **changes: object) -> Action:
        tool = changes.pop("tool", "email")
        fields: dict[str, object] = {"proposer": "persona:helper", "reason": "because", **changes}
        proposal = Proposal(kind=kind, tool=str(tool), arguments={"text": text}, **fields)  # type: ignore[arg-type]  # test data
        return await self.write(lambda tx: self.gate.propose(tx, proposal))

    async def approve(self, action: Action, operator: Operator = ANA) -> object:
        return await self.write(lambda tx: self.gate.approve(tx, action.id, action.revision, action.digest, operator))

    async def reject(self, action: Action, operator: Operator = ANA, reason: str = "no") -> object:
        return await self.write(
            lambda tx: self.gate.reject(tx, action.id, action.revision, action.digest, operator, reason)
        )

    async def get(self, action: Action | str) -> Action:
        action_id = action if isinstance(action, str) else action.id
        found = await self.read(lambda reader: repository.get(reader, action_id))
        assert found is not None
        return found

    async def begin(self, action: Action) -> object:
        return await self.write(lambda tx: self.gate.begin(tx, action.id))

    async def started(self, action: Action) -> Execution:
        begun = await self.begin(action)
        assert isinstance(begun, Execution)
        return begun

    async def events(self, subject: str) -> list[str]:
        rows = await self.read(
            lambda reader: reader.rows("SELECT kind FROM journal WHERE subject = ? ORDER BY seq", (subject,))
        )
        return [row["kind"] for row in rows]

    async def tamper(self, sql: str, *parameters: object) -> None:
        """Change the database as somebody with its file would, past every trigger and check."""

        def work(tx: Transaction) -> None:
            for row in tx.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                tx.execute(f"DROP TRIGGER {row['name']}")
            tx.execute("PRAGMA ignore_check_constraints = ON")
            assert tx.execute(sql, parameters) >= 1  # type: ignore[arg-type]  # test data

        await self.write(work)
