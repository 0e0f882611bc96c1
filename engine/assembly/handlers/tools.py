"""Commands about what tools still have to deliver."""

from __future__ import annotations

from collections.abc import Mapping

from ...client.protocol import CommandRefused, Reply
from ...commands import RetryNotification
from ...operators import Operator
from ...storage import Transaction
from ...tools.outbox import retry
from ..dispatch import UnitHandler


def tool_units() -> Mapping[str, UnitHandler]:
    """The commands about notifications; each is one unit of work."""

    def try_again(tx: Transaction, arguments: RetryNotification, operator: Operator) -> Reply:
        if not retry(tx, arguments.id, operator.actor):
            raise CommandRefused(
                "nothing to try again",
                why="no notification of that id was given up",
                remedy="See `watchfloor tools outbox`.",
                code="unknown",
            )
        return Reply("It will be tried again.", {"id": arguments.id})

    return {"notification.retry": try_again}
