"""The demo's workspace: settings, a HEARTBEAT.md, a repository and CRM tables, all made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Final

from ..workspace import Workspace, create_workspace
from .crm import Figures, write_tables
from .goals import COMMANDS
from .repository import make_repository

SETTINGS: Final = (
    """\
# The demo's settings. The folder is removed when the demo ends.
[workspace]
name = "demo (simulated)"

[personas.helper]
name = "Helper"
role = "answers operators, drafts mail, briefings and follow-ups"
channels = ["general", "sales"]
mode = "autonomous"
expertise = ["status", "goal", "task", "account", "proposal", "follow-up", "briefing", "approval"]

[personas.code-review]
name = "CodeReview"
role = "watches repositories and reports work that waits for a commit, a push or a review"
channels = ["code"]
mode = "autonomous"
expertise = ["code", "review", "commit", "branch", "repository", "git"]
out_of_role = ["send_proposal", "discuss_pricing", "commit_pricing", "approve_discount", "modify_contract"]
scanners = ["git_patrol"]

[personas.planner]
name = "Planner"
role = "keeps goals and tasks in view and answers at once"
channels = ["planning"]
mode = "sync"
expertise = ["plan", "goal", "deadline", "schedule", "priority", "task"]
scanners = ["stalled_work"]

# Answers at once, while what it would do by itself is only written down: r and then c compare the two.
[personas.clerk]
name = "Clerk"
role = "tries out what it would do by itself"
mode = "shadow"
expertise = ["status", "goal", "task", "account"]

[persona_rules.history]
sample_seconds = 10

[triggers.git_patrol]
paths = ["shop"]

# Minutes instead of hours here too: Z shows what each persona's feelings may have it say by itself.
[persona_rules.emotions]
long_idle_seconds = 60
damping_seconds = 20

[triggers.emotional]
interval_seconds = 60
first_seconds = 30

[triggers.initiations]
cooldown_seconds = 300

# Minutes instead of days, so that there is something to watch: r shows the stages, R ends it.
[rollout]
soak_one_seconds = 300
soak_half_seconds = 600
soak_all_seconds = 600
check_seconds = 2

[rollout.gates]
least_answers = 3
answer_seconds = 40

# Stopped before it says how it ended, so that the console shows what is uncertain.
[tools.commands.publish]
argv = ["sleep", "60"]
description = "publishes a release (simulated)"
timeout_seconds = 2
"""
    + COMMANDS
)
POLICY: Final = files(__package__).joinpath("policy.toml").read_text(encoding="utf-8")
HEARTBEAT: Final = """\
# Standing tasks of the demo (simulated)

## Recurring

- [ ] @briefing {"title": "Morning briefing (simulated)", "body": "What needs you today."}

## One-time

- [ ] @chat {"channel": "general", "text": "The demo's heartbeat works (simulated)."}
- [ ] Look at the approvals panel and press enter on a row.
"""


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A demo's workspace, ready to be opened.

    Attributes:
        workspace: where the engine lives.
        tables: the folder of the made-up CRM tables.
        figures: what they amount to.
    """

    workspace: Workspace
    tables: Path
    figures: Figures


async def furnish(folder: Path, seed: int, today: date) -> DemoPlace:
    """Fill an empty folder with a demo's workspace.

    Raises:
        WatchfloorError: the folder cannot be written, or git is missing.
    """
    workspace = create_workspace(folder / "workspace", settings=SETTINGS, heartbeat=HEARTBEAT, policy=POLICY)
    await make_repository(workspace.root / "shop")
    tables = folder / "crm"
    return DemoPlace(workspace, tables, write_tables(tables, seed, today))
