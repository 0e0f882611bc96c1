"""What every store of tasks can do, and what may be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ...errors import WatchfloorError
from ..task import TaskState
from .crons import CronRecord
from .record import TaskRecord

PAGE: Final = 500
"""Most records in one call."""


class StoreUnavailable(WatchfloorError):
    """A store cannot be reached, or will not have us; trying again later may help."""


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """Which tasks are wanted, newest first; what is empty does not restrict.

    Attributes:
        states: any of these.
        type: the executor's name.
        capability: one that the task asks for besides its type.
        agent: who holds or held it last.
        parent_goal: what it is for.
        after: the id of the last task of the page before.
        limit: most tasks, 1 to ``PAGE``.
    """

    states: frozenset[TaskState] = frozenset()
    type: str = ""
    capability: str = ""
    agent: str = ""
    parent_goal: str = ""
    after: str = ""
    limit: int = 100

    def wants(self, record: TaskRecord) -> bool:
        """Whether a task is among them, whatever page it is on."""
        task = record.task
        return (
            (not self.states or task.state in self.states)
            and self.type in {"", task.type}
            and (not self.capability or self.capability in task.capabilities)
            and self.agent in {"", task.agent}
            and self.parent_goal in {"", task.parent_goal}
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """What a store has of one task, without its texts.

    Attributes:
        revision: how often the task had changed.
        seal: the seal of the record as it stands there.
    """

    id: str
    revision: int
    seal: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a store that the engine did not write.

    Attributes:
        place: the file, or the row.
        why: what is wrong with it, with the line where there is one.
        task_id: whose record it is or was; empty where that cannot be told.
    """

    place: str
    why: str
    task_id: str = ""


class TaskStore(Protocol):
    """Keeps the newest revision of each task.

    Methods raise :class:`StoreUnavailable` where the store cannot be reached; what they were asked to do may or may not
    have happened then, and may be asked for again: everything here can be repeated without harm.
    """

    @property
    def target(self) -> str:
        """Which store this is, without secrets; another one has another target."""
        ...

    async def open(self) -> None:
        """Get ready to write, alone; what a crash left half done is cleared up."""
        ...

    async def close(self) -> None:
        """Let go of it; closing twice is closing once."""
        ...

    async def put(self, records: Sequence[TaskRecord], *, decide: bool = False) -> list[Fault]:
        """Keep records, all durable when this returns; whatever the store has of a task in a newer revision stays.

        What somebody else wrote in a record's place is put aside first, never lost.

        Args:
            records: at most ``PAGE``.
            decide: these are right, also where the store has something else in the same or a newer revision.

        Returns:
            what was put aside.
        """
        ...

    async def remove(self, ids: Sequence[str]) -> int:
        """Forget tasks.

        Returns:
            how many were there.
        """
        ...

    async def get(self, task_id: str) -> TaskRecord | None:
        """One task; nothing where the store does not have it.

        Raises:
            RecordError: what stands there is not a record of ours.
        """
        ...

    async def find(self, query: TaskQuery) -> list[TaskRecord]:
        """One page of tasks, newest first; what is no record of ours is left out, see :meth:`faults`."""
        ...

    async def counts(self) -> Mapping[TaskState, int]:
        """How many tasks there are in each state; states without any are left out."""
        ...

    async def marks(self, after: str, limit: int) -> list[Mark]:
        """What there is of each task, by id, from the first after ``after``; what is no record of ours is left out."""
        ...

    async def faults(self) -> list[Fault]:
        """What stands in the store that the engine did not write, at most ``PAGE``."""
        ...

    async def keep_crons(self, records: Sequence[CronRecord]) -> list[Fault]:
        """Keep exactly these cron entries, durable when this returns; what somebody else wrote there is put aside.

        Returns:
            what was put aside.
        """
        ...

    async def crons(self) -> list[CronRecord]:
        """The cron entries, by name; what is no entry of ours is left out."""
        ...
