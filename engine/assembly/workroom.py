"""The agents' side of one engine: templates, the supervisor of goals, what tasks write, and plans by a model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..agents.blockers import Helper
from ..agents.follower import OutputFollower
from ..agents.interface import InterfaceAgent
from ..agents.planner import plan_by_model
from ..agents.supervisor import SupervisorAgent
from ..agents.template_library import TemplateLibrary, parse_plan
from ..client.protocol import CommandRefused, Reply
from ..clock import Clock
from ..commands import DrainAgent
from ..coordination.output import OutputStream
from ..coordinator import Service
from ..governance.gate import Gate
from ..governance.halt import Scope, paused_targets
from ..llm import LanguageModel
from ..operators import Operator
from ..settings import SettingsStore
from ..storage import Database, Reader, Transaction
from ..tasks import Plan
from ..tasks.templates import filled, plain
from ..tools import ToolRegistry
from ..view import AgentView
from ..workspace import Workspace
from .counting import counted
from .redis_side import RedisSide
from .views.graphs import helper_of, plan_view

if TYPE_CHECKING:
    from ..queries import AskPlan, GraphView

MODEL: Final = "model"
PLAN_GIVEN: Final = "plan"


class WorkRoom:
    """What the engine needs to have goals worked on.

    Args:
        database: the truth.
        clock: the time.
        workspace: has templates.
        store: the settings as they are now.
        gate: takes what approval steps ask.
        toolbox: the tools that there are.
        model: the language model, where there is one.
        redis: reaches the agents; nothing for a quiet engine.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        workspace: Workspace,
        store: SettingsStore,
        gate: Gate,
        toolbox: ToolRegistry,
        model: Callable[[], LanguageModel | None],
        redis: RedisSide | None,
    ) -> None:
        self._database = database
        self._toolbox = toolbox
        self._model = model
        self._redis = redis
        self._prefix = store.current.coordination.prefix
        self.templates = TemplateLibrary(workspace.root / "templates")
        self.supervisor = SupervisorAgent(database, gate, toolbox.prepare, clock)
        self.interface = InterfaceAgent(clock)
        self._follower: OutputFollower | None = None
        if redis is not None:
            stream = OutputStream(redis.link.commands, redis.link.blocking, self._prefix)
            self._follower = OutputFollower(
                database, redis.link, stream, clock, lambda: store.current.tasks.output_days
            )

    def services(self) -> Sequence[Service]:
        """What has to run."""
        follower = [] if self._follower is None else [Service("task-output", self._follower.run)]
        return [Service("supervisor", self.supervisor.run), *follower]

    def agents(self) -> tuple[AgentView, ...]:
        """Who was heard of lately."""
        return () if self._redis is None else self._redis.agents()

    def helpers(self, reader: Reader) -> Sequence[Helper]:
        """The agents, as far as it matters to what they could take."""
        paused = paused_targets(reader, Scope.AGENT)
        return [helper_of(agent, paused) for agent in self.agents()]

    def plan_of(self, template: str, parameters: Mapping[str, str], plan: str) -> Plan:
        """The plan that a template becomes, or that a text is; checked as far as it can be before it is submitted.

        Raises:
            WatchfloorError: it cannot be used, and why.
        """
        if bool(template) == bool(plan):
            raise CommandRefused("plan refused", why="name either a template or a plan", code="invalid")
        if template:
            made = filled(self.templates.get(template).usable(), template, parameters)
        else:
            made = plain(parse_plan(plan), PLAN_GIVEN)
        self.supervisor.check(made)
        return made

    def slow(self) -> Mapping[str, Callable[[Any], Awaitable[object]]]:
        """What answers questions that take longer than a look into the database, by the name of the query."""
        from ..queries import PLAN

        return {PLAN.name: self._planned}

    async def drain(self, arguments: DrainAgent, operator: Operator, _: str) -> Reply:
        """Ask an agent to finish and leave.

        Raises:
            CommandRefused: there is no such agent.
        """
        known = next((one for one in self.agents() if one.id == arguments.id and one.state != "lost"), None)
        if known is None or self._redis is None:
            raise CommandRefused(
                f"no agent {arguments.id[:60]} is here", remedy="See `watchfloor agents list`.", code="unknown"
            )

        def note(tx: Transaction) -> None:
            tx.record("agent.drained", arguments.id, {"running": len(known.running)}, operator.actor)

        async with self._redis.link.explained():
            await self._redis.link.commands.publish(f"{{{self._prefix}}}:control", f"drain {arguments.id}")
        await self._database.write(note)
        return Reply(
            f"Agent {arguments.id} leaves once its {counted(len(known.running), 'running task', 'is', 'are')} done."
        )

    async def _planned(self, ask: AskPlan) -> GraphView:
        if not ask.goal:
            made = self.plan_of(ask.template, ask.parameters, ask.plan)
            return plan_view(made, ask.plan, self._notes(made))
        model = self._model()
        if model is None:
            raise CommandRefused(
                "no language model plans here", why="[llm] names none", remedy="Use a template.", code="invalid"
            )
        types = sorted({name for agent in self.agents() if agent.state != "lost" for name in agent.executors})
        text = await plan_by_model(model, ask.goal, types, self._toolbox.schemas)
        made = plain(parse_plan(text, "the model's plan"), MODEL)
        self.supervisor.check(made)
        return plan_view(made, text, self._notes(made))

    def _notes(self, plan: Plan) -> tuple[str, ...]:
        able = frozenset[str]().union(*(agent.capabilities for agent in self.agents() if agent.state != "lost"))
        wanted = {name for step in plan.steps if step.asks is None for name in (step.type, *step.capabilities)}
        missing = sorted(wanted - able)
        return (f"no agent here can do {', '.join(missing)} yet",) if missing else ()
