"""What the real program tells of itself: metrics at its port and by the command line, traces to a collector."""

from __future__ import annotations

import asyncio
import signal
import socket
import urllib.request
from typing import TypeAlias

import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine.telemetry.spans import trace_id_of

from ..engine.telemetry.collector import collector
from ..engine.waiting import until_some
from .floor import Floor

Numbers: TypeAlias = dict[tuple[str, str], float]
"""Numbers by name and the values of their labels."""

pytestmark = pytest.mark.timeout(120)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def read(text: str) -> Numbers:
    """What a scraper understands."""
    return {
        (sample.name, " ".join(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(port: int) -> str:
    """The page, as a scraper gets it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text: str = answer.read().decode()
        return text


async def test_what_happened_is_told_at_the_port_by_the_command_and_to_the_collector(floor: Floor) -> None:
    port = free_port()
    with collector() as traces:
        settings = floor.folder / "watchfloor.toml"
        table = f'[telemetry]\nmetrics_port = {port}\ntraces_url = "{traces.url}"\n'
        settings.write_text(f"{settings.read_text(encoding='utf-8')}\n{table}", encoding="utf-8")
        scraped, printed = await work(floor, port)
        for told in (scraped, printed):
            check(told)
        assert sum(number for (name, _), number in scraped.items() if name == "watchfloor_agents") == 1
        one = floor.program.ok("tasks", "list", "--state", "done", "--json").data["items"][0]["id"]
        chain = [
            span
            for name in ("task enqueue", "task claim", "task run", "task result")
            for span in traces.named(name)
            if span.trace_id == trace_id_of(one).to_bytes(16, "big")
        ]
        assert [span.name for span in chain] == ["task enqueue", "task claim", "task run", "task result"]
        assert [span.parent_span_id for span in chain] == [b"", *(span.span_id for span in chain[:3])]
        # The shipped heartbeat proposes something at its first beat; nobody has answered it.
        assert traces.named("action propose")
        assert {service for service, _ in traces.spans} == {"watchfloor", "watchfloor-agent"}
    # Nothing listens any more, and the command still tells the figures of the moment.
    assert read(floor.program.ok("metrics").out)["watchfloor_tasks", "done"] == 1
    with pytest.raises(OSError, match=r"refused|reset"):
        socket.create_connection(("127.0.0.1", port), timeout=5)


async def work(floor: Floor, port: int) -> tuple[Numbers, Numbers]:
    """A day's work in short, and what was told of it in the end."""
    program = floor.program
    with floor.engine():
        await floor.up()
        program.ok("tasks", "submit", "counted", "--type", "word_count", "--payload", '{"text": "a b"}')
        program.ok("tasks", "submit", "waits", "--type", "nobody_does_this")
        program.ok("tasks", "submit", "broken", "--type", "word_count")
        with program.running("agent", "--id", "worker-1") as agent:
            await program.until(
                lambda answer: {one["state"] for one in answer.data["items"]} == {"done", "dead", "pending"},
                *("tasks", "list", "--json"),
            )

            async def with_agents() -> Numbers | None:
                found = read(await asyncio.to_thread(scrape, port))
                return found if any(name == "watchfloor_agents" for name, _ in found) else None

            scraped = await until_some(with_agents)
            await floor.until_action("create_briefing")
            agent.send_signal(signal.SIGTERM)
            assert agent.wait(timeout=30) == 0
        return scraped, read(program.ok("metrics").out)


def check(told: Numbers) -> None:
    """What every scraper must have been told."""
    assert told["watchfloor_tasks", "done"] == 1
    assert told["watchfloor_tasks_submitted_total", "word_count"] == 2
    assert told["watchfloor_tasks_ended_total", "word_count done"] == 1
    assert told["watchfloor_tasks_ended_total", "word_count dead"] == 1
    assert told["watchfloor_queue_depth", "nobody_does_this"] == 1
    assert told["watchfloor_queue_oldest_seconds", "nobody_does_this"] > 0
    assert told["watchfloor_task_claim_seconds_count", "word_count"] == 2
    assert told["watchfloor_task_run_seconds_count", "word_count"] >= 1
    assert told["watchfloor_redis_up", ""] == 1
    assert told["watchfloor_redis_malformed_total", ""] == 0
    assert told["watchfloor_engine_epoch", ""] == 1
    assert told["watchfloor_events_total", "command.carried_out"] == 3
