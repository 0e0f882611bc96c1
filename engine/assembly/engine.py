"""The engine as a whole: made in order, supervised, reached through commands, queries and views, stopped in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from ..client.protocol import CommandRefused, Reply, as_refusal
from ..clock import Clock
from ..commands import Arguments
from ..coordinator import AutonomyCoordinator, Service
from ..journal_audit import append_anchor
from ..operators import Operator, Role
from ..personas import inbox_view, persona_views
from ..settings import Settings, SettingsStore
from ..storage import Reader
from ..view import Dependency, Health, PersonaView, View
from ..workspace import Workspace
from .doorkeeper import Doorkeeper
from .foundation import LATER_SECONDS, Foundation, lay_foundation, stored_epoch
from .picture import Picture, Sources, Surroundings
from .publisher import ViewPublisher
from .reception import Reception
from .redis_side import RedisSide
from .rooms import Rooms, why_paused
from .stepping_down import SteppingDown
from .views.actions import approvals_view
from .views.budgets import with_budgets
from .views.personas import with_trends
from .views.rollout import rollout_line

if TYPE_CHECKING:
    from ..demo import Simulation
    from ..queries import Ask, Query

R = TypeVar("R")

ANCHOR_SECONDS = 60.0
"""The journal's head is noted outside the database this often."""
SIMULATION_SESSION = "simulation"
AT_START = ("coordination", "tasks", "telemetry", "triggers")
"""Tables of the settings that are read once, when the engine starts; a change of the others holds at once."""


