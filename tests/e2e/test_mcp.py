"""The workspace as an MCP server, driven by the SDK's own client, and MCP servers as tools of the running engine."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from engine.tools.fingerprints import file_sha256

from ..engine.tools import mcp_peer
from ..engine.waiting import until_some
from .floor import Floor
from .test_tools import approve, propose, set_up

pytestmark = pytest.mark.timeout(180)

PROGRAM = Path(sys.executable).resolve()
DECIDING = ("approve", "reject", "decide", "undo", "settle", "rule", "policy", "halt", "edit")


@asynccontextmanager
async def connected(floor: Floor, *options: str) -> AsyncIterator[Client]:
    """The SDK's client over the streams of ``watchfloor mcp``."""
    command, *args = (str(word) for word in floor.program.argv("mcp", *options))
    parameters = StdioServerParameters(
        command=command, args=args, cwd=floor.program.folder, env=floor.program.environment()
    )
    async with Client(parameters, read_timeout_seconds=170) as client:
        yield client


async def ask(client: Client, name: str, **arguments: object) -> Any:
    """Call a tool of the server; its answer as JSON."""
    result = await client.call_tool(name, arguments)
    (part,) = result.content
    assert part.type == "text"
    assert not result.is_error, part.text
    return json.loads(part.text)


async def refused(client: Client, name: str, **arguments: object) -> str:
    """Call a tool that says no; its words."""
    result = await client.call_tool(name, arguments)
    (part,) = result.content
    assert part.type == "text"
    assert result.is_error
    return part.text


async def test_an_agent_proposes_and_its_operator_decides(floor: Floor) -> None:
    with floor.engine():
        await floor.up()
        async with connected(floor) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            assert not [name for name in names if any(word in name for word in DECIDING)]
            found = await ask(
                client, "propose_action", kind="prepare_review", tool="briefing",
                arguments={"title": "Review", "body": "All well."}, reason="asked for",
            )  # fmt: skip
            assert found["status"] == "pending"
            shown = floor.action(found["id"])
            assert shown["proposer"] == "agent:mcp-tester"
            waiting = asyncio.create_task(ask(client, "approval_status", id=found["id"], wait_seconds=30))
            assert floor.approve(shown).code == 0
            done = await waiting
            assert (done["status"], done["decided_by"]) == ("executed", "tester")
            unknown = await refused(client, "approval_status", id="nothing-such")
            assert "nothing-such" in unknown
    assert (floor.program.folder / "briefings" / f"{found['id']}.md").read_text().startswith("# Review")


async def a_goal_in_steps(floor: Floor, client: Client) -> None:
    """By a template: shown, submitted, asked of an operator in its middle; a task that dies is listed and replayed."""
    templates = await ask(client, "list_templates")
    assert {"code-change", "customer-letter"} <= {one["name"] for one in templates}
    letter = {"account": "acme", "to": "jo@acme.example", "subject": "40 seats", "text": "Dear Jo"}
    shown = await ask(client, "plan_graph", template="customer-letter", parameters=letter)
    assert len(shown["steps"]) >= 5
    assert await ask(client, "list_graphs") == {"items": [], "next": ""}
    made = await ask(client, "submit_graph", template="customer-letter", parameters=letter)
    assert "subject" in await refused(client, "submit_graph", template="customer-letter", parameters={"account": "x"})
    ring = {"title": "Ring", "steps": [{"id": x, "title": x, "type": "echo", "needs": [y]} for x, y in ("ab", "ba")]}
    assert "circle" in await refused(client, "submit_graph", plan=ring)
    lost = await ask(client, "submit_task", title="count nothing", type="word_count", max_attempts=1, priority=9)
    assert (await ask(client, "prioritise_task", id=lost["id"], priority=2))["priority"] == 2
    assert (await ask(client, "pause_task", id=lost["id"]))["state"] == "paused"
    assert (await ask(client, "resume_task", id=lost["id"]))["state"] == "pending"
    with floor.program.running("agent", "--id", "worker-1"):
        # The letter is written down and counted; then an operator is asked, and nobody else can answer.
        action = await floor.until_action("send_proposal")
        status = await ask(client, "graph_status", id=made["id"])
        assert [step["id"] for step in status["steps"] if step["action"] == action["id"]] == ["send"]
        await floor.program.until(lambda answer: bool(answer.data["items"]), "dead", "list", "--json")
        (dead,) = (await ask(client, "list_dead"))["items"]
        assert (dead["id"], "needs a text" in dead["error"]) == (lost["id"], True)

        async def seen() -> str | None:
            here = (await ask(client, "agents_status"))["agents"]
            return here[0]["id"] if here else None

        assert await until_some(seen) == "worker-1"
    assert (await ask(client, "replay_dead", ids=[lost["id"]]))["replayed"] == 1
    assert (await ask(client, "list_dead"))["items"] == []
    assert (await ask(client, "task_report", id=lost["id"]))["task"]["state"] == "pending"
    assert (await ask(client, "task_output", id=lost["id"]))["items"] == []
    assert (await ask(client, "cancel_graph", id=made["id"], reason="no need"))["tasks"] >= 3
    assert (await ask(client, "graph_status", id=made["id"]))["state"] == "cancelled"


