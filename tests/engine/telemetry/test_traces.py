"""Traces: spans that belong together whoever tells of them, only of what was committed, and in nobody's way."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.tracing import AgentTraces
from engine.assembly.traceroom import ACTIONS, TraceRoom, Tracing
from engine.clock import SimulatedClock
from engine.coordination.messages import Claim, Report, ReportKind
from engine.coordination.translate import queued
from engine.journal import Event
from engine.settings.telemetry import TelemetrySettings
from engine.storage import Database, Transaction
from engine.tasks import NewTask, cancel, submit
from engine.telemetry.otlp import OtlpSink
from engine.telemetry.spans import Span, context_of, is_traced, read_context, span_id_of, trace_id_of

from ..waiting import until
from .collector import collector

AT = datetime(2026, 1, 5, tzinfo=UTC)


class Kept:
    """Takes spans and keeps them."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def take(self, span: Span) -> None:
        self.spans.append(span)


def event(kind: str, seconds: float = 0, subject: str = "t1", **data: object) -> Event:
    return Event(1, AT + timedelta(seconds=seconds), kind, subject, "engine", data)


@given(st.text(max_size=40), st.text(max_size=10))
def test_what_is_sent_along_is_read_again(subject: str, step: str) -> None:
    span = span_id_of(subject, step)
    assert read_context(context_of(subject, span)) == (trace_id_of(subject), span)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00",
        f"00-{'0' * 32}-{'1' * 16}-01",
        f"00-{'1' * 32}-{'0' * 16}-01",
        f"ff-{'1' * 32}-{'1' * 16}-01",
        "é" * 55,
    ],
)
def test_nonsense_is_not_read(text: str) -> None:
    assert read_context(text) is None


def test_the_share_holds_and_each_task_has_one_answer() -> None:
    names = [f"task-{number}" for number in range(4_000)]
    chosen = {name for name in names if is_traced(name, 0.25)}
    assert 850 < len(chosen) < 1_150
    assert chosen <= {name for name in names if is_traced(name, 0.5)}
    assert not any(is_traced(name, 0) for name in names)
    assert all(is_traced(name, 1) for name in names)


async def test_a_task_is_one_chain_through_engine_and_agent() -> None:
    kept, clock = Kept(), SimulatedClock(AT)
    tracing = Tracing(kept)
    tracing.take_in([event("task.submitted", type="echo"), event("task.assigned", 2, token=7, waited_ms=1_500)])
    body = json.dumps({"id": "t1", "type": "echo", "payload": "{}", "trace": tracing.context("t1")}).encode()

    async def work() -> Report:
        clock.step(timedelta(seconds=3))
        return Report(ReportKind.COMPLETED, "t1", 7)

    await AgentTraces(kept, clock, "dev-1").around(Claim("t1", 7, 1, body), work())
    tracing.take_in([event("task.done", 5, token=7, cause="completed")])
    names = [span.name for span in kept.spans]
    assert names == ["task enqueue", "task claim", "task run", "task result"]
    assert {span.trace_id for span in kept.spans} == {trace_id_of("t1")}
    assert [span.parent_id for span in kept.spans] == [None, *(span.span_id for span in kept.spans[:3])]
    assert len({span.span_id for span in kept.spans}) == 4
    assert [(span.end - span.start).total_seconds() for span in kept.spans] == [0, 1.5, 3, 0]
    assert not any(span.error for span in kept.spans)


async def test_an_action_is_one_chain_from_proposal_to_effect() -> None:
    kept = Kept()
    Tracing(kept).take_in([
        event("action.proposed", 0, "a1", tool="send_email"),
        event("action.approved", 60, "a1"),
        event("action.started", 61, "a1"),
        event("action.failed", 63, "a1", why="no route"),
    ])  # fmt: skip
    propose, decide, execute = kept.spans
    assert (decide.parent_id, execute.parent_id) == (propose.span_id, decide.span_id)
    assert (decide.end - decide.start).total_seconds() == 60
    assert (execute.end - execute.start).total_seconds() == 2
    assert execute.error == "no route"
    assert propose.attributes["watchfloor.tool"] == "send_email"


def test_what_is_remembered_of_actions_is_bounded() -> None:
    tracing = Tracing(Kept())
    tracing.take_in([event("action.proposed", 0, f"a{number}") for number in range(ACTIONS + 50)])
    assert len(tracing._begun) == ACTIONS


