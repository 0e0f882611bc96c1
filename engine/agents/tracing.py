"""An agent's part of a task's trace: its run, within the claim that the engine tells of."""

from __future__ import annotations

import json
from collections.abc import Awaitable

from ..clock import Clock
from ..coordination.messages import Claim, Report, ReportKind
from ..telemetry.otlp import SpanSink
from ..telemetry.spans import read_context
from ..telemetry.tasktrace import ran


class AgentTraces:
    """Tells of runs of those tasks that are traced.

    Args:
        sink: takes the spans.
        clock: the moments.
        agent_id: who runs them.
    """

    def __init__(self, sink: SpanSink, clock: Clock, agent_id: str) -> None:
        self._sink = sink
        self._clock = clock
        self._agent = agent_id

    async def around(self, claim: Claim, work: Awaitable[Report]) -> Report:
        """Carry an attempt out and tell of it."""
        kind = self._traced(claim)
        if kind is None:
            return await work
        since, error = self._clock.now(), "stopped"
        try:
            report = await work
            error = "" if report.kind is ReportKind.COMPLETED else report.kind.value
            return report
        finally:
            about: dict[str, str | int] = {
                "watchfloor.id": claim.id,
                "watchfloor.type": kind,
                "watchfloor.agent": self._agent,
                "watchfloor.attempt": claim.attempt,
            }
            self._sink.take(ran(claim.id, claim.token, since, self._clock.now(), about, error))

    def _traced(self, claim: Claim) -> str | None:
        """The type of a task that is traced; nothing for another."""
        if b'"trace"' not in claim.body:
            return None
        try:
            body = json.loads(claim.body)
            sent = read_context(str(body["trace"]))
            return None if sent is None else str(body["type"])[:100]
        except (ValueError, KeyError, TypeError):
            # It will be refused by whoever reads it next, and told as that.
            return None
