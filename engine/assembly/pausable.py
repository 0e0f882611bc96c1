"""What can be paused by name: whatever is not here was mistyped, and stopping nothing would look like stopping it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from ..agents.executors import BUILT_IN
from ..client.protocol import CommandRefused
from ..coordination.bridge import QUEUE_TARGETS
from ..governance.halt import Scope, paused_targets
from ..settings import Settings
from ..storage import Reader
from ..tasks.counting import needs_in_use
from ..tasks.cron import needs_of_crons
from ..view import AgentView

_NAMED: Final = 30
"""So many of the known names are told; of the rest the number is."""


def queue_targets(reader: Reader, agents: Sequence[AgentView], settings: Settings) -> frozenset[str]:
    """The whole queue, and everything that tasks may ask for: what they did ask for, what agents here can do, what is
    declared."""
    here = settings.agents
    declared = {*BUILT_IN, *here.commands, *here.coders, *here.capabilities, *settings.tasks.limits}
    able = {name for agent in agents for name in agent.capabilities}
    return QUEUE_TARGETS | declared | able | needs_in_use(reader) | needs_of_crons(reader)


def agent_targets(reader: Reader, agents: Sequence[AgentView]) -> frozenset[str]:
    """The agents that were heard of lately, and those that hold tasks."""
    rows = reader.rows("SELECT DISTINCT agent FROM tasks WHERE state IN ('assigned', 'active')")
    return frozenset({*(agent.id for agent in agents), *(row["agent"] for row in rows if row["agent"])})


def check_target(reader: Reader, scope: Scope, target: str, known: frozenset[str]) -> None:
    """Make sure that there is such a thing; one that is paused now is known, whatever became of it.

    Raises:
        CommandRefused: there is none.
    """
    if target in known or target in paused_targets(reader, scope):
        return
    close = get_close_matches(target[:100], known, n=_NAMED, cutoff=0.6)
    names = [*close, *sorted(known.difference(close))]
    there_are = ", ".join(names[:_NAMED]) or "none"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    raise CommandRefused(f"no {scope.value} {target[:60]!r}", remedy=f"There are: {there_are}{more}.", code="unknown")
