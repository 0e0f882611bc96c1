"""Every command in one table."""

from __future__ import annotations

from typing import Final

from .actions import ACTION_COMMANDS
from .base import Command
from .goals import GOAL_COMMANDS
from .graphs import GRAPH_COMMANDS
from .halts import HALT_COMMANDS
from .jobs import JOB_COMMANDS
from .journal import JOURNAL_COMMANDS
from .personas import PERSONA_COMMANDS
from .rollout import ROLLOUT_COMMANDS
from .rules import RULE_COMMANDS
from .task_records import RECORD_COMMANDS
from .tasks import TASK_COMMANDS
from .tools import TOOL_COMMANDS
from .triggers import TRIGGER_COMMANDS

COMMANDS: Final[dict[str, Command]] = {
    command.name: command
    for group in (
        ACTION_COMMANDS,
        RULE_COMMANDS,
        PERSONA_COMMANDS,
        ROLLOUT_COMMANDS,
        HALT_COMMANDS,
        TASK_COMMANDS,
        RECORD_COMMANDS,
        GRAPH_COMMANDS,
        GOAL_COMMANDS,
        JOB_COMMANDS,
        JOURNAL_COMMANDS,
        TOOL_COMMANDS,
        TRIGGER_COMMANDS,
    )
    for command in group
}
"""Every command by its name."""
