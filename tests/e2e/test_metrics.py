"""Metrics of the real program: scraped at its port, printed by the command line, and true."""

from __future__ import annotations

import asyncio
import socket
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from .floor import Floor

pytestmark = pytest.mark.timeout(120)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def read(text: str) -> dict[tuple[str, str], float]:
    """Numbers by name and the values of their labels."""
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


async def test_what_happened_is_told_at_the_port_and_by_the_command(floor: Floor) -> None:
    port = free_port()
    settings = floor.folder / "watchfloor.toml"
    settings.write_text(
        f"{settings.read_text(encoding='utf-8')}\n[telemetry]\nmetrics_port = {port}\n", encoding="utf-8"
    )
    program = floor.program
    with floor.engine():
        await floor.up()
        program.ok("tasks", "submit", "counted", "--type", "word_count", "--payload", '{"text": "a b"}')
        program.ok("tasks", "submit", "waits", "--type", "nobody_does_this")
        program.ok("tasks", "submit", "broken", "--type", "word_count")
        with program.running("agent", "--id", "worker-1"):
            await program.until(
                lambda answer: {one["state"] for one in answer.data["items"]} == {"done", "dead", "pending"},
                *("tasks", "list", "--json"),
            )
            scraped = read(await asyncio.to_thread(scrape, port))
        printed = read(program.ok("metrics").out)
    for told in (scraped, printed):
        assert told["watchfloor_tasks", "done"] == 1
        assert told["watchfloor_tasks_submitted_total", "word_count"] == 2
        assert told["watchfloor_tasks_ended_total", "word_count done"] == 1
        assert told["watchfloor_tasks_ended_total", "word_count dead"] == 1
        assert told["watchfloor_queue_depth", "nobody_does_this"] == 1
        assert told["watchfloor_queue_oldest_seconds", "nobody_does_this"] > 0
        assert told["watchfloor_task_claim_seconds_count", "word_count"] == 2
        assert told["watchfloor_task_run_seconds_count", "word_count"] >= 1
        assert told["watchfloor_redis_up", ""] == 1
        assert told["watchfloor_engine_epoch", ""] == 1
        assert told["watchfloor_events_total", "command.carried_out"] == 3
    assert sum(number for (name, _), number in scraped.items() if name == "watchfloor_agents") == 1
    # Without the setting nothing listens, and the command still tells the figures of the moment.
    assert read(program.ok("metrics").out)["watchfloor_tasks", "done"] == 1
    with pytest.raises(OSError, match=r"refused|reset"):
        socket.create_connection(("127.0.0.1", port), timeout=5)
