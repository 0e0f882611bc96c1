"""Commands against an engine that runs in another process, with the shipped settings."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator

import pytest

from ...engine.waiting import until
from .program import Answer, Program

SOON = {
    "WATCHFLOOR_HEARTBEAT__FIRST_BEAT_SECONDS": "0",
    "WATCHFLOOR_GOVERNANCE__GRACE_SECONDS": "0",
}
"""Nothing is different, only sooner."""

HEARTBEAT = """\
## One-time

- [ ] @briefing {"title": "One", "body": "first \\u202e [b]body[/b]\\ndigest  0000"}
- [ ] @briefing {"title": "Two", "body": "second body"}
"""

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def engine(workspace: Program) -> Iterator[subprocess.Popen[bytes]]:
    (workspace.folder / "HEARTBEAT.md").write_text(HEARTBEAT, encoding="utf-8")
    with workspace.running_afresh("run", **SOON) as process:
        yield process


def up(answer: Answer) -> bool:
    return answer.code == 0


async def test_an_approval_from_question_to_file(workspace: Program, engine: subprocess.Popen[bytes]) -> None:
    await workspace.until(up, "status")
    waiting = await workspace.until(lambda answer: len(answer.data["items"]) == 2, "approvals", "list", "--json")
    by_title = {dict(one["payload"])["title"].strip('"'): one for one in waiting.data["items"]}
    assert (await workspace.until(up, "status")).out.startswith("2 need you\n")
    first, second = by_title["One"], by_title["Two"]

    shown = workspace.ok("approvals", "show", first["id"])
    assert "first ⟨U+202E⟩ [b]body[/b]" in shown.out
    assert [line for line in shown.out.splitlines() if line.startswith("digest")] == [f"digest    {first['digest']}"]

    wrong = workspace.run("approvals", "approve", first["id"], "--yes", "--digest", "00000000")
    assert wrong.code == 1
    assert "not the one that was read" in wrong.err
    viewer = workspace.run("--read-only", "approvals", "approve", first["id"], "--yes", "--digest", first["digest"])
    assert viewer.code == 1

    approved = workspace.ok("approvals", "approve", first["id"], "--yes", "--digest", first["digest"][-8:], "--json")
    assert approved.data["engine_running"] is True
    done = await workspace.until(
        lambda answer: bool(answer.data["items"]), "approvals", "list", "--status", "executed", "--json"
    )
    assert [one["id"] for one in done.data["items"]] == [first["id"]]
    again = workspace.run("approvals", "approve", first["id"], "--yes", "--digest", first["digest"])
    assert again.code == 1

    workspace.ok("approvals", "reject", second["id"], "--reason", "not today")
    (rejected,) = workspace.ok("approvals", "list", "--status", "rejected", "--json").data["items"]
    assert (rejected["id"], rejected["reason"]) == (second["id"], "not today")
    written = list((workspace.folder / "briefings").iterdir())
    assert len(written) == 1
    assert workspace.ok("audit", "verify").out.startswith("The journal holds")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_ends_the_engine_and_leaves_nothing(
    workspace: Program, engine: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    await workspace.until(up, "status")
    assert len(workspace.processes()) > 1
    engine.send_signal(number)
    assert engine.wait(timeout=30) == 0
    await until(lambda: workspace.processes() == [])
    assert workspace.run("status").code == 3


async def test_a_killed_engine_leaves_no_server_and_loses_nothing(
    workspace: Program, engine: subprocess.Popen[bytes]
) -> None:
    await workspace.until(up, "status")
    submitted = workspace.ok("tasks", "submit", "survive", "--json").data
    engine.kill()
    engine.wait(timeout=30)
    await until(lambda: workspace.processes() == [])
    (task,) = workspace.ok("tasks", "list", "--json").data["items"]
    assert task["title"] == "survive"
    assert submitted["engine_running"] is True
    assert workspace.ok("audit", "verify").code == 0


async def test_an_agent_in_another_process_does_a_task(workspace: Program, engine: subprocess.Popen[bytes]) -> None:
    await workspace.until(up, "status")
    with workspace.running_afresh("agent", "--id", "worker-1", "--concurrency", "2") as agent:
        workspace.ok("tasks", "submit", "say hello", "--payload", '{"text": "hello"}')
        done = await workspace.until(
            lambda answer: bool(answer.data["items"]), "tasks", "list", "--state", "done", "--json"
        )
        (task,) = done.data["items"]
        assert task["agent"] == "worker-1"
        assert "hello" in task["result"]
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(timeout=30) == 0


async def test_a_second_engine_is_refused(workspace: Program, engine: subprocess.Popen[bytes]) -> None:
    await workspace.until(up, "status")
    answer = workspace.run("run")
    assert answer.code == 1
    assert "another engine runs" in answer.err
