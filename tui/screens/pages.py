"""The screens of their own, each by the id of the key that opens it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ..app import ConsoleApp
    from .page import PageScreen

PAGES: Final[dict[str, str]] = {
    "page.accounts": "accounts:AccountsScreen",
    "page.agents": "agents:AgentsScreen",
    "page.away": "away_page:AwayScreen",
    "page.budgets": "budgets:BudgetsScreen",
    "page.dead": "dead:DeadScreen",
    "page.explain": "explain:ExplainScreen",
    "page.graphs": "graphs:GraphsScreen",
    "page.heartbeat": "heartbeat:HeartbeatScreen",
    "page.inbox": "inbox:InboxScreen",
    "page.journal": "journal:JournalScreen",
    "page.patterns": "patterns:PatternsScreen",
    "page.queues": "queues:QueuesScreen",
    "page.rollout": "rollout:RolloutScreen",
    "page.rules": "rules:RulesScreen",
    "page.schedule": "schedule:ScheduleScreen",
    "page.triggers": "triggers:TriggersScreen",
    "page.shadow": "shadow:ShadowScreen",
}
"""Module in this package and class, by the key's id."""


def page_class(id: str) -> type[PageScreen[Any]]:  # noqa: A002  # the key's own word
    """The screen behind a key; imported only now, so that the first screen does not wait for it."""
    module, _, name = PAGES[id].partition(":")
    found: type[PageScreen[Any]] = getattr(import_module(f".{module}", __package__), name)
    return found


def open_page(id: str, console: ConsoleApp) -> None:  # noqa: A002  # the key's own word
    """Open the screen behind a key."""
    console.push_screen(page_class(id)(console))
