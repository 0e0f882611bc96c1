"""A workspace whose engine is a process that can be killed, and what the operating system knows about it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import psutil

from engine.client import EngineClient, EngineUnreachable, attach, identify, is_running
from engine.settings import load_settings
from engine.workspace import Workspace

from ..tui.cli.program import Program

WITNESS: Final = "witness"
_SETTINGS: Final = """\
[personas.helper]
name = "Helper"
role = "does what it is asked"
mode = "autonomous"
expertise = ["proposal"]

[governance]
grace_seconds = 0
max_attempts = 10

[persona_rules.cadence]
idle_seconds = 0.1
active_seconds = 0.1
tired_seconds = 0.1
overwhelmed_seconds = 0.1

[tools.commands.mark]
argv = ["/bin/sh", "mark.sh"]
max_arguments = 1

[agents.commands.bytes]
argv = ["/bin/cat", "payload.bin"]
"""
_MARK: Final = f'printf "%s\\n" "$WATCHFLOOR_ACTION" >> {WITNESS}\n'


def furnish(program: Program, settings: str = _SETTINGS) -> Workspace:
    """Make a workspace with one persona, a command that leaves a line in the witness file, and nothing to wait for."""
    program.ok("init")
    workspace = Workspace(program.folder)
    workspace.settings_file.write_text(settings, encoding="utf-8")
    workspace.heartbeat.write_text("", encoding="utf-8")
    (program.folder / "mark.sh").write_text(_MARK, encoding="utf-8")
    return workspace


async def client_of(workspace: Workspace) -> EngineClient | None:
    """A client of the engine that runs there; nothing while none answers."""
    if not is_running(workspace):
        return None
    settings = load_settings(workspace.settings_file, {})
    try:
        return await attach(workspace, settings, identify(settings, "ana", environ={}))
    except EngineUnreachable:
        return None


def servers(workspace: Workspace) -> list[psutil.Process]:
    """What runs of this workspace's private servers, their guards included, by the folder that they work in."""
    data = workspace.state / "redis"
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if process.info["status"] == psutil.STATUS_ZOMBIE or "valkey-server" not in " ".join(
            process.info["cmdline"] or []
        ):
            continue
        try:
            if Path(os.path.realpath(process.cwd())) == data.resolve():
                found.append(process)
        except psutil.Error:
            continue  # it has just ended
    return found


def the_server(workspace: Workspace) -> psutil.Process:
    """The one private server that runs."""
    (found,) = [process for process in servers(workspace) if process.name() == "valkey-server"]
    return found
