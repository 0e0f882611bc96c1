"""What works on every screen, whatever one reads there: stopping everything, going back to sync, help, saving it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.clock import Clock
from engine.view import View

from ..keymap import BY_ID, Scope
from .unused import not_for

if TYPE_CHECKING:
    from ..app import ConsoleApp

EVERYWHERE: Final = ("halt", "rollout.back", "help", "save")
"""The ids of their keys."""


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody at a console, wherever on it they are."""

    console: ConsoleApp
    clock: Clock
    view: View | None


def do(id: str, console: ConsoleApp, here: Scope) -> None:  # noqa: A002  # the key's own word
    """Do what one of these keys stands for.

    Args:
        id: of the key.
        console: the application.
        here: what the help tells first.
    """
    from .halting import halt
    from .help import HelpScreen
    from .rolling import roll_back
    from .save import save

    role = console.client.operator.role
    seated = Seated(console, console.clock, console.client.view)
    if not BY_ID[id].allows(role):
        console.tell(not_for(BY_ID[id], role))
    elif id == "halt":
        halt(seated)
    elif id == "rollout.back":
        roll_back(seated)
    elif id == "save":
        save(seated)
    else:
        console.push_screen(HelpScreen(role, here))
