"""Agents, queues, goals and tasks as the engine would tell of them, for their screens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from engine.queries import (
    AgentsReport,
    BlockerView,
    GraphRow,
    GraphView,
    OutputPage,
    OutputPiece,
    QueueView,
    StepView,
    TaskReport,
    WorktreeView,
)
from engine.view import ActivityView, AgentView, BreakerView, RunningView, TaskView

from ..views import NOW

HOSTILE: Final = "\x1b[2J[b]evil\u202e\x9b31m"
TASK: Final = TaskView(
    "0198-task-12", "Build the login page", "coder", "active", 3, NOW - timedelta(minutes=9),
    NOW - timedelta(seconds=42), ("gpu",), "dev-1", 2, goal="0198-goal-1",
)  # fmt: skip
BUSY: Final = AgentView(
    "dev-1", "busy", ("coder", "echo", "gpu", "tests"), NOW - timedelta(seconds=2), TASK.id, TASK.title, 21, 41, 3,
    "build-host", 4711, 4, 12, (RunningView(TASK.id, TASK.title, 21), RunningView("0198-t", "Run the tests", 3)),
    (BreakerView("tests", "open", 5, 18),), ("coder", "echo", "tests"),
)  # fmt: skip
IDLE: Final = AgentView("dev-2", "idle", ("echo",), NOW, done=812, host="mail-host", pid=12, concurrency=2)
LOST: Final = AgentView("dev-3", "lost", ("echo",), NOW - timedelta(seconds=18), host="gone", pid=1, concurrency=2)
PAUSED: Final = replace(IDLE, id="dev-4", state="paused")
LEAVING: Final = replace(BUSY, id="dev-5", state="draining", breakers=())
MINUTES: Final = (0, 0, 1, 3, 8, 12, 12, 14, 9, 20, 22, 25, 25, 24, 30, 31, 28, 35, 33, 40)
QUEUES: Final = (
    QueueView(("coder", "gpu"), 37, 4, 2, 340, MINUTES, 1),
    QueueView(("word_count",), 3, 0, 0, 12, (0,) * 20, 0),
    QueueView(("echo",), 0, 0, 0, 0, MINUTES, 3),
)
BLOCKERS: Final = (
    BlockerView("t1", "Count the words", "no agent here can do word_count"),
    BlockerView("t2", "Send the letter", "an operator has to decide about send_proposal", "0198-a1"),
)
STATES: Final = (("pending", 40), ("active", 4), ("done", 812), ("dead", 1))
WORK: Final = AgentsReport((BUSY, IDLE, LOST, PAUSED, LEAVING), QUEUES, BLOCKERS, STATES, MINUTES)
NOBODY: Final = AgentsReport((), (), (), (), (0,) * 20)
EVIL: Final = AgentsReport(
    (replace(BUSY, id=HOSTILE, host=HOSTILE, running=(RunningView("x", HOSTILE, 3),)),),
    (replace(QUEUES[0], needs=(HOSTILE,)),),
    (replace(BLOCKERS[0], title=HOSTILE, why=HOSTILE),), STATES, MINUTES,
)  # fmt: skip
SOME_PAUSED: Final = replace(
    WORK,
    queues=(replace(QUEUES[0], paused=("gpu",)), replace(QUEUES[1], paused=("word_count",)), QUEUES[2]),
    paused=("gpu", "word_count"),
)
AGENTS: Final = {
    "normal": WORK, "empty": NOBODY, "hostile": EVIL, "paused": replace(WORK, queue_paused=True),
    "some_paused": SOME_PAUSED,
}  # fmt: skip

STEPS: Final = (
    StepView("draft", "Write down the letter", "echo", (), 0, task="t1", state="done", agent="dev-1"),
    StepView("words", "Count the words", "word_count", (), 0, task="t2", state="done", agent="dev-2"),
    StepView("send", "Send the letter to jo@acme.example", "action", ("draft", "words"), 1, "send_proposal with email",
             task="t3", state="assigned", agent="gate", why="an operator has to decide about send_proposal",
             action="a1"),
    StepView("log", "Log the letter", "action", ("send",), 2, "log_interaction with log_interaction", "skip", task="t4",
             state="backlog"),
    StepView("file", "File what was sent", "echo", ("send",), 2, task="t5", state="backlog"),
)  # fmt: skip
OPEN: Final = GraphView(
    "0198-goal-1", "Letter to acme: 40 seats", "customer-letter", "open", STEPS, (("account", "acme"),), "operator:ana",
    NOW - timedelta(minutes=3),
)  # fmt: skip
FAILED: Final = replace(
    OPEN,
    state="failed",
    steps=(
        *STEPS[:2],
        replace(STEPS[2], state="failed", why="it was rejected by ana: not now"),
        replace(STEPS[3], state="cancelled", why="skipped: it depends on Send the letter, which is failed"),
        replace(STEPS[4], state="failed", why="it depends on Send the letter, which is failed"),
    ),
)
GRAPHS: Final = {
    "open": OPEN,
    "failed": FAILED,
    "hostile": replace(OPEN, title=HOSTILE, steps=tuple(replace(one, title=HOSTILE, why=HOSTILE) for one in STEPS)),
}
ROWS: Final = (
    GraphRow(OPEN.id, OPEN.title, OPEN.origin, "open", 2, 5, "operator:ana", NOW - timedelta(minutes=3)),
    GraphRow(
        "g2", "Change code: the price list", "code-change", "done", 5, 5, "operator:ben", NOW - timedelta(hours=2)
    ),
    GraphRow("g3", "Letter to globex", "customer-letter", "failed", 2, 5, "operator:ben", NOW - timedelta(days=1)),
)

DIFF: Final = """diff --git a/prices.py b/prices.py
index 1c2..3d4 100644
--- a/prices.py
+++ b/prices.py
@@ -1,2 +1,3 @@
 STARTER = 19
