"""Three real tasks: a command in a work tree, a Python entry point, and a goal with an approval in its middle."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .floor import UNCOMMITTED, Floor, payload, read_mail

SETTINGS = """
[agents.repositories.here]
path = "."

[agents.commands.write]
argv = ["sh", "-c", "echo begins; printf '%s' \\"$WATCHFLOOR_PAYLOAD\\" > made.json; echo ends >&2"]
repository = "here"

[agents.commands.endless]
argv = ["sleep", "600"]
"""
PLUGIN = """
def shout(job):
    print("about to shout")
    return job.payload["text"].upper()
"""
LETTER = {
    "account": "acme",
    "to": "jo@acme.example",
    "subject": "40 seats",
    "text": "Dear Jo, four more words",
}

pytestmark = pytest.mark.timeout(120)


def bring_plugin(folder: Path) -> str:
    """A package that brings one executor, as an installed one would; the path to find it on."""
    about = folder / "shouting-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "shouting.py").write_text(PLUGIN, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[watchfloor.executors]\nshout = shouting:shout\n", encoding="utf-8")
    return str(folder)


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


class Work:
    """What an operator does with tasks and goals on the command line."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.program = floor.program

    def task(self, title: str, kind: str, given: str = "{}") -> str:
        arguments = ("tasks", "submit", title, "--type", kind, "--payload", given, "--json")
        found: str = self.program.ok(*arguments).data["data"]["id"]
        return found

    async def until(self, task_id: str, state: str) -> None:
        await self.program.until(
            lambda answer: any((one["id"], one["state"]) == (task_id, state) for one in answer.data["items"]),
            *("tasks", "list", "--json"),
        )

    def goal(self, template: str, values: dict[str, str]) -> str:
        given = [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
        found: str = self.program.ok("goal", "submit", template, *given, "--json").data["data"]["id"]
        return found

    async def steps(self, graph: str, **wanted: str) -> dict[str, dict[str, Any]]:
        """The steps of a goal, once each of these is in its state."""

        def there(data: dict[str, Any]) -> bool:
            states = {step["id"]: step["state"] for step in data["steps"]}
            return all(states[name] == state for name, state in wanted.items())

        answer = await self.program.until(lambda answer: there(answer.data), "goal", "graph", graph, "--json")
        return {step["id"]: step for step in answer.data["steps"]}


async def test_three_real_tasks(floor: Floor, tmp_path: Path) -> None:
    settings = floor.folder / "watchfloor.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
    work = Work(floor)
    path = bring_plugin(tmp_path / "plugin")
    refused = floor.program.run("goal", "submit", "customer-letter", "--set", "account=acme", "--dry-run")
    assert refused.code == 1
    assert "to has to be given" in refused.err
    with floor.engine():
        await floor.up()
        with floor.program.running("agent", "--id", "worker-1", PYTHONPATH=path) as agent:
            letter, unwanted = (
                work.goal("customer-letter", LETTER),
                work.goal("customer-letter", LETTER | {"to": "x@y.example"}),
            )
            await in_a_work_tree(work)
            await by_a_package(work)
            await cancelled_while_it_runs(work)
            await with_an_approval_in_its_middle(work, letter)
            await with_a_no_in_its_middle(work, unwanted)
            agent.send_signal(signal.SIGTERM)
            assert agent.wait(timeout=30) == 0
    assert floor.program.ok("audit", "verify").code == 0
    assert floor.program.processes() == []


async def in_a_work_tree(work: Work) -> None:
    before = git(work.floor.folder, "status", "--porcelain")
    task = work.task("write a file", "write", '{"seats":40}')
    await work.until(task, "done")
    followed = work.program.ok("tasks", "follow", task).out
    assert "begins\n" in followed
    assert "! ends" in followed
    found = work.program.ok("tasks", "diff", task, "--json").data
    branch = found["worktree"]["branch"]
    assert '+{"seats":40}' in found["diff"]
    assert git(work.floor.folder, "show", f"{branch}:made.json") == '{"seats":40}'
    assert git(work.floor.folder, "log", "-1", "--format=%s", branch) == "write a file\n"
    # Nothing else has changed, and the tree is gone.
    assert git(work.floor.folder, "status", "--porcelain") == before
    assert UNCOMMITTED in before
    assert len(git(work.floor.folder, "worktree", "list").splitlines()) == 1


async def by_a_package(work: Work) -> None:
    task = work.task("shout", "shout", '{"text":"forty seats"}')
    await work.until(task, "done")
    shown = work.program.ok("tasks", "show", task).out
    assert "FORTY SEATS" in shown
    assert "about to shout" in work.program.ok("tasks", "follow", task, "--once").out


async def cancelled_while_it_runs(work: Work) -> None:
    task = work.task("sleep", "endless")
    await work.until(task, "active")
    work.program.ok("tasks", "cancel", task)
    await work.program.until(
        lambda answer: all(not one["running"] for one in answer.data["agents"]), "agents", "list", "--json"
    )


async def with_an_approval_in_its_middle(work: Work, graph: str) -> None:
    steps = await work.steps(graph, draft="done", words="done", send="assigned")
    assert len(steps) == 5
    assert steps["file"]["state"] == "backlog"
    assert "has to decide" in steps["send"]["why"]
    assert work.floor.mails() == []
    question = work.floor.action(steps["send"]["action"])
    assert LETTER["to"] in payload(question)["to"]
    assert "it has 5 words" in question["why"]
    assert work.floor.approve(question).code == 0
    steps = await work.steps(graph, send="done", file="done", log="assigned")
    (mail,) = work.floor.mails()
    assert read_mail(mail)["To"] == LETTER["to"]
    assert work.floor.approve(work.floor.action(steps["log"]["action"])).code == 0
    await work.steps(graph, log="done")
    rows = work.program.ok("goal", "list", "--json").data["items"]
    assert {row["id"]: row["state"] for row in rows}[graph] == "done"


async def with_a_no_in_its_middle(work: Work, graph: str) -> None:
    steps = await work.steps(graph, send="assigned")
    question = work.floor.action(steps["send"]["action"])
    work.program.ok("approvals", "reject", question["id"], "--reason", "not this one", "--digest", question["digest"])
    steps = await work.steps(graph, send="failed", file="failed", log="failed")
    assert "not this one" in steps["send"]["why"]
    assert "failed" in steps["file"]["why"]
    # Tried again, it is asked once more.
    work.program.ok("tasks", "retry", steps["send"]["task"])
    again = await work.steps(graph, send="assigned", file="backlog")
    assert again["send"]["action"] != question["id"]
    work.program.ok("goal", "cancel", graph)
    await work.steps(graph, send="cancelled", file="cancelled")
    await work.floor.until_status(again["send"]["action"], "withdrawn")
