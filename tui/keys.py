"""What a key is, and where it can work."""

from __future__ import annotations

import string
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.operators import Role


class Scope(StrEnum):
    """Where a key works."""

    ANYWHERE = "anywhere"
    LISTS = "lists"
    PERSONAS = "personas"
    APPROVALS = "approvals"
    INBOX = "inbox"
    GOALS = "goals"
    AGENTS = "agents"
    ACTIVITY = "activity"
    JOURNAL = "journal"
    AWAY = "away"
    RULES = "rules"
    BUDGETS = "budgets"
    SCHEDULE = "schedule"
    HEARTBEAT = "heartbeat"
    PATTERNS = "patterns"
    ACCOUNTS = "accounts"
    EXPLAIN = "explain"
    ROLLOUT = "rollout"
    SHADOW = "shadow"
    INBOXES = "inboxes"
    PERSONA = "persona"
    AGENTS_PAGE = "agents page"
    QUEUES = "queues"
    DEAD = "dead letters"
    GRAPHS = "graphs"
    TRIGGERS = "triggers"


PAGES: Final = frozenset(
    {
        Scope.JOURNAL,
        Scope.AWAY,
        Scope.RULES,
        Scope.BUDGETS,
        Scope.SCHEDULE,
        Scope.HEARTBEAT,
        Scope.PATTERNS,
        Scope.ACCOUNTS,
        Scope.EXPLAIN,
        Scope.ROLLOUT,
        Scope.SHADOW,
        Scope.INBOXES,
        Scope.PERSONA,
        Scope.AGENTS_PAGE,
        Scope.QUEUES,
        Scope.DEAD,
        Scope.GRAPHS,
        Scope.TRIGGERS,
    }
)
"""Screens of their own, with one list each."""
ON_PAGES: Final = frozenset({
    "down", "up", "first", "last", "page.down", "page.up", "match.next", "match.previous", "payload.down", "payload.up",
    "filter", "copy", "save", "zoom", "back", "quit", "repaint", "help", "halt",
    "rollout.back",
})  # fmt: skip
"""The keys that every screen with a list has, besides its own."""


@dataclass(frozen=True, slots=True)
class Key:
    """One thing the keyboard can do.

    Attributes:
        id: its name; the settings remap by it.
        keys: the keys that do it, as Textual names them; none for what only the palette offers.
        title: a word or two, for the footer and the palette.
        tooltip: what it does, in a sentence.
        scopes: where it works.
        sends: the engine's command behind it, if any; decides which role may use it.
        footer: its rank in the footer, 1 first; 0 keeps it out.
        filtered: on the first screen it works only while the list is filtered, or only while it is not.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    tooltip: str
    scopes: tuple[Scope, ...] = (Scope.ANYWHERE,)
    sends: str = ""
    footer: int = 0
    filtered: bool | None = None

    @property
    def shown(self) -> str:
        """The keys as a person reads them."""
        return " ".join(_SHOWN.get(key, key) for key in self.keys)

    @property
    def action(self) -> str:
        """The action that Textual runs for it."""
        return f"verb('{self.id}')"

    def allows(self, role: Role) -> bool:
        """Somebody with this role may use it; the engine checks that again."""
        if not self.sends:
            return True
        # Only what can be sent needs the commands, and nothing can before the first screen is there.
        from engine.commands import COMMANDS

        return role >= COMMANDS[self.sends].role

    def works_in(self, panel: Scope) -> bool:
        """It does something while this panel is focused, or this screen is open."""
        if panel in PAGES:
            return self.id in ON_PAGES or panel in self.scopes
        return Scope.ANYWHERE in self.scopes or Scope.LISTS in self.scopes or panel in self.scopes


_OTHERWISE: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}


def _named(character: str) -> str:
    name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
    return _OTHERWISE.get(name, name)


NAMES: Final = {character: _named(character) for character in string.punctuation}
"""How Textual names the keys of characters that are no letters and no digits."""

_SHOWN: Final = {
    **{name: character for character, name in NAMES.items()},
    "up": "↑",
    "down": "↓",
    "enter": "⏎",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "shift+up": "⇧↑",
    "shift+down": "⇧↓",
}
