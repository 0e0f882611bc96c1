"""Which keys fit the selected thing: the footer offers no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.view import AgentView, ApprovalView, GoalView, MessageView, PersonaView, TaskView


def _action(item: object, *statuses: str) -> bool:
    return isinstance(item, ApprovalView) and item.status in statuses


def _yes_of(item: object, operator: str) -> bool:
    return isinstance(item, ApprovalView) and item.status == "pending" and operator in item.granted_by


def _asked_by(item: object, operator: str) -> bool:
    return isinstance(item, ApprovalView) and item.proposer == f"operator:{operator}"


def _markable(item: object) -> bool:
    return _action(item, "pending") or _queued(item)


def _goal(item: object, *states: str) -> bool:
    return isinstance(item, GoalView) and item.state in states


def _task(item: object, *states: str) -> bool:
    return isinstance(item, TaskView) and item.state in states


def _queued(item: object) -> bool:
    return isinstance(item, MessageView | TaskView)


def _message(item: object, *states: str) -> bool:
    return isinstance(item, MessageView) and item.state in states


def _movable(item: object) -> bool:
    return isinstance(item, TaskView) or _message(item, "pending")


_FITS: Final[dict[str, Callable[[object], bool]]] = {
    "approve": lambda item: _action(item, "pending"),
    "reject": lambda item: _action(item, "pending"),
    "edit": lambda item: _action(item, "pending"),
    "snooze": lambda item: _action(item, "pending"),
    "claim": lambda item: _action(item, "pending"),
    "settle": lambda item: _action(item, "uncertain"),
    "always.allow": lambda item: isinstance(item, ApprovalView),
    "always.deny": lambda item: isinstance(item, ApprovalView),
    "mark": _markable,
    "mark.range": _markable,
    "raise": _movable,
    "lower": _movable,
    "set": _movable,
    "top": _movable,
    "drop": lambda item: _message(item, "pending", "dead"),
    "retry": lambda item: _message(item, "dead"),
    "mode": lambda item: isinstance(item, PersonaView),
    "waits": lambda item: isinstance(item, PersonaView),
    "pause": lambda item: isinstance(item, PersonaView | AgentView) or _goal(item, "active", "paused"),
    "goal.edit": lambda item: _goal(item, "active", "paused"),
    "goal.archive": lambda item: _goal(item, "paused", "completed", "missed"),
    "task.cancel": lambda item: _task(item, "backlog", "pending", "assigned", "active", "paused"),
    "task.retry": lambda item: _task(item, "dead", "failed"),
    "task.graph": lambda item: isinstance(item, TaskView) and bool(item.goal),
    "drain": lambda item: isinstance(item, AgentView) and item.state not in {"lost", "draining"},
    "write": lambda item: isinstance(item, PersonaView | MessageView),
    "open": lambda item: item is not None,
}

_MINE: Final[dict[str, Callable[[object, str], bool]]] = {
    "undo": lambda item, operator: _action(item, "approved") or _yes_of(item, operator),
    "withdraw": lambda item, operator: _action(item, "pending", "approved") and _asked_by(item, operator),
}


def applies(id: str, item: object, operator: str = "") -> bool:  # noqa: A002  # the key's own word
    """Whether a key has something to do with an item, for this operator."""
    if id in _MINE:
        return _MINE[id](item, operator)
    return _FITS[id](item) if id in _FITS else True
