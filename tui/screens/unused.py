"""What to say about a key that does nothing where it was pressed: where it would, or who may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from textual import events
from textual.screen import Screen

from engine.operators import Role

from ..keymap import BY_ID, Key, Scope, shown

if TYPE_CHECKING:
    from ..app import ConsoleApp

_PLACES: Final = {
    Scope.PERSONAS: ("in the personas", "focus.personas"),
    Scope.APPROVALS: ("in the approvals", "focus.approvals"),
    Scope.INBOX: ("in the inbox", "focus.inbox"),
    Scope.GOALS: ("in the goals", "focus.goals"),
    Scope.AGENTS: ("in the agents and tasks", "focus.agents"),
    Scope.ACTIVITY: ("in the activity", "focus.activity"),
    Scope.JOURNAL: ("in the journal", "page.journal"),
    Scope.RULES: ("in the standing rules", "page.rules"),
    Scope.SCHEDULE: ("in the schedule", "page.schedule"),
    Scope.HEARTBEAT: ("in the heartbeat", "page.heartbeat"),
    Scope.ACCOUNTS: ("in the accounts", "page.accounts"),
    Scope.EXPLAIN: ("in the policy", "page.explain"),
    Scope.ROLLOUT: ("in the rollout", "page.rollout"),
    Scope.INBOXES: ("in the inboxes", "page.inbox"),
    Scope.AGENTS_PAGE: ("in the agents", "page.agents"),
    Scope.QUEUES: ("in the queues", "page.queues"),
    Scope.DEAD: ("in the dead letters", "page.dead"),
    Scope.GRAPHS: ("in the goals in steps", "page.graphs"),
    Scope.TRIGGERS: ("in the triggers", "page.triggers"),
}
"""How a place is called, and what goes there."""


def keys_of(pressed: str) -> tuple[Key, ...]:
    """What a key of the keyboard stands for, anywhere."""
    return tuple(key for key in BY_ID.values() if pressed in key.keys)


def tell_unused(screen: Screen[None], event: events.Key, here: Scope, role: Role, item: object | None) -> None:
    """Say so where a key does nothing on a screen."""
    if any(screen.check_action("verb", (key.id,)) for key in keys_of(event.key)):
        return
    cast("ConsoleApp", screen.app).tell(unused(event.key, event.character, here, role, item))


def unused(pressed: str, character: str | None, here: Scope, role: Role, item: object | None) -> str:
    """Why a key does nothing, in a sentence.

    Args:
        pressed: its name, as Textual has it.
        character: what it types, if anything.
        here: the focused panel, or the screen.
        role: of whoever pressed it.
        item: the selected row.
    """
    name = f"“{character}”" if character and character.isprintable() else f"“{pressed}”"
    known = keys_of(pressed)
    for key in known:
        if key.works_in(here):
            return does_not_fit(key, item) if key.allows(role) else not_for(key, role)
    for key in known:
        place, way = next((_PLACES[scope] for scope in key.scopes if scope in _PLACES), ("", ""))
        if place:
            there = f" ({shown(way)})" if BY_ID[way].keys else ""
            return f"{name} means “{key.title}” {place}{there}, nothing here.  {shown('help')} shows all keys."
    return f"{name} does nothing here.  {shown('help')} shows all keys."


def not_for(key: Key, role: Role) -> str:
    """A key that this role may not use."""
    return f"“{key.title}” is not for a {role.title}."


def does_not_fit(key: Key, item: object | None) -> str:
    """A key that has nothing to do with the selected row."""
    return f"“{key.title}” does not fit the selected row." if item is not None else f"Nothing to {key.title} here."
