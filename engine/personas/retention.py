"""Lets go of messages that came to their end long ago, so that months of work weigh no more than weeks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..clock import Clock
from ..settings.persona_rules import InboxRules
from ..storage import Database, Transaction, to_us

LOOK_SECONDS: Final = 21_600.0
"""Between two looks for messages that are old enough."""
BATCH: Final = 500
"""Most messages, and most posts, that one unit of work lets go of: nobody waits long for the writer."""

# What an unfinished action answers is kept with it: an operator who decides has to see it.
_OLD: Final = (
    "SELECT id FROM messages WHERE changed_us < ? AND status IN ('done', 'declined', 'dropped', 'merged', 'dead')"
    " AND (status <> 'dead' OR changed_us < ?)"
    " AND id NOT IN (SELECT origin FROM actions WHERE origin IS NOT NULL"
    " AND status IN ('pending', 'approved', 'executing', 'uncertain')) ORDER BY changed_us LIMIT ?"
)
# What was said stays while anybody has it in an inbox, answers it, or a conversation began with it.
_UNHEARD: Final = (
    "SELECT id FROM posts AS p WHERE arrived_us < ?"
    " AND NOT EXISTS (SELECT 1 FROM messages WHERE post_id = p.id)"
    " AND NOT EXISTS (SELECT 1 FROM posts WHERE in_reply_to = p.id)"
    " AND NOT EXISTS (SELECT 1 FROM posts WHERE root = p.id AND root <> id)"
    " AND id NOT IN (SELECT post_id FROM turned_away) LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class LetGo:
    """What one look let go of."""

    messages: int = 0
    posts: int = 0


class InboxKeeper:
    """Lets go of old messages: a service.

    Args:
        database: where they are.
        clock: when to look.
        rules: how long they are kept, as the settings are now.
    """

    def __init__(self, database: Database, clock: Clock, rules: Callable[[], InboxRules]) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules

    async def run(self) -> None:
        """Look until cancelled.

        Raises:
            StorageError: the database failed; start it again when that is well.
        """
        while True:
            await self.look()
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> LetGo:
        """Let go of everything that is old enough by now, some at a time."""
        rules, now, total = self._rules(), self._clock.now(), LetGo()
        if not rules.keep_days:
            return total
        before = now - timedelta(days=rules.keep_days)
        dead_before = now - timedelta(days=max(rules.keep_days, rules.keep_dead_days))
        while True:
            one = await self._database.write(lambda tx: _let_go(tx, before, dead_before))
            total = LetGo(total.messages + one.messages, total.posts + one.posts)
            if max(one.messages, one.posts) < BATCH:
                return total


def _let_go(tx: Transaction, before: datetime, dead_before: datetime) -> LetGo:
    going = [row["id"] for row in tx.rows(_OLD, (to_us(before), to_us(dead_before), BATCH))]
    tx.execute_many("DELETE FROM holds WHERE message_id = ?", [(message_id,) for message_id in going])
    tx.execute_many("DELETE FROM messages WHERE id = ?", [(message_id,) for message_id in going])
    unheard = [row["id"] for row in tx.rows(_UNHEARD, (to_us(before), BATCH))]
    tx.execute_many("DELETE FROM posts WHERE id = ?", [(post_id,) for post_id in unheard])
    made = LetGo(len(going), len(unheard))
    if going or unheard:
        told = {"messages": made.messages, "posts": made.posts, "before": before.isoformat(timespec="seconds")}
        tx.record("inbox.pruned", "inbox", told)
    return made