class Engine:
    """One running engine. Make it with :meth:`start`; everything belongs to the event loop that did.

    A quiet engine has the database, the handlers and the rooms, but starts no service and no server: what it is told
    becomes durable, and whatever follows from it happens when a whole engine starts.
    """

    def __init__(
        self, foundation: Foundation, store: SettingsStore, redis: RedisSide | None, *, simulation: Simulation | None
    ) -> None:
        self._foundation = foundation
        self._store = store
        self._redis = redis
        self._simulation = simulation
        self._stopped = False
        self._begun_with = store.current
        self._epoch = foundation.epoch
        self.clock = foundation.clock
        """The engine's time."""
        self._coordinator = AutonomyCoordinator(foundation.clock, self._note_failure)
        self.stepping_down = SteppingDown(self._coordinator)
        """Its end, should another engine take its place."""
        self._rooms = Rooms(foundation, store, redis)
        self._reception = Reception(foundation, store, redis, self._rooms, self._picture_now, self._personas)
        self._picture = Picture(
            foundation.database,
            foundation.clock,
            workspace=store.current.workspace.name or foundation.workspace.root.name,
            epoch=self._epoch,
            simulated=simulation is not None,
            sources=Sources(
                surroundings=self._surroundings,
                personas=self._personas,
                inbox=lambda reader, now: inbox_view(reader, self._rooms.personas.roster, now),
                approvals=lambda reader, now: approvals_view(reader, now, self._rooms.gate.settings),
                rollout=lambda reader: rollout_line(reader, store.current.rollout),
                notices=self._rooms.triggers.notices,
            ),
        )
        self._publisher = ViewPublisher(foundation.clock, self._picture.build)
        foundation.database.observe(self._publisher.notice)

    @classmethod
    async def start(
        cls,
        workspace: Workspace,
        settings: Settings,
        clock: Clock,
        environ: Mapping[str, str],
        *,
        simulate: Simulation | None = None,
        quiet: bool = False,
    ) -> Engine:
        """Make an engine and start its services.

        Raises:
            WatchfloorError: it cannot start; everything it had begun is undone, and the error says why and what to do.
        """
        foundation = await lay_foundation(workspace, settings, clock, note=not quiet)
        redis = None if quiet else RedisSide(workspace, settings.coordination, clock)
        try:
            if redis is not None:
                await redis.start(await foundation.database.read(stored_epoch))
            store = SettingsStore(workspace.settings_file, environ, settings)
            engine = cls(foundation, store, redis, simulation=simulate)
            await engine._rooms.open()
            if not quiet:
                engine._start_services()
        except BaseException:
            if redis is not None:
                await redis.stop()
            await foundation.close(note=not quiet)
            raise
        return engine

    async def stop(self) -> None:
        """Stop the services, then the server, then close the database; returns when nothing is left. Twice is once."""
        if self._stopped:
            return
        self._stopped = True
        await self._rooms.auditor.stop()
        late = await self._coordinator.stop()
        if late:
            self._foundation.log.warning("services did not stop in time", services=late)
        try:
            if self._redis is not None:
                await self._redis.stop()
        finally:
            await self._foundation.close(note=self._redis is not None)

    async def carry_out(self, request_id: str, command: str, arguments: dict[str, object], operator: Operator) -> Reply:
        """Carry out an operator's command.

        Raises:
            CommandRefused: the engine says no.
        """
        if self.stepping_down.cause is not None:
            raise as_refusal(self.stepping_down.cause)
        self._rooms.presence.heard(operator)
        try:
            return await self._reception.carry_out(request_id, command, arguments, operator)
        except CommandRefused as refused:
            if refused.__cause__ is not None:
                self.stepping_down.look(refused.__cause__)
            raise

    async def send_as(self, sender: str, command: str, arguments: Arguments) -> Reply:
        """Carry out a command of the simulation in a made-up person's name.

        Raises:
            CommandRefused: the engine says no.
        """
        operator = Operator(sender, Role.OPERATOR, SIMULATION_SESSION, f"{SIMULATION_SESSION} {sender}")
        return await self.carry_out(self.new_id(), command, arguments.model_dump(mode="json"), operator)

    async def answer(self, query: Query[R], ask: Ask) -> R:
        """Answer a query.

        Raises:
            CommandRefused: there is no such thing.
        """
        return await self._reception.answer(query, ask)

    def watch(self, listener: Callable[[View], None]) -> None:
        """Have ``listener`` called with each new view, on this engine's loop."""
        self._publisher.watch(listener)

    def sits_here(self, operator: Operator) -> None:
        """An operator has this engine in their own console."""
        self._rooms.presence.sits_here(operator)

    def new_id(self) -> str:
        """A fresh identifier."""
        return self.clock.new_id()

    async def _picture_now(self) -> View:
        return await self._picture.build()

    def _start_services(self) -> None:
        start = self._coordinator.start
        start(Service("views", self._publisher.run))
        start(Service("journal-anchor", self._anchor))
        start(Service("settings", self._follow_settings))
        start(Service("reception", self._reception.run))
        if self._redis is not None:
            doorkeeper = Doorkeeper(
                self.clock, self._redis, self._store, self._reception, self._publisher, self._rooms.presence
            )
            start(Service("redis-link", self._redis.link.run))
            start(Service("redis-leader", self._redis.lead))
            start(Service("agents", self._redis.watch_agents))
            start(Service("door", doorkeeper.run))
            start(Service("door-views", doorkeeper.run_views))
        for service in self._rooms.services():
            start(service)
        if self._simulation is not None:
            simulation = self._simulation
            start(Service("simulation", lambda: simulation.run(self)))

    async def _anchor(self) -> None:
        noted = -1
        while True:
            head = self._foundation.database.head
            if head.seq not in {0, noted}:
                append_anchor(self._foundation.workspace.anchor, head)
                noted = head.seq
            await self.clock.sleep(ANCHOR_SECONDS)

    async def _follow_settings(self) -> None:
        async def looked(changed: bool) -> None:  # noqa: FBT001  # the store calls it with its own answer
            if changed:
                new, gone = await self._rooms.configure(self._store.current)
                for name in gone:
                    await self._coordinator.cease(name)
                for service in new:
                    self._coordinator.start(service)
            failure = self._store.failure
            data = {"why": failure.sentence()} if failure else {}
            kind = "settings.refused" if failure else "settings.applied"
            await self._foundation.database.write(lambda tx: tx.record(kind, "settings", data))

        await self.clock.sleep(LATER_SECONDS)
        await self._store.run(looked)

    def _personas(self, reader: Reader, now: datetime) -> tuple[PersonaView, ...]:
        shown = persona_views(reader, self._rooms.personas.roster, now, why_paused)
        return with_trends(with_budgets(reader, self._rooms.gate, shown), self._rooms.history)

    def _surroundings(self) -> Surroundings:
        redis = self._redis.dependency() if self._redis is not None else Dependency(Health.LOST, "not started")
        agents = self._redis.agents() if self._redis is not None else ()
        notices = [failure.sentence()] if (failure := self._store.failure) else []
        notices += self.stepping_down.notices()
        notices += self._rooms.policy.notices()
        waiting = [f"[{name}]" for name in AT_START if self._changed(name)]
        if waiting:
            notices.append(f"{', '.join(waiting)} changed and take effect at the next start")
        notices += self._rooms.tools.notices()
        notices += self._rooms.personas.notices()
        notices += self._rooms.tasks.notices()
        notices += self._rooms.traces.notices()
        notices += self._rooms.initiative.notices()
        notices += [f"{report.name} failed: {report.error}" for report in self._coordinator.reports if report.failing]
        return Surroundings(redis, agents, tuple(notices))

    def _changed(self, table: str) -> bool:
        return bool(getattr(self._store.current, table) != getattr(self._begun_with, table))

    def _note_failure(self, name: str, error: BaseException, retry_seconds: float) -> None:
        self._foundation.log.error("service failed", service=name, retry_seconds=retry_seconds, exc_info=error)
        self.stepping_down.look(error)
