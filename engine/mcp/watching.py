"""Following one action until it is decided and done."""

from __future__ import annotations

from typing import Final

from ..client import EngineClient
from ..clock import Clock
from ..errors import WatchfloorError
from ..queries import DETAIL, AskDetail
from ..view import ApprovalView

OPEN: Final = frozenset({"pending", "approved", "executing"})
"""States that are not the last one."""
_LOOK_SECONDS: Final = 0.5


async def action_view(client: EngineClient, action_id: str) -> ApprovalView:
    """One action.

    Raises:
        WatchfloorError: there is none of that id.
    """
    detail = await client.query(DETAIL, AskDetail(scope="action", id=action_id))
    if detail.approval is None:
        raise WatchfloorError(f"{action_id[:60]} is not an action")
    return detail.approval


async def settled(client: EngineClient, clock: Clock, action_id: str, seconds: float) -> ApprovalView:
    """The action once it came to its end, or as it is when the time is up."""
    deadline = clock.monotonic() + seconds
    while True:
        found = await action_view(client, action_id)
        left = deadline - clock.monotonic()
        if found.status not in OPEN or left <= 0:
            return found
        await clock.sleep(min(_LOOK_SECONDS, left))
