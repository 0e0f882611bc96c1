"""The yardstick: bare SQLite on one thread, with the engine's own pragmas and tables, doing the same writes."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from engine.storage.connect import open_writer

ROW = "INSERT INTO journal (seq, at_us, kind, subject, actor, data, prev_hash, hash) VALUES (?,?,?,?,?,?,?,?)"
TEXT = "x" * 400


class Bare:
    """A database that nobody guards."""

    def __init__(self, path: Path) -> None:
        self.connection, _ = open_writer(path, 0)
        self._seq = 0
        self._hash = "0" * 64

    def event(self, kind: str, subject: str, data: str) -> None:
        """One row of a hash chain."""
        self._seq += 1
        digest = hashlib.sha256(f"{self._hash}{self._seq}{kind}{subject}{data}".encode()).hexdigest()
        self.connection.execute(ROW, (self._seq, 0, kind, subject, "engine", data, self._hash, digest))
        self._hash = digest

    def unit(self, *works: Callable[[], None]) -> None:
        """One durable commit."""
        self.connection.execute("BEGIN IMMEDIATE")
        for work in works:
            work()
        self.connection.execute("COMMIT")

    def propose(self, action: str) -> None:
        """The rows of a proposal."""
        self.connection.execute(
            "INSERT INTO actions (id, revision, kind, tool, binding, arguments, tier, rule, why, policy, risk, effect,"
            " proposer, reason, fingerprint, digest, status, created_us, expires_us)"
            " VALUES (?,1,'k','t',?,?,'approval','r','w','p','low','e','persona:p','r',?,?,'pending',0,0)",
            (action, "b" * 64, TEXT, action, "d" * 64),
        )
        self.event("action.proposed", action, TEXT)

    def approve(self, action: str) -> None:
        """The rows of a yes."""
        self.connection.execute("UPDATE actions SET status = 'approved', decided_us = 0 WHERE id = ?", (action,))
        self.connection.execute(
            "INSERT INTO decisions (id, action_id, revision, digest, verdict, decider, reason, policy, at_us)"
            " VALUES (?,?,1,?,'approved','ana','','p',0)",
            (f"d{action}", action, "d" * 64),
        )
        self.event("action.approved", action, TEXT[:300])

    def begin(self, action: str) -> None:
        """The rows of a start."""
        self.connection.execute(
            "INSERT INTO executions (id, action_id, attempt, revision, digest, started_us) VALUES (?,?,1,1,?,0)",
            (f"e{action}", action, "d" * 64),
        )
        self.connection.execute("UPDATE actions SET status = 'executing' WHERE id = ?", (action,))
        self.event("action.started", action, TEXT[:300])

    def finish(self, action: str) -> None:
        """The rows of an end."""
        self.connection.execute("UPDATE executions SET outcome = 'executed' WHERE id = ?", (f"e{action}",))
        self.connection.execute("UPDATE actions SET status = 'executed', ended_us = 0 WHERE id = ?", (action,))
        self.event("action.executed", action, TEXT[:300])

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


def cycles_alone(path: Path, number: int) -> list[float]:
    """Seconds of each propose, approve, start with a commit each."""
    bare, found = Bare(path), []
    for n in range(number):
        action = f"a{n}"
        began = time.perf_counter()
        bare.unit(lambda action=action: bare.propose(action))  # type: ignore[misc]  # mypy: bound default
        bare.unit(lambda action=action: bare.approve(action))  # type: ignore[misc]  # as above
        bare.unit(lambda action=action: bare.begin(action))  # type: ignore[misc]  # as above
        found.append(time.perf_counter() - began)
        bare.unit(lambda action=action: bare.finish(action))  # type: ignore[misc]  # as above
    bare.close()
    return found


def cycles_in_groups(path: Path, number: int, group: int) -> float:
    """Cycles a second with ``group`` units in each commit."""
    bare = Bare(path)
    began = time.perf_counter()
    for start in range(0, number, group):
        names = [f"a{n}" for n in range(start, min(start + group, number))]
        for step in (bare.propose, bare.approve, bare.begin, bare.finish):
            bare.unit(*(lambda name=name, step=step: step(name) for name in names))
    seconds = time.perf_counter() - began
    bare.close()
    return number / seconds


def events(path: Path, number: int, group: int) -> float:
    """Events a second with ``group`` of them in each commit, hashed and durable."""
    bare = Bare(path)
    began = time.perf_counter()
    for start in range(0, number, group):
        works = [
            lambda n=n: bare.event("thing.done", f"thing-{n}", TEXT[:200])
            for n in range(start, min(start + group, number))
        ]
        bare.unit(*works)
    seconds = time.perf_counter() - began
    bare.close()
    return number / seconds


def commits(path: Path, number: int) -> list[float]:
    """Seconds of each commit of one row: what the disk costs."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE t (x)")
    found = []
    for n in range(number):
        began = time.perf_counter()
        connection.execute("INSERT INTO t VALUES (?)", (n,))
        found.append(time.perf_counter() - began)
    connection.close()
    return found
