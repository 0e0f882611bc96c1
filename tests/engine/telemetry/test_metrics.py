"""Metrics: counted from what was committed, bounded, told in a form that the reference parser reads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from engine.assembly.metrics import LOSSES, RETRIES, RUN, take_in
from engine.journal import Event
from engine.telemetry.endpoint import HEAD_BYTES, READERS, MetricsPort, PortTaken
from engine.telemetry.exposition import expose
from engine.telemetry.meter import LABEL_SETS, OTHER, SECONDS, Family, Meter, Metric, Sort

from ..waiting import until, until_some

AT = datetime(2026, 1, 5, tzinfo=UTC)
HITS = Metric("test_hits", Sort.COUNTER, "Hits.", ("who", "what"))
DEPTH = Metric("test_depth", Sort.GAUGE, "Depth.", ("who",))
TOOK = Metric("test_took_seconds", Sort.HISTOGRAM, "Time taken.", ("who",))


def read(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What a scraper understands."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def event(kind: str, **data: object) -> Event:
    return Event(1, AT, kind, "t1", "engine", data)


@given(
    labels=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=1, max_size=20, unique=True),
    by=st.integers(1, 10**9),
)
def test_whatever_labels_hold_a_scraper_reads_the_number(labels: list[tuple[str, str]], by: int) -> None:
    meter = Meter()
    for pair in labels:
        meter.count(HITS, *pair, by=by)
    found = read(expose(meter.families()))
    for who, what in labels:
        name = ("test_hits_total", (("what", _spoken(what)), ("who", _spoken(who))))
        assert found[name] == by


def _spoken(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


@given(times=st.lists(st.floats(0, 4_000), max_size=50))
def test_times_are_counted_up_to_each_bound(times: list[float]) -> None:
    meter = Meter()
    for seconds in times:
        meter.time(TOOK, seconds, "ana")
    if not times:
        return
    found = read(expose(meter.families()))
    for bound in SECONDS:
        name = ("test_took_seconds_bucket", (("le", f"{bound:g}"), ("who", "ana")))
        spelled = {key: value for key, value in found.items() if key[0] == name[0] and float(key[1][0][1]) == bound}
        assert list(spelled.values()) == [sum(seconds <= bound for seconds in times)]
    assert found["test_took_seconds_count", (("who", "ana"),)] == len(times)
    assert found["test_took_seconds_sum", (("who", "ana"),)] == pytest.approx(sum(times))


def test_labels_are_bounded_and_nothing_is_lost() -> None:
    meter = Meter()
    for number in range(LABEL_SETS * 3):
        meter.count(HITS, f"who {number}", "x")
        meter.time(TOOK, 1.0, f"who {number}")
    counted, timed = meter.families()
    assert len(counted.numbers) == LABEL_SETS + 1
    assert counted.numbers[OTHER, OTHER] == LABEL_SETS * 2
    assert len(timed.numbers) == LABEL_SETS + 1


def test_gauges_and_nothing_at_all_can_be_told() -> None:
    assert read(expose([Family(DEPTH, {("b",): 2, ("a",): 1.5})])) == {
        ("test_depth", (("who", "a"),)): 1.5,
        ("test_depth", (("who", "b"),)): 2.0,
    }
    assert expose([]) == ""


def test_counting_goes_on_while_somebody_reads() -> None:
    meter, stop, read_texts = Meter(), threading.Event(), list[str]()
    metrics = [Metric(f"test_{number}", Sort.COUNTER, "x", ("n",)) for number in range(40)]

    def look() -> None:
        while not stop.is_set():
            read_texts.append(expose(meter.families()))

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(3_000):
        meter.count(metrics[number % 40], str(number))
        meter.time(TOOK, number / 100, str(number % 150))
    stop.set()
    reader.join()
    assert read_texts


def test_events_of_tasks_become_counts_by_capability() -> None:
    meter = Meter()
    take_in(
        meter,
        [
            event("task.submitted", type="echo"),
            event("task.assigned", type="echo", waited_ms=1_500),
            event("task.queued", type="echo", cause="failed", ran_ms=200),
            event("task.queued", type="echo", cause="lapsed", ran_ms=30_000),
            event("task.died", type="echo", cause="lapsed", ran_ms=1),
            event("task.done", type="word_count", ran_ms=10, cause="completed"),
            event("task_report.refused"),
            event("action.approved"),
            event("persona.woke"),
        ],
    )
    found = read(expose(meter.families()))
    echo = (("capability", "echo"),)
    assert found["watchfloor_tasks_submitted_total", echo] == 1
    assert found["watchfloor_task_retries_total", echo] == 1
    assert found["watchfloor_lease_losses_total", echo] == 2
    assert found["watchfloor_tasks_ended_total", (("capability", "echo"), ("state", "dead"))] == 1
    assert found["watchfloor_tasks_ended_total", (("capability", "word_count"), ("state", "done"))] == 1
    assert found["watchfloor_task_claim_seconds_sum", echo] == 1.5
    assert found["watchfloor_task_run_seconds_count", echo] == 3
    assert found["watchfloor_task_reports_refused_total", ()] == 1
    assert found["watchfloor_gate_decisions_total", (("decision", "approved"),)] == 1
    assert found["watchfloor_events_total", (("kind", "persona.woke"),)] == 1
    assert {LOSSES.labels, RETRIES.labels, RUN.labels} == {("capability",)}


@pytest.fixture
async def port() -> AsyncIterator[MetricsPort]:
    async def render() -> str:
        return "watchfloor_up 1.0\n"

    opened = MetricsPort("127.0.0.1", 0, render)
    service = asyncio.create_task(opened.run())
    await until(lambda: opened.port > 0)
    yield opened
    service.cancel()
    await asyncio.wait([service])


async def ask(port: MetricsPort, request: bytes) -> bytes:
    """What the port says; nothing where it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
    try:
        writer.write(request)
        await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def answers(port: MetricsPort) -> bool | None:
    return True if await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n") else None


async def hangs_up(port: MetricsPort) -> bool | None:
    return None if await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n") else True


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 200 OK\r\n"),
        (b"GET /metrics?x=1 HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 OK\r\n"),
        (b"HEAD /metrics HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n"),
        (b"POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 405 "),
        (b"GET /../etc/passwd HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 "),
        (b"nonsense\r\n\r\n", b"HTTP/1.1 400 "),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"HTTP/1.1 400 "),
        (b"G" * (HEAD_BYTES + 10), b""),
    ],
)
async def test_the_port_answers_one_question_and_survives_the_others(
    port: MetricsPort, request_: bytes, answer: bytes
) -> None:
    said = await ask(port, request_)
    assert said.startswith(answer)
    assert said.endswith(b"watchfloor_up 1.0\n") == (b" 200 " in answer and not request_.startswith(b"HEAD"))
    assert b" 200 OK" in await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n")


async def test_readers_are_bounded(port: MetricsPort) -> None:
    silent = [await asyncio.open_connection("127.0.0.1", port.port) for _ in range(READERS)]
    # Those that were let in are counted once their turn has come.
    await until_some(lambda: hangs_up(port))
    for _, writer in silent:
        writer.close()
    await until_some(lambda: answers(port))


async def test_a_port_that_is_taken_is_named(port: MetricsPort) -> None:
    second = MetricsPort("127.0.0.1", port.port, lambda: asyncio.sleep(0, ""))
    with pytest.raises(PortTaken, match=str(port.port)):
        await second.run()
