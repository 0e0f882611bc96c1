"""Moves, drops or retries several messages in one unit of work, and tells of each what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ...client.protocol import CommandRefused, Reply
from ...commands import SteerMessages
from ...errors import WatchfloorError
from ...operators import Operator
from ...personas import Change, drop, reprioritise, retry
from ...storage import Transaction
from ..find import find_id

DROPPED_BY_HAND: Final = "dropped by an operator"
_DONE: Final[Mapping[str, str]] = {
    "raise": "raised",
    "lower": "lowered",
    "set": "set",
    "top": "moved to the top",
    "drop": "dropped",
    "retry": "tried again",
}


def steer_many(tx: Transaction, arguments: SteerMessages, operator: Operator) -> Reply | CommandRefused:
    """Do the same to several messages; those to which it cannot be done are told, and stop none of the others."""
    do = _verb(tx, arguments, operator.actor)
    results: list[dict[str, object]] = []
    # The last one that is put to the top comes first.
    for number, part in enumerate(reversed(arguments.ids)):
        try:
            message_id = find_id(tx, "messages", part)
            results.append({"id": message_id, "done": True, **do(message_id, number)})
        except WatchfloorError as error:
            results.append({"id": part, "done": False, "why": error.sentence()})
    results.reverse()
    done = sum(result["done"] is True for result in results)
    failed = [str(result["why"]) for result in results if result["done"] is False]
    if not done:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return CommandRefused("no message was changed", why=failed[0] + more, code="failed")
    text = f"{done} {'message' if done == 1 else 'messages'} {_DONE[arguments.change]}."
    if failed:
        text += f" {len(failed)} not: {failed[0]}"
    return Reply(text, {"results": results, "done": done, "failed": len(failed)})


def _verb(tx: Transaction, arguments: SteerMessages, actor: str) -> Callable[[str, int], Mapping[str, object]]:
    def move(message_id: str, number: int) -> Mapping[str, object]:
        change = Change(arguments.change)
        return {"priority": reprioritise(tx, message_id, change, actor, arguments.value, after=number) // 100}

    def drop_one(message_id: str, _: int) -> Mapping[str, object]:
        drop(tx, message_id, actor, arguments.reason or DROPPED_BY_HAND)
        return {}

    def retry_one(message_id: str, _: int) -> Mapping[str, object]:
        return {"persona": retry(tx, message_id, actor)}

    return {"drop": drop_one, "retry": retry_one}.get(arguments.change, move)
