"""``heartbeat``: the standing tasks of HEARTBEAT.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from engine.commands import RunJob, Target
from engine.queries import HEARTBEAT, AskNothing

from ...widgets.figures import count
from ..arguments import checked
from ..exits import Exit
from ..lazy import LazyGroup
from ..printing import instant, one_line, print_facts, print_json, print_table, say
from ..reach import ask_engine, locate
from ..replies import send
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import HeartbeatLine, HeartbeatView

_COMMANDS: Final = {
    "status": ("commands.heartbeat:status", "Say how the file and its tasks stand."),
    "pause": ("commands.heartbeat:pause", "Let no beat happen."),
    "resume": ("commands.heartbeat:resume", "Let beats happen again."),
    "run": ("commands.heartbeat:run", "Beat now."),
    "check": ("commands.heartbeat:check", "Read a file and name the lines that are wrong."),
}
_EVERYTHING: Final = "*"
_JOB: Final = "heartbeat"


@click.group("heartbeat", cls=LazyGroup, lazy=_COMMANDS)
def heartbeat() -> None:
    """Watch and steer the standing tasks of HEARTBEAT.md."""


@command("status")
def status(session: Session) -> None:
    """Say how the file stands, when the next beat comes, and what became of each task."""

    async def work(client: EngineClient) -> HeartbeatView:
        return await client.query(HEARTBEAT, AskNothing())

    view = ask_engine(session, work)
    if session.json:
        print_json(view)
        return
    print_facts(_facts(view))
    rows = [_row(line) for line in view.lines if line.state or line.sort == "error"]
    if rows:
        say()
        print_table(("line", "state", "what happened", "task"), rows)


@command("pause")
@click.option("--reason", default="", help="Why, for the journal.")
def pause(session: Session, reason: str) -> None:
    """Let no beat happen, also after a restart."""
    send(session, "target.pause", checked(Target, scope="heartbeat", id=_EVERYTHING, reason=reason))


@command("resume")
def resume(session: Session) -> None:
    """Let beats happen again."""
    send(session, "target.resume", checked(Target, scope="heartbeat", id=_EVERYTHING))


@command("run")
def run(session: Session) -> None:
    """Beat now: propose the tasks whose turn it is."""
    send(session, "job.run", checked(RunJob, name=_JOB))


@command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def check(session: Session, file: Path | None) -> int:
    """Read FILE, or the workspace's own, as a beat would, and name the lines that are wrong. No engine is needed."""
    from engine.client import check_heartbeat

    found = check_heartbeat(file if file is not None else locate(session).heartbeat)
    if session.json:
        print_json(found)
    else:
        wrong = count(len(found.errors), "wrong line")
        say(f"{found.path}: {count(found.tasks, 'task')}, {found.pending} open, {wrong}")
        for line, reason in found.errors:
            say(f"  line {line}: {one_line(reason)}")
    return Exit.FAILED if found.errors else Exit.OK


def _facts(view: HeartbeatView) -> list[tuple[str, str]]:
    beats = view.held or (f"next at {instant(view.next_beat)}" if view.next_beat else "none is due yet")
    facts = [
        ("file", view.path if view.exists else f"{view.path} (there is none)"),
        ("beats", beats),
        ("open", str(view.pending)),
    ]
    if view.last_beat is not None:
        facts.append(("last beat", f"{instant(view.last_beat)}: {view.last_note}"))
    if view.trouble:
        facts.append(("trouble", view.trouble))
    return facts


def _row(line: HeartbeatLine) -> tuple[str, ...]:
    state = "wrong" if line.sort == "error" else line.state
    if line.action and line.state == "asked":
        state = f"{state} ({line.action_status})"
    return (str(line.number), state, line.note, line.text.strip())
