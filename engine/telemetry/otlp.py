"""Sends spans to an OpenTelemetry collector: beside the work, bounded, and never in its way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from ..errors import WatchfloorError
from ..settings.telemetry import TelemetrySettings
from .spans import Span

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

QUEUE: Final = 4_096
"""Most spans that wait to be sent; further ones are lost."""
BATCH: Final = 512
SEND_SECONDS: Final = 1.0
"""Longest time that a span waits for others to be sent with."""
ANSWER_SECONDS: Final = 5.0
FLUSH_SECONDS: Final = 2.0
"""How long the end may take."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class TracesUnavailable(WatchfloorError):
    """Traces are wanted, and cannot be sent."""


class SpanSink(Protocol):
    """Takes spans; never waits and never fails."""

    def take(self, span: Span) -> None:
        """Send a span when there is time."""
        ...


class OtlpSink:
    """Sends spans over OTLP/HTTP from a thread of its own.

    Args:
        url: the collector's address for traces.
        headers: what it wants besides.
        service: whose spans they are.
        attributes: of that service.

    Raises:
        TracesUnavailable: the extra ``otel`` is not installed.
    """

    def __init__(self, url: str, headers: Mapping[str, str], service: str, attributes: Mapping[str, str]) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
            from opentelemetry.sdk.util.instrumentation import InstrumentationScope
        except ImportError as error:
            raise TracesUnavailable(
                "traces cannot be sent",
                why=f"{error.name or 'a package'} is not installed",
                remedy="Install watchfloor[otel], or empty [telemetry] traces_url.",
            ) from error
        # The library's own complaints would be written over the console; what was not delivered is told by `problem`.
        logger = logging.getLogger("opentelemetry")
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        sender = OTLPSpanExporter(endpoint=url, headers=dict(headers), timeout=ANSWER_SECONDS)
        sink = self

        class Told(SpanExporter):
            def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
                result = sender.export(spans)
                sink._told(len(spans), delivered=result is SpanExportResult.SUCCESS)
                return result

            def shutdown(self) -> None:
                sender.shutdown()  # type: ignore[no-untyped-call]  # the library leaves it untyped

        self.sent = self.lost = 0
        """How many spans arrived, and how many did not."""
        self._well = True
        self._resource = Resource.create({"service.name": service, **attributes})
        self._scope = InstrumentationScope("watchfloor")
        self._processor = BatchSpanProcessor(
            Told(),
            max_queue_size=QUEUE,
            schedule_delay_millis=SEND_SECONDS * 1_000,
            max_export_batch_size=BATCH,
            export_timeout_millis=ANSWER_SECONDS * 1_000,
        )

    @property
    def problem(self) -> str:
        """What is wrong; empty while spans arrive."""
        return "" if self._well else "the collector of traces does not take them; see [telemetry] traces_url"

    def take(self, span: Span) -> None:
        """Send a span when there is time."""
        self._processor.on_end(self._readable(span))

    async def close(self) -> None:
        """Send what is left, for as long as that may take."""

        def end() -> None:
            self._processor.force_flush(int(FLUSH_SECONDS * 1_000))
            self._processor.shutdown()  # type: ignore[no-untyped-call]  # as above

        thread = asyncio.to_thread(end)
        try:
            async with asyncio.timeout(FLUSH_SECONDS * 2):
                await thread
        except TimeoutError:
            # The collector hangs; the thread ends with its own time limit.
            return

    def _told(self, number: int, *, delivered: bool) -> None:
        self._well = delivered
        if delivered:
            self.sent += number
        else:
            self.lost += number

    def _readable(self, span: Span) -> ReadableSpan:
        from opentelemetry.sdk.trace import ReadableSpan
        from opentelemetry.trace import SpanContext, TraceFlags
        from opentelemetry.trace.status import Status, StatusCode

        def context(span_id: int) -> SpanContext:
            return SpanContext(span.trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))

        return ReadableSpan(
            name=span.name,
            context=context(span.span_id),
            parent=None if span.parent_id is None else context(span.parent_id),
            resource=self._resource,
            attributes=dict(span.attributes),
            status=Status(StatusCode.ERROR, span.error[:1_000]) if span.error else Status(StatusCode.OK),
            start_time=_ns(span.start),
            end_time=max(_ns(span.start), _ns(span.end)),
            instrumentation_scope=self._scope,
        )


def open_sink(rules: TelemetrySettings, service: str, attributes: Mapping[str, str]) -> OtlpSink | None:
    """Where the spans of a process go; nothing where the settings name no place.

    Raises:
        TracesUnavailable: the extra ``otel`` is not installed.
    """
    url = rules.traces_url.get_secret_value()
    if not url:
        return None
    headers = {name: value.get_secret_value() for name, value in rules.traces_headers.items()}
    return OtlpSink(url, headers, service, attributes)


def _ns(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1_000
