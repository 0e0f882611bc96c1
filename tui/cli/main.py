"""The program: its name, its commands, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import click

from engine.errors import WatchfloorError

from .exits import Exit
from .failures import complain, exit_for, report_crash
from .lazy import LazyGroup
from .origin import check_origin
from .session import Session, session_options

_COMMANDS: Final = {
    "init": ("commands.workspace:init", "Make a workspace in a folder."),
    "demo": ("commands.demo:demo", "Open a throw-away workspace with simulated traffic."),
    "run": ("commands.run:run", "Run the engine without a screen."),
    "agent": ("commands.agent:agent", "Run an agent that works on tasks."),
    "status": ("commands.status:status", "Say how the engine is doing and how many things need you."),
    "metrics": ("commands.metrics:metrics", "Print what the engine counts, for Prometheus."),
    "approvals": ("commands.approvals:approvals", "See and decide what waits for a yes."),
    "policy": ("commands.policy:policy", "Say what may run by itself, what asks, and why."),
    "rules": ("commands.rules:rules", "See, make and end standing rules: what is always allowed or denied."),
    "budgets": ("commands.budgets:budgets", "Show how much may happen by itself, and how much did."),
    "personas": ("commands.personas:personas", "See personas, how they were, and why they answered or not."),
    "send": ("commands.send:send", "Write to a persona or a channel."),
    "inbox": ("commands.inbox:inbox", "See what waits for the personas; move, drop and retry it."),
    "goals": ("commands.goals:goals", "Add, list, show and change goals."),
    "heartbeat": ("commands.heartbeat:heartbeat", "Watch and steer the standing tasks of HEARTBEAT.md."),
    "patterns": ("commands.patterns:patterns", "List what accounts show, with the evidence."),
    "tasks": ("commands.tasks:tasks", "Submit, list, show and cancel agents' tasks."),
    "goal": ("commands.goal:goal", "Split a goal into tasks, and see how far they are."),
    "dead": ("commands.dead:dead", "See, replay and forget tasks that died."),
    "agents": ("commands.agents:agents", "See who works on tasks, and what stands in the way."),
    "schedule": ("commands.schedule:schedule", "Watch and steer the background jobs."),
    "rollout": ("commands.rollout:rollout", "Let personas work by themselves, a few at a time."),
    "triggers": ("commands.triggers:triggers", "Watch and steer what has personas begin talks, and the scanners."),
    "crm": ("commands.crm:crm", "See accounts and opportunities; set a stage."),
    "import": ("commands.imports:imports", "Bring in data from elsewhere."),
    "halt": ("commands.halt:halt", "Stop everything that could have an effect, at once."),
    "pause": ("commands.halt:pause", "Stop one thing, or everything."),
    "resume": ("commands.halt:resume", "Let it go on."),
    "paused": ("commands.halt:paused", "List what is paused, and what was in flight then."),
    "away": ("commands.away:away", "Tell what happened while you did not look."),
    "tools": ("commands.tools:tools", "See what actions can do, and propose one."),
    "mcp": ("commands.mcp:mcp", "Serve this workspace over MCP, for other agents."),
    "journal": ("commands.journal:journal", "Read, follow, export and prune the journal."),
    "keys": ("commands.keys:keys", "List the console's keys, as this workspace has them."),
    "audit": ("commands.audit:audit", "Prove that the journal is whole."),
}


@click.group(
    "watchfloor",
    cls=LazyGroup,
    lazy=_COMMANDS,
    params=session_options(),
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Exit codes: 0 done, 1 failed or refused, 2 the command line was not understood, 3 no engine answers, "
        "4 the journal does not hold."
    ),
)
@click.version_option(package_name="watchfloor", prog_name="watchfloor")
@click.pass_context
def root(context: click.Context) -> int | None:
    """Watch autonomous personas and agents at work, and decide what they may do.

    Without a command: open the console on the workspace in this folder.
    """
    if context.invoked_subcommand is not None:
        return None
    from .commands.console import open_here

    return open_here(context.find_object(Session) or Session())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: the words after the program's name; those of this process where none are given.

    Returns:
        the exit code, one of :class:`Exit`.
    """
    session = Session()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number instead of an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(arguments, session)
    except Exception as error:  # noqa: BLE001  # the last stop: the traceback goes to the log, not to the terminal
        report_crash(error, session)
        return Exit.FAILED


def _run(arguments: Sequence[str] | None, session: Session) -> int:
    try:
        check_origin()
        answer: Any = root.main(args=arguments, prog_name="watchfloor", standalone_mode=False, obj=session)
        sys.stdout.flush()
    except click.UsageError as error:
        where = f"{error.ctx.command_path} --help" if error.ctx is not None else "watchfloor --help"
        complain(" ".join(error.format_message().split()).rstrip("."), remedy=f"See `{where}`.")
        return Exit.USAGE
    except click.ClickException as error:
        complain(error.format_message())
        return Exit.FAILED
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; the interpreter's own flush at exit must not fail over it either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED
    except WatchfloorError as error:
        complain(error.what, why=error.why, remedy=error.remedy)
        return exit_for(error)
    return answer if isinstance(answer, int) else Exit.OK
