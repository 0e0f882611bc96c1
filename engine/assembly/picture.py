"""Makes the view: one consistent state of the database, and what the engine knows of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ..clock import Clock
from ..governance.halt import halted
from ..storage import Database, Reader
from ..view import AgentView, ApprovalsView, Dependency, EngineView, Health, InboxView, PersonaView, RolloutLine, View
from .views.activity import recent_activity
from .views.goals import goal_views
from .views.halts import halt_lines
from .views.rollout import rollout_notice
from .views.tasks import agents_view


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine knows that is not in the database.

    Attributes:
        redis: how the server is doing.
        agents: who was heard of.
        notices: what an operator should know.
    """

    redis: Dependency
    agents: tuple[AgentView, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a view's parts come from.

    Attributes:
        surroundings: asked on the engine's loop, just before the database is read.
        personas: shows the personas; part of the consistent read.
        inbox: shows all inboxes; part of the consistent read.
        approvals: shows what waits for an answer; part of the consistent read.
        rollout: where the rollout is; part of the consistent read.
        notices: what else an operator should know; part of the consistent read.
    """

    surroundings: Callable[[], Surroundings]
    personas: Callable[[Reader, datetime], tuple[PersonaView, ...]]
    inbox: Callable[[Reader, datetime], InboxView]
    approvals: Callable[[Reader, datetime], ApprovalsView]
    rollout: Callable[[Reader], RolloutLine | None]
    notices: Callable[[Reader], tuple[str, ...]] = lambda _reader: ()


class Picture:
    """Makes views of one engine.

    Args:
        database: the truth.
        clock: the moment.
        workspace: its name.
        epoch: this engine's.
        simulated: the traffic is made up.
        sources: where the other parts come from.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        workspace: str,
        epoch: int,
        simulated: bool,
        sources: Sources,
    ) -> None:
        self._database = database
        self._clock = clock
        self._workspace = workspace
        self._epoch = epoch
        self._simulated = simulated
        self._sources = sources
        self._started = clock.now()

    async def build(self) -> View:
        """A view of this moment."""
        around = self._sources.surroundings()
        failure = self._database.failure
        database = Dependency(Health.FAILED, failure.sentence()) if failure else Dependency(Health.OK)
        return await self._database.read(lambda reader: self._view(reader, around, database))

    def _view(self, reader: Reader, around: Surroundings, database: Dependency) -> View:
        now = self._clock.now()
        stopped = halted(reader)
        approvals = self._sources.approvals(reader, now)
        rollout = self._sources.rollout(reader)
        seq = reader.row("SELECT max(seq) AS seq FROM journal")
        engine = EngineView(
            workspace=self._workspace,
            epoch=self._epoch,
            started_at=self._started,
            redis=around.redis,
            database=database,
            halted=stopped is not None,
            halted_by=": ".join(part for part in (stopped.operator, stopped.reason) if part) if stopped else "",
            simulated=self._simulated,
            notices=(
                *rollout_notice(rollout, now),
                *_late(approvals),
                *self._sources.notices(reader),
                *around.notices,
            )[:10],
            in_flight=halt_lines(reader)[:20],
        )
        return View(
            at=now,
            seq=(seq["seq"] or 0) if seq else 0,
            engine=engine,
            needs=approvals.pending
            - approvals.snoozed
            + approvals.uncertain
            + int(rollout is not None and rollout.waits),
            personas=self._sources.personas(reader, now),
            inbox=self._sources.inbox(reader, now),
            approvals=approvals,
            goals=goal_views(reader, now.date()),
            agents=agents_view(reader, now, around.agents),
            activity=recent_activity(reader),
            rollout=rollout,
        )


def _late(approvals: ApprovalsView) -> tuple[str, ...]:
    """A notice while questions wait for more than half of their time."""
    late = sum(item.escalated for item in approvals.items)
    if not late:
        return ()
    return (f"{late} {'question has' if late == 1 else 'questions have'} waited more than half of the time",)
