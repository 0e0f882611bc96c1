"""How much of each list a view holds; the true total stands beside it."""

from __future__ import annotations

from typing import Final

APPROVAL_LIMIT: Final = 100
MESSAGE_LIMIT: Final = 100
PERSONA_LIMIT: Final = 200
GOAL_LIMIT: Final = 100
AGENT_LIMIT: Final = 100
TASK_LIMIT: Final = 100
ACTIVITY_LIMIT: Final = 200
PAYLOAD_LIMIT: Final = 4_000
"""Most characters of a payload in a list; the whole of it comes with the detail query."""
