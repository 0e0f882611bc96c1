"""The engine's traces: spans made from what was committed, so that what was undone never shows."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..coordinator import Service
from ..journal import Event
from ..settings.telemetry import TelemetrySettings
from ..telemetry.otlp import OtlpSink, SpanSink, TracesUnavailable, open_sink
from ..telemetry.spans import Span, is_traced, span_id_of, trace_id_of
from ..telemetry.tasktrace import claimed, context, ended, enqueued

ACTIONS: Final = 10_000
"""Most actions under way whose beginning is remembered; of older ones the spans begin with their end."""
_DECIDED: Final = frozenset({
    "action.approved", "action.granted", "action.rejected", "action.blocked", "action.expired", "action.withdrawn",
})  # fmt: skip
_CARRIED_OUT: Final = frozenset({"action.executed", "action.failed", "action.uncertain"})
_WELL: Final = frozenset({"task.done", "action.executed", "action.approved", "action.granted"})
_RESULTS: Final = frozenset({"task.done", "task.failed", "task.cancelled", "task.died"})


@dataclass(slots=True)
class _Begun:
    proposed: datetime
    decided: bool = False
    started: datetime | None = None


class Tracing:
    """Makes spans of events.

    Args:
        sink: takes them.
        share: of tasks and actions, 0 to 1.
    """

    def __init__(self, sink: SpanSink, share: float = 1.0) -> None:
        self._sink = sink
        self._share = share
        self._begun: OrderedDict[str, _Begun] = OrderedDict()

    def context(self, task_id: str) -> str:
        """What is sent along with a task; empty for one that is not traced."""
        return context(task_id) if is_traced(task_id, self._share) else ""

    def take_in(self, events: Sequence[Event]) -> None:
        """Make spans of what was committed."""
        for event in events:
            if event.kind.startswith(("task.", "action.")) and is_traced(event.subject, self._share):
                span = self._of_task(event) if event.kind.startswith("task.") else self._of_action(event)
                if span is not None:
                    self._sink.take(span)

    def _of_task(self, event: Event) -> Span | None:
        data, about = event.data, _about(event)
        token = data.get("token")
        token = token if isinstance(token, int) else None
        if event.kind == "task.submitted":
            return enqueued(event.subject, event.at, about)
        if event.kind == "task.assigned" and token is not None:
            waited = data.get("waited_ms")
            since = event.at - timedelta(milliseconds=waited if isinstance(waited, int) else 0)
            return claimed(event.subject, token, since, event.at, about)
        if event.kind in _RESULTS or (event.kind == "task.queued" and token is not None):
            error = "" if event.kind in _WELL else str(data.get("error", "")) or event.kind
            return ended(event.subject, token, event.at, about, error)
        return None

    def _of_action(self, event: Event) -> Span | None:
        action = event.subject
        trace, propose, decide = trace_id_of(action), span_id_of(action, "propose"), span_id_of(action, "decide")
        about = _about(event)
        if event.kind == "action.proposed":
            self._begun[action] = _Begun(event.at)
            if len(self._begun) > ACTIONS:
                self._begun.popitem(last=False)
            return Span("action propose", trace, propose, None, event.at, event.at, about)
        begun = self._begun.get(action)
        if event.kind == "action.started" and begun is not None:
            begun.started = event.at
        if event.kind in _DECIDED:
            since = event.at if begun is None else begun.proposed
            if begun is not None:
                begun.decided = True
            return Span("action decide", trace, decide, propose, since, event.at, about)
        if event.kind in _CARRIED_OUT:
            self._begun.pop(action, None)
            since = event.at if begun is None or begun.started is None else begun.started
            parent = decide if begun is None or begun.decided else propose
            error = "" if event.kind in _WELL else _why(event) or event.kind
            own = span_id_of(action, "execute", event.seq)
            return Span("action execute", trace, own, parent, since, event.at, about, error)
        return None


class TraceRoom:
    """Sends the engine's spans to the collector that the settings name; where they name none, it does nothing.

    Args:
        rules: read once.
        workspace: its name, which every span carries.
    """

    def __init__(self, rules: TelemetrySettings, workspace: str) -> None:
        self._sink: OtlpSink | None = None
        self._missing = ""
        try:
            self._sink = open_sink(rules, "watchfloor", {"watchfloor.workspace": workspace})
        except TracesUnavailable as error:
            # The work goes on; whoever wants traces is told why there are none.
            self._missing = error.sentence()
        self._tracing = None if self._sink is None else Tracing(self._sink, rules.traces_share)

    def context(self, task_id: str) -> str:
        """What is sent along with a task; empty where it is not traced."""
        return "" if self._tracing is None else self._tracing.context(task_id)

    def on_commit(self, events: Sequence[Event]) -> None:
        """Make spans of what was committed."""
        if self._tracing is not None:
            self._tracing.take_in(events)

    def services(self) -> Sequence[Service]:
        """What has to run."""
        return [] if self._sink is None else [Service("traces", self._run)]

    def notices(self) -> Sequence[str]:
        """What an operator should know."""
        told = self._missing or ("" if self._sink is None else self._sink.problem)
        return [told] if told else []

    async def _run(self) -> None:
        """Send what is left when the engine stops."""
        assert self._sink is not None  # noqa: S101  # only a service where there is one
        try:
            await asyncio.Event().wait()
        finally:
            await self._sink.close()


def _about(event: Event) -> dict[str, str | int]:
    """Attributes: names and numbers, never what a task or an action says."""
    kept = ("type", "kind", "tool", "state", "attempt", "agent", "cause", "status")
    found: dict[str, str | int] = {"watchfloor.id": event.subject, "watchfloor.event": event.kind}
    found |= {f"watchfloor.{name}": str(event.data[name])[:100] for name in kept if name in event.data}
    return found


def _why(event: Event) -> str:
    """Why something failed, as far as the journal says."""
    return str(event.data.get("error") or event.data.get("why") or "")