async def test_an_agent_looks_writes_and_submits(floor: Floor) -> None:
    with floor.engine():
        await floor.up()
        async with connected(floor) as client:
            status = await ask(client, "status")
            assert not status["halted"]
            tools = await ask(client, "list_tools")
            assert "briefing" in {tool["name"] for tool in tools}
            goal = await ask(
                client, "submit_goal", title="Q1", type="activity", target="10", start="2026-01-01", end="2027-12-31"
            )
            assert goal["id"]
            task = await ask(client, "submit_task", title="count words", type="word_count", payload={"text": "a b"})
            listed = await ask(client, "list_tasks")
            assert task["id"] in {one["id"] for one in listed}
            assert (await ask(client, "task_status", id=task["id"]))["subject"] == task["id"]
            assert (await ask(client, "cancel_task", id=task["id"], reason="no need"))["state"] == "cancelled"
            await a_goal_in_steps(floor, client)
            assert "Accepted" in (await ask(client, "send_message", to="helper", text="hello"))["text"]
            assert "paused" in (await ask(client, "heartbeat_pause", reason="maintenance"))["text"]
            beat = await ask(client, "heartbeat_status")
            assert beat["held"] == "paused by an operator"
            assert beat["lines"]
            assert "goes on" in (await ask(client, "heartbeat_resume"))["text"]
            assert "was not understood" in await refused(client, "submit_goal", title="x")
            assert "unknown" in await refused(client, "propose_action", kind="x", tool="teleport")


async def test_a_permission_prompt_waits_for_an_operator(floor: Floor) -> None:
    call = {"command": "rm -rf build\n", "note": "\u202eevil"}
    with floor.engine():
        await floor.up()
        async with connected(floor, "--permission-seconds", "150") as client:
            for verdict in ("allow", "deny"):
                waiting = asyncio.create_task(
                    ask(client, "permission_prompt", tool_name="Bash", input=call, tool_use_id=f"toolu_{verdict}")
                )
                found = await floor.until_action("agent_tool_call")
                payload = dict(found["payload"])
                assert payload["tool_name"] == "Bash"
                assert "\\u202e" in payload["input"]
                if verdict == "allow":
                    assert floor.approve(found).code == 0
                    assert await waiting == {"behavior": "allow", "updatedInput": call}
                else:
                    no = ("approvals", "reject", found["id"], "--reason", "not in this folder")
                    floor.program.ok(*no)
                    answer = await waiting
                    assert answer["behavior"] == "deny"
                    assert "not in this folder" in answer["message"]
    assert floor.program.ok("audit", "verify").code == 0


async def test_an_unanswered_permission_is_a_no_and_taken_back(floor: Floor) -> None:
    with floor.engine():
        await floor.up()
        async with connected(floor, "--permission-seconds", "1") as client:
            answer = await ask(client, "permission_prompt", tool_name="Bash", input={"command": "ls"})
            assert answer["behavior"] == "deny"
            (found,) = [one for one in floor.actions() if one["kind"] == "agent_tool_call"]
            assert found["status"] == "withdrawn"


def test_without_an_engine_there_is_nothing_to_serve(floor: Floor) -> None:
    answer = floor.program.run("mcp")
    assert answer.code == 1
    assert "no engine is running" in answer.err


async def test_a_declared_servers_tool_runs_once_after_approval(floor: Floor) -> None:
    peer = Path(str(mcp_peer.__file__))
    site = next(path for path in sys.path if path.endswith("site-packages"))
    notes = floor.program.folder / "notes"
    set_up(
        floor,
        "[tools.mcp.peer]\n"
        f'argv = ["{PROGRAM}", "-P", "{peer}", "good", "{notes}"]\nsha256 = "{file_sha256(PROGRAM)}"\n'
        f'environment = ["PYTHONPATH"]\n[tools.mcp.peer.pinned]\n"{peer}" = "{file_sha256(peer)}"',
    )
    with floor.engine(PYTHONPATH=site):
        await floor.program.until(
            lambda reply: reply.code == 0 and [one["state"] for one in reply.data["servers"]] == ["up"],
            *("tools", "list", "--json"),
        )
        found = propose(floor, "mcp.peer.say", {"text": "hello"}, "--kind", "send_chat_message")
        assert found["status"] == "pending"
        done = await approve(floor, found)
        assert done["result"].startswith("mcp.peer.say answered: you said hello")
        assert notes.read_text() == "say\n"
        wrong = floor.program.run("--operator", "ben", "tools", "call", "mcp.peer.say", '{"text": 3}')
        assert wrong.code == 1
        assert "is not of type string" in wrong.err
    assert floor.program.processes() == []


async def test_a_server_that_is_not_what_is_pinned_is_shown(floor: Floor) -> None:
    set_up(floor, f'[tools.mcp.odd]\nargv = ["{PROGRAM}"]\nsha256 = "{"0" * 64}"')
    with floor.engine():
        shown = await floor.program.until(
            lambda reply: reply.code == 0 and "refused" in reply.out, *("tools", "list", "--json")
        )
        notices = floor.program.ok("status", "--json").data["status"]["engine"]["notices"]
    assert "is not what the settings pin" in shown.data["servers"][0]["detail"]
    assert any("MCP server odd is refused" in notice for notice in notices)
