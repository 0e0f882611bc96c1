"""The rooms of one engine, furnished: gate and tools, personas, jobs, and the bridge to the agents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ..clock import Clock
from ..coordination.bridge import TaskBridge
from ..coordination.faults import RedisUnavailable
from ..coordination.messages import RateLimit
from ..coordinator import Service
from ..crm import stage_of
from ..governance.gate import Gate
from ..governance.halt import EVERYTHING, HALTED, Scope, find_pause, halted, platform_of
from ..governance.kinds import Stage
from ..governance.launcher import Launcher
from ..governance.proposal import Proposal
from ..journal import Event
from ..personas import Answer, Incoming, PersonaService, ProposalDraft, RulesBrain
from ..personas.history_keeper import HistoryKeeper
from ..personas.retention import InboxKeeper
from ..settings import Settings, SettingsStore
from ..storage import Database, Reader, Transaction
from ..tasks.cron_runner import CronRunner
from .archivist import Archivist, Auditor
from .facts import WorkspaceFacts
from .facts_of_work import jobs
from .feedback import tell_proposer
from .foundation import Foundation
from .initiative import Initiative
from .meterroom import MeterRoom
from .models import ModelRoom
from .pausable import agent_targets, queue_targets
from .policy_room import PolicyRoom
from .presence import Presence
from .redis_side import RedisSide
from .rollout import RolloutRoom, tier_of
from .scanners import teller
from .taint import tainted
from .taskroom import TaskRoom
from .toolroom import ToolRoom
from .traceroom import TraceRoom
from .triggers import TriggerRoom
from .views.budgets import allowances
from .withdrawing import withdraw_last
from .workroom import WorkRoom

_HALTING: Final = ("engine.halted", "engine.resumed", "queue.paused", "queue.resumed", "agent.paused", "agent.resumed")


class Rooms:
    """Everything that acts. The engine starts what :meth:`services` names, after :meth:`open`."""

    def __init__(self, foundation: Foundation, store: SettingsStore, redis: RedisSide | None) -> None:
        settings = store.current
        database, clock, workspace = foundation.database, foundation.clock, foundation.workspace
        self.tools = ToolRoom(foundation, store, self._judge_waiting, self._post)
        self.toolbox = self.tools.registry
        self.models = ModelRoom(store, self.tools.secrets, self.toolbox)
        self.presence = Presence(clock, lambda: store.current.governance)
        self.gate = Gate(
            settings.governance,
            self.toolbox,
            clock,
            _stage,
            tainted=tainted,
            tell=lambda tx, action, event, data: tell_proposer(self.personas, tx, action, event, data),
            unreachable=self.presence.unreachable,
        )
        self.gate.limit(allowances(settings.personas))
        self.policy = PolicyRoom(foundation, store, self.gate)
        self.launcher = Launcher(database, self.gate, self.toolbox, clock, workspace.root)
        self.personas = PersonaService(
            database,
            clock,
            settings.personas,
            settings.persona_rules,
            brains={"rules": RulesBrain(), "llm": self.models.brain},
            facts=WorkspaceFacts(
                database,
                clock,
                lambda: self.personas.roster,
                lambda reader, now: jobs(self.initiative.scheduler, reader, now),
                why_paused,
            ),
            propose=self._propose,
            is_paused=why_paused,
            withdraw=lambda tx, persona_id, sender: withdraw_last(self.gate, tx, persona_id, sender),
            judge=lambda reader, draft, persona_id, message_id: tier_of(
                self.gate, reader, draft, persona_id, message_id
            ),
        )
        self.rollout = RolloutRoom(
            database, clock, lambda: store.current.rollout, lambda: self.personas.roster, why_paused
        )
        self.triggers = TriggerRoom(
            database, clock, lambda: store.current, self.gate, self.personas, lambda: self.toolbox.schemas, why_paused
        )
        self.initiative = Initiative(
            database,
            clock,
            workspace,
            settings,
            self.gate,
            teller(self.personas, lambda: store.current),
            tools=lambda: frozenset(self.toolbox.schemas),
            summarise=self.models.summarise,
            further=self.triggers.jobs,
        )
        self.traces = TraceRoom(settings.telemetry, workspace.root.name)
        self.bridge = _bridge(database, clock, store, redis, self.traces) if redis is not None else None
        self.history = HistoryKeeper(database, clock, lambda: self.personas.roster)
        self.inbox_keeper = InboxKeeper(database, clock, lambda: store.current.persona_rules.inbox)
        self.tasks = TaskRoom(foundation, store)
        self.meters = MeterRoom(foundation, store, redis)
        self.crons = CronRunner(database, clock)
        self.work = WorkRoom(database, clock, workspace, store, self.gate, self.toolbox, self.models.current, redis)
        self.archivist = Archivist(foundation, store)
        self.auditor = Auditor(foundation)
        self._redis = redis
        self._database = database
        self._store = store
        self._controls = asyncio.Event()
        database.observe(self._notice)

    async def open(self) -> None:
        """Bring what the database remembers into line with the settings; nothing runs yet."""
        await self.personas.start()
        await self.tools.open()
        await self.tasks.open()
        await self.policy.open()

    def known_targets(self, reader: Reader, scope: Scope) -> frozenset[str]:
        """Everything of a scope that can be paused now."""
        known: Mapping[Scope, Callable[[], frozenset[str]]] = {
            Scope.ENGINE: lambda: frozenset({EVERYTHING}),
            Scope.PERSONA: lambda: frozenset(self.personas.roster.personas),
            Scope.AGENT: lambda: agent_targets(reader, self.work.agents()),
            Scope.QUEUE: lambda: queue_targets(reader, self.work.agents(), self._store.current),
            Scope.JOB: lambda: frozenset(self.initiative.scheduler.names),
            Scope.HEARTBEAT: lambda: frozenset({EVERYTHING}),
            Scope.PLATFORM: lambda: frozenset({EVERYTHING, *(platform_of(name) for name in self.toolbox.schemas)}),
        }
        return known[scope]()

    def services(self) -> Sequence[Service]:
        """What has to run, in the order of starting."""
        services = [
            *self.tools.services(),
            Service("language-model", self.models.run),
            Service("policy", self.policy.run),
            Service("launcher", self.launcher.run),
            Service("journal-keeper", self.archivist.run),
            Service("task-crons", self.crons.run),
            *self.tasks.services(),
            *self.meters.services(),
            *self.traces.services(),
        ]
        if self.bridge is not None:
            services += [
                Service("task-publisher", self.bridge.run_publisher),
                Service("task-projector", self.bridge.run_projector),
                Service("task-sweeper", self.bridge.run_sweeper),
                Service("agent-controls", self._tell_agents),
            ]
        services += self.work.services()
        services += [Service(loop.name, loop.run) for loop in self.personas.loops()]
        services += [
            Service("persona-history", self.history.run),
            Service("inbox-keeper", self.inbox_keeper.run),
        ]
        services += [
            Service("rollout", self.rollout.run),
            Service("scheduler", self.initiative.scheduler.run),
            Service("heartbeat-ticks", self.initiative.settle_tasks),
            Service("initiations", self.triggers.deliveries.run),
        ]
        return services

    async def configure(self, settings: Settings) -> tuple[Sequence[Service], Sequence[str]]:
        """Put new settings in force: the policy at once, also for what waits, and the personas at their next look.

        Returns:
            what has to run in addition, and the names of the services that have nothing left to do.
        """
        self.gate.limit(allowances(settings.personas))
        started, ended = await self.tools.configure(settings.tools)
        self.initiative.configure(settings)
        await self.policy.apply()
        new, gone = await self.personas.reconfigure(settings.personas, settings.persona_rules)
        return [*started, *(Service(loop.name, loop.run) for loop in new)], [*ended, *gone]

    async def _judge_waiting(self) -> None:
        """Judge everything that waits again, by the policy and the tools of this moment."""
        await self._database.write(self.gate.judge_waiting)

    async def _tell_agents(self) -> None:
        """Have every agent learn at once what is paused, until cancelled."""
        assert self.bridge is not None  # noqa: S101  # only a service of an engine that has Redis
        assert self._redis is not None  # noqa: S101  # as above
        while True:
            await self._controls.wait()
            self._controls.clear()
            try:
                async with self._redis.link.explained():
                    await self.bridge.push_controls()
            except RedisUnavailable:
                # The sweeper tells them when the server is back; until then they lose their leases and stop.
                continue

    def _post(self, tx: Transaction, incoming: Incoming) -> tuple[Answer, ...]:
        return self.personas.post_in(tx, incoming)

    def _propose(self, tx: Transaction, draft: ProposalDraft, persona_id: str, message_id: str) -> str:
        proposal = Proposal(
            kind=draft.kind,
            tool=draft.tool,
            arguments=draft.arguments,
            proposer=f"persona:{persona_id}",
            reason=draft.reason,
            account_id=draft.account_id,
            origin=message_id,
        )
        return self.gate.propose(tx, proposal).id

    def _notice(self, events: Sequence[Event]) -> None:
        kinds = {event.kind for event in events}
        if HALTED in kinds:
            self.launcher.cut_off()
        if any(kind.startswith(("action.", "engine.", "persona.", "heartbeat.", "platform.")) for kind in kinds):
            self.launcher.notify()
        self.initiative.notice(events)
        self.triggers.deliveries.notice(events)
        self.work.supervisor.notice(events)
        self.rollout.notice(events)
        self.tasks.on_commit(events)
        self.meters.on_commit(events)
        self.traces.on_commit(events)
        self.crons.on_commit(events)
        if self.bridge is not None:
            self.bridge.on_commit(events)
            if not kinds.isdisjoint(_HALTING):
                self._controls.set()


def why_paused(reader: Reader, persona_id: str) -> str | None:
    """Why a persona is stopped; nothing if it is not."""
    stopped = halted(reader) or find_pause(reader, Scope.PERSONA, persona_id)
    return None if stopped is None else f"{stopped.operator} paused {stopped.scope.value}"


def _stage(reader: Reader, account_id: str) -> Stage:
    return Stage.named(stage_of(reader, account_id))


def _bridge(database: Database, clock: Clock, store: SettingsStore, redis: RedisSide, traces: TraceRoom) -> TaskBridge:
    rules = store.current.coordination
    return TaskBridge(
        database,
        redis.link,
        redis.coordinator,
        clock,
        sweep_seconds=rules.sweep_seconds,
        reconcile_seconds=rules.reconcile_seconds,
        limits=lambda: {
            kind: RateLimit(rate.per_minute, rate.burst) for kind, rate in store.current.tasks.limits.items()
        },
        trace=traces.context,
    )