async def test_a_failed_and_a_stopped_run_are_told_as_that() -> None:
    kept, clock = Kept(), SimulatedClock(AT)
    traces = AgentTraces(kept, clock, "dev-1")
    body = json.dumps({"type": "echo", "trace": context_of("t1", 5)}).encode()

    async def fail() -> Report:
        return Report(ReportKind.RETRY, "t1", 7, "the secret is hunter2")

    async def stopped() -> Report:
        raise KeyboardInterrupt

    await traces.around(Claim("t1", 7, 1, body), fail())
    with pytest.raises(KeyboardInterrupt):
        await traces.around(Claim("t1", 8, 1, body), stopped())
    assert [span.error for span in kept.spans] == ["retry", "stopped"]
    # What a program wrote stays in the registry; a collector gets names and numbers.
    assert "hunter2" not in repr(kept.spans)


@pytest.mark.parametrize(
    "body", [b"{}", b'{"type": "echo"}', b'"trace"', b'{"trace": 5, "type": "x"}', b'{"trace": [', b""]
)
async def test_a_task_that_is_not_traced_runs_all_the_same(body: bytes) -> None:
    kept = Kept()

    async def work() -> Report:
        return Report(ReportKind.COMPLETED, "t1", 7)

    report = await AgentTraces(kept, SimulatedClock(AT), "dev-1").around(Claim("t1", 7, 1, body), work())
    assert report.kind is ReportKind.COMPLETED
    assert kept.spans == []


async def test_what_was_undone_never_shows(tmp_path: Path) -> None:
    kept = Kept()
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=True) as database:
        database.observe(Tracing(kept).take_in)

        def undone(tx: Transaction) -> None:
            submit(tx, NewTask("work"), "t1", "operator:ana")
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            await database.write(undone)
        assert kept.spans == []
        task = await database.write(lambda tx: submit(tx, NewTask("work"), "t1", "operator:ana"))
        await database.write(lambda tx: cancel(tx, "t1", "operator:ana"))
    assert [span.name for span in kept.spans] == ["task enqueue", "task result"]
    assert b'"trace"' not in queued(task).body
    assert context_of("t1", kept.spans[0].span_id).encode() in queued(task, None, Tracing(kept).context("t1")).body


async def test_spans_arrive_at_a_collector_with_what_they_say() -> None:
    with collector() as there:
        sink = OtlpSink(there.url, {"x-key": "k1"}, "watchfloor", {"watchfloor.workspace": "acme"})
        span = Span("work", 0xABC, 0xDEF, 0x123, AT, AT + timedelta(milliseconds=1), {"n": 3, "w": "é"}, "broken")
        sink.take(span)
        await sink.close()
        ((service, got),) = there.spans
        assert (service, got.name, got.status.message) == ("watchfloor", "work", "broken")
        assert got.trace_id == (0xABC).to_bytes(16, "big")
        assert got.span_id == (0xDEF).to_bytes(8, "big")
        assert got.parent_span_id == (0x123).to_bytes(8, "big")
        assert got.end_time_unix_nano - got.start_time_unix_nano == 1_000_000
        assert there.headers["x-key"] == "k1"
        assert (sink.sent, sink.lost, sink.problem) == (1, 0, "")


async def test_a_collector_that_refuses_is_told_and_nothing_else_suffers(capfd: pytest.CaptureFixture[str]) -> None:
    with collector() as there:
        there.refuse = 400
        sink = OtlpSink(there.url, {}, "watchfloor", {})
        sink.take(Span("work", 1, 2, None, AT, AT))
        await until(lambda: sink.lost == 1)
        assert "collector" in sink.problem
        there.refuse = 0
        sink.take(Span("work", 1, 3, None, AT, AT))
        await until(lambda: sink.sent == 1)
        assert sink.problem == ""
        await sink.close()
    assert capfd.readouterr() == ("", "")
    assert not logging.getLogger("opentelemetry").propagate


async def test_without_the_extra_the_engine_says_so_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)
    room = TraceRoom(TelemetrySettings.model_validate({"traces_url": "http://127.0.0.1:1/v1/traces"}), "acme")
    (notice,) = room.notices()
    assert "watchfloor[otel]" in notice
    assert room.services() == []
    room.on_commit([event("task.submitted", type="echo")])


def test_nothing_is_loaded_while_nobody_wants_traces() -> None:
    room = TraceRoom(TelemetrySettings(), "acme")
    assert (room.context("t1"), list(room.services()), list(room.notices())) == ("", [], [])
