"""Compares what was promised, what the database says, and what happened in the world."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from email import message_from_bytes
from email.policy import default

from engine.workspace import Workspace

from .operator import Promises
from .world import WITNESS

_ENDED = {"executed", "uncertain"}
_WAITS_OR_ENDED = {"pending", "in_progress", "done", "dead", "declined"}


def check(workspace: Workspace, promises: Promises) -> None:
    """Fail where a promise was broken or something happened twice; the engine is stopped and had time to finish."""
    with closing(sqlite3.connect(f"{workspace.database.as_uri()}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        _nothing_is_missing(database, promises)
        _nothing_happened_twice(workspace, database)


def unsettled(workspace: Workspace) -> int:
    """How many actions were approved and have not ended."""
    with closing(sqlite3.connect(f"{workspace.database.as_uri()}?mode=ro", uri=True)) as database:
        row = database.execute("SELECT count(*) FROM actions WHERE status IN ('approved', 'executing')").fetchone()
    return int(row[0])


def _nothing_is_missing(database: sqlite3.Connection, promises: Promises) -> None:
    kept = {
        row["id"]: row
        for row in database.execute("SELECT m.id, m.status, p.text FROM messages m JOIN posts p ON p.id = m.post_id")
    }
    for message, text in promises.messages.items():
        assert kept[message]["text"] == text
        assert kept[message]["status"] in _WAITS_OR_ENDED
    tasks = {row["id"]: row["title"] for row in database.execute("SELECT id, title FROM tasks")}
    assert {task: tasks.get(task) for task in promises.tasks} == promises.tasks
    decided = {
        (row["action_id"], row["verdict"], row["digest"])
        for row in database.execute("SELECT action_id, verdict, digest FROM decisions")
    }
    assert {(action, *said) for action, said in promises.verdicts.items()} - decided == set()


def _nothing_happened_twice(workspace: Workspace, database: sqlite3.Connection) -> None:
    actions = {row["id"]: row for row in database.execute("SELECT id, tool, status FROM actions")}
    approved = {row[0] for row in database.execute("SELECT action_id FROM decisions WHERE verdict = 'approved'")}
    rejected = {row[0] for row in database.execute("SELECT action_id FROM decisions WHERE verdict = 'rejected'")}

    ledger = workspace.root / WITNESS
    runs = Counter(ledger.read_text().split() if ledger.exists() else [])
    assert {action: count for action, count in runs.items() if count > 1} == {}
    commands = {action for action, row in actions.items() if row["tool"] == "command"}
    assert {actions[action]["status"] for action in runs} <= _ENDED
    assert {action for action in commands if actions[action]["status"] == "executed"} <= runs.keys()

    folder = workspace.root / "outbox"
    outbox = list(folder.iterdir()) if folder.exists() else []
    mails = Counter(_matter(path.read_bytes()) for path in outbox if not path.name.startswith("."))
    assert {matter: count for matter, count in mails.items() if count > 1} == {}
    sent = {action for action, row in actions.items() if row["tool"] == "email" and row["status"] == "executed"}
    files = {action for action in actions if any(action in path.name for path in outbox if path.suffix == ".eml")}
    assert sent <= files
    assert {actions[action]["status"] for action in files} <= _ENDED

    # Nothing had an effect without a yes, and a no is a no.
    assert runs.keys() | files <= approved
    assert not (runs.keys() | files) & rejected


def _matter(mail: bytes) -> str:
    return str(message_from_bytes(mail, policy=default)["Subject"])