-TEAM = 49
+TEAM = 45
+SPRING = 10
"""
RUNNING: Final = TaskReport(
    TASK, "The page at /login, with tests.", '{"prompt":"Build the login page"}', 3, 600.0, 4.2, None,
    (TaskView("b", "Draw the page", "echo", "done", 5, NOW, NOW),),
    (TaskView("c", "Review the page", "action", "backlog", 5, NOW, NOW),),
    OPEN.id, OPEN.title, "change", "", "", None, "",
    (ActivityView(7, NOW - timedelta(seconds=42), "task.started", TASK.id, "agent:dev-1", "dev-1 began the task"),),
)  # fmt: skip
DONE: Final = replace(
    RUNNING,
    task=replace(TASK, state="done", result="1 file committed on branch watchfloor/task-12-7"),
    run_seconds=61.5,
    worktree=WorktreeView("/srv/shop", "watchfloor/task-12-7", "3d4e5f6", "1c2d3e4", 1),
    diff=DIFF,
)
ASKING: Final = replace(
    RUNNING,
    task=replace(TASK, type="action", state="assigned", agent="gate"),
    why="an operator has to decide about send_proposal",
    action="0198-a1",
)
DEAD: Final = replace(RUNNING, task=replace(TASK, state="dead", error="coder failed with 1: out of memory", attempts=3))
TASKS: Final = {
    "running": RUNNING,
    "done": DONE,
    "asking": ASKING,
    "dead": DEAD,
    "hostile": replace(DONE, task=replace(DONE.task, title=HOSTILE, result=HOSTILE), diff=HOSTILE, description=HOSTILE),
}


def output(report: TaskReport) -> OutputPage:
    """What the task of a report wrote so far."""
    hostile = report.description == HOSTILE
    pieces = (
        OutputPiece(1, "stdout", "reading the plan\nwriting ", NOW),
        OutputPiece(2, "stdout", "login.py\n", NOW),
        OutputPiece(3, "stderr", HOSTILE if hostile else "warning: no tests for logout\n", NOW),
        OutputPiece(4, "note", "1 file committed\n", NOW),
    )
    ended = report.task.state in {"done", "dead"}
    return OutputPage(pieces if ended else pieces[:3], 4, report.task.state, ended)
