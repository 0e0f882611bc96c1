"""Saying whom a persona lets answer first: one key for each of the others, once to declare it and again to withdraw."""

from __future__ import annotations

from typing import Final

from engine.commands import Dependency
from engine.view import PersonaView

from ..widgets.tones import run
from .choose import Choice, Choose
from .message_verbs import Place

_KEYS: Final = "123456789abdefghiklmnopr"
"""As many others as fit the smallest screen; for the rest there is `watchfloor personas wait`."""
_MOST: Final = 14


def waits(screen: Place) -> None:
    """Offer every other persona; the engine refuses a circle and says so."""
    persona = screen.selected
    if not isinstance(persona, PersonaView) or screen.view is None:
        return
    others = [one for one in screen.view.personas if one.id != persona.id]
    # Whom it waits for comes first: taking that back is always within reach.
    others.sort(key=lambda one: one.id not in persona.waits_for)
    offered = dict(zip(_KEYS[:_MOST], others, strict=False))
    choices = tuple(
        Choice(key, one.name, "answers first now: no longer wait for it" if one.id in persona.waits_for else "")
        for key, one in offered.items()
    )

    def chosen(key: str | None) -> None:
        if key is None:
            return
        other = offered[key].id
        command = "persona.stop_waiting" if other in persona.waits_for else "persona.wait_for"
        screen.console.send(command, Dependency(id=persona.id, waits_for=other))

    title = (run("Whom does ", "strong"), run(persona.name, "accent", limit=60), run(" let answer first?", "strong"))
    screen.console.push_screen(Choose(title, choices), chosen)
