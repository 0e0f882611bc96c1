"""A whole floor: a workspace in a real git repository, its engine as a process, and what an operator does to it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any, Final

from ..tui.cli.program import Answer, Program

STOP_SECONDS: Final = 30
UNCOMMITTED: Final = "pricing notes.txt"
"""What the repository knows nothing of."""


def git(folder: Path, *arguments: str) -> None:
    """Run git as nobody in particular."""
    identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def make_repository(folder: Path) -> None:
    """A git repository with one commit and one file that nobody committed."""
    git(folder, "init", "-q", ".")
    (folder / "README.md").write_text("A repository.\n", encoding="utf-8")
    git(folder, "add", "README.md")
    git(folder, "commit", "-q", "-m", "Begin")
    (folder / UNCOMMITTED).write_text("40 seats\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Floor:
    """A workspace and the program that works on it, as one operator uses them."""

    program: Program

    @property
    def folder(self) -> Path:
        """The workspace."""
        return self.program.folder

    @property
    def database(self) -> Path:
        """The engine's database file."""
        return self.folder / ".watchfloor" / "engine.db"

    @contextmanager
    def engine(self, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """A running engine; at the end it is asked to stop, and must do so in order."""
        with self.program.running("run", **environment) as process:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=STOP_SECONDS) == 0

    def actions(self, status: str = "all") -> list[dict[str, Any]]:
        """Actions with a status, as the command line lists them."""
        found: list[dict[str, Any]] = self.program.ok("approvals", "list", "--status", status, "--json").data["items"]
        return found

    def action(self, action_id: str) -> dict[str, Any]:
        """One action."""
        found: dict[str, Any] = self.program.ok("approvals", "show", action_id, "--json").data
        return found

    async def up(self) -> None:
        """Wait for the engine to answer."""
        await self.program.until(lambda answer: answer.code == 0, "status")

    async def until_action(self, kind: str, status: str = "pending") -> dict[str, Any]:
        """Wait for an action of a kind with a status; the newest."""
        arguments = ("approvals", "list", "--status", status, "--json")
        answer = await self.program.until(lambda answer: bool(_of_kind(answer, kind)), *arguments)
        return _of_kind(answer, kind)[-1]

    async def until_status(self, action_id: str, *wanted: str) -> dict[str, Any]:
        """Wait for one action to come to one of some states."""
        answer = await self.program.until(
            lambda answer: answer.code == 0 and answer.data["status"] in wanted,
            "approvals",
            "show",
            action_id,
            "--json",
        )
        found: dict[str, Any] = answer.data
        return found

    def approve(self, action: dict[str, Any]) -> Answer:
        """Say yes to what was read."""
        return self.program.run("approvals", "approve", action["id"], "--yes", "--digest", action["digest"])

    def mails(self) -> list[Path]:
        """The files in the outbox."""
        outbox = self.folder / "outbox"
        return sorted(outbox.glob("*.eml"))

    def journal(self, kind: str = "") -> list[dict[str, Any]]:
        """Journal rows, newest first, particulars read from the database file itself."""
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(
                "SELECT * FROM journal WHERE kind = ? OR ? = '' ORDER BY seq DESC", (kind, kind)
            ).fetchall()
        return [dict(row) for row in rows]

    def edit(self, sql: str, *parameters: object) -> None:
        """Change the database file behind the engine's back, past every trigger; exactly one row."""
        with closing(sqlite3.connect(self.database)) as connection:
            triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                connection.execute(f'DROP TRIGGER "{name}"')
            assert connection.execute(sql, parameters).rowcount == 1
            connection.commit()


def read_mail(file: Path) -> EmailMessage:
    """A mail as its reader's program understands it."""
    return BytesParser(_class=EmailMessage, policy=default).parsebytes(file.read_bytes())


def payload(action: dict[str, Any]) -> dict[str, str]:
    """What an action would do, field by field."""
    return dict(action["payload"])


def _of_kind(answer: Answer, kind: str) -> list[dict[str, Any]]:
    return [one for one in answer.data["items"] if one["kind"] == kind] if answer.code == 0 else []
